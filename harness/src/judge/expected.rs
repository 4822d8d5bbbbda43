//! The expectation of a case as data, in the form of the case.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use streamspec_adapters::contract::{CallOutcome, CallResult, Ended, Observation};

use super::{Evidence, Observed, axes};
use crate::case::{Axis, Case, Level, Outcome};
use crate::server::Transcript;
use crate::wire::Script;

/// One thing that a case expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The weight.
    pub level: Level,
    /// The axis.
    pub axis: Axis,
    /// The expected value, in the form of the case; `${nonce}` stands for the nonce of the trial.
    pub value: Value,
}

/// Lists what a case expects, in the order of levels and axes.
pub fn expected(case: &Case) -> Vec<Expected> {
    // Every comparison names what it expects, whatever was seen.
    let other = Observation::of(Ended::Returned);
    let seen = Observation { again: Some(Box::new(other.clone())), others: vec![other.clone()], ..other };
    let answered = CallResult {
        outcome: CallOutcome::Observed(Box::new(seen.clone())),
        stderr: String::new(),
        took: Duration::ZERO,
    };
    let evidence = Evidence {
        case,
        nonce: "${nonce}",
        surface: None,
        error_bases: &[],
        answered: &answered,
        control: None,
        script: &Script { answers: Vec::new(), conditions: BTreeMap::new() },
        transcript: &Transcript::default(),
        stated: None,
        released: None,
        client_side: None,
    };
    let seen = Observed { observation: &seen, outcome: Outcome::Completed, reason_on_wire: true };
    let of_level = |(level, checks)| {
        let graded = axes::grade(level, checks, seen, &evidence).into_iter();
        graded.map(move |check| Expected { level, axis: check.axis, value: check.expected })
    };
    case.levels().flat_map(of_level).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::Api;

    use super::*;

    #[test]
    fn what_is_expected_is_told_as_the_case_has_it() {
        let expect = json!({
            "must": { "outcome": ["error", "incomplete"], "text": { "starts-with": "a ${nonce}" } },
            "should": {
                "error.status": 529,
                "error.class": "same-as-http",
                "requests": { "at-most": 2 },
                "again": { "outcome": "completed", "text": "b" },
                "either": [{ "outcome": "error" }, { "outcome": "completed", "stop_reason": null }],
            },
        });
        let case = Case::sample("anthropic/in-band/one", Api::AnthropicMessages, Vec::new(), expect.clone());
        for one in expected(&case) {
            assert_eq!(one.value, expect[one.level.name()][one.axis.name()], "{:?}", one.axis);
        }
        assert_eq!(expected(&case).len(), 7);
    }
}
