//! "What do I catch?": for each SDK and each thing that breaks, what its caller really saw.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use streamspec_adapters::contract::{Field as AnswerField, Observation, Reading};

use super::{Breakage, Row, View, cut};
use crate::case::Axis;
use crate::judge::Mode;
use crate::record::TrialRecord;

/// The most ways that are seen of one breakage, and the most values of one field.
const MOST: (usize, usize) = (12, 4);

/// The most characters of a value.
const LONGEST: usize = 120;

/// One thing that breaks as the callers of one SDK see it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CatchRow {
    /// The thing that breaks.
    pub kind: Breakage,
    /// The number of trials.
    pub trials: usize,
    /// The number of trials in which the SDK was allowed to send the request again.
    pub retryable: usize,
    /// The number of those in which it did.
    pub retried: usize,
    /// The ways in which it reaches the callers, the most frequent first.
    pub ways: Vec<FailurePath>,
    /// The number of rarer ways.
    pub more: usize,
}

/// One way in which a failure reaches the callers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FailurePath {
    /// The end of the call, or the mode of a failure without an observation.
    pub ended: String,
    /// The error's class; empty where there is no error.
    pub class: String,
    /// The place where the error came up; empty where there is none.
    pub site: String,
    /// The class with those that it is derived from.
    pub classes: Vec<String>,
    /// The surfaces.
    pub surfaces: BTreeSet<String>,
    /// The number of trials.
    pub trials: usize,
    /// The values of the error's fields, or of the stop reason.
    pub fields: BTreeMap<&'static str, Values>,
    /// The number of trials in which text had been delivered.
    pub kept: usize,
    /// The number of trials in which none was, although other surfaces or SDKs deliver some.
    pub lost: usize,
    /// A trial in which it happens.
    pub example: Example,
}

/// The values of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Values {
    /// The most frequent values.
    pub most: Vec<Times>,
    /// The number of rarer values.
    pub more: usize,
}

/// A value, and in how many trials it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Times {
    /// The value with the way to it, `empty`, or `no such field`.
    pub label: String,
    /// The number of trials.
    pub times: usize,
}

/// A trial of an SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Example {
    /// The surface.
    pub surface: String,
    /// The case.
    pub case: String,
    /// The route.
    pub route: String,
    /// The transport.
    pub transport: String,
}

/// The counts of one breakage.
#[derive(Debug, Default)]
struct Counts {
    trials: usize,
    retryable: usize,
    retried: usize,
    ways: BTreeMap<(String, String, String), Counted>,
}

/// The counts of one way.
#[derive(Debug)]
struct Counted {
    example: Example,
    classes: Vec<String>,
    surfaces: BTreeSet<String>,
    trials: usize,
    fields: BTreeMap<&'static str, BTreeMap<String, usize>>,
    kept: usize,
    lost: usize,
}

/// The failures of one SDK, while they are counted.
#[derive(Debug)]
pub struct Catches<'a> {
    view: &'a View<'a>,
    counts: BTreeMap<Breakage, Counts>,
}

impl<'a> Catches<'a> {
    /// Begins to count.
    pub const fn new(view: &'a View<'a>) -> Self {
        Self { view, counts: BTreeMap::new() }
    }

    /// Adds a trial of one of the SDK's own surfaces; a handler is not what the SDK does. A variant run adds nothing.
    pub fn add(&mut self, row: &Row<'_>) {
        if let Some(kind) = row.case.and_then(Breakage::of)
            && !row.trial.is_variant_run()
        {
            self.counts.entry(kind).or_default().add(row, self.view.with_text.contains(row.trial.case.as_str()));
        }
    }

    /// Lists what the callers saw, by breakage.
    pub fn rows(self) -> Vec<CatchRow> {
        self.counts.into_iter().map(|(kind, counts)| counts.row(kind)).collect()
    }
}

/// Says whether it shows how a failure reaches the caller: the case wants something else than a normal completion, and the call
/// came to something.
pub(super) fn is_of_failure(trial: &TrialRecord) -> bool {
    let is_healthy =
        trial.verdict.checks.iter().any(|check| check.axis == Axis::Outcome && check.expected == "completed");
    !is_healthy && (trial.observation.is_some() || trial.verdict.mode.is_some())
}

