//! Faults of the harness and of the adapter, which are no verdict about an SDK.

use super::*;

#[test]
fn faults_are_not_the_sdk_s() {
    let case = case(json!({ "must": { "outcome": "error" } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let mut transcript = transcript(&script);
    let answered = answered(raised(json!({})));
    let word = |transcript: &Transcript| judge(&evidence(&case, &answered, None, &script, transcript, None)).status;
    assert_eq!(word(&transcript), Status::Pass);
    transcript.exchanges[0].digest = "00".into();
    assert_eq!(word(&transcript), Status::HarnessFault);
    assert_eq!(word(&Transcript::default()), Status::AdapterFault);
}

#[test]
fn a_refused_request_says_why_in_the_verdict() {
    let case = case(json!({ "must": { "outcome": "error" } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let reason = "the request's body has more than 8388608 bytes".to_owned();
    let refused = |own| Refused { request: "POST /v1/messages".into(), status: 413, reason: reason.clone(), own };
    let answered = answered(raised(json!({})));
    let verdict = |transcript: &Transcript| judge(&evidence(&case, &answered, None, &script, transcript, None));
    for own in [true, false] {
        let verdict =
            verdict(&Transcript { exchanges: Vec::new(), refused: vec![refused(own)], ..Transcript::default() });
        let expected = format!("the server refused the request `POST /v1/messages` with 413: {reason}");
        assert_eq!((verdict.status, verdict.reason), (Status::AdapterFault, Some(expected)));
    }
    // One without the trial's token may be anybody's.
    let played = transcript(&script).exchanges;
    for (own, word) in [(true, Status::AdapterFault), (false, Status::Pass)] {
        assert_eq!(
            verdict(&Transcript { exchanges: played.clone(), refused: vec![refused(own)], ..Transcript::default() })
                .status,
            word
        );
    }
}

#[test]
fn what_a_client_of_http_1_0_was_sent_is_held_to_that() {
    let case = case(json!({ "must": { "outcome": "error" } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let mut transcript = transcript(&script);
    let answered = answered(raised(json!({})));
    let word = |transcript: &Transcript| judge(&evidence(&case, &answered, None, &script, transcript, None)).status;
    transcript.exchanges[0].version = Version::Http10;
    assert_eq!(word(&transcript), Status::HarnessFault);
    transcript.exchanges[0].digest = encoded(&script, Version::Http10).digest_prefix(u64::MAX);
    assert_eq!(word(&transcript), Status::Pass);
}

#[test]
fn a_want_of_connections_is_the_harness_s() {
    let case = case(json!({ "must": { "outcome": "error" } }));
    let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, "n123");
    let word = |answer: Value, transcript: &Transcript| {
        let answered = answered(answer);
        judge(&evidence(&case, &answered, None, &script, transcript, None)).status
    };
    let lacking = Some("all 2 connections are in use".to_owned());
    let none = Transcript { lacking: lacking.clone(), ..Transcript::default() };
    let played = Transcript { lacking, ..transcript(&script) };
    let error = json!({ "message": "tcp connect error: Too many open files (os error 24)" });
    for answer in [json!("hang"), json!("crash"), raised(json!({}))] {
        assert_eq!(word(answer, &none), Status::HarnessFault);
    }
    assert_eq!(word(raised(error.clone()), &Transcript::default()), Status::HarnessFault);
    // What was played to is judged, whatever others lacked meanwhile.
    assert_eq!((word(raised(json!({})), &played), word(raised(error.clone()), &played)), (Status::Pass, Status::Pass));
    // A control that was lost to it is no adapter's fault either.
    let case = self::case(json!({ "should": { "error.class": "same-as-http" } }));
    let answered = answered(raised(json!({})));
    for (seen, word) in [(&Transcript::default(), Status::HarnessFault), (&played, Status::Pass)] {
        let control = Control::new(self::answered(raised(error.clone())), seen);
        let verdict = judge(&evidence(&case, &answered, Some(&control), &script, &played, None));
        assert_eq!(verdict.status, word, "{verdict:?}");
    }
}
