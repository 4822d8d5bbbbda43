//! One comparison for each axis.

use std::time::Duration;

use serde_json::{Value, json};
use streamspec_adapters::contract::{CallOutcome, Ended, Field, Observation, ObservedError, Reading};
use streamspec_adapters::dialect::is_same_status;
use streamspec_adapters::manifest::AnswerField;

use super::endings::endings;
use super::outcome::outcome;
use super::reason::{same_reason, says_nothing};
use super::request::request;
use super::resent::resent;
use super::text::{expected_text, text, with_nonce};
use super::usage::usage;
use super::verdict::listed;
use super::{Check, Evidence, Grade, Observed};
use crate::case::{
    Axis, Bound, Checks, Connection, ErrorClass, Level, OneOf, Outcome, StatusCheck, TextMatch, ToolsMatch,
};

/// An expected value, what was seen, and how they compare.
type AxisComparison = (Value, Value, Grade);

/// Grades every check that is named at one level.
pub(super) fn grade(level: Level, checks: &Checks, seen: Observed<'_>, evidence: &Evidence<'_>) -> Vec<Check> {
    let observation = seen.observation;
    let error = observation.error.as_ref();
    let nonce = evidence.nonce;
    let found = [
        (Axis::Outcome, checks.outcome.as_ref().map(|wanted| an_outcome(wanted, seen.outcome))),
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
        (Axis::ErrorForeign, checks.error_foreign.map(|wanted| foreign(wanted, observation, evidence.error_bases))),
        (Axis::Text, checks.text.as_ref().map(|wanted| text(wanted, observation.text.as_deref(), nonce))),
        (Axis::ToolCalls, checks.tool_calls.as_ref().map(|wanted| tools(wanted, observation))),
        (Axis::StopReason, checks.stop_reason.as_ref().map(|wanted| stop_reason(wanted, observation, evidence))),
        (Axis::Usage, checks.usage.as_ref().map(|wanted| usage(wanted, &observation.usage))),
        (Axis::Thinking, checks.thinking.as_ref().map(|wanted| text(wanted, observation.thinking.as_deref(), nonce))),
        (Axis::Refusal, checks.refusal.as_ref().map(|wanted| text(wanted, observation.refusal.as_deref(), nonce))),
        (Axis::Ended, checks.ended.map(|wanted| endings(wanted, seen))),
        (Axis::Request, checks.request.as_ref().map(|wanted| request(wanted, &evidence.transcript.exchanges, nonce))),
        (Axis::Requests, checks.requests.map(|wanted| requests(wanted, evidence))),
        (Axis::Resent, checks.resent.map(|wanted| resent(wanted, &evidence.transcript.exchanges))),
        (Axis::Wait, checks.wait.map(|wanted| wait(wanted, evidence))),
        (Axis::Elapsed, checks.elapsed.map(|wanted| elapsed(wanted, evidence))),
        (Axis::Connection, checks.connection.map(|wanted| connection(wanted, evidence.released))),
        (Axis::Again, checks.again.as_ref().map(|wanted| again(level, wanted, seen, evidence))),
        (Axis::Others, checks.others.as_ref().map(|wanted| others(level, wanted, observation, evidence))),
        (Axis::Either, (!checks.either.is_empty()).then(|| either(level, &checks.either, seen, evidence))),
    ];
    found
        .into_iter()
        .filter_map(|(axis, compared)| {
            let (expected, observed, grade) = compared?;
            let is_unseen = evidence.stated.is_some_and(|stated| stated.unseen.contains(&axis));
            let (observed, grade) = if is_unseen { (Value::Null, Grade::NotObservable) } else { (observed, grade) };
            // A number that contradicts both the document and the wire breaks a MUST wherever it was checked.
            let level = if grade == Grade::Contradictory { Level::Must } else { level };
            Some(Check { axis, level, expected, observed, grade, disputed: false })
        })
        .collect()
}

/// Compares with several ends, each with what must hold there.
fn either(level: Level, alternatives: &[Checks], seen: Observed<'_>, evidence: &Evidence<'_>) -> AxisComparison {
    let graded: Vec<Vec<Check>> =
        alternatives.iter().map(|alternative| grade(level, alternative, seen, evidence)).collect();
    let written = |checks: &Vec<Check>| -> Value {
        checks.iter().map(|check| (check.axis.name().to_owned(), check.expected.clone())).collect()
    };
    let expected = graded.iter().map(written).collect();
    let broken = |checks: &Vec<Check>| -> Vec<Axis> {
        checks.iter().filter(|check| check.held() == Some(false)).map(|check| check.axis).collect()
    };
    let nearest = graded.iter().map(broken).min_by_key(|axes| (axes.contains(&Axis::Outcome), axes.len()));
    let nearest = nearest.unwrap_or_default();
    // Of another end nothing else is told.
    let others = if nearest.contains(&Axis::Outcome) { &[] } else { nearest.as_slice() };
    let observed = with_another(seen.outcome.name(), others);
    let is_open = evidence.stated.is_some() && nearest.is_empty() && !graded.iter().any(|checks| holds_in_part(checks));
    (expected, json!(observed), if is_open { Grade::NotObservable } else { Grade::exact_if(nearest.is_empty()) })
}

