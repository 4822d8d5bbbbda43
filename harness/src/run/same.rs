//! Compares a variant run with its trial as written: the verdicts, and what the caller saw.

use serde_json::Value;
use streamspec_adapters::contract::{Observation, ObservedError};

use crate::case::{Axis, Level};
use crate::judge::{Check, Grade, Status, Verdict};
use crate::record::TrialRecord;

/// Checks that a variant came out as the trial as written.
pub(super) fn same_as_written(written: &TrialRecord, variant: &TrialRecord) -> Option<Check> {
    if written.verdict.status > Status::Fails || variant.verdict.status > Status::Fails {
        return None;
    }
    let observed = || match (&written.observation, &variant.observation) {
        (Some(one), Some(other)) => seen_otherwise(one, other),
        _ => None,
    };
    let difference = judged_otherwise(&written.verdict, &variant.verdict).or_else(observed);
    let grade = if difference.is_some() { Grade::Wrong } else { Grade::Exact };
    let observed = difference.unwrap_or_else(|| "as written".to_owned());
    Some(Check {
        axis: Axis::Variants,
        level: Level::Must,
        expected: Value::from("as written"),
        observed: Value::from(variant.variant.label(&observed)),
        grade,
        disputed: false,
    })
}

/// Says what a variant came to, where that is not what the trial came to as written.
fn judged_otherwise(written: &Verdict, variant: &Verdict) -> Option<String> {
    let said = |verdict: &Verdict| {
        let mode = verdict.mode.map(|mode| format!(" {}", mode.name())).unwrap_or_default();
        format!("{}{mode}", verdict.status.name())
    };
    if written.status != variant.status || written.mode != variant.mode {
        return Some(format!("{} instead of {}", said(variant), said(written)));
    }
    let graded =
        |verdict: &Verdict| -> Vec<_> { verdict.checks.iter().map(|check| (check.axis, check.grade)).collect() };
    let (one, other) = (graded(written), graded(variant));
    let changed = one.iter().zip(&other).find(|(one, other)| one != other);
    changed.map(|((axis, was), (_, is))| format!("{axis} is {} instead of {}", is.name(), was.name()))
}

/// A part of an observation, as JSON.
type Getter = fn(&Observation) -> Value;

/// Says what the caller saw otherwise. A message may quote the bytes as they were read, and the number of items is the SDK's
/// own business, so neither is compared.
fn seen_otherwise(written: &Observation, variant: &Observation) -> Option<String> {
    let fields: [(&str, Getter); 7] = [
        ("the text", |seen| Value::from(seen.text.clone())),
        ("the tool calls", |seen| serde_json::to_value(&seen.tool_calls).unwrap_or_default()),
        ("the stop reason", |seen| Value::from(seen.stop_reason.value().cloned())),
        ("the error's class", |seen| of_error(seen, |error| Value::from(error.class.clone()))),
        ("the error's status", |seen| {
            of_error(seen, |error| Value::from(error.status.value().map(|reading| reading.value)))
        }),
        ("the error's type", |seen| {
            of_error(seen, |error| Value::from(error.kind.value().map(|reading| reading.value.clone())))
        }),
        ("the error's code", |seen| {
            of_error(seen, |error| Value::from(error.code.value().map(|reading| reading.value.clone())))
        }),
    ];
    let changed = fields.into_iter().find(|(_, read)| read(written) != read(variant));
    changed.map(|(name, read)| format!("{name} is {} instead of {}", read(variant), read(written)))
}

fn of_error(seen: &Observation, read: impl Fn(&ObservedError) -> Value) -> Value {
    seen.error.as_ref().map_or(Value::Null, read)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::seen_otherwise;

    fn check(variant: Value, expected: Option<&str>) {
        let written = json!({ "ended": "returned", "events": 3, "text": "Hello", "stop_reason": "stop" });
        let read = |value: Value| serde_json::from_value(value).expect("an observation");
        assert_eq!(seen_otherwise(&read(written), &read(variant)).as_deref(), expected);
    }

    #[test]
    fn what_was_seen_is_compared_and_how_many_items_it_came_in_is_not() {
        check(json!({ "ended": "returned", "events": 9, "text": "Hello", "stop_reason": "stop" }), None);
        let cut = json!({ "ended": "returned", "events": 3, "text": "Hell", "stop_reason": "stop" });
        check(cut, Some("the text is \"Hell\" instead of \"Hello\""));
        let unsaid = json!({ "ended": "returned", "events": 3, "text": "Hello", "stop_reason": null });
        check(unsaid, Some("the stop reason is null instead of \"stop\""));
    }
}
