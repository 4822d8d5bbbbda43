//! The data that the page of a trial shows and the overview does not need: a compressed file for each group of cases.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Value, json};
use streamspec_adapters::contract::Api;

use super::data::CheckData;
use super::detail_data::{
    AnswerData, AttemptData, CaseDetail, DetailsData, EventData, RequestData, RowDetail, TrialDetail,
};
use super::{decoded, packed};
use crate::case::{Axis, End};
use crate::id::Variant;
use crate::message;
use crate::record::{ReadError, TrialRecord, WireRecord};
use crate::report::table::Table;
use crate::report::view::{Row, View, cut, waited};
use crate::transport::{DescribedAnswer, DescribedStep};

/// The beginning of every file; one that begins otherwise is not ours to remove.
pub(super) const BEGINNING: &str = "streamspec.detail(";

/// The folder of the files, beside the page.
pub(super) const FOLDER: &str = "details";

/// The most characters of one observed text.
const LONGEST: usize = 2000;

/// Lists the groups of cases, each of which has a file.
pub(super) fn groups<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    view.cases.values().map(|case| case.id.group()).collect()
}

/// Writes the file of one group: a script that hands its compressed details to the page.
pub(super) fn details(view: &View<'_>, group: &str) -> Result<String, ReadError> {
    let mut details = Group::default();
    for case in view.cases.values().filter(|case| case.id.group() == group) {
        details.places.insert(&case.id, details.answers.len());
        let wire = details.wire(case.api, &case.answers);
        details.cases.push(CaseDetail { id: case.id.to_string(), wire });
        details.answers.push((case.api, &case.answers));
    }
    for row in view.rows_of_group(group, |place| place.variant == Variant::AsWritten || place.has_result) {
        details.add(&row?);
    }
    Ok(details.file(group))
}

/// Names the file of a group, relative to the page.
pub(super) fn file_name(group: &str) -> String {
    format!("{FOLDER}/{}.js", group.replace(|character: char| !character.is_ascii_alphanumeric(), "-"))
}

/// The data of one group, while it is collected.
#[derive(Default)]
struct Group<'a> {
    places: HashMap<&'a str, usize>,
    cases: Vec<CaseDetail>,
    answers: Vec<(Api, &'a [DescribedAnswer])>,
    wires: Table<Vec<AnswerData>>,
    events: Table<EventData>,
    checks: Table<CheckData>,
    observations: Table<Value>,
    requests: Table<Vec<RequestData>>,
    attempts: Table<Vec<AttemptData>>,
    rows: Table<RowDetail>,
    /// Lists of places of checks: trials that came out alike share one.
    lists: HashMap<Vec<u32>, Rc<[u32]>>,
    trials: Vec<TrialDetail>,
}

impl Group<'_> {
    fn add(&mut self, row: &Row<'_>) {
        let trial = &row.trial;
        let Some(&case) = self.places.get(trial.case.as_str()) else { return };
        let checks = &trial.verdict.checks;
        let (api, of_case) = self.answers[case];
        let answers: &[DescribedAnswer] = if trial.answers.is_empty() { of_case } else { &trial.answers };
        let is_watched = checks.iter().any(|check| check.axis == Axis::Connection);
        let requests = trial.wire.iter().map(|wire| request(wire, answers, is_watched)).collect();
        let attempts = trial.attempts.iter().map(|attempt| AttemptData::of(attempt, LONGEST)).collect();
        let places: Vec<u32> = checks.iter().map(|check| self.checks.place(CheckData::of(check, LONGEST))).collect();
        let wire = (!trial.answers.is_empty()).then(|| self.wire(api, answers));
        let list = self.lists.entry(places).or_insert_with_key(|places| places.as_slice().into());
        self.trials.push(TrialDetail {
            name: trial.id().to_string(),
            row: self.rows.place(row_detail(trial)),
            case: u32::try_from(case).unwrap_or(u32::MAX),
            variant: trial.variant,
            checks: Rc::clone(list),
            observation: trial.observation.as_ref().map(|seen| self.observations.place(cut(json!(seen), LONGEST))),
            wire,
            requests: self.requests.place(requests),
            attempts: self.attempts.place(attempts),
            waited: row.shows_wait().then(|| waited(trial)),
            blame: trial.blame.as_ref().map(message::blame_in_short),
        });
    }

    /// Finds the place of answers, with what a client can read in them.
    fn wire(&mut self, api: Api, answers: &[DescribedAnswer]) -> u32 {
        let mut with_events = |answer: &DescribedAnswer| {
            let decoded = decoded::decoded(api, answer, &mut self.events);
            AnswerData { answer: answer.clone(), decoded }
        };
        let answers = answers.iter().map(&mut with_events).collect();
        self.wires.place(answers)
    }

    /// Packs the data.
    fn file(self, group: &str) -> String {
        let data = DetailsData {
            cases: self.cases,
            wires: self.wires.values,
            events: self.events.values,
            checks: self.checks.values,
            observations: self.observations.values,
            requests: self.requests.values,
            attempts: self.attempts.values,
            rows: self.rows.values,
            trials: self.trials,
        };
        format!("{BEGINNING}{}, \"{}\");\n", json!(group), packed(&data))
    }
}

/// Names the surface of a trial with its route and transport.
fn row_detail(trial: &TrialRecord) -> RowDetail {
    RowDetail {
        sdk: trial.sdk.to_string(),
        surface: trial.surface.to_string(),
        route: trial.route.to_string(),
        transport: trial.transport.to_string(),
    }
}

/// Tells a request, the answer it got and, where the server stays silent until the case has seen what the client does, whether
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
