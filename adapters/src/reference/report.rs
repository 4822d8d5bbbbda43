//! The observation of the caller of a surface.

use super::answer::PartialAnswer;
use super::failure::Failure;
use crate::contract::{Call, Ended, Field, Observation, Site};

/// The surface that hands over the finished answer; the other one hands over events as they come.
const FINAL: &str = "final";

/// Makes the observation of the caller of a surface. `final` hands over nothing before it fails.
pub(crate) fn report(call: &Call, answer: PartialAnswer, outcome: Result<(), (Site, Failure)>) -> Observation {
    let tool_calls = answer.tools.handed_over();
    match outcome {
        Ok(()) => Observation {
            ended: if answer.interrupted { Ended::Aborted } else { Ended::Returned },
            events: if call.surface == FINAL { 1 } else { answer.events },
            text: Some(answer.text),
            tool_calls: Some(tool_calls),
            stop_reason: answer.stop_reason.into(),
            error: None,
        },
        Err((_, failure)) if call.surface == FINAL => Observation {
            ended: Ended::Raised,
            events: 0,
            text: None,
            tool_calls: None,
            stop_reason: Field::Absent,
            error: Some(failure.observed(Site::Finalize)),
        },
        Err((site, failure)) => Observation {
            ended: Ended::Raised,
            events: answer.events,
            text: Some(answer.text),
            tool_calls: Some(tool_calls),
            stop_reason: answer.stop_reason.into(),
            error: Some(failure.observed(site)),
        },
    }
}
