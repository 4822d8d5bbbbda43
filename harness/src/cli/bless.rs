//! `streamspec bless`: rewrite the lists of known deviations from the records of a whole run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use camino::Utf8Path;
use fs_err as fs;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::gateway::Gateway;
use streamspec_adapters::root::Root;

use super::arguments::BlessOptions;
use super::{Exit, output, places};
use crate::case::Case;
use crate::deviation::{Blessed, FILE, KnownDeviations, bless as blessed};
use crate::id::{Route, Transport, TrialId, Variant};
use crate::judge::Status;
use crate::load::{self, Selection};
use crate::merge;
use crate::record::{PlanRecord, Records, SdkRecord, TrialRecord};
use crate::run::{Filter, READER, Routes, Trial, plan};
use crate::session::SessionError;

pub(super) fn bless(root: &Root, options: &BlessOptions) -> anyhow::Result<Exit> {
    places::is_checkout(root, "bless")?;
    let name = places::records(root, options.records.as_ref());
    let records = Records::read([(name.as_str(), root.place(&name))])?;
    if let Err(error) = merge::check(&records) {
        output::warn(format_args!("error: {error}; lists are only rewritten from a whole run"));
        return Ok(Exit::Usage);
    }
    if records.runs.iter().flat_map(|run| &run.suite.plans).any(|plan| !plan.whole) {
        output::warn(format_args!(
            "error: {name}: the records of a selection; lists are only rewritten from a whole run"
        ));
        return Ok(Exit::Usage);
    }
    let suite = load::suite(root, &Selection::All).map_err(SessionError::Cases)?;
    let cases: Vec<Arc<Case>> = suite.cases.into_iter().map(Arc::new).collect();
    let fleet = Fleet::discover(root)?;
    let mut exit = Exit::Conformant;
    for sdk in records.runs.iter().flat_map(|run| run.sdks.values()) {
        let lists = one(root, sdk, &records, &fleet, &cases);
        for (id, list) in lists.unwrap_or_else(|refused| vec![(sdk.id.to_string(), Err(refused))]) {
            exit = exit.max(match list {
                Ok(said) => {
                    output::say(format_args!("{id}: {said}"));
                    Exit::Conformant
                }
                Err(Refused { reason: why, exit }) => {
                    output::warn(format_args!("{id}: its list is left as it is: {why}"));
                    exit
                }
            });
        }
    }
    Ok(exit)
}

/// The lists that the trials of one SDK are about, each by the id of the SDK or the gateway, and what was done to it.
type Rewritten = Vec<(String, Result<String, Refused>)>;

/// The reason why a list is not rewritten, and the exit code for it.
struct Refused {
    reason: String,
    exit: Exit,
}

impl Refused {
    fn usage(why: impl fmt::Display) -> Self {
        Self { reason: format!("{why}"), exit: Exit::Usage }
    }
}

/// Rewrites the list of one SDK, and of each gateway that its trials went through if it is the one that reads what they pass on.
fn one(
    root: &Utf8Path,
    record: &SdkRecord,
    records: &Records,
    fleet: &Fleet,
    cases: &[Arc<Case>],
) -> Result<Rewritten, Refused> {
    if let Some(why) = &record.not_run {
        return Err(Refused { reason: format!("it was not run: {why}"), exit: Exit::Conformant });
    }
    if record.command.is_some() {
        return Err(Refused::usage("it is a program that is not checked in, and has no list".to_owned()));
    }
    if !record.id.is_locked() {
        return Err(Refused { reason: "a list is about the locked version".to_owned(), exit: Exit::Conformant });
    }
    let sdk = fleet.get(&record.id).map_err(Refused::usage)?;
    let (locked, version) = (&sdk.manifest.version, &record.version);
    if locked != version {
        return Err(Refused::usage(format!("version {version} was run, and {locked} is the locked one; run it again")));
    }
    // One that was cut short is one that is missing.
    let own = records.surfaces.iter().filter(|((id, _), _)| *id == *sdk.manifest.id).flat_map(|(_, places)| places);
    let own = own.filter(|place| place.status != Status::NotRun).map(|place| records.trial(place));
    let own = own.collect::<Result<Vec<_>, _>>().map_err(Refused::usage)?;
    let trials: Vec<&TrialRecord> = own.iter().collect();
    let mut plans = records.runs.iter().flat_map(|run| &run.suite.plans);
    let planned = plans.find(|plan| plan.sdk == sdk.manifest.id.as_str());
    is_all(root, sdk, planned, &trials, cases)?;
    let mut by_route: BTreeMap<Route, Vec<&TrialRecord>> = BTreeMap::new();
    for trial in trials {
        let route = if record.id == READER { trial.route } else { Route::Direct };
        by_route.entry(route).or_default().push(trial);
    }
    let gateways = Gateway::discover(root).map_err(Refused::usage)?;
    let rewritten = by_route.into_iter().map(|(route, trials)| {
        let gateway = gateways.iter().find(|gateway| gateway.manifest.id == route.name());
        let (id, dir) = gateway.map_or((record.id.as_str(), &sdk.dir), |gateway| (route.name(), &gateway.dir));
        (id.to_owned(), rewritten(dir, &trials, version))
    });
    Ok(rewritten.collect())
}

