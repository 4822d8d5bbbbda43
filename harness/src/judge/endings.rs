//! The comparison of the notices that an answer is over.

use serde_json::{Value, json};
use streamspec_adapters::contract::{Ended, Notice};

use super::{Grade, Observed};
use crate::case::{Endings, Outcome};

/// Compares the notices with the end of the call: there is one, or at most one, and it says the same.
///
/// A caller who reads both has to act on one of them. A caller who stopped by himself is owed no notice.
pub(super) fn endings(wanted: Endings, seen: Observed<'_>) -> (Value, Value, Grade) {
    let expected = match wanted {
        Endings::Once => json!("once"),
        Endings::AtMostOnce => json!("at-most-once"),
    };
    let Some(told) = &seen.observation.endings else { return (expected, Value::Null, Grade::NotObservable) };
    match told.as_slice() {
        _ if seen.observation.ended == Ended::Stopped => (expected, Value::Null, Grade::NotApplicable),
        [] => (expected, json!("nothing"), Grade::exact_if(wanted == Endings::AtMostOnce)),
        [only] if agrees(*only, seen) => (expected, json!(only.name()), Grade::Exact),
        [only] => {
            let observed = format!("{} where the outcome is {}", only.name(), seen.outcome.name());
            (expected, json!(observed), Grade::Wrong)
        }
        several => {
            let names: Vec<&str> = several.iter().copied().map(Notice::name).collect();
            (expected, json!(names.join(" and ")), Grade::Wrong)
        }
    }
}

/// Says whether a notice can be true of an answer that ended so for the caller.
///
/// Where the failure was an item of a stream that came to its normal end, or the answer is no failure and not whole, any word
/// fits.
fn agrees(notice: Notice, seen: Observed<'_>) -> bool {
    match seen.outcome {
        Outcome::Completed => notice == Notice::Completed,
        Outcome::Error if seen.observation.ended == Ended::ErrorItem => true,
        Outcome::Error | Outcome::Cancelled => notice != Notice::Completed,
        Outcome::Incomplete | Outcome::Waiting | Outcome::Stopped => true,
    }
}

#[cfg(test)]
mod tests {
    use streamspec_adapters::contract::Observation;

    use super::*;

    #[test]
    fn one_notice_that_says_what_the_call_says() {
        use Notice::{Aborted, Completed, Failed};
        let check = |ended, outcome, told: Option<&[Notice]>, observed: Value, grade| {
            let observation = Observation { endings: told.map(<[_]>::to_vec), ..Observation::of(ended) };
            let seen = Observed { observation: &observation, outcome, reason_on_wire: true };
            let compared = endings(Endings::Once, seen);
            assert_eq!(compared, (json!("once"), observed, grade), "{ended:?} {outcome:?} {told:?}");
            let none = told.is_some_and(<[_]>::is_empty) && ended != Ended::Stopped;
            let grade = if none { Grade::Exact } else { grade };
            assert_eq!(endings(Endings::AtMostOnce, seen).2, grade, "{ended:?} {outcome:?} {told:?}");
        };
        let (returned, raised) = ((Ended::Returned, Outcome::Completed), (Ended::Raised, Outcome::Error));
        for ((ended, outcome), told, observed, grade) in [
            (returned, &[Completed][..], json!("completed"), Grade::Exact),
            (returned, &[Failed], json!("failed where the outcome is completed"), Grade::Wrong),
            (returned, &[Aborted], json!("aborted where the outcome is completed"), Grade::Wrong),
            (returned, &[], json!("nothing"), Grade::Wrong),
            (returned, &[Completed, Completed], json!("completed and completed"), Grade::Wrong),
            (raised, &[Failed], json!("failed"), Grade::Exact),
            (raised, &[Aborted], json!("aborted"), Grade::Exact),
            (raised, &[Completed], json!("completed where the outcome is error"), Grade::Wrong),
            (raised, &[Failed, Completed], json!("failed and completed"), Grade::Wrong),
            ((Ended::ErrorItem, Outcome::Error), &[Completed], json!("completed"), Grade::Exact),
            ((Ended::ErrorItem, Outcome::Error), &[Failed, Completed], json!("failed and completed"), Grade::Wrong),
            ((Ended::Returned, Outcome::Incomplete), &[Completed], json!("completed"), Grade::Exact),
            ((Ended::Aborted, Outcome::Incomplete), &[Aborted], json!("aborted"), Grade::Exact),
            ((Ended::Aborted, Outcome::Incomplete), &[Aborted, Failed], json!("aborted and failed"), Grade::Wrong),
            (
                (Ended::Cancelled, Outcome::Cancelled),
                &[Completed],
                json!("completed where the outcome is cancelled"),
                Grade::Wrong,
            ),
            ((Ended::Stopped, Outcome::Stopped), &[], Value::Null, Grade::NotApplicable),
        ] {
            check(ended, outcome, Some(told), observed, grade);
        }
        check(Ended::Returned, Outcome::Completed, None, Value::Null, Grade::NotObservable);
    }
}
