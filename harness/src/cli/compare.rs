//! `streamspec compare`: what differs between two reports.

use anyhow::Context as _;
use camino::Utf8Path;

use super::arguments::{CompareOptions, ComparisonFormat};
use super::{Exit, output};
use crate::record;
use crate::report::{ChangeKind, Report, compare as compared, fit};

pub(super) fn compare(options: &CompareOptions) -> anyhow::Result<Exit> {
    let ((old_file, old_sdk), (new_file, new_sdk)) = (parts(&options.old), parts(&options.new));
    let (old, new) = (read(old_file)?, read(new_file)?);
    fit((old_file.as_str(), &old), (new_file.as_str(), &new))?;
    let comparison = compared((&old, old_sdk), (&new, new_sdk))?;
    match options.format {
        ComparisonFormat::Markdown => output::print(comparison.markdown()),
        ComparisonFormat::Html => output::print(comparison.html()?),
        ComparisonFormat::Json => output::print(comparison.json()),
    }
    Ok(if comparison.lost().next().is_some() {
        Exit::Fault
    } else if comparison.count(ChangeKind::Broken) + comparison.count(ChangeKind::Worsened) > 0 {
        Exit::NotConformant
    } else {
        Exit::Conformant
    })
}

/// Splits `FILE`, `FILE:sdk` or `FILE:sdk/surface`; a file whose name has a colon is taken as it is.
fn parts(argument: &str) -> (&Utf8Path, Option<&str>) {
    match argument.rsplit_once(':') {
        Some((file, sdk)) if !Utf8Path::new(argument).exists() => (Utf8Path::new(file), Some(sdk)),
        _ => (Utf8Path::new(argument), None),
    }
}

/// Reads a report, with what is wrong in its own words: any other JSON comes from somewhere else.
pub(super) fn read(file: &Utf8Path) -> anyhow::Result<Report> {
    let text = record::open(file).and_then(std::io::read_to_string).with_context(|| file.to_string())?;
    Report::read(&text).with_context(|| file.to_string())
}
