//! One table: what was expected, what was seen, and what the judge must make of it.

#![expect(clippy::needless_pass_by_value, reason = "tables of literals read better without references")]

mod calls;
mod faults;
mod rules;
mod stated;

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use streamspec_adapters::contract::{Api, CallOutcome, CallResult};

use super::*;
use crate::case::{About, Dispute, End, Event, Step};
use crate::id::{Transport, Variant};
use crate::server::{Exchange, Refused};
use crate::transport::{self, Encoded, Version};

fn answered(observation: Value) -> CallResult {
    let answer = match observation.as_str() {
        Some("hang") => CallOutcome::Hang,
        Some("crash") => CallOutcome::Crash { detail: "signal 11".into(), alone: true },
        Some("fault") => CallOutcome::Fault { detail: "garbage".into() },
        _ => CallOutcome::Observed(serde_json::from_value(observation).expect("an observation")),
    };
    CallResult { outcome: answer, stderr: String::new(), took: Duration::from_millis(10) }
}

fn case(expect: Value) -> Case {
    let error = json!({ "type": "error", "error": { "type": "overloaded_error", "message": "no ${nonce}" } });
    let steps = vec![Step::Event(Event::plain("error", error)), Step::End(End::Finish)];
    let sample = Case::sample("anthropic/in-band/one", Api::AnthropicMessages, vec![steps], expect);
    Case { about: About::InBandError, ..sample }
}

/// However large an answer or an adapter's complaint is, an attempt is told of in a line.
#[test]
fn a_verdict_in_short_is_short() {
    let large = "é".repeat(1024 * 1024);
    let mut verdict = Verdict::broken(Mode::Hang, &case(json!({ "must": { "outcome": "error" } })), large.clone());
    let check = |verdict: &Verdict, begins: &str| {
        let said = verdict.in_short();
        assert!(said.starts_with(begins) && said.ends_with("é… (1048576 characters in all)"), "{begins}");
        assert!(said.len() < 4000, "{} bytes", said.len());
    };
    check(&verdict, "fails (hang): éé");
    (verdict.reason, verdict.checks[0].observed) = (None, json!(large));
    check(&verdict, "fails (hang): outcome is éé");
}

/// Encodes the first answer of a script.
fn encoded(script: &Script, version: Version) -> Encoded {
    transport::of(Transport::default()).encode(&script.answers[0], version)
}

/// Returns a transcript of one whole answer to one request.
fn transcript(script: &Script) -> Transcript {
    let written = u64::MAX;
    let digest = encoded(script, Version::default()).digest_prefix(written);
    let exchange = Exchange { written, digest, ..Exchange::sample() };
    Transcript { exchanges: vec![exchange], ..Transcript::default() }
}

fn evidence<'a>(
    case: &'a Case,
    answered: &'a CallResult,
    control: Option<&'a Control>,
    script: &'a Script,
    transcript: &'a Transcript,
    surface: Option<&'a Surface>,
) -> Evidence<'a> {
    let error_bases = BASES.get_or_init(|| vec!["SdkError".to_owned()]);
    Evidence {
        case,
        nonce: "n123",
        surface,
        error_bases,
        answered,
        control,
        script,
        transcript,
        stated: None,
        released: None,
        client_side: None,
    }
}

static BASES: OnceLock<Vec<String>> = OnceLock::new();

fn verdict_of(case: &Case, observation: Value, control: Option<Value>, surface: Option<&Surface>) -> Verdict {
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let transcript = transcript(&script);
    let control = control.map(|control| Control { answered: answered(control), was_sent: true, lacking: None });
    judge(&evidence(case, &answered(observation), control.as_ref(), &script, &transcript, surface))
}

fn verdict(expect: Value, observation: Value, control: Option<Value>) -> Verdict {
    verdict_of(&case(expect), observation, control, None)
}

/// Returns the verdict's word and mode, and the grades of its broken checks.
fn check(expect: Value, observation: Value, expected: &str) {
    let verdict = verdict(expect.clone(), observation.clone(), None);
    let mode = verdict.mode.map(|mode| format!(" {}", mode.name())).unwrap_or_default();
    let broken = verdict.broken_checks().map(|check| format!(" {}={}", check.axis, check.seen()));
    let summary = format!("{}{mode}{}", verdict.status.name(), broken.collect::<String>());
    assert_eq!(summary, expected, "{expect} on {observation}");
}

fn raised(fields: Value) -> Value {
    let mut error = json!({
        "site": "iterate", "class": "ApiError", "classes": ["ApiError", "SdkError"], "message": "no n123", "causes": []
    });
    if let (Value::Object(error), Value::Object(fields)) = (&mut error, fields) {
        error.extend(fields);
    }
    json!({ "ended": "raised", "events": 1, "text": "Hello", "tool_calls": [], "stop_reason": null, "error": error })
}

