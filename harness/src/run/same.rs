//! Compares a variant run with its trial as written: the verdicts, and what the caller saw.

use serde_json::Value;
use streamspec_adapters::contract::{Observation, ObservedError};

use crate::case::{Axis, Level};
use crate::judge::{Check, Grade, Mode, Status, Verdict};
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

/// Says what a variant came to, where that is not what the trial came to as written. What the clock decides differs from one call to
/// the next by chance, as it does between two attempts, so a difference in that alone is none.
fn judged_otherwise(written: &Verdict, variant: &Verdict) -> Option<String> {
    let said = |verdict: &Verdict| {
        let mode = verdict.mode.map(|mode| format!(" {}", mode.name())).unwrap_or_default();
        format!("{}{mode}", verdict.status.name())
    };
    let graded = |verdict: &Verdict| -> Vec<_> {
        let lasting = verdict.checks.iter().filter(|check| !check.axis.is_of_the_clock());
        lasting.map(|check| (check.axis, check.grade)).collect()
    };
    let (one, other) = (graded(written), graded(variant));
    // A failure that is worse than `wrong` is one of the answer itself.
    let worse = |verdict: &Verdict| verdict.mode.filter(|mode| *mode > Mode::Wrong);
    if one == other && worse(written) == worse(variant) {
        return None;
    }
    if written.status != variant.status || written.mode != variant.mode {
        return Some(format!("{} instead of {}", said(variant), said(written)));
    }
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

    use super::{judged_otherwise, seen_otherwise};
    use crate::judge::Verdict;

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

    /// Makes a verdict with an outcome and a connection, graded as told.
    fn verdict(status: &str, outcome: &str, connection: &str) -> Verdict {
        let check = |axis: &str, level: &str, grade: &str| json!({ "axis": axis, "level": level, "expected": null, "observed": null, "grade": grade });
        let checks = [check("outcome", "must", outcome), check("connection", "should", connection)];
        serde_json::from_value(json!({ "status": status, "checks": checks })).expect("a verdict")
    }

    #[test]
    fn a_connection_that_is_held_for_longer_is_no_difference_and_all_else_is_one() {
        let written = verdict("pass", "exact", "exact");
        assert_eq!(judged_otherwise(&written, &verdict("deviates", "exact", "wrong")), None);
        let failed = verdict("fails", "wrong", "wrong");
        assert_eq!(judged_otherwise(&written, &failed).as_deref(), Some("fails instead of pass"));
        let unseen = verdict("pass", "not-applicable", "exact");
        assert_eq!(judged_otherwise(&written, &unseen).as_deref(), Some("outcome is not-applicable instead of exact"));
    }

    #[test]
    fn modes_differ_where_the_grades_are_alike() {
        let broken = |mode: &str| Verdict {
            reason: Some(format!("a {mode}")),
            ..serde_json::from_value(json!({ "status": "fails", "mode": mode, "checks": [] })).expect("a verdict")
        };
        assert_eq!(judged_otherwise(&broken("hang"), &broken("hang")), None);
        let difference = judged_otherwise(&broken("hang"), &broken("crash"));
        assert_eq!(difference.as_deref(), Some("fails crash instead of fails hang"));
        let failed = |mode: &str| Verdict { reason: None, ..broken(mode) };
        let difference = judged_otherwise(&failed("wrong"), &failed("silent"));
        assert_eq!(difference.as_deref(), Some("fails silent instead of fails wrong"));
    }
}
