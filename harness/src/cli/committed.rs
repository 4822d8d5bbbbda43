//! The committed report, which is never written unless everything is there that it is about.

use std::collections::BTreeSet;

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;

use super::arguments::ReportOptions;
use super::lock::real;
use crate::id::Route;
use crate::merge;
use crate::record::Records;
use crate::session::{Request, Session};

/// The folder of the committed report.
const COMMITTED: &str = "reports";

/// The rule of the committed report, in words.
const ONLY: &str = "is only written from a whole run of the whole fleet, `--sdk all`, in one piece or merged";

/// Says if a folder is the one of the committed report.
pub(super) fn is_committed(root: &Utf8Path, folder: &Utf8Path) -> bool {
    real(folder) == real(&root.join(COMMITTED))
}

/// Refuses a run that would not make the committed report, before it begins.
pub(super) fn makes_whole(root: &Utf8Path, request: &Request, command: &[String]) -> anyhow::Result<()> {
    anyhow::ensure!(
        command.is_empty(),
        "{COMMITTED}/ is about SDKs that are checked in; leave out the command after `--`"
    );
    let fleet = Fleet::discover(root)?;
    let chosen = fleet.choose(&request.sdks)?;
    let chosen = chosen.sdks.iter().map(|sdk| sdk.manifest.id.as_str()).collect();
    is_fleet(&fleet, &chosen)?;
    anyhow::ensure!(
        request.via.iter().all(|route| route == Route::Direct.name()),
        "{COMMITTED}/ is about SDKs alone; leave out --via"
    );
    anyhow::ensure!(request.is_whole(), "{COMMITTED}/ {ONLY}; leave out --case, --surface, --transport and --shard");
    Ok(())
}

/// Refuses it when it is known which SDKs cannot be run here.
pub(super) fn can_be_whole(session: &Session) -> anyhow::Result<()> {
    let missing: Vec<&str> = session.unavailable.iter().map(|one| one.sdk.manifest.id.as_str()).collect();
    anyhow::ensure!(missing.is_empty(), "{COMMITTED}/ {ONLY}; not run: {}", missing.join(", "));
    Ok(())
}

/// Refuses a choice among the trials of records.
pub(super) fn are_all(options: &ReportOptions) -> anyhow::Result<()> {
    anyhow::ensure!(!options.chooses(), "{COMMITTED}/ {ONLY}; leave out --via and --transport");
    Ok(())
}

/// Refuses records that are not what the committed report is about.
pub(super) fn are_whole(root: &Utf8Path, records: &Records) -> anyhow::Result<()> {
    if let Err(error) = merge::check(records) {
        anyhow::bail!("{COMMITTED}/ {ONLY}: {error}");
    }
    if let Some(place) = records.surfaces.values().flatten().find(|place| place.route != Route::Direct) {
        anyhow::bail!("{COMMITTED}/ is about SDKs alone, and these records hold trials through {}", place.route);
    }
    if let Some(own) = records.runs.iter().flat_map(|run| run.sdks.values()).find(|sdk| sdk.command.is_some()) {
        anyhow::bail!("{COMMITTED}/ is about SDKs that are checked in, and {} in these records is not", own.id);
    }
    let whole = records.runs.iter().flat_map(|run| &run.suite.plans).filter(|plan| plan.whole);
    is_fleet(&Fleet::discover(root)?, &whole.map(|plan| plan.sdk.as_str()).collect())
}

fn is_fleet(fleet: &Fleet, sdks: &BTreeSet<&str>) -> anyhow::Result<()> {
    let ids = fleet.sdks().iter().map(|sdk| sdk.manifest.id.as_str());
    let ids = ids.chain(fleet.broken().iter().map(|broken| broken.id.as_str()));
    let missing: Vec<&str> = ids.filter(|id| !sdks.contains(id)).collect();
    anyhow::ensure!(missing.is_empty(), "{COMMITTED}/ {ONLY}; missing: {}", missing.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_folder_is_known_by_any_name() {
        let held = tempfile::tempdir().expect("a temporary directory");
        let root = Utf8Path::from_path(held.path()).expect("a UTF-8 path");
        std::fs::create_dir(root.join("reports")).expect("a folder");
        for name in ["reports", "reports/", "./reports", "cases/../reports"] {
            std::fs::create_dir_all(root.join("cases")).expect("a folder");
            assert!(is_committed(root, &root.join(name)), "{name}");
        }
        assert!(!is_committed(root, &root.join("target/reports")));
    }
}
