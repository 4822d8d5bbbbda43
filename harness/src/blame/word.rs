//! The loss, in one word, and the axes on which it shows.

use serde_json::Value;
use streamspec_adapters::contract::ObservedError;

use super::same::sent;
use super::{BlameEvidence, Reading, Word, translated};
use crate::case::{Axis, End};
use crate::judge::{Check, Grade, Mode, Status, Verdict};
use crate::server::Exchange;
use crate::tap::AnswerEnd;

/// The axes of what a gateway sends, or does not: they show in the bytes, and are no decision of the client that reads them.
const SENT: [Axis; 16] = [
    Axis::Outcome,
    Axis::ErrorType,
    Axis::ErrorCode,
    Axis::ErrorStatus,
    Axis::ErrorMessage,
    Axis::ErrorRequestId,
    Axis::ErrorRetryAfter,
    Axis::Text,
    Axis::ToolCalls,
    Axis::StopReason,
    Axis::Usage,
    Axis::Thinking,
    Axis::Refusal,
    Axis::Again,
    Axis::Others,
    Axis::Either,
];

/// The axes of requests and times, rather than of what the caller is told.
const NOT_TOLD: [Axis; 6] = [Axis::Request, Axis::Requests, Axis::Resent, Axis::Wait, Axis::Elapsed, Axis::Connection];

/// The axes on which a provider's error is told from any other one.
const OF_A_PROVIDER: [Axis; 3] = [Axis::ErrorType, Axis::ErrorCode, Axis::ErrorMessage];

/// Finds the word and its axes; none where nobody could read what was changed.
pub(super) fn find(evidence: &BlameEvidence<'_>) -> Option<(Word, Vec<Axis>)> {
    if evidence.is_same {
        return Some(at_the_sdk(evidence.verdict));
    }
    let reading = evidence.reading.filter(|reading| reading.verdict.status <= Status::Fails)?;
    if let Some(found) = at_the_gateway(reading) {
        return Some(found);
    }
    if let Some(found) = translated::find(evidence) {
        return Some(found);
    }
    // A reader may find the failure in the body alone. A gateway that translates may choose how it tells of one.
    if evidence.translated.is_none() && has_another_status(evidence) {
        return Some((Word::ChangedAtTheGateway, vec![Axis::ErrorStatus]));
    }
    let (word, axes) = at_the_sdk(evidence.verdict);
    // The reader sees by the dialect alone that the answer is not whole; an SDK that needs the framing for that has lost it here.
    let is_lost = word == Word::LostAtTheSdk && is_mended(evidence);
    Some((if is_lost { Word::LostAtTheGateway } else { word }, axes))
}

/// Finds what the SDK did not tell of an answer that was passed on.
fn at_the_sdk(verdict: &Verdict) -> (Word, Vec<Axis>) {
    let broken = verdict.broken_checks().filter(|check| !check.disputed && !NOT_TOLD.contains(&check.axis));
    let axes = axes(broken);
    (if axes.is_empty() { Word::PassedOn } else { Word::LostAtTheSdk }, axes)
}

/// Finds what the gateway did, by what the reader misses; none where it misses nothing.
fn at_the_gateway(reading: Reading<'_>) -> Option<(Word, Vec<Axis>)> {
    let broken = || reading.verdict.broken_checks().filter(|check| SENT.contains(&check.axis));
    let is_gone = is_gone(reading);
    let word = broken().map(|check| of_check(check, reading, is_gone)).max()?;
    Some((word, axes(broken())))
}

fn axes<'a>(checks: impl Iterator<Item = &'a Check>) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for check in checks {
        if !axes.contains(&check.axis) {
            axes.push(check.axis);
        }
    }
    axes
}

/// Says if a provider's error was to be read and none was: what the reader tells of is a failure of its own.
fn is_gone(reading: Reading<'_>) -> bool {
    let of = |held| {
        let checks = reading.verdict.checks.iter().filter(|check| OF_A_PROVIDER.contains(&check.axis));
        checks.filter(|check| check.held() == Some(held)).count()
    };
    of(false) > 0 && of(true) == 0 && !reading.error.is_some_and(is_a_providers)
}

const fn is_a_providers(error: &ObservedError) -> bool {
    error.kind.value().is_some() || error.code.value().is_some()
}

fn of_check(check: &Check, reading: Reading<'_>, is_gone: bool) -> Word {
    let mode = reading.verdict.mode;
    match check.axis {
        Axis::Outcome | Axis::Either | Axis::StopReason if mode == Some(Mode::Fabricated) => Word::Invented,
        Axis::Outcome if mode == Some(Mode::Spurious) && reading.error.is_some_and(is_a_providers) => Word::Invented,
        Axis::Outcome | Axis::Either | Axis::Again | Axis::Others => Word::LostAtTheGateway,
        axis if OF_A_PROVIDER.contains(&axis) && is_gone => Word::LostAtTheGateway,
        _ if matches!(check.grade, Grade::Empty | Grade::Absent) => match check.axis {
            Axis::StopReason | Axis::Usage => Word::LostAtTheGateway,
            _ => Word::ChangedAtTheGateway,
        },
        Axis::Text | Axis::Thinking | Axis::Refusal | Axis::ToolCalls => beside(&check.expected, &check.observed),
        _ => Word::ChangedAtTheGateway,
    }
}

/// Compares a part of the answer with what it should be: less of it, more of it, or something else.
fn beside(expected: &Value, observed: &Value) -> Word {
    match (expected, observed) {
        (_, Value::Null) => Word::LostAtTheGateway,
        (_, Value::String(text)) if text.is_empty() => Word::LostAtTheGateway,
        (Value::String(expected), Value::String(text)) if expected.starts_with(text.as_str()) => Word::LostAtTheGateway,
        (Value::String(expected), Value::String(text)) if text.len() > expected.len() => Word::Invented,
        (Value::Array(expected), Value::Array(calls)) if calls.len() < expected.len() => Word::LostAtTheGateway,
        (Value::Array(expected), Value::Array(calls)) if calls.len() == expected.len() => Word::ChangedAtTheGateway,
        // Of calls none or fewer were to be there.
        (_, Value::Array(_)) => Word::Invented,
        _ => Word::ChangedAtTheGateway,
    }
}

/// Says if answers that were cut went on as whole ones.
fn is_mended(evidence: &BlameEvidence<'_>) -> bool {
    let is_cut =
        |exchange: &&Exchange| sent(evidence.script, exchange).is_some_and(|sent| sent.end != AnswerEnd::Whole);
    let cut = evidence.transcript.exchanges.iter().filter(is_cut).count();
    cut > evidence.tapped.iter().filter(|answer| answer.end != AnswerEnd::Whole).count()
}

/// Says if an answer that the server sent whole went on with another status: none that went on has its own.
fn has_another_status(evidence: &BlameEvidence<'_>) -> bool {
    let mut left: Vec<u16> = evidence.tapped.iter().filter_map(|answer| answer.status).collect();
    if left.len() != evidence.transcript.exchanges.len() {
        return false;
    }
    let answers = evidence.transcript.exchanges.iter().filter_map(|exchange| evidence.script.answer(exchange.answer));
    let whole = answers.filter(|answer| answer.end == End::Finish);
    let mut sent = whole.filter_map(|answer| answer.head.as_ref()).map(|head| head.status);
    sent.any(|status| {
        let place = left.iter().position(|other| *other == status);
        place.map(|place| left.remove(place)).is_none()
    })
}