/// Rewrites the list in a folder and says what was done to it.
fn rewritten(dir: &Utf8Path, trials: &[&TrialRecord], version: &str) -> Result<String, Refused> {
    let path = dir.join(FILE);
    let says = |status| {
        matches!(status, Status::Pass | Status::Disputed | Status::Deviates | Status::Fails | Status::Unsupported)
    };
    if let Some(trial) = trials.iter().find(|trial| !says(trial.verdict.status)) {
        let why = format!("{} came to {}, which says nothing about the SDK", trial.name(), trial.verdict.status.name());
        let exit = if trial.verdict.status == Status::Flaky { Exit::NotConformant } else { Exit::Fault };
        return Err(Refused { reason: why, exit });
    }
    let known = KnownDeviations::read(dir).map_err(Refused::usage)?;
    let text = if path.exists() { fs::read_to_string(&path).map_err(Refused::usage)? } else { String::new() };
    let list = blessed(&known, &text, trials, version);
    if list.is_changed() {
        // Nothing of a list is lost when this is interrupted.
        let new = path.with_extension("toml.new");
        fs::write(&new, &list.text).and_then(|()| fs::rename(&new, &path)).map_err(Refused::usage)?;
    }
    let Blessed { kept, narrowed, added, removed, joined, unexplained, .. } = list;
    let joined = if joined > 0 { format!(", joined by reason {joined}") } else { String::new() };
    Ok(format!(
        "kept {kept}, narrowed {narrowed}, added {added}, removed {removed}{joined}; unexplained: {unexplained}"
    ))
}

/// Checks that these are the trials that a whole run of these cases has today, with all the variant runs that were planned.
fn is_all(
    root: &Utf8Path,
    sdk: &Sdk,
    planned: Option<&PlanRecord>,
    trials: &[&TrialRecord],
    cases: &[Arc<Case>],
) -> Result<(), Refused> {
    let variants: BTreeSet<Variant> = trials.iter().map(|trial| trial.variant).collect();
    let transports: BTreeSet<Transport> = trials.iter().map(|trial| trial.transport).collect();
    let routes: BTreeSet<&str> = trials.iter().map(|trial| trial.route.name()).collect();
    let routes = Routes::choose(root, &routes.into_iter().collect::<Vec<_>>()).map_err(Refused::usage)?;
    let sdks = [Arc::new(sdk.clone())];
    for first_combination_only in [false, true] {
        let filter = Filter {
            surfaces: Vec::new(),
            routes: routes.clone(),
            transports: transports.iter().copied().collect(),
            variants: variants.iter().copied().collect(),
            first_combination_only,
        };
        let now = plan(&sdks, cases, &filter).map_err(Refused::usage)?;
        if now.recorded(None, true).iter().any(|now| planned.is_some_and(|planned| planned.digest == now.digest)) {
            let has: BTreeSet<TrialId> = trials.iter().map(|trial| trial.id()).collect();
            return now.trials.iter().find_map(|trial| missing(trial, &has)).map_or(Ok(()), |id| {
                Err(Refused::usage(format!("{id} is not in the records: the run was cut short, run it again")))
            });
        }
    }
    Err(Refused::usage("the cases or the surfaces are not those of the records; run it again"))
}

/// Finds the first variant of a trial that is not in the records. A sweep leaves out what is not healthy.
fn missing(trial: &Trial, has: &BTreeSet<TrialId>) -> Option<TrialId> {
    let mut ids = trial.variants.iter().map(|variant| trial.id(*variant));
    ids.find(|id| !id.variant.is_sweep() && !has.contains(id))
}
