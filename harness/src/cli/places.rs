//! The folder of the suite, and the files of a run where the command line names none.

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::root::Root;

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

fn of_the_last_run(root: &Root, named: Option<&Utf8PathBuf>, name: &str) -> Utf8PathBuf {
    named.cloned().unwrap_or_else(|| root.results().join(Utf8Path::new(name)))
}
