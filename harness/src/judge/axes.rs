//! One comparison for each axis.

use serde_json::{Value, json};
use streamspec_adapters::contract::{Answer, Ended, Observation, ObservedError, Reading, Told};

use super::outcome::{outcome, same_reason};
use super::{Check, Evidence, Grade};
use crate::case::{
    Axis, Bound, Checks, Connection, ErrorClass, Level, OneOf, Outcome, StatusCheck, TextMatch, ToolsMatch,
};

/// An expected value, what was seen, and how they compare.
type Compared = (Value, Value, Grade);

/// Grades every check that is named at one level.
pub(super) fn grade(level: Level, checks: &Checks, seen: &Observation, evidence: &Evidence<'_>) -> Vec<Check> {
    let error = seen.error.as_ref();
    let nonce = evidence.nonce;
    let found = [
        (Axis::Outcome, checks.outcome.as_ref().map(|wanted| an_outcome(wanted, outcome(seen)))),
        (Axis::ErrorType, checks.error_type.as_ref().map(|wanted| word(wanted, error, |error| &error.kind))),
        (Axis::ErrorCode, checks.error_code.as_ref().map(|wanted| word(wanted, error, |error| &error.code))),
        (Axis::ErrorStatus, checks.error_status.map(|wanted| status(wanted, error, evidence))),
        (Axis::ErrorClass, checks.error_class.map(|wanted| class(wanted, error, evidence))),
        (Axis::ErrorMessage, checks.error_message.as_ref().map(|wanted| message(wanted, error, nonce))),
        (
            Axis::ErrorRequestId,
            checks.error_request_id.as_ref().map(|wanted| reading(wanted, error, |error| &error.request_id, nonce)),
        ),
        (
            Axis::ErrorRetryAfter,
            checks.error_retry_after.map(|wanted| reading(&wanted, error, |error| &error.retry_after, nonce)),
        ),
        (
            Axis::ErrorRetryable,
            checks.error_retryable.map(|wanted| reading(&wanted, error, |error| &error.retryable, nonce)),
        ),
        (Axis::ErrorSite, checks.error_site.as_ref().map(|wanted| one_of(wanted, error.map(|error| error.site)))),
        (Axis::ErrorForeign, checks.error_foreign.map(|wanted| foreign(wanted, seen, evidence.error_bases))),
        (Axis::Text, checks.text.as_ref().map(|wanted| text(wanted, seen.text.as_deref(), nonce))),
        (Axis::ToolCalls, checks.tool_calls.as_ref().map(|wanted| tools(wanted, seen))),
        (Axis::StopReason, checks.stop_reason.as_ref().map(|wanted| stop_reason(wanted, &seen.stop_reason))),
        (Axis::Requests, checks.requests.map(|wanted| bound(wanted, evidence.transcript.exchanges.len() as u64))),
        (Axis::Elapsed, checks.elapsed.map(|wanted| elapsed(wanted, evidence))),
        (Axis::Connection, checks.connection.map(|wanted| connection(wanted, evidence.released))),
    ];
    found
        .into_iter()
        .filter_map(|(axis, compared)| {
            let (expected, observed, grade) = compared?;
            // A number that contradicts both the document and the wire breaks a MUST wherever it was checked.
            let level = if grade == Grade::Contradictory { Level::Must } else { level };
            Some(Check { axis, level, expected, observed, grade })
        })
        .collect()
}

/// The outcomes a check accepts, in the words of the case.
pub(super) fn outcomes(wanted: &OneOf<Outcome>) -> Value {
    listed(&wanted.0)
}

fn an_outcome(wanted: &OneOf<Outcome>, seen: Outcome) -> Compared {
    (outcomes(wanted), json!(seen), exact_if(wanted.0.contains(&seen)))
}

fn word(
    wanted: &OneOf<String>,
    error: Option<&ObservedError>,
    field: fn(&ObservedError) -> &Told<Reading<String>>,
) -> Compared {
    let expected = listed(&wanted.0);
    told(expected, error.map(field), |value| wanted.0.contains(value))
}

