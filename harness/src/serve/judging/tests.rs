//! Attempts that were played, and what is made of what their callers saw.

use std::sync::Arc;

use serde_json::{Value, json};
use streamspec_adapters::contract::Api;

use super::*;
use crate::case::{Basis, Confidence, Step};
use crate::id::Variant;
use crate::serve::attempt::{Choices, TRANSPORT};
use crate::serve::event::Teller;
use crate::transport::{self, Request, Version};

fn source(basis: Basis, url: &str) -> Source {
    let url = url.to_owned();
    Source { basis, url, quote: None, recording: None, confidence: Confidence::High, gone: None }
}

/// Makes an attempt at a case with this expectation, in which so many requests were answered.
fn attempt(is_session: bool, requests: usize, end: End, expect: Value) -> Attempt {
    let steps = vec![Step::Data(json!("x")), Step::End(end)];
    let sample = Case::sample("openai-chat/in-band/one", Api::OpenaiChat, vec![steps], expect);
    let sources = vec![source(Basis::Issue, "issue"), source(Basis::VendorDoc, "document")];
    let case = Arc::new(Case { sources, ..sample });
    let choices = Choices { case, variant: Variant::AsWritten, nonce: "n1".to_owned(), holds: false };
    let attempt = Attempt::new(1, choices, "case/one".to_owned(), is_session, Teller::new().0);
    for _ in 0..requests {
        let (method, target, version) = ("POST".to_owned(), "/v1/x".to_owned(), Version::Http11);
        let request = Request { method, target, headers: Vec::new(), body: b"{}".to_vec(), version };
        let reply = attempt.begin(&request, "/v1/x").expect("it is open");
        let answer = transport::of(TRANSPORT).encode(reply.answer().expect("an answer"), version);
        for write in answer.writes() {
            reply.wrote(&write.bytes);
        }
        reply.done();
    }
    attempt
}

/// Judges and returns the verdict, with each check that was judged and then each that was not; or what is wrong.
fn summary(attempt: &Attempt, seen: Value) -> String {
    let seen: Seen = serde_json::from_value(seen).expect("what was seen");
    match judged(attempt, &seen, Utf8Path::new("/nonexistent")) {
        Err(problem) => format!("{} {}", problem.status, problem.error),
        Ok(judgement) => {
            let checks = judgement.checks.iter().map(|check| format!(" {}={}", check.axis, check.grade.name()));
            let open = judgement.not_judged.iter().map(|check| format!(" -{}", check.axis));
            format!("{}{}", judgement.status.name(), checks.chain(open).collect::<String>())
        }
    }
}

#[test]
fn what_is_not_given_is_not_judged_and_what_is_empty_is() {
    let expect = json!({
        "must": { "outcome": "error", "text": "x" },
        "should": { "error.type": "a", "error.foreign": false, "stop_reason": null, "elapsed": { "at-most": 9 } },
    });
    let attempt = attempt(true, 1, End::Finish, expect);
    let check = |seen: Value, expected: &str| assert_eq!(summary(&attempt, seen.clone()), expected, "{seen}");
    check(json!({ "outcome": "error" }), "pass outcome=exact -text -error.type -error.foreign -stop_reason -elapsed");
    check(
        json!({ "outcome": "error", "text": "x", "stop_reason": null, "elapsed_ms": 10, "error": { "type": null } }),
        "deviates outcome=exact text=exact error.type=empty stop_reason=exact elapsed=wrong -error.foreign",
    );
    check(
        json!({ "outcome": "error", "error": { "foreign": true, "class": "E" }, "ignore": ["text"] }),
        "deviates outcome=exact error.foreign=wrong -text -error.type -stop_reason -elapsed",
    );
    check(
        json!({ "outcome": "incomplete", "error": { "foreign": false } }),
        "fails outcome=wrong error.foreign=exact -text -error.type -stop_reason -elapsed",
    );
    check(json!({ "outcome": "waiting" }), "fails outcome=wrong");
    check(
        json!({ "outcome": "completed", "error": {} }),
        "422 `error` is given, and `outcome` is `completed`; where your code was told of a failure it is `error`",
    );
}

#[test]
fn only_a_session_counts_requests() {
    let of = |is_session, requests| {
        let expect = json!({ "must": { "outcome": "error", "requests": 1 } });
        summary(&attempt(is_session, requests, End::Finish, expect), json!({ "outcome": "error" }))
    };
    assert_eq!(of(true, 1), "pass outcome=exact requests=exact");
    assert_eq!(of(true, 2), "fails outcome=exact requests=wrong");
    assert_eq!(of(false, 2), "pass outcome=exact -requests");
    assert!(of(true, 0).starts_with("409 no request has come"));
}

#[test]
fn a_connection_is_held_when_its_time_is_over() {
    let expect = || json!({ "must": { "outcome": "error" }, "should": { "connection": "released" } });
    let of = |end| summary(&attempt(true, 1, end, expect()), json!({ "outcome": "error" }));
    assert_eq!(of(End::Finish), "pass outcome=exact connection=exact");
    assert_eq!(of(End::Stall), "pass outcome=exact -connection");
    let stalled = attempt(true, 1, End::Stall, expect());
    let (transcript, script) = (stalled.player.transcript(), stalled.player.script());
    let done = transcript.exchanges[0].done_at.expect("it is done");
    assert_eq!(released(&transcript, script, done + RELEASE), None);
    assert_eq!(released(&transcript, script, done + RELEASE + Duration::from_millis(1)), Some(false));
}

#[test]
fn a_check_names_the_documents_that_can_carry_it() {
    let expect = json!({ "must": { "outcome": "error" }, "should": { "text": "x" } });
    let attempt = attempt(true, 1, End::Finish, expect);
    let seen: Seen = serde_json::from_value(json!({ "outcome": "completed", "text": "y" })).expect("what was seen");
    let judgement = judged(&attempt, &seen, Utf8Path::new("/nonexistent")).expect("a judgement");
    let sources: Vec<_> = judgement.checks.iter().map(|check| check.sources.join(" ")).collect();
    assert_eq!(sources, ["document", "issue document"]);
    let expected = "\
openai-chat/in-band/one: fails (silent)
  One
  BROKEN must outcome: expected error, observed completed
      A failure looks like a failure to the caller, and a healthy answer like a completion.
      document
  BROKEN should text: expected x, observed y
      The text that arrived is delivered.
      issue
      document
";
    assert_eq!(judgement.explanation, expected);
}
