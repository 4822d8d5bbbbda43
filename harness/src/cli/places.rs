//! The folder of the suite, the files of a run where the command line names none, and files that are written once.

use std::io::Write as _;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::root::Root;

use super::exit::CannotWrite;
use crate::bundle::{self, Bundle};

/// The name of the file of records.
const RECORDS: &str = "records.jsonl";

/// The name of the folder of reports.
const REPORT: &str = "report";

/// Finds the suite: the folder that is given, or else the nearest checkout from here upwards, or else what this program has unpacked
/// of itself.
pub(super) fn root(given: Option<Utf8PathBuf>, bundle: Bundle) -> anyhow::Result<Root> {
    match named_or_around(given)? {
        Some(root) => Ok(root),
        None => Ok(bundle.unpacked(&bundle::cache()?)?),
    }
}

/// Finds the suite that is given, or else the nearest checkout from here upwards, if there is one.
pub(super) fn named_or_around(given: Option<Utf8PathBuf>) -> anyhow::Result<Option<Root>> {
    if let Some(folder) = given {
        anyhow::ensure!(Root::is_suite(&folder), "{folder}: no `cases` and `adapters` folders here");
        return Ok(Some(Root::at(folder)));
    }
    let here = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    Ok(here.ancestors().find(|folder| Root::is_suite(folder)).map(Root::at))
}

/// Refuses to change the files of a suite that is no checkout.
pub(super) fn is_checkout(root: &Root, command: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        root.is_checkout(),
        "{command} changes files of a checkout, and there is none here: call it inside of one, or name one with --root"
    );
    Ok(())
}

/// Returns the file of records that is named, or else that of the last run, as the command line would name it.
pub(super) fn records(root: &Root, named: Option<&Utf8PathBuf>) -> Utf8PathBuf {
    of_the_last_run(root, named, RECORDS)
}

/// Returns the folder of reports that is named, or else that of the last run, as the command line would name it.
pub(super) fn report(root: &Root, named: Option<&Utf8PathBuf>) -> Utf8PathBuf {
    of_the_last_run(root, named, REPORT)
}

/// Returns the folder of cases that is named, or else the one of this name beside the results of runs.
pub(super) fn cases(root: &Root, named: Option<&Utf8PathBuf>, name: &str) -> Utf8PathBuf {
    of_the_last_run(root, named, name)
}

/// Returns the store of histories that is named, or else the one beside the results of runs.
pub(super) fn history(root: &Root, named: Option<&Utf8PathBuf>) -> Utf8PathBuf {
    of_the_last_run(root, named, "history")
}

fn of_the_last_run(root: &Root, named: Option<&Utf8PathBuf>, name: &str) -> Utf8PathBuf {
    named.cloned().unwrap_or_else(|| root.results().join(Utf8Path::new(name)))
}

/// Writes a file that is not there yet.
pub(super) fn create(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
        fs_err::create_dir_all(folder).map_err(|why| CannotWrite::new(path, why))?;
    }
    let opened = fs_err::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|why| CannotWrite::new(path, why)).context("a file is never written over")?;
    Ok(file.write_all(text.as_bytes()).map_err(|why| CannotWrite::new(path, why))?)
}