fn without(mut observation: Value, fields: &[&str]) -> Value {
    observation.as_object_mut().expect("an object").retain(|key, _| !fields.contains(&key.as_str()));
    observation
}

fn returned(stop_reason: Value) -> Value {
    json!({ "ended": "returned", "events": 1, "text": "Hello", "tool_calls": [], "stop_reason": stop_reason })
}

#[test]
fn outcomes() {
    let must = |outcome: &str| json!({ "must": { "outcome": outcome } });
    check(must("error"), raised(json!({})), "pass");
    check(must("error"), returned(Value::Null), "fails wrong outcome=incomplete");
    check(must("error"), returned(json!("other")), "fails wrong outcome=incomplete");
    check(must("error"), returned(json!("end_turn")), "fails fabricated outcome=completed");
    check(must("error"), returned(json!("something_new")), "fails fabricated outcome=completed");
    check(must("error"), without(returned(Value::Null), &["stop_reason"]), "fails silent outcome=completed");
    check(must("error"), returned(json!("length")), "fails silent outcome=completed");
    check(must("completed"), raised(json!({})), "fails spurious outcome=error");
    check(must("completed"), returned(Value::Null), "fails wrong outcome=incomplete");
    let blocked = json!({ "must": { "outcome": ["completed", "incomplete"] } });
    check(blocked, raised(json!({})), "fails wrong outcome=error");
    check(must("error"), json!("hang"), "fails hang outcome=hang");
    check(must("error"), json!("crash"), "fails crash outcome=crash");
    check(must("error"), json!("fault"), "adapter-fault");
    let cut = json!({ "must": { "outcome": ["error", "incomplete"] }, "should": { "outcome": "error" } });
    check(cut, returned(Value::Null), "deviates outcome=incomplete");
}

#[test]
fn statuses() {
    let should = |status: Value| json!({ "should": { "error.status": status } });
    let status = |number: i64| raised(json!({ "status": { "value": number, "via": "attribute" } }));
    check(should(json!(529)), status(529), "pass");
    check(should(json!(529)), status(200), "deviates error.status=transport");
    check(should(json!(529)), raised(json!({})), "deviates error.status=absent");
    check(should(json!(529)), raised(json!({ "status": null })), "deviates error.status=empty");
    check(should(json!(529)), status(503), "fails wrong error.status=503");
    check(should(json!("not-guessed")), status(200), "pass");
    check(should(json!("not-guessed")), raised(json!({})), "pass");
    check(should(json!("not-guessed")), status(500), "fails wrong error.status=500");
}

#[test]
fn errors() {
    let must = |axis: &str, value: Value| json!({ "must": { axis: value } });
    let kind = |kind: &str| raised(json!({ "type": { "value": kind, "via": "body" } }));
    check(must("error.type", json!("overloaded_error")), kind("overloaded_error"), "pass");
    check(must("error.type", json!("overloaded_error")), kind("api_error"), "fails wrong error.type=api_error");
    check(must("error.type", json!("overloaded_error")), returned(json!("end_turn")), "pass");
    check(must("error.message", json!({ "contains": "${nonce}" })), raised(json!({})), "pass");
    let other = raised(json!({ "message": "something else" }));
    check(must("error.message", json!({ "contains": "${nonce}" })), other, "fails wrong error.message=wrong");
    let foreign = raised(json!({ "class": "TypeError", "classes": ["TypeError"] }));
    check(must("error.foreign", json!(false)), foreign, "fails crash error.foreign=TypeError");
}

#[test]
fn content() {
    let must = |axis: &str, value: Value| json!({ "must": { axis: value } });
    check(must("text", json!("Hello")), returned(json!("end_turn")), "pass");
    check(must("text", json!("Hello!")), returned(json!("end_turn")), "fails wrong text=Hello");
    check(must("text", json!({ "prefix-of": "Hello, world." })), returned(Value::Null), "pass");
    check(must("stop_reason", Value::Null), returned(json!("unknown")), "pass");
    check(must("stop_reason", Value::Null), returned(json!("end_turn")), "fails fabricated stop_reason=end_turn");
    let tool = json!({
        "ended": "returned", "events": 1, "stop_reason": null,
        "tool_calls": [{ "name": "get_weather", "arguments": "{\"city\":\"Paris\"}", "complete": true }]
    });
    let call = json!([{ "name": "get_weather", "arguments": { "city": "Paris" } }]);
    check(must("tool_calls", call), tool.clone(), "pass");
    let seen = r#"fails wrong tool_calls=[{"name":"get_weather","arguments":{"city":"Paris"}}]"#;
    check(must("tool_calls", json!("none-complete")), tool, seen);
    check(must("requests", json!(2)), returned(json!("end_turn")), "fails wrong requests=1");
}

