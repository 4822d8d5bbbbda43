//! Joins the records of several machines, and refuses to where something is mixed, doubled or missing.
//!
//! Every run says in its first line what it planned for each SDK: how many trials all shards together have, how many are
//! its own, and a digest of the plan. Names are unique, so when the runs of one plan hold as many trials as were planned,
//! they hold exactly those.

mod error;

use std::collections::{BTreeMap, BTreeSet};

pub use error::MergeError;

use crate::id::{Route, Shard, Transport, Variant};
use crate::judge::Status;
use crate::record::{self, CaseRecord, FORMAT, PlanRecord, Record, SdkRecord, SuiteRecord, TrialRecord};

/// The records of one file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name, for messages.
    pub name: String,
    /// The records in it; of several runs where files were concatenated.
    pub records: Vec<Record>,
}

/// One run of a file.
#[derive(Debug)]
struct Run<'a> {
    file: &'a str,
    suite: &'a SuiteRecord,
    cases: BTreeMap<&'a str, &'a CaseRecord>,
    sdks: BTreeMap<&'a str, &'a SdkRecord>,
    trials: Vec<&'a TrialRecord>,
}

impl Run<'_> {
    /// Says if every case was run on every surface, by this run and the other shards of its plans.
    fn is_of_whole(&self) -> bool {
        self.suite.whole || (self.suite.shard.is_some() && self.suite.plans.iter().all(|plan| plan.whole))
    }
}

/// Joins the records of all files: one suite, the cases, the SDKs and the trials, each by name.
pub fn merge(files: &[File]) -> Result<Vec<Record>, MergeError> {
    let runs = checked(files)?;
    let suite = Record::Suite(suite(&runs));
    let cases: BTreeMap<_, _> = runs.iter().flat_map(|run| run.cases.iter()).collect();
    let mut sdks: BTreeMap<&str, &SdkRecord> = BTreeMap::new();
    for sdk in runs.iter().flat_map(|run| run.sdks.values()) {
        let known = sdks.entry(&sdk.id).or_insert(sdk);
        // Where one machine could not run it, another one could.
        if known.not_run.is_some() {
            *known = sdk;
        }
    }
    let mut trials: Vec<&TrialRecord> = runs.iter().flat_map(|run| run.trials.iter().copied()).collect();
    trials.sort_by(|one, other| place(one).cmp(&place(other)));
    Ok(std::iter::once(suite)
        .chain(cases.into_values().map(|case| Record::Case((*case).clone())))
        .chain(sdks.into_values().map(|sdk| Record::Sdk(sdk.clone())))
        .chain(trials.into_iter().map(|trial| Record::Trial(Box::new(trial.clone()))))
        .collect())
}

/// Checks that the files together are whole and of one kind.
pub fn check(files: &[File]) -> Result<(), MergeError> {
    checked(files).map(|_| ())
}

fn checked(files: &[File]) -> Result<Vec<Run<'_>>, MergeError> {
    let mut runs = Vec::new();
    for file in files {
        runs.extend(runs_of(file)?);
    }
    for (number, run) in runs.iter().enumerate() {
        for other in &runs[..number] {
            same_suite(other, run)?;
        }
    }
    no_doubles(&runs)?;
    no_gaps(&runs)?;
    Ok(runs)
}

/// Divides a file into its runs: each begins with its suite.
fn runs_of(file: &File) -> Result<Vec<Run<'_>>, MergeError> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for record in &file.records {
        if let Record::Suite(suite) = record {
            let (cases, sdks, trials) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
            runs.push(Run { file: &file.name, suite, cases, sdks, trials });
            continue;
        }
        let run = runs.last_mut().ok_or_else(|| MergeError::Empty(file.name.clone()))?;
        match record {
            Record::Case(case) => _ = run.cases.insert(&case.id, case),
            Record::Sdk(sdk) => _ = run.sdks.insert(&sdk.id, sdk),
            // One that was cut short is one that is missing.
            Record::Trial(trial) if trial.verdict.status == Status::NotRun => {}
            Record::Trial(trial) => run.trials.push(trial),
            Record::Suite(_) => {}
        }
    }
    if runs.is_empty() { Err(MergeError::Empty(file.name.clone())) } else { Ok(runs) }
}

fn same_suite(one: &Run<'_>, other: &Run<'_>) -> Result<(), MergeError> {
    let files = || (one.file.to_owned(), other.file.to_owned());
    if one.suite.version != other.suite.version {
        let (version, other_version) = (one.suite.version.clone(), other.suite.version.clone());
        let (one, other) = files();
        return Err(MergeError::Versions { one, version, other, other_version });
    }
    if one.suite.rules != other.suite.rules {
        let (rules, other_rules) = (one.suite.rules, other.suite.rules);
        let (one, other) = files();
        return Err(MergeError::Rules { one, rules, other, other_rules });
    }
    let different = one.cases.iter().find(|(id, case)| other.cases.get(*id).is_some_and(|same| same != *case));
    let what = if let Some((id, case)) = different {
        let digests = [Some(*case), other.cases.get(*id).copied()].map(|case| case.map_or("", |case| &case.digest));
        let differ = digests[0] != digests[1];
        let [one, other] = digests.map(|digest| digest.get(..12).unwrap_or("no digest"));
        Some(if differ {
            format!("{id} is {one} in the first and {other} in the second")
        } else {
            format!("{id} differs")
        })
    } else if one.is_of_whole() && other.is_of_whole() {
        let ids = |run: &Run<'_>| run.cases.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
        let only = ids(one).symmetric_difference(&ids(other)).next().cloned();
        only.map(|id| format!("only one of them has {id}"))
    } else {
        None
    };
    if let Some(what) = what {
        let (one, other) = files();
        return Err(MergeError::Cases { one, other, what });
    }
    for (id, sdk) in &one.sdks {
        let Some(what) = other.sdks.get(id).and_then(|same| difference(sdk, same)) else { continue };
        let (one, other) = files();
        return Err(MergeError::Sdk { sdk: (*id).to_owned(), one, other, what });
    }
    Ok(())
}