/// Says whether no check is broken and something was seen that it is so.
fn holds_in_part(checks: &[Check]) -> bool {
    let held = |expected| checks.iter().any(|check| check.held() == Some(expected));
    held(true) && !held(false)
}

/// Compares the second call with what must hold of it, as a whole.
fn again(level: Level, wanted: &Checks, first: Observed<'_>, evidence: &Evidence<'_>) -> AxisComparison {
    let Some(observation) = first.observation.again.as_deref() else {
        return (json!(wanted.outcome.as_ref().map(|outcome| listed(&outcome.0))), Value::Null, Grade::NotObservable);
    };
    let outcome = outcome(observation, first.reason_on_wire);
    whole(level, wanted, Observed { observation, outcome, ..first }, evidence)
}

/// Compares the calls that were made at once with the one that failed with what must hold of each, as a whole. Says how many are
/// otherwise, and what the first of them is.
fn others(level: Level, wanted: &Checks, failed: &Observation, evidence: &Evidence<'_>) -> AxisComparison {
    // Their answers have a stop reason, or else the one of each says that it is no whole one.
    let reason_on_wire = true;
    let seen = |observation| Observed { observation, outcome: outcome(observation, reason_on_wire), reason_on_wire };
    let mut compared: Vec<AxisComparison> =
        failed.others.iter().map(|other| whole(level, wanted, seen(other), evidence)).collect();
    let all = compared.len();
    let otherwise = compared.iter().filter(|(.., grade)| *grade == Grade::Wrong).count();
    let first = compared.iter().position(|(.., grade)| *grade == Grade::Wrong).unwrap_or_default();
    match compared.drain(..).nth(first) {
        None => (json!(wanted.outcome.as_ref().map(|outcome| listed(&outcome.0))), Value::Null, Grade::NotObservable),
        Some((expected, Value::String(observed), Grade::Wrong)) => {
            (expected, json!(format!("{otherwise} of {all}: {observed}")), Grade::Wrong)
        }
        Some(same) => same,
    }
}

/// Compares a call with all that must hold of it.
fn whole(level: Level, wanted: &Checks, seen: Observed<'_>, evidence: &Evidence<'_>) -> AxisComparison {
    let graded = grade(level, wanted, seen, evidence);
    let expected = graded.iter().map(|check| (check.axis.name().to_owned(), check.expected.clone())).collect();
    let broken: Vec<Axis> = graded.iter().filter(|check| check.held() == Some(false)).map(|check| check.axis).collect();
    let class = seen.observation.error.as_ref().map(|error| format!(" ({})", error.class)).unwrap_or_default();
    let observed = with_another(&format!("{}{class}", seen.outcome.name()), &broken);
    (expected, json!(observed), Grade::exact_if(broken.is_empty()))
}

/// Says how an answer ended, and in which axes beside its end it is another one.
fn with_another(ended: &str, broken: &[Axis]) -> String {
    let others: Vec<&str> = broken.iter().filter(|axis| **axis != Axis::Outcome).map(|axis| axis.name()).collect();
    if others.is_empty() { ended.to_owned() } else { format!("{ended}, with another {}", others.join(" and ")) }
}

fn an_outcome(wanted: &OneOf<Outcome>, seen: Outcome) -> AxisComparison {
    (listed(&wanted.0), json!(seen), Grade::exact_if(wanted.0.contains(&seen)))
}

fn word(
    wanted: &OneOf<String>,
    error: Option<&ObservedError>,
    field: fn(&ObservedError) -> &Field<Reading<String>>,
) -> AxisComparison {
    let expected = listed(&wanted.0);
    field_value(expected, error.map(field), |value| wanted.0.contains(value))
}

fn reading<T: PartialEq + serde::Serialize>(
    wanted: &T,
    error: Option<&ObservedError>,
    field: fn(&ObservedError) -> &Field<Reading<T>>,
    nonce: &str,
) -> AxisComparison {
    let wanted = with_nonce(json!(wanted), nonce);
    field_value(wanted.clone(), error.map(field), |value| json!(value) == wanted)
}

