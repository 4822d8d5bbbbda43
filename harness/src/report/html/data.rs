//! What the page itself holds: SDKs, cases and one verdict for each trial, every repeated value once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::file::known_of;
use super::super::{LONGEST_TEXT, cut, is_told, known_ids};
use super::{Table, Told, catches};
use crate::id::{self, TrialId, Variant};
use crate::judge::Check;
use crate::message;
use crate::record::TrialRecord;

/// The data of the page.
pub(super) fn data(told: &Told<'_>) -> Value {
    let (mut sources, mut places) = (Table::default(), std::collections::HashMap::new());
    let (mut groups, mut files) = (Table::default(), Table::default());
    let mut cases = Vec::with_capacity(told.cases.len());
    for (place, case) in told.cases.values().enumerate() {
        places.insert(case.id.as_str(), place);
        let from: Vec<usize> = case.sources.iter().map(|source| sources.place(json!(source))).collect();
        let group = groups.place(json!([case.id.group(), id::about(case.id.group())]));
        let file = files.place(json!(case.id.file()));
        let parts = json!([case.id, group, case.id.within_group(), file, case.id.combination()]);
        cases.push(json!([parts, case.api, case.title, from, case.disputed]));
    }
    let mut verdicts = Verdicts::default();
    let (mut rows, mut replays): (Vec<Row>, Vec<Value>) = (Vec::new(), Vec::new());
    for all in told.trials.chunk_by(|one, other| one.sdk == other.sdk && one.surface == other.surface) {
        let known = told.sdks.get(all[0].sdk.as_str()).map(|sdk| known_of(&sdk.known).1).unwrap_or_default();
        let mut row = Row { sdk: &all[0].sdk, surface: &all[0].surface, cases: Vec::new(), verdicts: Vec::new() };
        for of_case in all.chunk_by(|one, other| one.case == other.case) {
            let Some(&case) = places.get(of_case[0].case.as_str()) else { continue };
            let mut same = Vec::new();
            for trial in of_case.iter().filter(|trial| trial.variant != Variant::AsWritten) {
                if is_told(trial) {
                    let verdict = verdicts.place(trial, &[], &known);
                    replays.push(json!([rows.len(), case, trial.variant, verdict]));
                } else {
                    same.push(trial.variant);
                }
            }
            if let Some(written) = of_case.iter().find(|trial| trial.variant == Variant::AsWritten) {
                row.push(case, verdicts.place(written, &same, &known));
            }
        }
        rows.push(row);
    }
    let caught = catches::catches(told);
    let sdks: Vec<Value> = told
        .report
        .sdks
        .iter()
        .map(|sdk| {
            let mut value = json!(sdk);
            value["asked"] = json!(sdk.id.asked());
            value["catches"] = json!(caught.get(sdk.id.as_str()));
            if let Some(record) = told.sdks.get(sdk.id.as_str()) {
                value["calls"] = json!(record.calls);
                value["code"] = json!(record.handlers);
            }
            value
        })
        .collect();
    let rows: Vec<Value> = rows.iter().map(|row| json!([row.sdk, row.surface, row.cases, row.verdicts])).collect();
    let commands: BTreeMap<&str, String> = Variant::every().map(|variant| (variant.name(), command(variant))).collect();
    json!({
        "suite": told.report.suite,
        "commands": commands,
        "sdks": sdks,
        "sources": sources.values,
        "groups": groups.values,
        "cases": cases,
        "checks": verdicts.checks.values,
        "verdicts": verdicts.verdicts.values,
        "rows": rows,
        "replays": replays,
    })
}

/// The command that runs a trial in a variant, with `{sdk}`, `{surface}` and `{case}` for the page to fill in.
fn command(variant: Variant) -> String {
    message::reproduce(&TrialId::new("{sdk}", "{surface}", "{case}", variant), None)
}

/// One surface: which cases it was run on, as runs of consecutive places, and what each came to.
struct Row<'a> {
    sdk: &'a str,
    surface: &'a str,
    cases: Vec<(usize, usize)>,
    verdicts: Vec<usize>,
}

impl Row<'_> {
    fn push(&mut self, case: usize, verdict: usize) {
        match self.cases.last_mut() {
            Some((first, count)) if *first + *count == case => *count += 1,
            _ => self.cases.push((case, 1)),
        }
        self.verdicts.push(verdict);
    }
}

#[derive(Default)]
struct Verdicts {
    checks: Table,
    verdicts: Table,
}

impl Verdicts {
    fn place(&mut self, trial: &TrialRecord, same: &[Variant], known: &[String]) -> usize {
        let replayed = trial.variant != Variant::AsWritten;
        let told = trial.verdict.checks.iter().filter(|check| check.held() == Some(false));
        let told = told.filter(|check| !replayed || check.axis.is_of_replays());
        let broken: Vec<usize> = told.map(|check| self.checks.place(check_told(check, LONGEST_TEXT))).collect();
        let reason = trial.verdict.reason.clone().map(|reason| cut(Value::from(reason), LONGEST_TEXT));
        let known = known_ids(trial, known);
        self.verdicts.place(json!([trial.verdict.word, trial.verdict.mode, broken, known, same, reason]))
    }
}

/// A check as the page has it.
pub(super) fn check_told(check: &Check, longest: usize) -> Value {
    let observed = cut(check.observed.clone(), longest);
    json!([check.axis, check.level, cut(check.expected.clone(), longest), observed, check.grade, check.disputed])
}
