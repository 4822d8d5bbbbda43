//! The laws that hold at every place of a sweep.

use serde_json::{Value, json};
use streamspec_adapters::contract::{CallOutcome, CallResult};

use crate::case::{Axis, Case, Checks, Expect, Level, OneOf, Outcome, TextMatch, ToolExpected, ToolsMatch};
use crate::id::Variant;
use crate::judge::{Check, Grade, Status, Verdict};

/// Returns the expectation of every place: the answer does not look complete; with an error, the text is a beginning of
/// the whole one; with an error between events, the error's type is told.
pub(super) fn expect(healthy: &Case, variant: Variant) -> Expect {
    let outcome = Some(OneOf(vec![Outcome::Error, Outcome::Incomplete]));
    let mut expect = Expect { must: Checks { outcome, ..Checks::default() }, ..Expect::default() };
    if variant.is_errors() {
        expect.must.text = whole_text(healthy).map(TextMatch::PrefixOf);
    }
    if variant == Variant::ErrorEvents {
        let errors = &healthy.api.dialect().errors;
        let example = &errors.example;
        let names = |kind: &str| errors.names(kind).into_iter().map(str::to_owned).collect();
        let one = |word: Option<&str>| word.map(|word| OneOf(vec![word.to_owned()]));
        expect.should = Checks {
            outcome: Some(OneOf(vec![Outcome::Error])),
            error_type: example.kind.map(|kind| OneOf(names(kind))),
            error_code: one(example.code),
            ..Checks::default()
        };
    }
    expect
}

/// Holds every call that was handed over as complete to those of the whole answer: any other one is half a call.
pub(super) fn hold_calls(verdict: &mut Verdict, healthy: &Case, answered: &CallResult) {
    let CallOutcome::Observed(observation) = &answered.outcome else { return };
    let (Some(whole), Some(calls)) = (whole_calls(healthy), &observation.tool_calls) else { return };
    if verdict.status > Status::Fails {
        return;
    }
    let is_whole = |call: &Value| whole.iter().any(|whole| json!(whole) == *call);
    let mut complete = calls.iter().filter(|call| call.complete).map(|call| {
        // Some SDKs hand the arguments over as the text that they are.
        let parsed = call.arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
        json!({ "name": call.name, "arguments": parsed.unwrap_or_else(|| call.arguments.clone()) })
    });
    verdict.add(complete.find(|call| !is_whole(call)).map(|half| Check {
        axis: Axis::ToolCalls,
        level: Level::Must,
        expected: json!(whole),
        observed: half,
        grade: Grade::Wrong,
        disputed: false,
    }));
}

/// Returns the text of the whole answer, where the case says it.
fn whole_text(healthy: &Case) -> Option<String> {
    let texts = [&healthy.expect.must.text, &healthy.expect.should.text];
    texts.into_iter().flatten().find_map(|text| match text {
        TextMatch::Equals(text) => Some(text.clone()),
        TextMatch::Contains(_) | TextMatch::NotContains(_) | TextMatch::StartsWith(_) | TextMatch::PrefixOf(_) => None,
    })
}

/// Returns the calls of the whole answer, where the case says them.
fn whole_calls(healthy: &Case) -> Option<&[ToolExpected]> {
    let calls = [&healthy.expect.must.tool_calls, &healthy.expect.should.tool_calls];
    calls.into_iter().flatten().find_map(|calls| match calls {
        ToolsMatch::Complete(calls) => Some(calls.as_slice()),
        ToolsMatch::NoneComplete => None,
    })
}
