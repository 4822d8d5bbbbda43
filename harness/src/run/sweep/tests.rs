//! The places of sweeps, and what is said of them.

use serde_json::json;
use streamspec_adapters::contract::{Api, CallOutcome, CallResult};
use streamspec_adapters::dialect::{Meaning, meanings};

use super::*;
use crate::case::{Axis, End, Event, Step};
use crate::codec;
use crate::judge::{Grade, Mode, Status, Verdict};

fn healthy() -> Case {
    let event = |name: &str, data| Step::Event(Event::plain(name, data));
    let must =
        json!({ "outcome": "completed", "text": "Hello", "tool_calls": [{ "name": "f", "arguments": { "a": 1 } }] });
    let stream = vec![
        event("a", json!({ "n": 1 })),
        event("b", json!({ "n": 2 })),
        event("message_delta", json!({ "delta": { "stop_reason": "end_turn" } })),
        event("message_stop", json!({})),
        Step::End(End::Finish),
    ];
    let sample = Case::sample("anthropic/benign/one", Api::AnthropicMessages, vec![stream], json!({ "must": must }));
    Case { timeout: 20_000, ..sample }
}

fn script(case: &Case) -> Script {
    Script::build(case.api, &case.exchanges, Variant::AsWritten, "n0nce")
}

#[test]
fn places_stand_before_the_stop_reason() {
    let case = healthy();
    let script = script(&case);
    let body = script.answers[0].bytes();
    let ends = codec::of(case.api).event_ends(&body);
    let places = |variant| Places::of(&case, &script, variant).expect("it is healthy");
    assert_eq!(places(Variant::CutEvents).all, [0, ends[0], ends[1]]);
    assert_eq!(places(Variant::ErrorEvents).all, [0, ends[0], ends[1]]);
    assert_eq!(places(Variant::CutBytes).all, (0..ends[2]).collect::<Vec<_>>());
    let inside: Vec<usize> = (1..ends[1]).filter(|place| *place != ends[0]).collect();
    assert_eq!(places(Variant::ErrorBytes).all, inside);
    for variant in [Variant::ErrorEvents, Variant::ErrorBytes] {
        let places = places(variant);
        for &place in &places.all {
            let broken = places.broken(&script, place, "n0nce").answers.remove(0);
            let sent = broken.bytes();
            assert!(sent.starts_with(&body[..place]) && broken.end == End::Finish);
            let error = String::from_utf8_lossy(&sent[place..]).into_owned();
            assert!(error.starts_with("event: error\ndata: {") && error.contains("n0nce") && error.ends_with("\n\n"));
        }
    }
    let incomplete = serde_json::from_value(json!({ "must": { "outcome": "error" } })).expect("an expectation");
    let failing = Case { expect: incomplete, ..case.clone() };
    assert!(Places::of(&failing, &script, Variant::ErrorEvents).is_none());
}

/// Every dialect's example is one that its own tables and its own stop reasons agree with.
#[test]
fn an_example_is_an_error_that_its_dialect_knows() {
    for api in Api::ALL {
        let errors = &api.dialect().errors;
        let example = &errors.example;
        let is_typed = example.kind.or(example.code).is_some();
        assert_eq!(errors.status(example.kind, example.code).is_some(), is_typed, "{api}");
        let data = (example.data)("said", 3);
        let says = |place: &&serde_json::Value| ["message", "error"].iter().any(|member| place[*member] == "said");
        let place = [&data, &data["error"], &data["delta"]].into_iter().find(says);
        let place = place.unwrap_or_else(|| panic!("{api}: no message in {data}"));
        for (member, word) in [(errors.type_member, example.kind), ("code", example.code)] {
            let is_named = |word: &str| place[member] == word || example.name == Some(word);
            assert!(word.is_none_or(is_named), "{api}: {data}");
        }
        // A dialect may have a stop reason of its own for it.
        let reason = (api.dialect().stop_reasons.word_in)(&data);
        assert!(reason.is_none_or(|word| meanings(word) == [Meaning::Interrupted]), "{api}: {reason:?}");
    }
}