#[test]
fn what_a_surface_cannot_show_is_not_judged() {
    let expect = json!({ "must": { "outcome": "error", "text": "Hello", "stop_reason": "x" } });
    check(expect, without(raised(json!({})), &["text", "stop_reason"]), "pass");
}

#[test]
fn one_of_several_ends_must_hold_as_a_whole() {
    let whole = json!({ "must": { "either": [{ "outcome": "error" }, { "outcome": "completed", "text": "Hello" }] } });
    check(whole.clone(), raised(json!({})), "pass");
    check(whole.clone(), returned(json!("end_turn")), "pass");
    check(whole.clone(), returned(Value::Null), "fails wrong either=incomplete");
    let half = json!({ "must": { "either": [{ "outcome": "error" }, { "outcome": "completed", "text": "Hello!" }] } });
    check(half.clone(), returned(json!("end_turn")), "fails fabricated either=completed, with another text");
    let textual = without(returned(Value::Null), &["stop_reason"]);
    check(half.clone(), textual, "fails silent either=completed, with another text");
    check(half, json!("hang"), "fails hang outcome=hang");
}

#[test]
fn what_is_lost_of_a_whole_answer_hides_no_failure() {
    let half = json!({ "must": { "either": [{ "outcome": "error" }, { "outcome": "completed", "text": "Hello!" }] } });
    let textual = without(returned(Value::Null), &["stop_reason"]);
    let mode = |about: About, stop_reason: &Value| {
        let stop = json!({ "type": "message_delta", "delta": { "stop_reason": stop_reason } });
        let steps = vec![Step::Event(Event::plain("message_delta", stop)), Step::End(End::Finish)];
        let sample = Case::sample("anthropic/payload/one", Api::AnthropicMessages, vec![steps], half.clone());
        verdict_of(&Case { about, ..sample }, textual.clone(), None, None).mode
    };
    assert_eq!(mode(About::Healthy, &json!("end_turn")), Some(Mode::Wrong));
    assert_eq!(mode(About::Healthy, &json!("tool_use")), Some(Mode::Wrong));
    // A limit cut it, which the caller must learn.
    assert_eq!(mode(About::Healthy, &json!("max_tokens")), Some(Mode::Silent));
    assert_eq!(mode(About::Healthy, &Value::Null), Some(Mode::Silent));
    assert_eq!(mode(About::Malformed, &json!("end_turn")), Some(Mode::Silent));
}

