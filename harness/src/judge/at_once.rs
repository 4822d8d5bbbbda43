//! Calls that are made at once: which of them the one is that failed.

use streamspec_adapters::contract::{Ended, Observation};

/// Puts the call that failed before the others, which stay in the order in which they were started. Which call gets which
/// answer depends on whose request arrives first, so an adapter cannot say it.
///
/// It is the first one that did not return. Where all did, it is the first of those with the least text, as a failure that looks
/// like a completion has lost the rest of the answer.
pub fn failed_first(observation: Observation) -> Observation {
    let mut calls = observation.into_calls();
    let least = |call: &Observation| (call.ended == Ended::Returned, call.text.as_deref().map_or(0, str::len));
    let failed = (0..calls.len()).min_by_key(|at| least(&calls[*at])).unwrap_or_default();
    let first = calls.remove(failed);
    Observation { others: calls, ..first }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the texts of the calls after the one that failed was found.
    fn check(calls: &[(Ended, &str)], expected: &[&str]) {
        let mut calls =
            calls.iter().map(|(ended, text)| Observation { text: Some((*text).into()), ..Observation::of(*ended) });
        let first = calls.next().expect("a call");
        let found = failed_first(Observation { others: calls.collect(), ..first });
        let texts: Vec<_> =
            std::iter::once(&found).chain(&found.others).filter_map(|call| call.text.as_deref()).collect();
        assert_eq!(texts, expected);
        assert!(found.others.iter().all(|call| call.others.is_empty()));
    }

    #[test]
    fn the_call_that_failed_comes_first() {
        use Ended::{ErrorItem, Raised, Returned};
        check(&[(Returned, "a")], &["a"]);
        check(&[(Returned, "a1"), (Returned, "b1"), (Returned, "c1")], &["a1", "b1", "c1"]);
        check(&[(Returned, "a"), (Returned, "b"), (Raised, "long")], &["long", "a", "b"]);
        check(&[(Returned, "a1"), (ErrorItem, "b2"), (Raised, "c2")], &["b2", "a1", "c2"]);
        // A failure that looks like a completion.
        check(&[(Returned, "whole"), (Returned, "who"), (Returned, "whole")], &["who", "whole", "whole"]);
    }
}
