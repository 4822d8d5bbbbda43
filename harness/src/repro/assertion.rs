//! Assertions of a test: what the checks of a trial say, in terms of what a caller of the SDK sees.

use serde_json::Value;
use streamspec_adapters::contract::AnswerField;

use super::Repro;
use crate::case::{Axis, Level};
use crate::judge::{Check, Status};

/// Something that must be so of what a caller has seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Assertion {
    /// The call raises.
    Raises,
    /// The call raises, or no stop reason says that the answer is whole.
    RaisesOrHasNoReason,
    /// The call comes to its normal end.
    Completes,
    /// The error that is raised is of the SDK's own hierarchy.
    OwnError,
    /// The error that is raised has a class of this name, itself or above it.
    HasClass(String),
    /// A field has one of these values.
    IsOneOf(Field, Vec<Value>),
    /// The number of requests lies between these.
    Requests(u64, Option<u64>),
}

/// A part of what a caller has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The text of the answer.
    Text,
    /// The stop reason.
    StopReason,
    /// The status of the error.
    Status,
    /// The type of the error.
    Type,
    /// The code of the error.
    Code,
}

/// An assertion, and the words of its check.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asserted {
    /// The assertion.
    pub(super) assertion: Assertion,
    /// The expectation, with its level.
    pub(super) words: String,
}

/// Returns the assertions of a trial: of the checks that do not hold at a level that counts, or where all do, of these. A check that says nothing that a test
/// could look at has none.
pub(super) fn of(repro: &Repro) -> Vec<Asserted> {
    let verdict = &repro.trial.verdict;
    let is_wanted = |check: &&Check| check.level != Level::May && check.held() == Some(verdict.status == Status::Pass);
    let asserted = |check: &Check| {
        let assertion = assertion(check, &repro.trial.nonce)?;
        let (axis, level) = (check.axis.name(), check.level.name().to_uppercase());
        Some(Asserted { assertion, words: format!("{axis} ({level})") })
    };
    let shows_reason = repro.surface.as_ref().is_some_and(|surface| surface.shows().contains(&AnswerField::StopReason));
    let mut found: Vec<Asserted> = Vec::new();
    for mut one in verdict.checks.iter().filter(is_wanted).filter_map(asserted) {
        if one.assertion == Assertion::RaisesOrHasNoReason && !shows_reason {
            one.assertion = Assertion::Raises;
        }
        if !found.iter().any(|known| known.assertion == one.assertion) {
            found.push(one);
        }
    }
    found
}

fn assertion(check: &Check, nonce: &str) -> Option<Assertion> {
    let expected = &check.expected;
    let is_one_of = |field| Some(Assertion::IsOneOf(field, values(expected, nonce)?));
    match check.axis {
        Axis::Outcome => outcome(expected),
        Axis::Either => {
            let ends: Vec<Option<Assertion>> =
                expected.as_array()?.iter().map(|alternative| outcome(alternative.get("outcome")?)).collect();
            let fails =
                |end: &Option<Assertion>| matches!(end, Some(Assertion::Raises | Assertion::RaisesOrHasNoReason));
            ends.iter().all(fails).then_some(Assertion::RaisesOrHasNoReason)
        }
        Axis::ErrorForeign => (*expected == Value::Bool(false)).then_some(Assertion::OwnError),
        Axis::ErrorClass => {
            expected.as_str().filter(|name| !name.contains(' ')).map(|name| Assertion::HasClass(name.to_owned()))
        }
        Axis::ErrorStatus => expected.is_u64().then(|| is_one_of(Field::Status))?,
        Axis::ErrorType => is_one_of(Field::Type),
        Axis::ErrorCode => is_one_of(Field::Code),
        Axis::Text => is_one_of(Field::Text),
        Axis::StopReason => is_one_of(Field::StopReason),
        Axis::Requests => match expected {
            Value::Number(number) => number.as_u64().map(|number| Assertion::Requests(number, Some(number))),
            bound => {
                let of = |key: &str| bound.get(key).and_then(Value::as_u64);
                Some(Assertion::Requests(of("at-least").unwrap_or_default(), of("at-most")))
            }
        },
        _ => None,
    }
}

fn outcome(expected: &Value) -> Option<Assertion> {
    let words: Vec<&str> = match expected {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    match words.as_slice() {
        ["completed"] => Some(Assertion::Completes),
        ["error"] => Some(Assertion::Raises),
        ["error", "incomplete"] | ["incomplete", "error"] => Some(Assertion::RaisesOrHasNoReason),
        _ => None,
    }
}

/// Returns the values that will do; none where it is no plain value.
fn values(expected: &Value, nonce: &str) -> Option<Vec<Value>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(Value::String(text.replace("${nonce}", nonce))),
        Value::Number(_) | Value::Null => Some(value.clone()),
        _ => None,
    };
    match expected {
        Value::Array(values) => values.iter().map(one).collect(),
        value => one(value).map(|value| vec![value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_is_asserted_where_a_test_can_see_it() {
        let of = |axis: &str, expected: Value| {
            let check =
                json!({ "axis": axis, "level": "must", "expected": expected, "observed": null, "grade": "wrong" });
            assertion(&serde_json::from_value(check).expect("a check"), "n1")
        };
        let one_of = |field, values: &[Value]| Some(Assertion::IsOneOf(field, values.to_vec()));
        assert_eq!(of("outcome", json!("error")), Some(Assertion::Raises));
        assert_eq!(of("outcome", json!(["error", "incomplete"])), Some(Assertion::RaisesOrHasNoReason));
        assert_eq!(of("outcome", json!(["error", "completed"])), None);
        assert_eq!(of("error.status", json!(529)), one_of(Field::Status, &[json!(529)]));
        assert_eq!(of("error.status", json!("not-guessed")), None);
        assert_eq!(of("error.type", json!(["a", "b"])), one_of(Field::Type, &[json!("a"), json!("b")]));
        assert_eq!(of("text", json!("a ${nonce}")), one_of(Field::Text, &[json!("a n1")]));
        assert_eq!(of("stop_reason", json!(null)), one_of(Field::StopReason, &[json!(null)]));
        assert_eq!(of("error.foreign", json!(false)), Some(Assertion::OwnError));
        assert_eq!(of("error.class", json!("same-as-http, which hung")), None);
        assert_eq!(of("requests", json!({ "at-most": 2 })), Some(Assertion::Requests(0, Some(2))));
        assert_eq!(of("connection", json!("released")), None);
        let either = json!([{ "outcome": "error" }, { "outcome": ["error", "incomplete"], "text": "a" }]);
        assert_eq!(of("either", either), Some(Assertion::RaisesOrHasNoReason));
        assert_eq!(of("either", json!([{ "outcome": "completed" }, { "outcome": "error" }])), None);
    }
}