/// Finds a difference between two records of one SDK, both of which were run; a runtime's patch version is none.
fn difference(one: &SdkRecord, other: &SdkRecord) -> Option<String> {
    if one.not_run.is_some() || other.not_run.is_some() {
        return None;
    }
    let differ = |what: &str, one: &str, other: &str| (one != other).then(|| format!("{what} {one} and {other}"));
    let runtime = |sdk: &SdkRecord| crate::report::without_patch(&sdk.runtime);
    differ("version", &one.version, &other.version)
        .or_else(|| differ("runtime", &runtime(one), &runtime(other)))
        .or_else(|| (one.handlers != other.handlers).then(|| "the handlers around it differ".to_owned()))
        .or_else(|| (one.known != other.known).then(|| "the lists of known deviations differ".to_owned()))
        .or_else(|| {
            ((&one.apis, &one.surfaces) != (&other.apis, &other.surfaces)).then(|| "the surfaces differ".to_owned())
        })
}

/// Returns the parts of a trial's identity, which give the order of merged records.
fn place(trial: &TrialRecord) -> (&str, &str, &str, Variant, Route, Transport) {
    (&trial.sdk, &trial.surface, &trial.case, trial.variant, trial.route, trial.transport)
}

fn no_doubles(runs: &[Run<'_>]) -> Result<(), MergeError> {
    let mut seen = BTreeMap::new();
    for run in runs {
        for trial in &run.trials {
            if let Some(one) = seen.insert(place(trial), run.file) {
                let (one, other) = (one.to_owned(), run.file.to_owned());
                return Err(MergeError::Twice { trial: trial.name(), one, other });
            }
        }
    }
    Ok(())
}

fn no_gaps(runs: &[Run<'_>]) -> Result<(), MergeError> {
    let mut plans: BTreeMap<(&str, &str), Vec<(&Run<'_>, &PlanRecord)>> = BTreeMap::new();
    for run in runs {
        let as_written = run.trials.iter().filter(|trial| trial.variant == Variant::AsWritten);
        let mut has: BTreeMap<&str, usize> = BTreeMap::new();
        as_written.for_each(|trial| *has.entry(&trial.sdk).or_default() += 1);
        let mut own: BTreeMap<&str, usize> = has.keys().map(|sdk| (*sdk, 0)).collect();
        for plan in &run.suite.plans {
            *own.entry(&plan.sdk).or_default() += plan.own;
            plans.entry((&plan.sdk, &plan.digest)).or_default().push((run, plan));
        }
        for (sdk, own) in own {
            let has = has.get(sdk).copied().unwrap_or_default();
            if has != own {
                return Err(MergeError::CutShort { file: run.file.to_owned(), sdk: sdk.to_owned(), has, own });
            }
        }
    }
    for ((sdk, _), parts) in plans {
        let Some(trials) = parts.first().map(|(_, plan)| plan.trials) else { continue };
        let own: usize = parts.iter().map(|(_, plan)| plan.own).sum();
        if own < trials {
            let shard =
                |run: &Run<'_>| run.suite.shard.as_ref().map_or_else(|| "no shard".to_owned(), Shard::to_string);
            let given: Vec<String> = parts.iter().map(|(run, _)| format!("{} ({})", shard(run), run.file)).collect();
            let (sdk, given) = (sdk.to_owned(), given.join(", "));
            return Err(MergeError::Gap { sdk, missing: trials - own, trials, given });
        }
    }
    Ok(())
}

/// Makes the suite of all runs, with the plans of all shards as one.
fn suite(runs: &[Run<'_>]) -> SuiteRecord {
    let plans: BTreeMap<(&str, &str), &PlanRecord> =
        runs.iter().flat_map(|run| &run.suite.plans).map(|plan| ((&*plan.sdk, &*plan.digest), plan)).collect();
    let rules = runs.first().map(|run| run.suite.rules).unwrap_or_default();
    let nonces: BTreeSet<&str> = runs.iter().flat_map(|run| run.suite.nonce.split('+')).collect();
    SuiteRecord {
        format: FORMAT,
        rules,
        digest: record::digest(rules, runs.iter().flat_map(|run| run.cases.values().copied())),
        version: runs.first().map(|run| run.suite.version.clone()).unwrap_or_default(),
        nonce: nonces.into_iter().collect::<Vec<_>>().join("+"),
        whole: runs.iter().all(Run::is_of_whole),
        shard: None,
        plans: plans.into_values().map(|plan| PlanRecord { own: plan.trials, ..plan.clone() }).collect(),
    }
}

#[cfg(test)]
mod tests;
