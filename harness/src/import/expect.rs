//! The expectation that is proposed: what the reference client reads in the bytes, at the levels that such cases have.

use serde_json::{Map, Value, json};
use streamspec_adapters::contract::{Ended, Field, Observation, ObservedError, ToolCall};

use crate::case::End;

/// The facts of an answer beside those that the reference client reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// The status.
    pub(super) status: u16,
    /// The end.
    pub(super) end: End,
    /// An event of it reports an error.
    pub(super) has_error: bool,
    /// An event of it is the last one of an answer.
    pub(super) has_last: bool,
}

/// The kind of case that an answer makes: the folder that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is whole.
    Benign,
    /// An event reports an error.
    InBand,
    /// It ends too early.
    Cut,
    /// It stops, and the connection stays open.
    Stall,
    /// The response has a status of its own.
    Http,
    /// The last event came, and the reference client does not take the answer for whole.
    Payload,
}

impl Kind {
    /// Finds the kind of an answer.
    pub(super) fn of(facts: Facts, seen: &Observation) -> Self {
        let is_complete = seen.ended == Ended::Returned && seen.error.is_none();
        match facts {
            Facts { status: 400.., .. } => Self::Http,
            _ if is_complete => Self::Benign,
            Facts { has_error: true, .. } => Self::InBand,
            Facts { end: End::Stall, .. } => Self::Stall,
            Facts { end: End::Eof | End::Reset, .. } | Facts { has_last: false, .. } => Self::Cut,
            _ => Self::Payload,
        }
    }

    /// Returns the name of the folder.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::InBand => "in-band",
            Self::Cut => "cut",
            Self::Stall => "stall",
            Self::Http => "http",
            Self::Payload => "payload",
        }
    }
}

/// The milliseconds that a client is told to wait for an answer which stops.
pub(super) const TIMEOUT: u64 = 1000;

/// The most milliseconds that it then takes, on a busy machine, too.
const IN_TIME: u64 = 5000;

/// Proposes the checks.
pub(super) fn expect(kind: Kind, facts: Facts, seen: &Observation) -> Value {
    if kind == Kind::Payload {
        return doubtful(seen);
    }
    let mut must = Map::new();
    let mut should = Map::new();
    let failed = json!(["error", "incomplete"]);
    let outcome = match kind {
        Kind::Benign => json!("completed"),
        Kind::InBand | Kind::Http => json!("error"),
        Kind::Cut | Kind::Stall | Kind::Payload => failed,
    };
    must.insert("outcome".to_owned(), outcome);
    if matches!(kind, Kind::Cut | Kind::Stall) && seen.ended != Ended::Aborted {
        should.insert("outcome".to_owned(), json!("error"));
    }
    if let Some(error) = seen.error.as_ref().filter(|_| matches!(kind, Kind::InBand | Kind::Http)) {
        failure(kind, facts, error, &mut must, &mut should);
    }
    must.insert("text".to_owned(), json!(seen.text.as_deref().unwrap_or_default()));
    must.insert("tool_calls".to_owned(), calls(seen.tool_calls.as_deref().unwrap_or_default()));
    if kind != Kind::Http {
        let reason = if let Field::Value(reason) = &seen.stop_reason { json!(reason) } else { Value::Null };
        must.insert("stop_reason".to_owned(), reason);
    }
    if kind == Kind::Stall {
        must.insert("elapsed".to_owned(), json!({ "at-most": IN_TIME }));
    }
    must.insert("requests".to_owned(), json!(1));
    if kind == Kind::Benign {
        if let Field::Value(usage) = &seen.usage {
            let numbers = [("input", usage.input), ("output", usage.output)];
            let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), json!(number?))));
            let numbers: Map<String, Value> = numbers.collect();
            if !numbers.is_empty() {
                should.insert("usage".to_owned(), Value::Object(numbers));
            }
        }
        for (name, text) in [("thinking", &seen.thinking), ("refusal", &seen.refusal)] {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                should.insert(name.to_owned(), json!(text));
            }
        }
    } else {
        should.insert("error.foreign".to_owned(), json!(false));
    }
    let mut expect = Map::from_iter([("must".to_owned(), Value::Object(must))]);
    if !should.is_empty() {
        expect.insert("should".to_owned(), Value::Object(should));
    }
    Value::Object(expect)
}

/// Proposes the checks of an answer whose last event came and whose end is in doubt: whoever completes it has all of it. Which of the two
/// the documents ask for is for the review to say.
fn doubtful(seen: &Observation) -> Value {
    let text = seen.text.as_deref().unwrap_or_default();
    let mut must = json!({
        "either": [
            { "outcome": "completed", "text": text },
            { "outcome": ["error", "incomplete"], "text": { "prefix-of": text } },
        ],
        "requests": 1,
    });
    let calls = calls(seen.tool_calls.as_deref().unwrap_or_default());
    if calls.is_string() {
        must["tool_calls"] = calls;
    }
    json!({ "must": must, "should": { "error.foreign": false } })
}

/// Adds what the provider says of the failure. The type is a MUST of an error in the stream, the status that of a response.
fn failure(
    kind: Kind,
    facts: Facts,
    error: &ObservedError,
    must: &mut Map<String, Value>,
    should: &mut Map<String, Value>,
) {
    let words = if kind == Kind::InBand { &mut *must } else { &mut *should };
    for (name, field) in [("error.type", &error.kind), ("error.code", &error.code)] {
        if let Field::Value(reading) = field {
            words.insert(name.to_owned(), json!(reading.value));
        }
    }
    if kind == Kind::Http {
        must.insert("error.status".to_owned(), json!(facts.status));
        return;
    }
    let equivalent = match &error.status {
        Field::Value(reading) if reading.value != i64::from(facts.status) => json!(reading.value),
        _ => json!("not-guessed"),
    };
    should.insert("error.status".to_owned(), equivalent);
}

/// Lists the calls that were handed over as complete, with their arguments as values where they are JSON.
fn calls(all: &[ToolCall]) -> Value {
    let complete: Vec<Value> = all.iter().filter(|call| call.complete).map(call_expected).collect();
    if complete.is_empty() { json!("none-complete") } else { Value::Array(complete) }
}

fn call_expected(call: &ToolCall) -> Value {
    let parsed = call.arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
    json!({ "name": call.name, "arguments": parsed.unwrap_or_else(|| call.arguments.clone()) })
}