fn reading<T: PartialEq + serde::Serialize>(
    wanted: &T,
    error: Option<&ObservedError>,
    field: fn(&ObservedError) -> &Told<Reading<T>>,
    nonce: &str,
) -> Compared {
    let wanted = with_nonce(json!(wanted), nonce);
    told(wanted.clone(), error.map(field), |value| json!(value) == wanted)
}

/// Compares a field of the error that the SDK may not have, or may have left empty.
fn told<T: serde::Serialize>(
    expected: Value,
    field: Option<&Told<Reading<T>>>,
    holds: impl Fn(&T) -> bool,
) -> Compared {
    match field {
        None => (expected, Value::Null, Grade::Moot),
        Some(Told::Absent) => (expected, Value::Null, Grade::Absent),
        Some(Told::Empty) => (expected, Value::Null, Grade::Empty),
        Some(Told::Value(reading)) => (expected, json!(reading.value), exact_if(holds(&reading.value))),
    }
}

fn status(wanted: StatusCheck, error: Option<&ObservedError>, evidence: &Evidence<'_>) -> Compared {
    let expected = match wanted {
        StatusCheck::Equals(number) => json!(number),
        StatusCheck::NotGuessed => json!("not-guessed"),
    };
    let Some(error) = error else { return (expected, Value::Null, Grade::Moot) };
    let Some(seen) = error.status.value().map(|reading| reading.value) else {
        let grade = match (wanted, &error.status) {
            (StatusCheck::NotGuessed, _) => Grade::Exact,
            (StatusCheck::Equals(_), Told::Empty) => Grade::Empty,
            (StatusCheck::Equals(_), _) => Grade::Absent,
        };
        return (expected, Value::Null, grade);
    };
    let own = transport_status(evidence).is_some_and(|status| i64::from(status) == seen);
    let grade = match wanted {
        StatusCheck::Equals(number) if i64::from(number) == seen => Grade::Exact,
        StatusCheck::Equals(_) if own => Grade::Transport,
        StatusCheck::NotGuessed if own => Grade::Exact,
        StatusCheck::Equals(_) | StatusCheck::NotGuessed => Grade::Contradictory,
    };
    (expected, json!(seen), grade)
}

/// The status line of the last answer that was sent.
fn transport_status(evidence: &Evidence<'_>) -> Option<u16> {
    let last = evidence.transcript.exchanges.last()?;
    evidence.script.answer(last.answer)?.status
}

fn class(wanted: ErrorClass, error: Option<&ObservedError>, evidence: &Evidence<'_>) -> Compared {
    let ErrorClass::SameAsHttp = wanted;
    let Some(error) = error else { return (json!("same-as-http"), Value::Null, Grade::Moot) };
    let control = evidence.control.and_then(|control| match &control.answer {
        Answer::Observed(observation) => observation.error.as_ref(),
        Answer::Hang | Answer::Crash { .. } | Answer::Fault { .. } => None,
    });
    match control {
        None => (json!("same-as-http"), json!(error.class), Grade::NotObservable),
        Some(control) => (json!(control.class), json!(error.class), exact_if(control.class == error.class)),
    }
}

fn foreign(wanted: bool, seen: &Observation, bases: &[String]) -> Compared {
    let Some(error) = &seen.error else { return (json!(wanted), Value::Null, Grade::Moot) };
    // A failure that was handed over as an item was not thrown at anyone.
    let foreign = seen.ended == Ended::Raised && !error.classes.iter().any(|class| bases.contains(class));
    let observed = if foreign { json!(error.class) } else { json!(false) };
    (json!(wanted), observed, exact_if(foreign == wanted))
}

fn message(wanted: &TextMatch, error: Option<&ObservedError>, nonce: &str) -> Compared {
    match error {
        None => (expected_text(wanted, nonce), Value::Null, Grade::Moot),
        Some(error) => text(wanted, Some(&error.message), nonce),
    }
}