#[test]
fn a_call_that_asks_again_by_itself_is_not_judged_by_more_requests() {
    let case = case(json!({ "must": { "outcome": "error", "requests": 1 } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let word = |surface: Value, requests: usize| {
        let mut transcript = transcript(&script);
        transcript.exchanges = vec![transcript.exchanges[0].clone(); requests];
        let surface: Surface = serde_json::from_value(surface).expect("a surface");
        judge(&evidence(&case, &answered(raised(json!({}))), None, &script, &transcript, Some(&surface))).status
    };
    let plain = json!({ "apis": [], "delivers": "events", "call": "" });
    let agent = json!({ "apis": [], "delivers": "events", "call": "", "asks-again": "https://example.org" });
    assert_eq!((word(plain.clone(), 1), word(plain, 2)), (Status::Pass, Status::Fails));
    assert_eq!((word(agent.clone(), 1), word(agent, 2)), (Status::Pass, Status::Pass));
}

#[test]
fn a_client_may_be_let_wait() {
    let patient = json!({ "must": { "outcome": ["error", "waiting"], "requests": 1 } });
    check(patient.clone(), json!("hang"), "pass");
    check(patient.clone(), raised(json!({})), "pass");
    check(patient, returned(json!("end_turn")), "fails fabricated outcome=completed");
    let impatient = json!({ "must": { "outcome": "waiting", "requests": 2 } });
    check(impatient, json!("hang"), "fails wrong requests=1");
}

#[test]
fn what_maintainers_have_ruled_is_counted_apart() {
    let expect = json!({ "must": { "outcome": "error" }, "should": { "error.status": 529, "error.foreign": false } });
    let ruled = |observation: Value| {
        let mut case = case(expect.clone());
        let (url, position) = ("https://example.com/".to_owned(), "The status stays.".to_owned());
        case.disputed = Some(Dispute { url, position, axes: vec![Axis::ErrorStatus] });
        verdict_of(&case, observation, None, None).status
    };
    let status = |number: i64| raised(json!({ "status": { "value": number, "via": "attribute" } }));
    assert_eq!(ruled(status(529)), Status::Pass);
    assert_eq!(ruled(status(200)), Status::Disputed);
    assert_eq!(ruled(raised(json!({}))), Status::Disputed);
    let foreign = json!({ "class": "TypeError", "classes": ["TypeError"] });
    assert_eq!(ruled(raised(foreign)), Status::Deviates);
    // No ruling is about a number that contradicts everything.
    assert_eq!(ruled(status(503)), Status::Fails);
    assert_eq!(ruled(returned(json!("end_turn"))), Status::Fails);
}

#[test]
fn what_a_surface_shows_is_not_left_out() {
    let case = case(json!({ "must": { "outcome": ["error", "completed"] } }));
    let surface = |delivers: &str, lacks: &[&str]| -> Surface {
        serde_json::from_value(json!({ "apis": [], "delivers": delivers, "lacks": lacks, "call": "" }))
            .expect("a surface")
    };
    let word = |observation: &Value, delivers: &str, lacks: &[&str]| {
        verdict_of(&case, observation.clone(), None, Some(&surface(delivers, lacks))).status
    };
    let whole = returned(json!("end_turn"));
    let bare = without(raised(json!({})), &["text", "tool_calls", "stop_reason"]);
    for delivers in ["events", "text", "final"] {
        assert_eq!(word(&whole, delivers, &[]), Status::Pass);
        assert_eq!(word(&without(whole.clone(), &["text"]), delivers, &[]), Status::AdapterFault);
    }
    assert_eq!(word(&bare, "events", &[]), Status::AdapterFault);
    assert_eq!(word(&bare, "final", &[]), Status::Pass);
    let reasonless = without(whole.clone(), &["stop_reason"]);
    assert_eq!(word(&reasonless, "events", &[]), Status::AdapterFault);
    assert_eq!(word(&reasonless, "events", &["stop_reason"]), Status::Pass);
    assert_eq!(word(&without(whole, &["tool_calls", "stop_reason"]), "text", &[]), Status::Pass);
}

#[test]
fn the_class_is_compared_with_the_control() {
    let expect = json!({ "should": { "error.class": "same-as-http" } });
    let same = verdict(expect.clone(), raised(json!({})), Some(raised(json!({}))));
    assert_eq!(same.status, Status::Pass);
    let overloaded =
        || raised(json!({ "class": "OverloadedError", "classes": ["OverloadedError", "ApiError", "SdkError"] }));
    assert_eq!(verdict(expect.clone(), raised(json!({})), Some(overloaded())).status, Status::Deviates);
    // A handler for the class of the control reaches a subclass of it.
    assert_eq!(verdict(expect.clone(), overloaded(), Some(raised(json!({})))).status, Status::Pass);
    // A control that did not fail, hung or crashed is a failed check, and one that was lost is nobody's verdict.
    for control in [returned(json!("end_turn")), json!("hang"), json!("crash")] {
        assert_eq!(verdict(expect.clone(), raised(json!({})), Some(control)).status, Status::Deviates);
    }
    assert_eq!(verdict(expect.clone(), raised(json!({})), Some(json!("fault"))).status, Status::AdapterFault);
    assert_eq!(verdict(expect.clone(), raised(json!({})), None).checks[0].grade, Grade::NotObservable);
    // Without an SDK the error in a stream is an event.
    let event = json!({ "apis": [], "delivers": "events", "lacks": ["error_class"], "call": "" });
    let event: Surface = serde_json::from_value(event).expect("a surface");
    let verdict = verdict_of(&case(expect), raised(json!({})), Some(overloaded()), Some(&event));
    assert_eq!(verdict.checks[0].grade, Grade::NotObservable);
}

#[test]
fn the_wait_between_requests_is_the_server_s_own_measure() {
    let case = case(json!({ "must": { "outcome": "error" }, "should": { "wait": { "at-least": 3000 } } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let word = |second_at: u64| {
        let mut transcript = transcript(&script);
        let first = Exchange { done_at: Some(Duration::from_millis(100)), ..transcript.exchanges[0].clone() };
        let second = Exchange { at: Duration::from_millis(second_at), ..first.clone() };
        transcript.exchanges = vec![first, second];
        let answered = answered(raised(json!({})));
        judge(&evidence(&case, &answered, None, &script, &transcript, None)).status
    };
    assert_eq!(word(3100), Status::Pass);
    assert_eq!(word(3000), Status::Deviates);
}
