//! "What do I catch?": for each SDK and each kind of failure, what its caller really saw.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use streamspec_adapters::contract::{Observation, Reading, Told as Field};

use super::super::cut;
use super::Told;
use crate::case::{About, Axis};
use crate::id::Variant;
use crate::judge::Mode;
use crate::record::{CaseRecord, TrialRecord};

/// The most ways of failing that are told of one kind, and the most values of one field.
const MOST: (usize, usize) = (12, 4);

/// The most characters of a value.
const LONGEST: usize = 120;

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    InBand,
    Http,
    Cut,
    CleanEnd,
    Stall,
    Malformed,
}

/// One kind of failure as the callers of one SDK see it.
#[derive(Default)]
struct Caught<'a> {
    trials: usize,
    retryable: usize,
    retried: usize,
    ways: BTreeMap<(String, String, String), Way<'a>>,
}

/// One way in which it reaches them.
struct Way<'a> {
    example: &'a TrialRecord,
    classes: Vec<String>,
    surfaces: BTreeSet<&'a str>,
    trials: usize,
    fields: BTreeMap<&'static str, BTreeMap<String, usize>>,
    kept: usize,
    lost: usize,
}

/// By SDK, in the order of kinds.
pub(super) fn catches(told: &Told<'_>) -> BTreeMap<String, Value> {
    let with_text: BTreeSet<&str> =
        told.trials.iter().filter(|trial| has_text(trial)).map(|trial| trial.case.as_str()).collect();
    let mut all: BTreeMap<&str, BTreeMap<Kind, Caught>> = BTreeMap::new();
    for &trial in told.trials.iter().filter(|trial| trial.variant == Variant::AsWritten) {
        let Some(case) = told.cases.get(trial.case.as_str()) else { continue };
        // A handler is not what the SDK does: its page shows it apart.
        if told.sdks.get(trial.sdk.as_str()).is_some_and(|sdk| sdk.is_handler(&trial.surface)) {
            continue;
        }
        if let Some(kind) = kind(case) {
            let caught = all.entry(&trial.sdk).or_default().entry(kind).or_default();
            caught.add(trial, case, with_text.contains(case.id.as_str()));
        }
    }
    let kinds = |kinds: BTreeMap<Kind, Caught>| {
        kinds.into_iter().map(|(kind, caught)| caught.told(kind)).collect::<Vec<_>>().into()
    };
    all.into_iter().map(|(sdk, caught)| (sdk.to_owned(), kinds(caught))).collect()
}

/// What breaks in a case, if anything does.
fn kind(case: &CaseRecord) -> Option<Kind> {
    match case.about? {
        About::Healthy => None,
        About::InBandError => Some(Kind::InBand),
        About::Refusal => Some(Kind::Http),
        About::Cut => Some(Kind::Cut),
        About::CleanEnd => Some(Kind::CleanEnd),
        About::Stall => Some(Kind::Stall),
        About::Malformed => Some(Kind::Malformed),
    }
}

fn has_text(trial: &TrialRecord) -> bool {
    let text = trial.observation.as_ref().and_then(|observation| observation.text.as_ref());
    text.is_some_and(|text| !text.is_empty())
}

/// Whether the case wants a normal completion and nothing else.
fn is_healthy(trial: &TrialRecord) -> bool {
    trial.verdict.checks.iter().any(|check| check.axis == Axis::Outcome && check.expected == "completed")
}

impl<'a> Caught<'a> {
    fn add(&mut self, trial: &'a TrialRecord, case: &CaseRecord, with_text: bool) {
        if case.max_retries > 0 {
            self.retryable += 1;
            self.retried += usize::from(trial.wire.len() > 1);
        }
        if is_healthy(trial) || (trial.observation.is_none() && trial.verdict.mode.is_none()) {
            return;
        }
        self.trials += 1;
        let way = self.ways.entry(way_of(trial)).or_insert_with(|| Way {
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

    fn told(self, kind: Kind) -> Value {
        let mut ways: Vec<_> = self.ways.into_iter().collect();
        ways.sort_by(|(one_key, one), (other_key, other)| {
            other.trials.cmp(&one.trials).then_with(|| one_key.cmp(other_key))
        });
        let more = ways.len().saturating_sub(MOST.0);
        let ways: Vec<Value> = ways.into_iter().take(MOST.0).map(|(key, way)| way.told(key)).collect();
        json!({
            "kind": kind, "trials": self.trials, "retryable": self.retryable, "retried": self.retried, "ways": ways,
            "more": more,
        })
    }
}

/// How it ended, the class, the site.
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

impl Way<'_> {
    fn add(&mut self, observation: &Observation) {
        let Some(error) = &observation.error else {
            let label = match &observation.stop_reason {
                Field::Absent => "no such field".to_owned(),
                Field::Empty => "empty".to_owned(),
                Field::Value(reason) => short(reason),
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

    fn count<T: Serialize>(&mut self, field: &'static str, told: &Field<Reading<T>>) {
        let label = match told {
            Field::Absent => "no such field".to_owned(),
            Field::Empty => "empty".to_owned(),
            Field::Value(reading) => {
                let value = json!(reading.value);
                let value = value.as_str().map_or_else(|| value.to_string(), short);
                format!("{value} ({})", json!(reading.via).as_str().unwrap_or_default())
            }
        };
        *self.fields.entry(field).or_default().entry(label).or_default() += 1;
    }

    fn told(self, (ended, class, site): (String, String, String)) -> Value {
        let fields: BTreeMap<&str, Value> =
            self.fields.into_iter().map(|(field, labels)| (field, most(labels))).collect();
        json!({
            "ended": ended, "class": class, "site": site, "classes": self.classes, "surfaces": self.surfaces,
            "trials": self.trials, "fields": fields, "kept": self.kept, "lost": self.lost,
            "example": [self.example.surface, self.example.case],
        })
    }
}

/// The most frequent labels with their counts, and how many other labels there are.
fn most(labels: BTreeMap<String, usize>) -> Value {
    let mut labels: Vec<(String, usize)> = labels.into_iter().collect();
    labels.sort_by(|(one, times), (other, other_times)| other_times.cmp(times).then_with(|| one.cmp(other)));
    let more = labels.len().saturating_sub(MOST.1);
    labels.truncate(MOST.1);
    json!([labels, more])
}

fn short(text: &str) -> String {
    cut(Value::from(text), LONGEST).as_str().unwrap_or_default().to_owned()
}