impl Counts {
    fn add(&mut self, row: &Row<'_>, with_text: bool) {
        let trial = &row.trial;
        if row.case.is_some_and(|case| case.max_retries > 0) {
            self.retryable += 1;
            self.retried += usize::from(trial.wire.len() > 1);
        }
        if !is_of_failure(trial) {
            return;
        }
        self.trials += 1;
        let way = self.ways.entry(way_of(trial)).or_insert_with(|| Counted {
            example: Example {
                surface: trial.surface.to_string(),
                case: trial.case.to_string(),
                route: trial.route.to_string(),
                transport: trial.transport.to_string(),
            },
            classes: Vec::new(),
            surfaces: BTreeSet::new(),
            trials: 0,
            fields: BTreeMap::new(),
            kept: 0,
            lost: 0,
        });
        way.trials += 1;
        way.surfaces.insert(trial.surface.to_string());
        way.kept += usize::from(row.has_text());
        way.lost += usize::from(with_text && !row.has_text());
        if let Some(observation) = &trial.observation {
            way.add(observation);
        }
    }

    fn row(self, kind: Breakage) -> CatchRow {
        let mut ways: Vec<_> = self.ways.into_iter().collect();
        ways.sort_by(|(one_key, one), (other_key, other)| {
            other.trials.cmp(&one.trials).then_with(|| one_key.cmp(other_key))
        });
        let more = ways.len().saturating_sub(MOST.0);
        let ways = ways.into_iter().take(MOST.0).map(|(key, way)| way.into_way(key)).collect();
        CatchRow { kind, trials: self.trials, retryable: self.retryable, retried: self.retried, ways, more }
    }
}

/// Says how it ended, with which class, and where.
pub(super) fn way_of(trial: &TrialRecord) -> (String, String, String) {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    match &trial.observation {
        None => (trial.verdict.mode.map_or("", Mode::name).to_owned(), String::new(), String::new()),
        Some(observation) => match &observation.error {
            None => (word(json!(observation.ended)), String::new(), String::new()),
            Some(error) => (word(json!(observation.ended)), short(&error.class), word(json!(error.site))),
        },
    }
}

impl Counted {
    fn add(&mut self, observation: &Observation) {
        let Some(error) = &observation.error else {
            *self.fields.entry("stop reason").or_default().entry(stop_reason(observation)).or_default() += 1;
            return;
        };
        if self.classes.is_empty() {
            self.classes = error.classes.iter().map(|class| short(class)).collect();
        }
        self.count("status", &error.status);
        self.count("type", &error.kind);
        self.count("code", &error.code);
        self.count("request id", &error.request_id);
        self.count("retry after", &error.retry_after);
        self.count("retryable", &error.retryable);
    }

    fn count<T: Serialize>(&mut self, field: &'static str, seen: &AnswerField<Reading<T>>) {
        *self.fields.entry(field).or_default().entry(error_field(seen)).or_default() += 1;
    }

    fn into_way(self, (ended, class, site): (String, String, String)) -> FailurePath {
        FailurePath {
            ended,
            class,
            site,
            classes: self.classes,
            surfaces: self.surfaces,
            trials: self.trials,
            fields: self.fields.into_iter().map(|(field, labels)| (field, most(labels))).collect(),
            kept: self.kept,
            lost: self.lost,
            example: self.example,
        }
    }
}

/// Names what a stop reason holds.
pub(super) fn stop_reason(observation: &Observation) -> String {
    match &observation.stop_reason {
        AnswerField::Absent => "no such field".to_owned(),
        AnswerField::Empty => "empty".to_owned(),
        AnswerField::Value(reason) => short(reason),
    }
}

/// Names what a field of an error holds: a value with the way to it, `empty`, or `no such field`.
pub(super) fn error_field<T: Serialize>(seen: &AnswerField<Reading<T>>) -> String {
    match seen {
        AnswerField::Absent => "no such field".to_owned(),
        AnswerField::Empty => "empty".to_owned(),
        AnswerField::Value(reading) => {
            let value = json!(reading.value);
            let value = value.as_str().map_or_else(|| value.to_string(), short);
            format!("{value} ({})", json!(reading.via).as_str().unwrap_or_default())
        }
    }
}

/// Returns the most frequent labels with their counts, and how many other labels there are.
pub(super) fn most(labels: BTreeMap<String, usize>) -> Values {
    let mut most: Vec<Times> = labels.into_iter().map(|(label, times)| Times { label, times }).collect();
    most.sort_by(|one, other| other.times.cmp(&one.times).then_with(|| one.label.cmp(&other.label)));
    let more = most.len().saturating_sub(MOST.1);
    most.truncate(MOST.1);
    Values { most, more }
}

fn short(text: &str) -> String {
    cut(Value::from(text), LONGEST).as_str().unwrap_or_default().to_owned()
}
