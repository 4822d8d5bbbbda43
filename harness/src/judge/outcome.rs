//! The end of an answer, as its caller sees it.

use streamspec_adapters::contract::{Ended, Field, Observation};

use super::reason::{says_interrupted, says_nothing};
use crate::case::Outcome;

/// Derives the end of an answer as its caller sees it; an adapter never states it.
///
/// A normal end without a stop reason where the surface has one is `incomplete`: a caller who looks can see it. So is
/// one with a word that says no more than that, where no stop reason was on the wire. A surface without stop reasons
/// gives its caller nothing to see it by, so its normal end is `completed`.
pub(super) fn outcome(observation: &Observation, reason_on_wire: bool) -> Outcome {
    match (observation.ended, &observation.stop_reason) {
        (Ended::Raised | Ended::ErrorItem, _) => Outcome::Error,
        (Ended::Aborted, _) | (Ended::Returned, Field::Empty) => Outcome::Incomplete,
        (Ended::Returned, Field::Value(reason)) if says_interrupted(reason) => Outcome::Incomplete,
        (Ended::Returned, Field::Value(reason)) if says_nothing(reason) && !reason_on_wire => Outcome::Incomplete,
        (Ended::Returned, Field::Value(_) | Field::Absent) => Outcome::Completed,
        (Ended::Stopped, _) => Outcome::Stopped,
        (Ended::Cancelled, _) => Outcome::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(ended: Ended, stop_reason: Field<String>) -> Observation {
        Observation { stop_reason, ..Observation::of(ended) }
    }

    #[test]
    fn outcomes_are_derived() {
        let reason = |text: &str| Field::Value(text.to_owned());
        for (ended, stop, on_wire, expected) in [
            (Ended::Raised, reason("end_turn"), true, Outcome::Error),
            (Ended::ErrorItem, Field::Absent, true, Outcome::Error),
            (Ended::Aborted, Field::Empty, true, Outcome::Incomplete),
            (Ended::Returned, Field::Empty, true, Outcome::Incomplete),
            (Ended::Returned, Field::Absent, false, Outcome::Completed),
            (Ended::Returned, reason("end_turn"), false, Outcome::Completed),
            (Ended::Returned, reason("error"), true, Outcome::Incomplete),
            (Ended::Returned, reason("something_new"), true, Outcome::Completed),
            (Ended::Returned, reason("unknown"), true, Outcome::Completed),
            (Ended::Returned, reason("unknown"), false, Outcome::Incomplete),
            (Ended::Stopped, Field::Empty, false, Outcome::Stopped),
            (Ended::Cancelled, Field::Absent, false, Outcome::Cancelled),
        ] {
            let seen = outcome(&observation(ended, stop.clone()), on_wire);
            assert_eq!(seen, expected, "{ended:?} {stop:?} {on_wire}");
        }
    }
}
