//! The expectation that the laws have of a changed stream, as a case says it.

use serde_json::{Map, Value, json};
use streamspec_adapters::contract::ToolCall;
use streamspec_adapters::native::contents;

use super::law::Law;
use super::meaning::{Meaning, body};
use crate::case::{Case, Rule, Step};
use crate::load::Document;

/// Makes the expectation of every client: how the answer may end, and, where `is_a_beginning` says that the answer is the beginning
/// of a documented one, which text there is and which calls are whole.
pub(super) fn expect(case: &Case, steps: &[Step], meaning: Meaning, is_a_beginning: bool) -> Value {
    let mut must = Map::new();
    let outcome = match meaning {
        Meaning::Failed(_) => json!(["error", "incomplete"]),
        Meaning::Open => json!(["completed", "error", "incomplete"]),
    };
    must.insert("outcome".to_owned(), outcome);
    let found = contents(case.api, &body(case.api, steps));
    // Of an event that the reference client cannot read, another client may read more.
    if is_a_beginning && !found.is_unread {
        must.insert("text".to_owned(), json!({ "prefix-of": found.text }));
        if found.calls.is_empty() {
            must.insert("tool_calls".to_owned(), json!("none-complete"));
        } else {
            let first = |count: usize| json!({ "tool_calls": calls(&found.calls[..count]) });
            must.insert("either".to_owned(), (0..=found.calls.len()).map(first).collect());
        }
    }
    json!({ "must": must })
}

fn calls(calls: &[ToolCall]) -> Value {
    match calls {
        [] => json!("none-complete"),
        calls => calls.iter().map(|call| json!({ "name": call.name, "arguments": call.arguments })).collect(),
    }
}

/// Makes the expectation of a case file whose end no document decides: a completed answer is then the whole one.
fn expect_open(case: &Case, steps: &[Step]) -> Value {
    let found = contents(case.api, &body(case.api, steps));
    let ends = (0..=found.calls.len())
        .map(|count| json!({ "outcome": ["error", "incomplete"], "tool_calls": calls(&found.calls[..count]) }));
    let whole = json!({ "outcome": "completed", "text": found.text, "tool_calls": calls(&found.calls) });
    json!({ "must": { "either": ends.chain([whole]).collect::<Vec<_>>() } })
}

/// Makes the case file of a stream that breaks a law.
pub(super) fn document(
    case: &Case,
    steps: &[Step],
    law: Law,
    meaning: Meaning,
    rules: &[Rule],
    is_a_beginning: bool,
) -> Document {
    let of_law = law.rules(case.api);
    let mut sources: Vec<Value> = Vec::new();
    for rule in of_law.iter().filter_map(|id| rules.iter().find(|rule| rule.id == *id)) {
        let source = json!({ "basis": "derived", "url": rule.source });
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let expect = match meaning {
        Meaning::Failed(_) => expect(case, steps, meaning, is_a_beginning),
        Meaning::Open => expect_open(case, steps),
    };
    let fields = json!({
        "title": format!("A stream that was found by fuzzing: {}", law.sentence()),
        "api": case.api,
        "sources": sources,
        "rules": of_law,
        "ask": case.ask,
        "expect": expect,
    });
    let mut document = Document::default();
    for (key, value) in fields.as_object().into_iter().flatten() {
        document.set(key, value.clone());
    }
    document.set_answers(&[steps.to_vec()]);
    document
}