/// Compares a field of the error that the SDK may not have, or may have left empty.
fn field_value<T: serde::Serialize>(
    expected: Value,
    field: Option<&Field<Reading<T>>>,
    holds: impl Fn(&T) -> bool,
) -> AxisComparison {
    match field {
        None => (expected, Value::Null, Grade::NotApplicable),
        Some(Field::Absent) => (expected, Value::Null, Grade::Absent),
        Some(Field::Empty) => (expected, Value::Null, Grade::Empty),
        Some(Field::Value(reading)) => (expected, json!(reading.value), Grade::exact_if(holds(&reading.value))),
    }
}

fn status(wanted: StatusCheck, error: Option<&ObservedError>, evidence: &Evidence<'_>) -> AxisComparison {
    let expected = match wanted {
        StatusCheck::Equals(number) => json!(number),
        StatusCheck::NotGuessed => json!("not-guessed"),
    };
    let Some(error) = error else { return (expected, Value::Null, Grade::NotApplicable) };
    let Some(seen) = error.status.value().map(|reading| reading.value) else {
        let grade = match (wanted, &error.status) {
            (StatusCheck::NotGuessed, _) => Grade::Exact,
            (StatusCheck::Equals(_), _) if is_in_a_translated_stream(evidence) => Grade::NotObservable,
            (StatusCheck::Equals(_), Field::Empty) => Grade::Empty,
            (StatusCheck::Equals(_), _) => Grade::Absent,
        };
        return (expected, Value::Null, grade);
    };
    let own = transport_status(evidence).is_some_and(|status| i64::from(status) == seen);
    let grade = match wanted {
        StatusCheck::Equals(number) if is_chosen(number, seen, evidence) => Grade::Exact,
        StatusCheck::Equals(number) if i64::from(number) == seen => Grade::Exact,
        StatusCheck::Equals(_) if own => Grade::Transport,
        StatusCheck::NotGuessed if own => Grade::Exact,
        // Behind a gateway that translates, it is the gateway that chose it.
        _ if evidence.client_side.is_some() => Grade::Wrong,
        StatusCheck::Equals(_) | StatusCheck::NotGuessed => Grade::Contradictory,
    };
    (expected, json!(seen), grade)
}

/// Says whether a gateway that translates has chosen another status that means the same.
fn is_chosen(wanted: u16, seen: i64, evidence: &Evidence<'_>) -> bool {
    evidence.client_side.is_some() && u16::try_from(seen).is_ok_and(|seen| is_same_status(wanted, seen))
}

/// Says whether a gateway that translates told of the error in a stream, where its dialect may have no place for a status.
fn is_in_a_translated_stream(evidence: &Evidence<'_>) -> bool {
    evidence.client_side.is_some_and(|side| side.status.is_none_or(|status| status < 400))
}

/// Returns the status line of the last answer that the client was sent.
fn transport_status(evidence: &Evidence<'_>) -> Option<u16> {
    if let Some(side) = evidence.client_side {
        return side.status;
    }
    let last = evidence.transcript.exchanges.last()?;
    evidence.script.answer(last.answer)?.head.as_ref().map(|head| head.status)
}

fn class(wanted: ErrorClass, error: Option<&ObservedError>, evidence: &Evidence<'_>) -> AxisComparison {
    let ErrorClass::SameAsHttp = wanted;
    let Some(error) = error else { return (json!("same-as-http"), Value::Null, Grade::NotApplicable) };
    let seen = json!(error.class);
    let lacks = evidence.surface.is_some_and(|surface| surface.lacks.contains(&AnswerField::ErrorClass));
    let has_classes = !evidence.error_bases.is_empty() && !lacks;
    let Some(control) = evidence.control.filter(|_| has_classes) else {
        return (json!("same-as-http"), seen, Grade::NotObservable);
    };
    let lost = match &control.answered.outcome {
        CallOutcome::Observed(observation) => match &observation.error {
            // A handler for the class of the control reaches a subclass of it, too.
            Some(control) => {
                return (json!(control.class), seen, Grade::exact_if(error.classes.contains(&control.class)));
            }
            None => "same-as-http, which raised nothing",
        },
        CallOutcome::Hang | CallOutcome::Stuck => "same-as-http, which hung",
        CallOutcome::Crash { .. } => "same-as-http, which crashed",
        CallOutcome::Fault { .. } => "same-as-http, which was lost",
    };
    (json!(lost), seen, Grade::Wrong)
}

