//! Faults of the harness and of the adapter, which are no verdict about an SDK.

use streamspec_adapters::contract::{CallOutcome, Caller, Ended, Observation, ObservedError, Read};
use streamspec_adapters::manifest::{AnswerField, Delivers, Surface};

use super::{Check, Evidence, Grade, Verdict};
use crate::case::Axis;
use crate::server::{Refused, Transcript};
use crate::wire::Script;

/// Finds a fault of the harness: the server wrote something other than its script. None where the digests agree.
pub(super) fn of_the_wire(script: &Script, transcript: &Transcript) -> Option<String> {
    transcript.exchanges.iter().enumerate().find_map(|(number, exchange)| {
        let expected = exchange.answer_of(script)?.digest_prefix(exchange.written);
        (expected != exchange.digest).then(|| {
            format!(
                "the {} bytes written for request {} differ from the script: their SHA-256 is {}, not {expected}",
                exchange.written,
                number + 1,
                exchange.digest
            )
        })
    })
}

/// Finds a fault of the harness or the machine: no request came, because no connection could be opened.
///
/// An SDK that is linked in opens its connections in this process, and says itself what the system said to it.
pub(super) fn of_the_connections(answer: &CallOutcome, transcript: &Transcript) -> Option<String> {
    if !transcript.exchanges.is_empty() || !transcript.refused.is_empty() {
        return None;
    }
    let names_a_shortage = |error: &ObservedError| SHORTAGES.iter().any(|words| error.message.contains(words));
    match (&transcript.lacking, answer) {
        (Some(lacking), _) => Some(format!("no request reached the server: {lacking}")),
        (None, CallOutcome::Observed(observation)) => {
            let error = observation.error.as_ref().filter(|error| names_a_shortage(error))?;
            let reason = "no request reached the server: the client could open no further file for a connection";
            Some(format!("{reason} (`ulimit -n`): {}", error.message))
        }
        (None, _) => None,
    }
}

/// The words of systems and runtimes where a process, or the system, can open no further file.
const SHORTAGES: [&str; 3] = ["Too many open files", "EMFILE", "ENFILE"];

/// Finds a fault of the adapter: a request was refused, so that the SDK did not see what the case sends.
pub(super) fn of_the_requests(transcript: &Transcript) -> Option<String> {
    let alone = transcript.exchanges.is_empty();
    let Refused { request, status, reason, .. } = transcript.refused.iter().find(|refused| refused.own || alone)?;
    if *status == 0 {
        // It was not answered in HTTP.
        return Some(format!("no request reached the server: {request}: {reason}"));
    }
    Some(format!("the server refused the request `{request}` with {status}: {reason}"))
}

/// Finds a fault of the adapter in what it says of one call, and of each other one that the caller makes.
pub(super) fn of_the_observations(observation: &Observation, evidence: &Evidence<'_>) -> Option<String> {
    let Caller { read, again, at_once } = evidence.case.caller;
    let surface = evidence.surface;
    match (&observation.again, again) {
        (Some(_), false) => return Some("the observation holds a second call, which was not asked for".to_owned()),
        (None, true) => return Some("the observation does not hold the second call that was asked for".to_owned()),
        (Some(second), true) => {
            if let Some(reason) = of_the_observation(second, Read::All, surface) {
                return Some(format!("of the second call: {reason}"));
            }
        }
        (None, false) => {}
    }
    let (asked, told) = (at_once.unwrap_or(1), observation.others.len() + 1);
    if usize::try_from(asked) != Ok(told) {
        return Some(format!(
            "the number of calls in the observation that were made at once is {told} instead of {asked}"
        ));
    }
    let mut others = observation.others.iter();
    if let Some(reason) = others.find_map(|other| of_the_observation(other, Read::All, surface)) {
        return Some(format!("of one of the other calls: {reason}"));
    }
    of_the_observation(observation, read, surface)
}

/// Finds a fault of the adapter: an observation that contradicts itself, or leaves out a field that its surface shows.
fn of_the_observation(observation: &Observation, read: Read, surface: Option<&Surface>) -> Option<String> {
    let left = match observation.ended {
        Ended::Stopped if !read.stops() => Some("stopped"),
        Ended::Cancelled if !read.cancels() => Some("cancelled"),
        _ => None,
    };
    if let Some(left) = left {
        return Some(format!("the observation says that the caller {left}, which it was not asked to"));
    }
    match (observation.ended, &observation.error) {
        (Ended::Stopped, Some(_)) => {
            return Some("the observation says that nothing was raised, but holds an error".to_owned());
        }
        (Ended::Raised | Ended::ErrorItem, None) => {
            return Some("the observation says that the SDK failed, but holds no error".to_owned());
        }
        (Ended::Returned, Some(_)) => {
            return Some("the observation says that the SDK returned normally, but holds an error".to_owned());
        }
        (Ended::Raised | Ended::ErrorItem, Some(_))
        | (Ended::Returned | Ended::Stopped, None)
        | (Ended::Aborted | Ended::Cancelled, _) => {}
    }
    let surface = surface?;
    if surface.delivers == Delivers::Final && observation.ended != Ended::Returned {
        return None;
    }
    let left_out = |field: &AnswerField| match field {
        AnswerField::Text => observation.text.is_none(),
        AnswerField::ToolCalls => observation.tool_calls.is_none(),
        AnswerField::StopReason => observation.stop_reason.is_absent(),
        AnswerField::Usage => observation.usage.is_absent(),
        AnswerField::Thinking => observation.thinking.is_none(),
        AnswerField::Refusal => observation.refusal.is_none(),
        AnswerField::Endings => observation.endings.is_none(),
        // Every error that is reported has a class; of the others only a probe asks.
        AnswerField::ErrorClass | AnswerField::ErrorStatus | AnswerField::ErrorType | AnswerField::ErrorCode => false,
    };
    let field = surface.shows().into_iter().find(left_out)?;
    Some(format!("the observation has no `{}`, which the surface shows according to its description", field.name()))
}

/// Makes the verdict where a check needs the case's control, and the control was lost through no fault of the SDK.
pub(super) fn of_the_control(check: &Check, evidence: &Evidence<'_>) -> Option<Verdict> {
    if check.axis != Axis::ErrorClass || matches!(check.grade, Grade::NotApplicable | Grade::NotObservable) {
        return None;
    }
    let control = evidence.control?;
    let lost = |why: &str| format!("the control, the same error as a plain HTTP response, was lost: {why}");
    if let Some(lacking) = &control.lacking {
        return Some(Verdict::harness_fault(lost(lacking)));
    }
    match &control.answered.outcome {
        CallOutcome::Fault { detail } => Some(Verdict::adapter_fault(lost(detail))),
        CallOutcome::Observed(_) if !control.was_sent => {
            Some(Verdict::adapter_fault(lost("nothing of its response was sent")))
        }
        CallOutcome::Observed(_) | CallOutcome::Hang | CallOutcome::Stuck | CallOutcome::Crash { .. } => None,
    }
}
