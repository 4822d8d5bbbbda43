//! What a trial's own page shows and the matrix does not need: a compressed file for each group of cases.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::super::{cut, is_told};
use super::data::check_told;
use super::{Table, Told, packed};
use crate::case::{Axis, End};
use crate::id::{CaseId, Variant};
use crate::record::{TrialRecord, WireRecord};
use crate::transport::{DescribedAnswer, DescribedStep};

/// The most characters of one observed text.
const LONGEST: usize = 2000;

/// The files, by name.
pub(super) fn details(told: &Told<'_>) -> BTreeMap<String, String> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for case in told.cases.values() {
        let group = groups.entry(case.id.group()).or_default();
        group.places.insert(case.id.clone(), group.cases.len());
        let wire = group.wires.place(json!(case.answers));
        group.cases.push(json!([case.id, wire]));
        group.answers.push(case.answers.clone());
    }
    for trial in &told.trials {
        if trial.variant == Variant::AsWritten || is_told(trial) {
            groups.entry(trial.case.group()).or_default().add(trial);
        }
    }
    groups.into_iter().map(|(group, details)| (file_name(group), details.file(group))).collect()
}

fn file_name(group: &str) -> String {
    format!("{}.js", group.replace(|character: char| !character.is_ascii_alphanumeric(), "-"))
}

/// What is told about the trials of one group.
#[derive(Default)]
struct Group {
    places: HashMap<CaseId, usize>,
    cases: Vec<Value>,
    answers: Vec<Vec<DescribedAnswer>>,
    wires: Table,
    checks: Table,
    observations: Table,
    requests: Table,
    rows: Table,
    trials: Vec<Value>,
}

impl Group {
    fn add(&mut self, trial: &TrialRecord) {
        let Some(&case) = self.places.get(&trial.case) else { return };
        let row = self.rows.place(json!([trial.sdk, trial.surface]));
        let checks: Vec<usize> =
            trial.verdict.checks.iter().map(|check| self.checks.place(check_told(check, LONGEST))).collect();
        let observation = trial.observation.as_ref().map(|seen| self.observations.place(cut(json!(seen), LONGEST)));
        let wire = (!trial.answers.is_empty()).then(|| self.wires.place(json!(trial.answers)));
        let answers = if trial.answers.is_empty() { &self.answers[case] } else { &trial.answers };
        let is_watched = trial.verdict.checks.iter().any(|check| check.axis == Axis::Connection);
        let requests: Vec<Value> = trial.wire.iter().map(|wire| request(wire, answers, is_watched)).collect();
        let requests = self.requests.place(Value::from(requests));
        self.trials.push(json!([row, case, trial.variant, checks, observation, wire, requests]));
    }

    /// A script that hands the compressed details to the page.
    fn file(self, group: &str) -> String {
        let value = json!({
            "cases": self.cases,
            "wires": self.wires.values,
            "checks": self.checks.values,
            "observations": self.observations.values,
            "requests": self.requests.values,
            "rows": self.rows.values,
            "trials": self.trials,
        });
        format!("streamspec.detail({}, \"{}\");\n", json!(group), packed(&value))
    }
}

/// A request, the answer it got and, where the server stays silent until the case has seen what the client does, whether
/// and after how many steps the client left. Everywhere else that is a race, and a report is the same from run to run.
fn request(wire: &WireRecord, answers: &[DescribedAnswer], is_watched: bool) -> Value {
    let answer = answers.get(wire.answer).or(answers.last()).filter(|answer| is_watched && answer.end == End::Stall);
    let left = answer.filter(|_| wire.client_left).and_then(|answer| steps_before(answer, wire.written));
    json!([wire.request, wire.answer, answer.map(|_| wire.client_left), left])
}

/// How many steps were over after so many bytes, if the next thing the server does is to be silent.
fn steps_before(answer: &DescribedAnswer, written: u64) -> Option<usize> {
    let mut offset = 0;
    for (place, step) in answer.steps.iter().enumerate() {
        if offset >= written {
            return matches!(step, DescribedStep::Pause { .. }).then_some(place);
        }
        offset += step.bytes();
    }
    (offset <= written).then_some(answer.steps.len())
}
