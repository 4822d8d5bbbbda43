//! The observation of the caller of a surface.

use super::failure::Failure;
use crate::answer::PartialAnswer;
use crate::contract::{Call, Ended, Notice, Observation, Site};

/// The surface that hands over the finished answer; the other one hands over events as they come.
const FINAL: &str = "final";

/// Makes the observation of the caller of a surface. `final` hands over nothing before it fails.
pub(crate) fn report(call: &Call, answer: PartialAnswer, outcome: Result<(), (Site, Failure)>) -> Observation {
    match outcome {
        Ok(()) => {
            let ended = if answer.interrupted { Ended::Aborted } else { Ended::Returned };
            let events = if call.surface == FINAL { 1 } else { answer.events };
            let notice = if answer.interrupted { Notice::Aborted } else { Notice::Completed };
            Observation { events, endings: notices(call, notice), ..handed_over(answer, ended) }
        }
        Err((_, failure)) if call.surface == FINAL => {
            Observation { error: Some(failure.observed(Site::Finalize)), ..Observation::of(Ended::Raised) }
        }
        Err((site, failure)) => {
            let error = Some(failure.observed(site));
            Observation { error, endings: notices(call, Notice::Failed), ..handed_over(answer, Ended::Raised) }
        }
    }
}

/// Makes the observation of a caller that has left before the answer ended.
pub(crate) fn left(call: &Call, answer: PartialAnswer, ended: Ended) -> Observation {
    if call.surface == FINAL {
        return Observation::of(ended);
    }
    // One who stops by himself knows that it is over.
    let endings = if ended == Ended::Cancelled { notices(call, Notice::Aborted) } else { Some(Vec::new()) };
    Observation { endings, ..handed_over(answer, ended) }
}

/// Gives the one notice of the end, on the surface that has a subscriber for it.
fn notices(call: &Call, notice: Notice) -> Option<Vec<Notice>> {
    (call.surface != FINAL).then(|| vec![notice])
}

/// Returns the answer as far as it has come.
fn handed_over(answer: PartialAnswer, ended: Ended) -> Observation {
    Observation {
        events: answer.events,
        tool_calls: Some(answer.tools.handed_over()),
        text: Some(answer.text),
        stop_reason: answer.stop_reason.into(),
        usage: answer.usage.into(),
        thinking: Some(answer.thinking),
        refusal: Some(answer.refusal),
        ..Observation::of(ended)
    }
}
