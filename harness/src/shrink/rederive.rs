//! The expectation of a stream of which parts were taken out: what a case says of the answer's contents is then what the reference
//! client reads. How the answer must end is never changed.

use serde_json::{Value, json};
use streamspec_adapters::contract::Observation;

use crate::case::Axis;
use crate::judge::Verdict;

/// The axes that compare the contents of an answer.
const CONTENTS: [Axis; 6] = [Axis::Text, Axis::Thinking, Axis::Refusal, Axis::ToolCalls, Axis::Usage, Axis::Either];

/// Says whether nothing but the contents of the answer is otherwise than expected.
pub(super) fn is_only_contents(verdict: &Verdict) -> bool {
    verdict.reason.is_none() && verdict.broken_checks().all(|check| CONTENTS.contains(&check.axis))
}

/// Puts what was read in the place of what a case expects of the contents, at every level.
pub(super) fn rederive(expect: &Value, read: &Observation) -> Value {
    let mut expect = expect.clone();
    for level in ["must", "should", "may"] {
        if let Some(checks) = expect.get_mut(level) {
            replace(checks, read);
            for alternative in checks.get_mut("either").and_then(Value::as_array_mut).into_iter().flatten() {
                replace(alternative, read);
            }
        }
    }
    expect
}

fn replace(checks: &mut Value, read: &Observation) {
    let texts = [("text", &read.text), ("thinking", &read.thinking), ("refusal", &read.refusal)];
    for (axis, text) in texts {
        if let (Some(wanted @ Value::String(_)), Some(text)) = (checks.get_mut(axis), text) {
            *wanted = json!(text);
        }
    }
    if let (Some(wanted @ Value::Array(_)), Some(calls)) = (checks.get_mut("tool_calls"), &read.tool_calls) {
        let whole = calls.iter().filter(|call| call.complete);
        *wanted = whole.map(|call| json!({ "name": call.name, "arguments": call.arguments })).collect();
    }
    if let (Some(wanted), Some(usage)) = (checks.get_mut("usage"), read.usage.value()) {
        *wanted = json!({ "input": usage.input, "output": usage.output });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_are_what_was_read_and_the_end_stays() {
        let read = json!({
            "ended": "returned", "events": 1, "text": "H", "usage": { "input": 1, "output": null },
            "tool_calls": [{ "name": "f", "arguments": {}, "complete": true }, { "name": "g", "arguments": "", "complete": false }],
        });
        let read: Observation = serde_json::from_value(read).expect("an observation");
        let expect = json!({
            "must": {
                "outcome": "completed", "text": "Hello", "tool_calls": [],
                "either": [{ "outcome": "error", "text": { "prefix-of": "Hello" } }, { "text": "Hello" }],
            },
            "should": { "usage": { "input": 25, "output": 15 }, "tool_calls": "none-complete" },
        });
        let expected = json!({
            "must": {
                "outcome": "completed", "text": "H", "tool_calls": [{ "name": "f", "arguments": {} }],
                "either": [{ "outcome": "error", "text": { "prefix-of": "Hello" } }, { "text": "H" }],
            },
            "should": { "usage": { "input": 1, "output": null }, "tool_calls": "none-complete" },
        });
        assert_eq!(rederive(&expect, &read), expected);
    }
}
