//! "What do I catch?": for each SDK and each thing that breaks, what its caller really saw.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use streamspec_adapters::contract::{Field as AnswerField, Observation, Reading};

use super::{Breakage, Row, Sdk, View, cut};
use crate::case::Axis;
use crate::judge::Mode;
use crate::record::TrialRecord;

/// The most ways that are told of one breakage, and the most values of one field.
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
}

/// The counts of one breakage.
#[derive(Default)]
struct Counts<'a> {
    trials: usize,
    retryable: usize,
    retried: usize,
    ways: BTreeMap<(String, String, String), Counted<'a>>,
}

/// The counts of one way.
struct Counted<'a> {
    example: &'a TrialRecord,
    classes: Vec<String>,
    surfaces: BTreeSet<&'a str>,
    trials: usize,
    fields: BTreeMap<&'static str, BTreeMap<String, usize>>,
    kept: usize,
    lost: usize,
}

impl View<'_> {
    /// Collects what the callers of each SDK saw, by SDK in its order and by breakage. A handler is not what the SDK does.
    pub fn caught(&self) -> Vec<Vec<CatchRow>> {
        let with_text: BTreeSet<&str> =
            self.rows().filter(|row| has_text(row.trial)).map(|row| row.trial.case.as_str()).collect();
        let caught = |sdk: &Sdk<'_>| {
            let mut all: BTreeMap<Breakage, Counts<'_>> = BTreeMap::new();
            for row in sdk.own().flat_map(|surface| &surface.rows).filter(|row| !row.is_variant_run()) {
                if let Some(kind) = row.case.and_then(Breakage::of) {
                    all.entry(kind).or_default().add(row, with_text.contains(row.trial.case.as_str()));
                }
            }
            all.into_iter().map(|(kind, counts)| counts.caught(kind)).collect()
        };
        self.sdks.iter().map(caught).collect()
    }
}

fn has_text(trial: &TrialRecord) -> bool {
    let text = trial.observation.as_ref().and_then(|observation| observation.text.as_ref());
    text.is_some_and(|text| !text.is_empty())
}

/// Says whether the case wants a normal completion and nothing else.
fn is_healthy(trial: &TrialRecord) -> bool {
    trial.verdict.checks.iter().any(|check| check.axis == Axis::Outcome && check.expected == "completed")
}

impl<'a> Counts<'a> {
    fn add(&mut self, row: &Row<'a>, with_text: bool) {
        let trial = row.trial;
        if row.case.is_some_and(|case| case.max_retries > 0) {
            self.retryable += 1;
            self.retried += usize::from(trial.wire.len() > 1);
        }
        if is_healthy(trial) || (trial.observation.is_none() && trial.verdict.mode.is_none()) {
            return;
        }
        self.trials += 1;
        let way = self.ways.entry(way_of(trial)).or_insert_with(|| Counted {
            example: trial,
            classes: Vec::new(),
            surfaces: BTreeSet::new(),
            trials: 0,
            fields: BTreeMap::new(),
            kept: 0,
            lost: 0,
        });
        way.trials += 1;
        way.surfaces.insert(&trial.surface);
        way.kept += usize::from(has_text(trial));
        way.lost += usize::from(with_text && !has_text(trial));
        if let Some(observation) = &trial.observation {
            way.add(observation);
        }
    }

    fn caught(self, kind: Breakage) -> CatchRow {
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
fn way_of(trial: &TrialRecord) -> (String, String, String) {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    match &trial.observation {
        None => (trial.verdict.mode.map_or("", Mode::name).to_owned(), String::new(), String::new()),
        Some(observation) => match &observation.error {
            None => (word(json!(observation.ended)), String::new(), String::new()),
            Some(error) => (word(json!(observation.ended)), short(&error.class), word(json!(error.site))),
        },
    }
}

impl Counted<'_> {
    fn add(&mut self, observation: &Observation) {
        let Some(error) = &observation.error else {
            let label = match &observation.stop_reason {
                AnswerField::Absent => "no such field".to_owned(),
                AnswerField::Empty => "empty".to_owned(),
                AnswerField::Value(reason) => short(reason),
            };
            *self.fields.entry("stop reason").or_default().entry(label).or_default() += 1;
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

    fn count<T: Serialize>(&mut self, field: &'static str, told: &AnswerField<Reading<T>>) {
        let label = match told {
            AnswerField::Absent => "no such field".to_owned(),
            AnswerField::Empty => "empty".to_owned(),
            AnswerField::Value(reading) => {
                let value = json!(reading.value);
                let value = value.as_str().map_or_else(|| value.to_string(), short);
                format!("{value} ({})", json!(reading.via).as_str().unwrap_or_default())
            }
        };
        *self.fields.entry(field).or_default().entry(label).or_default() += 1;
    }

    fn into_way(self, (ended, class, site): (String, String, String)) -> FailurePath {
        FailurePath {
            ended,
            class,
            site,
            classes: self.classes,
            surfaces: self.surfaces.into_iter().map(str::to_owned).collect(),
            trials: self.trials,
            fields: self.fields.into_iter().map(|(field, labels)| (field, most(labels))).collect(),
            kept: self.kept,
            lost: self.lost,
            example: Example { surface: self.example.surface.to_string(), case: self.example.case.to_string() },
        }
    }
}

/// The most frequent labels with their counts, and how many other labels there are.
fn most(labels: BTreeMap<String, usize>) -> Values {
    let mut most: Vec<Times> = labels.into_iter().map(|(label, times)| Times { label, times }).collect();
    most.sort_by(|one, other| other.times.cmp(&one.times).then_with(|| one.label.cmp(&other.label)));
    let more = most.len().saturating_sub(MOST.1);
    most.truncate(MOST.1);
    Values { most, more }
}

fn short(text: &str) -> String {
    cut(Value::from(text), LONGEST).as_str().unwrap_or_default().to_owned()
}
