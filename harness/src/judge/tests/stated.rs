//! What a caller states by itself: its own view of the end, and what it says nothing about.

use super::*;

/// Checks the word of a verdict, and each check with its grade.
fn check(expect: Value, outcome: Outcome, observation: Value, unseen: &[Axis], expected: &str) {
    let case = case(expect.clone());
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let (transcript, answered) = (transcript(&script), answered(observation));
    let stated = Some(Stated { outcome, unseen });
    let verdict = judge(&Evidence { stated, ..evidence(&case, &answered, None, &script, &transcript, None) });
    let graded = verdict.checks.iter().map(|check| format!(" {}={}", check.axis, check.grade.name()));
    let summary = format!("{}{}", verdict.status_and_mode(), graded.collect::<String>());
    assert_eq!(summary, expected, "{expect}");
}

#[test]
fn the_stated_end_counts_and_what_is_not_said_is_not_judged() {
    let expect = json!({ "must": { "outcome": "error", "text": "Hello" }, "should": { "error.status": 529 } });
    let failed = || raised(json!({}));
    check(
        expect.clone(),
        Outcome::Error,
        failed(),
        &[Axis::ErrorStatus],
        "pass outcome=exact text=exact error.status=not-observable",
    );
    check(expect.clone(), Outcome::Error, failed(), &[], "deviates outcome=exact text=exact error.status=absent");
    // An adapter's observation without a stop reason is incomplete; a caller may take it for a whole answer.
    check(
        expect,
        Outcome::Completed,
        returned(Value::Null),
        &[],
        "fails (silent) outcome=wrong text=exact error.status=not-applicable",
    );
    // Where the caller makes a second call, an adapter has to tell of it.
    let again = json!({ "must": { "outcome": "error" }, "should": { "again": { "outcome": "completed" } } });
    check(again, Outcome::Error, failed(), &[], "pass outcome=exact again=not-observable");
}

#[test]
fn an_end_of_several_that_nothing_is_said_about_does_not_hold_by_that() {
    let expect = json!({ "must": { "outcome": "error", "either": [{ "error.type": "a" }, { "error.status": 500 }] } });
    let of_type = |kind: &str| raised(json!({ "type": { "value": kind, "via": "body" } }));
    let status = &[Axis::ErrorStatus];
    check(expect.clone(), Outcome::Error, of_type("a"), status, "pass outcome=exact either=exact");
    check(expect.clone(), Outcome::Error, of_type("b"), status, "pass outcome=exact either=not-observable");
    check(expect, Outcome::Error, of_type("b"), &[], "fails (wrong) outcome=exact either=wrong");
    let ends = json!({ "must": { "either": [{ "outcome": "completed", "text": "x" }, { "outcome": "error" }] } });
    check(ends.clone(), Outcome::Error, raised(json!({})), &[], "pass either=exact");
    check(ends.clone(), Outcome::Incomplete, returned(json!("end_turn")), &[], "fails (wrong) either=wrong");
    check(ends, Outcome::Completed, returned(json!("end_turn")), &[Axis::Text], "pass either=exact");
}
