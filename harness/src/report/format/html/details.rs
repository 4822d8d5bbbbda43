//! The data that the page of a trial shows and the matrix does not need: a compressed file for each group of cases.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::data::{CaseDetail, CheckData, DetailsData, RequestData, RowDetail, TrialDetail};
use super::packed;
use super::table::Table;
use crate::case::{Axis, End};
use crate::id::CaseId;
use crate::record::{TrialRecord, WireRecord};
use crate::report::view::{View, cut};
use crate::transport::{DescribedAnswer, DescribedStep};

/// The beginning of every file; one that begins otherwise is not ours to remove.
pub(super) const BEGINNING: &str = "streamspec.detail(";

/// The most characters of one observed text.
const LONGEST: usize = 2000;

/// The files, by name.
pub(super) fn details(view: &View<'_>) -> BTreeMap<String, String> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for case in view.cases.values() {
        let group = groups.entry(case.id.group()).or_default();
        group.places.insert(case.id.clone(), group.cases.len());
        let wire = group.wires.place(case.answers.clone());
        group.cases.push(CaseDetail { id: case.id.to_string(), wire });
        group.answers.push(case.answers.clone());
    }
    for row in view.rows().filter(|row| !row.is_variant_run() || row.has_result()) {
        groups.entry(row.trial.case.group()).or_default().add(row.trial);
    }
    groups.into_iter().map(|(group, details)| (file_name(group), details.file(group))).collect()
}

fn file_name(group: &str) -> String {
    format!("{}.js", group.replace(|character: char| !character.is_ascii_alphanumeric(), "-"))
}

/// The data of one group, while it is collected.
#[derive(Default)]
struct Group {
    places: HashMap<CaseId, usize>,
    cases: Vec<CaseDetail>,
    answers: Vec<Vec<DescribedAnswer>>,
    wires: Table<Vec<DescribedAnswer>>,
    checks: Table<CheckData>,
    observations: Table<Value>,
    requests: Table<Vec<RequestData>>,
    rows: Table<RowDetail>,
    trials: Vec<TrialDetail>,
}

impl Group {
    fn add(&mut self, trial: &TrialRecord) {
        let Some(&case) = self.places.get(&trial.case) else { return };
        let checks = &trial.verdict.checks;
        let answers = if trial.answers.is_empty() { &self.answers[case] } else { &trial.answers };
        let is_watched = checks.iter().any(|check| check.axis == Axis::Connection);
        let requests = trial.wire.iter().map(|wire| request(wire, answers, is_watched)).collect();
        self.trials.push(TrialDetail {
            row: self.rows.place(RowDetail { sdk: trial.sdk.to_string(), surface: trial.surface.to_string() }),
            case,
            variant: trial.variant,
            checks: checks.iter().map(|check| self.checks.place(CheckData::of(check, LONGEST))).collect(),
            observation: trial.observation.as_ref().map(|seen| self.observations.place(cut(json!(seen), LONGEST))),
            wire: (!trial.answers.is_empty()).then(|| self.wires.place(trial.answers.clone())),
            requests: self.requests.place(requests),
        });
    }

    /// A script that hands the compressed details to the page.
    fn file(self, group: &str) -> String {
        let data = DetailsData {
            cases: self.cases,
            wires: self.wires.values,
            checks: self.checks.values,
            observations: self.observations.values,
            requests: self.requests.values,
            rows: self.rows.values,
            trials: self.trials,
        };
        format!("{BEGINNING}{}, \"{}\");\n", json!(group), packed(&data))
    }
}

/// A request, the answer it got and, where the server stays silent until the case has seen what the client does, whether
/// and after how many steps the client left. Everywhere else that is a race, and a report is the same from run to run.
fn request(wire: &WireRecord, answers: &[DescribedAnswer], is_watched: bool) -> RequestData {
    let answer = answers.get(wire.answer).or(answers.last()).filter(|answer| is_watched && answer.end == End::Stall);
    RequestData {
        request: wire.request.clone(),
        answer: wire.answer,
        left: answer.map(|_| wire.client_left),
        after: answer.filter(|_| wire.client_left).and_then(|answer| steps_before(answer, wire.written)),
    }
}

/// Counts the steps that were over after so many bytes, if the next thing the server does is to be silent.
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