fn text(wanted: &TextMatch, seen: Option<&str>, nonce: &str) -> Compared {
    let expected = expected_text(wanted, nonce);
    let Some(seen) = seen else { return (expected, Value::Null, Grade::NotObservable) };
    let filled = |text: &str| text.replace("${nonce}", nonce);
    let holds = match wanted {
        TextMatch::Equals(whole) => seen == filled(whole),
        TextMatch::Contains(part) => seen.contains(&filled(part)),
        TextMatch::StartsWith(start) => seen.starts_with(&filled(start)),
        TextMatch::PrefixOf(whole) => filled(whole).starts_with(seen),
    };
    (expected, json!(seen), exact_if(holds))
}

fn expected_text(wanted: &TextMatch, nonce: &str) -> Value {
    let value = match wanted {
        TextMatch::Equals(text) => json!(text),
        TextMatch::Contains(text) => json!({ "contains": text }),
        TextMatch::StartsWith(text) => json!({ "starts-with": text }),
        TextMatch::PrefixOf(text) => json!({ "prefix-of": text }),
    };
    with_nonce(value, nonce)
}

fn tools(wanted: &ToolsMatch, seen: &Observation) -> Compared {
    let expected = match wanted {
        ToolsMatch::NoneComplete => json!("none-complete"),
        ToolsMatch::Complete(calls) => json!(calls),
    };
    let Some(calls) = &seen.tool_calls else { return (expected, Value::Null, Grade::NotObservable) };
    let complete: Vec<Value> = calls
        .iter()
        .filter(|call| call.complete)
        .map(|call| json!({ "name": call.name, "arguments": parsed(&call.arguments) }))
        .collect();
    let holds = match wanted {
        ToolsMatch::NoneComplete => complete.is_empty(),
        ToolsMatch::Complete(calls) => json!(calls) == json!(complete),
    };
    (expected, Value::Array(complete), exact_if(holds))
}

/// Arguments as a value, whether the SDK parsed them or not.
fn parsed(arguments: &Value) -> Value {
    match arguments {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| arguments.clone()),
        other => other.clone(),
    }
}

fn stop_reason(wanted: &OneOf<Option<String>>, seen: &Told<String>) -> Compared {
    let expected = listed(&wanted.0);
    match seen {
        Told::Absent => (expected, Value::Null, Grade::NotObservable),
        Told::Empty if wanted.0.contains(&None) => (expected, Value::Null, Grade::Exact),
        Told::Empty => (expected, Value::Null, Grade::Empty),
        Told::Value(reason) => {
            (expected, json!(reason), exact_if(wanted.0.iter().flatten().any(|one| same_reason(one, reason))))
        }
    }
}

/// Says only whether it held: the number differs from run to run, and reports must not.
fn elapsed(wanted: Bound, evidence: &Evidence<'_>) -> Compared {
    let took = u64::try_from(evidence.answered.took.as_millis()).unwrap_or(u64::MAX);
    let (expected, _, grade) = bound(wanted, took);
    (expected, json!(if grade == Grade::Exact { "in time" } else { "too late" }), grade)
}

fn bound(wanted: Bound, seen: u64) -> Compared {
    match wanted {
        Bound::Equals(number) => (json!(number), json!(seen), exact_if(number == seen)),
        Bound::AtMost(number) => (json!({ "at-most": number }), json!(seen), exact_if(seen <= number)),
    }
}

fn connection(wanted: Connection, released: Option<bool>) -> Compared {
    let Connection::Released = wanted;
    let expected = json!("released");
    match released {
        None => (expected, Value::Null, Grade::NotObservable),
        Some(true) => (expected, json!("released"), Grade::Exact),
        Some(false) => (expected, json!("held"), Grade::Wrong),
    }
}

fn one_of<T: PartialEq + serde::Serialize>(wanted: &OneOf<T>, seen: Option<T>) -> Compared {
    let expected = listed(&wanted.0);
    match seen {
        None => (expected, Value::Null, Grade::Moot),
        Some(seen) => {
            let grade = exact_if(wanted.0.contains(&seen));
            (expected, json!(seen), grade)
        }
    }
}

fn listed<T: serde::Serialize>(values: &[T]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}

fn with_nonce(value: Value, nonce: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${nonce}", nonce)),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, with_nonce(value, nonce))).collect(),
        other => other,
    }
}

const fn exact_if(holds: bool) -> Grade {
    if holds { Grade::Exact } else { Grade::Wrong }
}
