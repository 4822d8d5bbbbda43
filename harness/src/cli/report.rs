//! `streamspec report`: records in, compatibility report out, in as many formats as are asked for.

use std::collections::BTreeMap;

use camino::Utf8Path;
use fs_err as fs;

use super::arguments::{Format, ReportOptions};
use super::claim::{self, Claim};
use super::exit::CannotWrite;
use super::{Exit, merge, output};
use crate::record::Record;
use crate::report::{self, Places, Report, Rows};
use crate::session::locate;

/// What every file of details begins with; any other one is not ours to remove.
const DETAILS: &str = "streamspec.detail(";

pub(super) fn report(root: &Utf8Path, options: &ReportOptions) -> anyhow::Result<Exit> {
    let folder = root.join(&options.out);
    let files = merge::read(root, &options.records)?;
    if claim::is_committed(root, &folder) {
        claim::are_committed(root, &files)?;
    }
    if let Err(error) = crate::merge::check(&files) {
        output::warn(format_args!("warning: this is not the report of a whole run: {error}"));
    }
    let records: Vec<Record> = files.into_iter().flat_map(|file| file.records).collect();
    let _claim = Claim::folder(root, &folder)?;
    write(root, &records, &folder, &options.format)?;
    Ok(Exit::Conformant)
}

/// Writes these formats and says where; workflow commands go to standard output, which is where GitHub reads them.
pub(super) fn write(root: &Utf8Path, records: &[Record], folder: &Utf8Path, formats: &[Format]) -> anyhow::Result<()> {
    let report = Report::from_records(records)?;
    let rows = Rows::from_records(records)?;
    let points = formats.iter().any(|format| matches!(format, Format::Sarif | Format::Github));
    let places = if points {
        Places::find(&rows, |file, level, axis| locate(root, Utf8Path::new(file), level, axis))
    } else {
        Places::default()
    };
    for format in formats {
        match format {
            Format::Json => put(folder, "compatibility.json", &report::json(&report))?,
            Format::Markdown => put(folder, "compatibility.md", &report::markdown(&report))?,
            Format::Html => {
                let pages = report::html(&report, records)?;
                put(folder, "compatibility.html", &pages.page)?;
                details(&pages.details, &folder.join("details"))?;
            }
            Format::Short => put(folder, "short.md", &report::short(&rows))?,
            Format::Junit => put(folder, "junit.xml", &report::junit(&rows))?,
            Format::Sarif => put(folder, "streamspec.sarif", &report::sarif(&rows, &places))?,
            Format::Csv => put(folder, "trials.csv", &report::csv(&rows))?,
            Format::Github => output::print(report::github(&rows, &places)),
            Format::Badges => badges(&report, &folder.join("badges"))?,
        }
    }
    Ok(())
}

fn put(folder: &Utf8Path, name: &str, text: &str) -> Result<(), CannotWrite> {
    let path = folder.join(name);
    store(&path, text)?;
    output::say(format_args!("wrote {path}"));
    Ok(())
}

fn store(path: &Utf8Path, text: &str) -> Result<(), CannotWrite> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|why| CannotWrite::new(path, why))
}

fn badges(report: &Report, folder: &Utf8Path) -> Result<(), CannotWrite> {
    for badge in report::badges(report) {
        store(&folder.join(&badge.file), &badge.content)?;
    }
    output::say(format_args!("wrote {folder}"));
    Ok(())
}

/// Writes the details beside the page, and leaves none behind of a group that is gone.
fn details(details: &BTreeMap<String, String>, folder: &Utf8Path) -> anyhow::Result<()> {
    let cannot = |why: std::io::Error| CannotWrite::new(folder, why);
    std::fs::create_dir_all(folder).map_err(cannot)?;
    for entry in folder.read_dir_utf8()? {
        let path = entry?.into_path();
        let own =
            path.extension() == Some("js") && fs::read_to_string(&path).is_ok_and(|text| text.starts_with(DETAILS));
        if own && !path.file_name().is_some_and(|name| details.contains_key(name)) {
            fs::remove_file(&path).map_err(cannot)?;
        }
    }
    for (name, text) in details {
        store(&folder.join(name), text)?;
    }
    output::say(format_args!("wrote {folder}"));
    Ok(())
}
