//! The verdicts and bytes that belong to the number of the rules.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::*;
use crate::case::{Framing, Respond};

/// Returns every expectation on every observation, as one text.
fn verdicts() -> String {
    let expectations = [
        json!({ "must": { "outcome": "error" } }),
        json!({ "must": { "outcome": ["error", "incomplete"], "stop_reason": null }, "should": { "outcome": "error" } }),
        json!({ "must": { "outcome": "completed", "text": "Hello", "stop_reason": "end_turn" } }),
        json!({ "should": { "error.status": 529, "error.type": "overloaded_error", "error.retryable": true } }),
        json!({ "should": { "error.message": { "contains": "no ${nonce}" }, "error.request_id": "req_1" } }),
        json!({ "must": { "tool_calls": [] }, "may": { "error.retry_after": 7, "requests": 1 } }),
    ];
    let error =
        |status: Value| raised(json!({ "status": status, "type": { "value": "overloaded_error", "via": "body" } }));
    let observations = [
        returned(json!("end_turn")),
        returned(json!("max_tokens")),
        returned(Value::Null),
        without(returned(Value::Null), &["stop_reason"]),
        raised(json!({})),
        error(json!({ "value": 529, "via": "attribute" })),
        error(json!({ "value": 200, "via": "attribute" })),
        error(json!({ "value": 418, "via": "attribute" })),
        raised(json!({ "classes": ["ValueError"], "class": "ValueError" })),
        json!("hang"),
        json!("crash"),
        json!("fault"),
    ];
    let mut all = String::new();
    for expect in &expectations {
        for observation in &observations {
            let Verdict { status, mode, checks, .. } = verdict(expect.clone(), observation.clone(), None);
            let graded = checks.iter().map(|check| (check.axis, check.level, check.grade)).collect::<Vec<_>>();
            let _ = writeln!(all, "{expect} on {observation}: {}", json!([status, mode, graded]));
        }
    }
    all
}

/// Returns the bytes of a few steps on the wire.
fn bytes() -> Vec<u8> {
    let event = Step::Event(Event::plain("error", json!({ "type": "error", "id": "${nonce}" })));
    let framings = [Framing::Chunked, Framing::ContentLength, Framing::Close];
    let answers = framings.map(|framing| {
        let respond = Step::Respond(Respond { framing, ..Respond::default() });
        vec![
            respond,
            event.clone(),
            Step::Comment("keep".into()),
            Step::Raw("data: a\r\n\r\n".into()),
            Step::End(End::Finish),
        ]
    });
    let script = Script::build(Api::AnthropicMessages, &answers, Variant::AsWritten, "n123");
    let encode = |answer| transport::of(Transport::default()).encode(answer, Version::default());
    let answers = script.answers.iter().map(encode);
    answers.flat_map(|answer| answer.bytes()).collect()
}

/// A failure after an intended change means that verdicts of before and after cannot be compared: raise [`RULES`],
/// and hold the new digest under it.
#[test]
fn what_is_judged_under_this_number_is_held() {
    let digest = hex::encode(Sha256::digest([verdicts().as_bytes(), &bytes()].concat()));
    assert_eq!((RULES, &digest[..16]), (2, "44c9448fc7cb3279"));
}