fn observed(observation: serde_json::Value) -> CallResult {
    let outcome = CallOutcome::Observed(serde_json::from_value(observation).expect("an observation"));
    CallResult { outcome, stderr: String::new(), took: std::time::Duration::ZERO }
}

#[test]
fn half_a_call_is_none() {
    let after = |arguments: serde_json::Value, complete: bool| {
        let call = json!({ "name": "f", "arguments": arguments, "complete": complete });
        let mut verdict = Verdict::of(Vec::new(), |_| Mode::Wrong);
        let observation = json!({ "ended": "returned", "events": 1, "tool_calls": [call] });
        laws::hold_calls(&mut verdict, &healthy(), &observed(observation));
        verdict.status
    };
    assert_eq!(after(json!({ "a": 1 }), true), Status::Pass);
    assert_eq!(after(json!("{\"a\": 1}"), true), Status::Pass);
    assert_eq!(after(json!("{\"a\""), false), Status::Pass);
    assert_eq!(after(json!("{\"a\""), true), Status::Fails);
    assert_eq!(after(json!({}), true), Status::Fails);
}

#[test]
fn the_sum_names_the_first_places_and_the_worst() {
    let case = healthy();
    let places = Places::of(&case, &script(&case), Variant::ErrorEvents).expect("it is healthy");
    let broken = |mode| Verdict::broken(mode, &case, String::new());
    let sum = |variant, verdicts: &[(usize, Verdict)]| {
        let mut sum = Sum::new(variant, &places);
        let firsts: Vec<bool> = verdicts.iter().map(|(place, verdict)| sum.take(*place, verdict)).collect();
        (sum.verdict(), sum.record(), firsts)
    };
    let pass = || Verdict::of(Vec::new(), |_| Mode::Wrong);
    let (verdict, record, firsts) = sum(Variant::ErrorEvents, &[(0, pass())]);
    assert_eq!((verdict.status, verdict.checks.len(), firsts), (Status::Pass, 2, vec![false]));
    assert_eq!((record.places, record.blind.len()), (3, 0));
    let silent: Vec<_> =
        (0..2).map(|place| (place * 7, broken(Mode::Silent))).chain([(90, broken(Mode::Hang))]).collect();
    let (verdict, record, firsts) = sum(Variant::ErrorEvents, &silent);
    let check = &verdict.checks[0];
    assert_eq!((verdict.status, verdict.mode, check.axis), (Status::Fails, Some(Mode::Silent), Axis::Errors));
    let expected = "2 of 3 errors look complete, the first after 0 and 7 bytes; \
                    1 of 3 errors come out wrong, the first after 90 bytes";
    assert_eq!(check.observed, expected);
    assert_eq!(verdict.checks[1].grade, Grade::NotApplicable);
    assert_eq!((record.blind, record.wrong), (vec![0, 7], vec![90]));
    assert_eq!(firsts, [true, false, false]);
    let (verdict, _, _) = sum(Variant::CutEvents, &silent[..1]);
    assert_eq!(verdict.checks[0].observed, "1 of 3 cuts look complete, the first after 0 bytes");
    let untyped = Verdict { status: Status::Deviates, ..pass() };
    let (verdict, record, firsts) = sum(Variant::ErrorEvents, &[(0, pass()), (7, untyped), (9, pass())]);
    assert_eq!(
        (verdict.status, verdict.mode, record.untyped, firsts),
        (Status::Deviates, None, vec![7], vec![false, true, false])
    );
    assert_eq!(verdict.checks[1].observed, "1 of 3 errors lose their type, the first after 7 bytes");
    let fault = Verdict::adapter_fault("it broke".to_owned());
    let (verdict, _, _) = sum(Variant::ErrorEvents, &[(0, broken(Mode::Silent)), (5, fault.clone())]);
    assert_eq!(verdict, fault);
}
