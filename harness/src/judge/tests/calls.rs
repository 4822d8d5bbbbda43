//! A second call, and calls that are made at once.

use streamspec_adapters::contract::Caller;

use super::*;

/// Returns the verdict of a case whose caller does this, in a word, and what was seen on the axis.
fn seen(caller: Caller, expect: Value, observation: Value, surface: Option<&Surface>) -> (Status, Value) {
    let case = Case { caller, ..case(expect) };
    let verdict = verdict_of(&case, observation, None, surface);
    let seen = verdict.broken_checks().next().map(|check| check.observed.clone());
    (verdict.status, seen.or(verdict.reason.map(Value::from)).unwrap_or_default())
}

fn with(mut observation: Value, field: &str, value: Value) -> Value {
    observation[field] = value;
    observation
}

#[test]
fn the_other_calls_must_hold_each_as_a_whole() {
    let caller = Caller { at_once: Some(4), ..Caller::default() };
    let expect = json!({ "must": { "outcome": "error", "others": { "outcome": "completed", "text": "Hello" } } });
    let whole = || returned(json!("end_turn"));
    let short = || with(whole(), "text", json!("Hel"));
    let at_once = |others: [Value; 3]| with(raised(json!({})), "others", json!(others));
    let check = |others: [Value; 3], expected: (Status, Value)| {
        assert_eq!(seen(caller, expect.clone(), at_once(others), None), expected);
    };
    check([whole(), whole(), whole()], (Status::Pass, Value::Null));
    check([whole(), raised(json!({})), short()], (Status::Fails, json!("2 of 3: error (ApiError)")));
    check([whole(), short(), whole()], (Status::Fails, json!("1 of 3: completed, with another text")));
}

#[test]
fn the_grade_alone_of_the_other_calls_is_kept_in_lists() {
    let expect = json!({ "must": { "outcome": "error", "others": { "outcome": "completed" } } });
    let caller = Caller { at_once: Some(2), ..Caller::default() };
    let case = Case { caller, ..case(expect) };
    let verdict = verdict_of(&case, with(raised(json!({})), "others", json!([raised(json!({}))])), None, None);
    let seen: Vec<_> = verdict.broken_checks().map(|check| (check.axis, check.seen())).collect();
    assert_eq!((seen, verdict.mode), (vec![(Axis::Others, "wrong".to_owned())], Some(Mode::Wrong)));
}

#[test]
fn other_calls_than_were_asked_for_are_the_adapter_s_fault() {
    let expect = json!({ "must": { "outcome": "error" } });
    let surface: Surface =
        serde_json::from_value(json!({ "apis": [], "delivers": "events", "call": "" })).expect("a surface");
    let two = Caller { at_once: Some(2), ..Caller::default() };
    let one = || raised(json!({}));
    for (caller, others, expected) in [
        (two, json!([]), "the number of calls in the observation that were made at once is 1 instead of 2"),
        (
            Caller::default(),
            json!([one()]),
            "the number of calls in the observation that were made at once is 2 instead of 1",
        ),
        (
            two,
            json!([with(one(), "ended", json!("stopped"))]),
            "of one of the other calls: the observation says that the \
          caller stopped, which it was not asked to",
        ),
        (
            two,
            json!([without(one(), &["text"])]),
            "of one of the other calls: the observation has no `text`, which the \
          surface shows according to its description",
        ),
    ] {
        let found = seen(caller, expect.clone(), with(one(), "others", others), Some(&surface));
        assert_eq!(found, (Status::AdapterFault, json!(expected)));
    }
}

#[test]
fn the_stop_reasons_of_whole_answers_are_not_that_of_the_one_that_failed() {
    let event = |reason: Value| {
        let data = json!({ "type": "message_delta", "delta": { "stop_reason": reason } });
        vec![Step::Event(Event::plain("message_delta", data)), Step::End(End::Finish)]
    };
    let expect = json!({ "must": { "outcome": ["error", "incomplete"] } });
    let sample = Case::sample(
        "anthropic/caller/one",
        Api::AnthropicMessages,
        vec![event(Value::Null), event(json!("end_turn"))],
        expect,
    );
    let case = Case { caller: Caller { at_once: Some(2), ..Caller::default() }, ..sample };
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let sent = |answer: usize| {
        let encoded = transport::of(Transport::default()).encode(&script.answers[answer], Version::default());
        Exchange { answer, written: u64::MAX, digest: encoded.digest_prefix(u64::MAX), ..Exchange::sample() }
    };
    let transcript = Transcript { exchanges: vec![sent(0), sent(1)], ..Transcript::default() };
    let judged = |reason: &str| {
        let answered = answered(with(returned(json!(reason)), "others", json!([returned(json!("end_turn"))])));
        let verdict = judge(&evidence(&case, &answered, None, &script, &transcript, None));
        (verdict.status, verdict.mode)
    };
    assert_eq!(judged("unknown"), (Status::Pass, None), "the word says nothing, and none was on the wire");
    assert_eq!(judged("end_turn"), (Status::Fails, Some(Mode::Fabricated)));
}