fn foreign(wanted: bool, seen: &Observation, bases: &[String]) -> AxisComparison {
    let Some(error) = &seen.error else { return (json!(wanted), Value::Null, Grade::NotApplicable) };
    // A failure that was handed over as an item was not thrown at anyone.
    let foreign = seen.ended == Ended::Raised && !error.classes.iter().any(|class| bases.contains(class));
    let observed = if foreign { json!(error.class) } else { json!(false) };
    (json!(wanted), observed, Grade::exact_if(foreign == wanted))
}

fn message(wanted: &TextMatch, error: Option<&ObservedError>, nonce: &str) -> AxisComparison {
    match error {
        None => (expected_text(wanted, nonce), Value::Null, Grade::NotApplicable),
        Some(error) => text(wanted, Some(&error.message), nonce),
    }
}

fn tools(wanted: &ToolsMatch, seen: &Observation) -> AxisComparison {
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
    (expected, Value::Array(complete), Grade::exact_if(holds))
}

/// Returns arguments as a value, whether the SDK parsed them or not.
fn parsed(arguments: &Value) -> Value {
    match arguments {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| arguments.clone()),
        other => other.clone(),
    }
}

fn stop_reason(wanted: &OneOf<Option<String>>, seen: &Observation, evidence: &Evidence<'_>) -> AxisComparison {
    let expected = listed(&wanted.0);
    let has_calls = seen.tool_calls.iter().flatten().any(|call| call.complete);
    let same = |one: &String, reported: &str| same_reason(evidence.spoken(), one, reported, has_calls);
    match &seen.stop_reason {
        Field::Absent => (expected, Value::Null, Grade::NotObservable),
        Field::Empty if wanted.0.contains(&None) => (expected, Value::Null, Grade::Exact),
        Field::Empty => (expected, Value::Null, Grade::Empty),
        // Some SDKs have a word where others have nothing.
        Field::Value(reported) if wanted.0.contains(&None) && says_nothing(reported) => {
            (expected, json!(reported), Grade::Exact)
        }
        Field::Value(reported) => {
            let grade = Grade::exact_if(wanted.0.iter().flatten().any(|one| same(one, reported)));
            (expected, json!(reported), grade)
        }
    }
}

/// Returns the shortest time between an answer and the next request.
fn wait(wanted: Bound, evidence: &Evidence<'_>) -> AxisComparison {
    let exchanges = &evidence.transcript.exchanges;
    let gaps = exchanges.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        Some(after.at.saturating_sub(before.done_at.unwrap_or(before.at)))
    });
    match gaps.min() {
        None => (wanted.as_written(), Value::Null, Grade::NotApplicable),
        Some(shortest) => timed(wanted, shortest),
    }
}

fn elapsed(wanted: Bound, evidence: &Evidence<'_>) -> AxisComparison {
    timed(wanted, evidence.answered.took)
}

/// Says only whether a time held: the number differs from run to run, and reports must not.
fn timed(wanted: Bound, seen: Duration) -> AxisComparison {
    let milliseconds = u64::try_from(seen.as_millis()).unwrap_or(u64::MAX);
    let too_early = wanted.at_least.is_some_and(|least| milliseconds < least);
    let observed = match (wanted.holds(milliseconds), too_early) {
        (true, _) => "in time",
        (false, true) => "too early",
        (false, false) => "too late",
    };
    (wanted.as_written(), json!(observed), Grade::exact_if(wanted.holds(milliseconds)))
}

fn bound(wanted: Bound, seen: u64) -> AxisComparison {
    (wanted.as_written(), json!(seen), Grade::exact_if(wanted.holds(seen)))
}

fn requests(wanted: Bound, evidence: &Evidence<'_>) -> AxisComparison {
    let seen = evidence.transcript.exchanges.len() as u64;
    let (expected, observed, grade) = bound(wanted, seen);
    let is_about_retries = evidence.surface.is_none_or(|surface| surface.asks_again.is_none());
    let more = wanted.at_most.is_some_and(|most| seen > most);
    (expected, observed, if more && !is_about_retries { Grade::NotObservable } else { grade })
}

fn connection(wanted: Connection, released: Option<bool>) -> AxisComparison {
    let Connection::Released = wanted;
    let expected = json!("released");
    match released {
        None => (expected, Value::Null, Grade::NotObservable),
        Some(true) => (expected, json!("released"), Grade::Exact),
        Some(false) => (expected, json!("held"), Grade::Wrong),
    }
}

fn one_of<T: PartialEq + serde::Serialize>(wanted: &OneOf<T>, seen: Option<T>) -> AxisComparison {
    let expected = listed(&wanted.0);
    match seen {
        None => (expected, Value::Null, Grade::NotApplicable),
        Some(seen) => {
            let grade = Grade::exact_if(wanted.0.contains(&seen));
            (expected, json!(seen), grade)
        }
    }
}
