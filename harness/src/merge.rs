//! Joins the records of several machines, and refuses to where something is mixed, doubled or missing.
//!
//! Every run says in its first line what it planned for each SDK: how many trials all shards together have, how many are
//! its own, and a digest of the plan. Names are unique, so when the runs of one plan hold as many trials as were planned,
//! they hold exactly those.

mod error;

use std::collections::{BTreeMap, BTreeSet};

pub use error::MergeError;

use crate::id::{Shard, joined_nonces};
use crate::judge::Status;
use crate::record::{self, FORMAT, GatewayRecord, PlanRecord, Record, Records, Run, SdkRecord, SuiteRecord};

/// Says if every case was run on every surface, by this run and the other shards of its plans.
fn is_of_whole(run: &Run) -> bool {
    run.suite.whole || (run.suite.shard.is_some() && run.suite.plans.iter().all(|plan| plan.whole))
}

/// Joins what the files describe: one suite, the cases and the SDKs, each by name. All trials that were run follow them.
pub fn merge(records: &Records) -> Result<Vec<Record>, MergeError> {
    check(records)?;
    let runs = &records.runs;
    let cases: BTreeMap<_, _> = runs.iter().flat_map(|run| &run.cases).collect();
    // Each machine has a clock of its own, so what is joined says nothing of times on one.
    let without_times = |sdk: &SdkRecord| match runs.len() {
        1 => sdk.clone(),
        _ => SdkRecord { set_up_ms: None, start_ms: None, ..sdk.clone() },
    };
    let mut sdks: BTreeMap<&str, &SdkRecord> = BTreeMap::new();
    for sdk in runs.iter().flat_map(|run| run.sdks.values()) {
        let known = sdks.entry(&sdk.id).or_insert(sdk);
        // Where one machine could not run it, another one could.
        if known.not_run.is_some() {
            *known = sdk;
        }
    }
    Ok(std::iter::once(Record::Suite(suite(runs)))
        .chain(cases.into_values().map(|case| Record::Case(case.clone())))
        .chain(sdks.into_values().map(|sdk| Record::Sdk(without_times(sdk))))
        .collect())
}

/// Checks that the files together are whole and of one kind.
pub fn check(records: &Records) -> Result<(), MergeError> {
    let has_run = |file: &&String| records.runs.iter().any(|run| run.file == **file);
    if let Some(empty) = records.files.iter().find(|file| !has_run(file)) {
        return Err(MergeError::Empty(empty.clone()));
    }
    for (number, run) in records.runs.iter().enumerate() {
        for other in &records.runs[..number] {
            same_suite(other, run)?;
        }
    }
    no_doubles(records)?;
    no_gaps(&records.runs)
}

fn same_suite(one: &Run, other: &Run) -> Result<(), MergeError> {
    let files = || (one.file.clone(), other.file.clone());
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
        let digests = [Some(case), other.cases.get(id)].map(|case| case.map_or("", |case| &case.digest));
        let differ = digests[0] != digests[1];
        let [one, other] = digests.map(|digest| digest.get(..12).unwrap_or("no digest"));
        Some(if differ {
            format!("{id} is {one} in the first and {other} in the second")
        } else {
            format!("{id} differs")
        })
    } else if is_of_whole(one) && is_of_whole(other) {
        let ids = |run: &Run| run.cases.keys().cloned().collect::<BTreeSet<_>>();
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
        return Err(MergeError::Sdk { sdk: id.to_string(), one, other, what });
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

fn no_doubles(records: &Records) -> Result<(), MergeError> {
    // One that was cut short is one that is missing.
    let doubles = records.doubles(|place| (place.status != Status::NotRun).then(|| place.name()));
    let first = doubles.reduce(|first, double| if first.2.is_after(&double.2) { double } else { first });
    first.map_or(Ok(()), |(trial, one, other)| {
        let (one, other) = (records.file(&one).to_owned(), records.file(&other).to_owned());
        Err(MergeError::Twice { trial: trial.to_string(), one, other })
    })
}

fn no_gaps(runs: &[Run]) -> Result<(), MergeError> {
    let mut plans: BTreeMap<(&str, &str), Vec<(&Run, &PlanRecord)>> = BTreeMap::new();
    for run in runs {
        let has = &run.as_written;
        let mut own: BTreeMap<&str, usize> = has.keys().map(|sdk| (sdk.as_str(), 0)).collect();
        for plan in &run.suite.plans {
            *own.entry(&plan.sdk).or_default() += plan.own;
            plans.entry((&plan.sdk, &plan.digest)).or_default().push((run, plan));
        }
        for (sdk, own) in own {
            let has = has.get(sdk).copied().unwrap_or_default();
            if has != own {
                return Err(MergeError::CutShort { file: run.file.clone(), sdk: sdk.to_owned(), has, own });
            }
        }
    }
    for ((sdk, _), parts) in plans {
        let Some(trials) = parts.first().map(|(_, plan)| plan.trials) else { continue };
        let own: usize = parts.iter().map(|(_, plan)| plan.own).sum();
        if own < trials {
            let shard = |run: &Run| run.suite.shard.as_ref().map_or_else(|| "no shard".to_owned(), Shard::to_string);
            let given: Vec<String> = parts.iter().map(|(run, _)| format!("{} ({})", shard(run), run.file)).collect();
            let (sdk, given) = (sdk.to_owned(), given.join(", "));
            return Err(MergeError::Gap { sdk, missing: trials - own, trials, given });
        }
    }
    Ok(())
}

/// Makes the suite of all runs, with the plans of all shards as one.
fn suite(runs: &[Run]) -> SuiteRecord {
    let plans: BTreeMap<(&str, &str), &PlanRecord> =
        runs.iter().flat_map(|run| &run.suite.plans).map(|plan| ((&*plan.sdk, &*plan.digest), plan)).collect();
    let rules = runs.first().map(|run| run.suite.rules).unwrap_or_default();
    let gateways: BTreeSet<&GatewayRecord> = runs.iter().flat_map(|run| &run.suite.gateways).collect();
    SuiteRecord {
        format: FORMAT,
        rules,
        edition: Run::edition(runs).cloned(),
        digest: record::digest(rules, runs.iter().flat_map(|run| run.cases.values())),
        version: runs.first().map(|run| run.suite.version.clone()).unwrap_or_default(),
        nonce: joined_nonces(runs.iter().map(|run| run.suite.nonce.as_str())),
        whole: runs.iter().all(is_of_whole),
        shard: None,
        plans: plans.into_values().map(|plan| PlanRecord { own: plan.trials, ..plan.clone() }).collect(),
        gateways: gateways.into_iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests;
