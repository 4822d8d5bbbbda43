//! Blame from evidence that is made up: every word, and what the clock shows.

use serde_json::{Value, json};
use streamspec_adapters::contract::Api;

use super::*;
use crate::case::{Case, Level};
use crate::id::Variant;
use crate::judge::{Check, Grade, Mode};
use crate::server::Exchange;
use crate::transport::{Bursts, Op};

/// A script of one answer whose body is `data: 1`, a pause of 300 ms, `data: 2`, and what the server did with it.
struct Played {
    script: Script,
    transcript: Transcript,
    tapped: Vec<TappedAnswer>,
}

const SENT: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/event-stream; charset=utf-8\r\n\
    Cache-Control: no-cache\r\n\r\ndata: 1\n\ndata: 2\n\n";

fn ms(time: u64) -> Duration {
    Duration::from_millis(time)
}

impl Played {
    /// Sends the answer whole in two bursts, the second at 300 ms; what went downstream is handed over, with an end.
    fn of(steps: &Value, downstream: &[u8], end: AnswerEnd) -> Self {
        let steps: Vec<crate::case::Step> = steps
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| match step {
                Value::Number(pause) => crate::case::Step::Pause(pause.as_u64().expect("a number")),
                Value::String(end) => {
                    crate::case::Step::End(serde_json::from_value(end.as_str().into()).expect("an end"))
                }
                other => crate::case::Step::Data(other["data"].clone()),
            })
            .collect();
        let case = Case::sample("openai-chat/cut/one", Api::OpenaiChat, vec![steps], json!({}));
        let script = Script::of(&case, Variant::AsWritten, "n");
        let mut exchange = Exchange { done_at: Some(ms(300)), ..Exchange::sample() };
        let mut at = Duration::ZERO;
        let encoded = exchange.answer_of(&script).expect("an answer");
        for op in &encoded.ops {
            match op {
                Op::Pause(pause) => at += *pause,
                Op::Write(write) => {
                    exchange.bursts.add(at, write.bytes.len());
                    exchange.written += write.bytes.len() as u64;
                }
            }
        }
        let transcript = Transcript { exchanges: vec![exchange], ..Transcript::default() };
        Self { script, transcript, tapped: vec![TappedAnswer::of(downstream, end)] }
    }

    fn usual(downstream: &[u8], end: AnswerEnd) -> Self {
        Self::of(&json!([{ "data": 1 }, 300, { "data": 2 }, "finish"]), downstream, end)
    }

    fn blame(&self, reading: Option<&Verdict>, verdict: &Verdict, released: Option<bool>) -> Option<Blame> {
        find(&BlameEvidence {
            script: &self.script,
            transcript: &self.transcript,
            tapped: &self.tapped,
            is_same: self.is_same(),
            translated: None,
            over_at: ms(5000),
            released,
            reading: reading.map(|verdict| Reading { verdict, error: None }),
            verdict,
        })
    }

    fn is_same(&self) -> bool {
        is_same(&self.script, &self.transcript, &self.tapped)
    }

    /// Says when the body went downstream: so many bytes at each time.
    fn went(&mut self, times: &[(u64, usize)]) {
        let mut bursts = Bursts::default();
        for (at, bytes) in times {
            bursts.add(ms(*at), *bytes);
        }
        self.tapped[0].bursts = bursts;
    }
}

fn check(axis: Axis, grade: Grade, expected: Value, observed: Value) -> Check {
    Check { axis, level: Level::Must, expected, observed, grade, disputed: false }
}

fn verdict(mode: Option<Mode>, checks: Vec<Check>) -> Verdict {
    let status = if checks.is_empty() { Status::Pass } else { Status::Fails };
    Verdict { status, mode, reason: None, checks }
}

#[test]
fn what_is_framed_otherwise_is_the_same_and_what_says_something_else_is_not() {
    let text = String::from_utf8_lossy(SENT).into_owned();
    let is_same = |text: &str, end| Played::usual(text.as_bytes(), end).is_same();
    assert!(is_same(&text, AnswerEnd::Fin), "closing the connection delimits it");
    let chunked = text.replace("\r\n\r\n", "\r\ntransfer-encoding: chunked\r\n\r\n12\r\n") + "\r\n0\r\n\r\n";
    assert!(is_same(&chunked, AnswerEnd::Open));
    assert!(!is_same(&text, AnswerEnd::Reset), "it is cut");
    assert!(!is_same(&chunked[..chunked.len() - 5], AnswerEnd::Fin), "it is cut");
    for (from, to) in
        [("200 OK", "201 OK"), ("data: 2", "data: 3"), ("event-stream", "plain"), ("Cache-Control: no-cache\r\n", "")]
    {
        assert!(!is_same(&text.replace(from, to), AnswerEnd::Fin), "{from}");
    }
    let mut twice = Played::usual(SENT, AnswerEnd::Fin);
    twice.tapped.push(twice.tapped[0].clone());
    assert!(!twice.is_same());
}

#[test]
fn what_the_reader_misses_has_a_word() {
    let (good, wrong) = (verdict(None, Vec::new()), Grade::Wrong);
    let of = |mode, checks: Vec<Check>| {
        let reading = verdict(mode, checks);
        let blame = Played::usual(b"HTTP/1.1 200 OK\r\n\r\n", AnswerEnd::Fin).blame(Some(&reading), &good, None);
        blame.expect("somebody can tell").word
    };
    let outcome = || check(Axis::Outcome, wrong, json!("error"), json!("completed"));
    let text = |observed: &str| check(Axis::Text, wrong, json!("Hello"), json!(observed));
    let calls = |expected: Value, observed: Value| check(Axis::ToolCalls, wrong, expected, observed);
    for (mode, broken, word) in [
        (None, None, Word::PassedOn),
        (Some(Mode::Silent), Some(outcome()), Word::LostAtTheGateway),
        (Some(Mode::Fabricated), Some(outcome()), Word::Invented),
        (Some(Mode::Hang), Some(outcome()), Word::LostAtTheGateway),
        (Some(Mode::Wrong), Some(text("Hel")), Word::LostAtTheGateway),
        (Some(Mode::Wrong), Some(text("")), Word::LostAtTheGateway),
        (Some(Mode::Wrong), Some(text("HelloHello")), Word::Invented),
        (Some(Mode::Wrong), Some(text("Jello")), Word::ChangedAtTheGateway),
        (Some(Mode::Wrong), Some(calls(json!("none-complete"), json!([1]))), Word::Invented),
        (Some(Mode::Wrong), Some(calls(json!([1, 2]), json!([1]))), Word::LostAtTheGateway),
        (Some(Mode::Wrong), Some(calls(json!([1]), json!([2]))), Word::ChangedAtTheGateway),
        (Some(Mode::Wrong), Some(check(Axis::ErrorStatus, wrong, json!(529), json!(500))), Word::ChangedAtTheGateway),
        (
            Some(Mode::Wrong),
            Some(check(Axis::ErrorType, Grade::Empty, json!("a"), Value::Null)),
            Word::LostAtTheGateway,
        ),
        (
            Some(Mode::Wrong),
            Some(check(Axis::StopReason, Grade::Empty, json!("a"), Value::Null)),
            Word::LostAtTheGateway,
        ),
        (Some(Mode::Wrong), Some(check(Axis::StopReason, wrong, json!("a"), json!("b"))), Word::ChangedAtTheGateway),
        (Some(Mode::Wrong), Some(check(Axis::Elapsed, wrong, json!(1), json!("too late"))), Word::PassedOn),
    ] {
        assert_eq!(of(mode, broken.clone().into_iter().collect()), word, "{broken:?}");
    }
    let message = check(Axis::ErrorMessage, Grade::Exact, json!("m"), json!("m"));
    let kind = check(Axis::ErrorType, Grade::Empty, json!("a"), Value::Null);
    assert_eq!(of(Some(Mode::Wrong), vec![kind, message]), Word::ChangedAtTheGateway, "the message of the error came");
}

#[test]
fn an_sdk_is_blamed_where_nobody_else_can_be() {
    let broken =
        verdict(Some(Mode::Silent), vec![check(Axis::Outcome, Grade::Wrong, json!("error"), json!("completed"))]);
    let good = verdict(None, Vec::new());
    let passed = Played::usual(SENT, AnswerEnd::Fin);
    let word =
        |played: &Played, reading: Option<&Verdict>| played.blame(reading, &broken, None).map(|blame| blame.word);
    assert_eq!(word(&passed, None), Some(Word::LostAtTheSdk));
    let changed = Played::usual(&SENT[..SENT.len() - 1], AnswerEnd::Fin);
    assert_eq!(word(&changed, Some(&good)), Some(Word::LostAtTheSdk));
    assert_eq!(word(&changed, Some(&broken)), Some(Word::LostAtTheGateway));
    assert_eq!(word(&changed, None), None, "nobody could read it");
    let mended = Played::of(&json!([{ "data": 1 }, "eof"]), SENT, AnswerEnd::Fin);
    assert_eq!(word(&mended, Some(&good)), Some(Word::LostAtTheGateway), "the framing alone told of the cut");
    let mut slow = broken.clone();
    slow.checks[0].axis = Axis::Wait;
    assert_eq!(passed.blame(None, &slow, None).map(|blame| blame.word), Some(Word::PassedOn));
    slow.status = Status::AdapterFault;
    assert_eq!(passed.blame(None, &slow, None), None);
}

#[test]
fn bytes_before_a_pause_come_before_it_or_are_late() {
    let good = verdict(None, Vec::new());
    let late = |played: &Played| played.blame(None, &good, None).and_then(|blame| blame.delayed_ms);
    let mut played = Played::usual(SENT, AnswerEnd::Fin);
    for (times, expected) in [
        (vec![(0, 9), (300, 9)], None),
        (vec![(140, 9), (300, 9)], None),
        (vec![(300, 18)], Some(300)),
        (vec![(0, 8), (300, 10)], Some(300)),
        (vec![(0, 9), (900, 9)], None),
    ] {
        played.went(&times);
        assert_eq!(late(&played), expected, "{times:?}");
    }
    let mut short = Played::of(&json!([{ "data": 1 }, 100, { "data": 2 }, "finish"]), SENT, AnswerEnd::Fin);
    short.went(&[(5000, 18)]);
    assert_eq!(late(&short), None, "no pause is long enough to tell");
    let head = &SENT[..SENT.len() - 18];
    let mut stalled = Played::of(&json!([{ "data": 1 }, "stall"]), head, AnswerEnd::ClientLeft);
    stalled.tapped[0].ended_at = Some(ms(1000));
    let blame = |played: &Played| played.blame(Some(&good), &good, None).expect("somebody can tell");
    assert_eq!(blame(&stalled).delayed_ms, Some(1000), "it came never");
    stalled.tapped[0].end = AnswerEnd::Fin;
    assert_eq!(blame(&stalled).delayed_ms, None, "it was lost, which is something else");
}

#[test]
fn a_connection_is_left_open_on_either_side() {
    let good = verdict(None, Vec::new());
    let side = |played: &Played, released| played.blame(Some(&good), &good, released).and_then(|blame| blame.left_open);
    let mut held = Played::usual(&SENT[..20], AnswerEnd::ClientLeft);
    for (left, expected) in [(1299, None), (1300, Some(Side::Downstream))] {
        held.tapped[0].ended_at = Some(ms(left));
        assert_eq!(side(&held, None), expected, "the answer was over at 300 ms, and the client left at {left} ms");
    }
    let stalled = Played::of(&json!([{ "data": 1 }, "stall"]), &SENT[..20], AnswerEnd::ClientLeft);
    assert_eq!((side(&stalled, Some(false)), side(&stalled, Some(true))), (Some(Side::Upstream), None));
    let open = Played::of(&json!([{ "data": 1 }, "stall"]), &SENT[..20], AnswerEnd::Open);
    assert_eq!(side(&open, Some(false)), None, "the client has not left either");
}

#[test]
fn requests_are_counted_on_both_sides() {
    let good = verdict(None, Vec::new());
    let mut played = Played::usual(SENT, AnswerEnd::Fin);
    assert_eq!(played.blame(None, &good, None).and_then(|blame| blame.retried), None);
    played.transcript.exchanges.insert(0, Exchange { written: 0, ..played.transcript.exchanges[0].clone() });
    let retried = |played: &Played| played.blame(Some(&good), &good, None).and_then(|blame| blame.retried);
    assert_eq!(retried(&played), Some(Retried { upstream: 2, downstream: 1, after_output: false }));
    played.transcript.exchanges[0].written = played.transcript.exchanges[1].written;
    assert_eq!(retried(&played), Some(Retried { upstream: 2, downstream: 1, after_output: true }));
}

#[test]
fn answers_to_requests_that_are_made_at_once_go_in_any_order() {
    let good = verdict(None, Vec::new());
    let cut = json!([{ "data": 1 }, "eof"]);
    let mut played = Played::usual(SENT, AnswerEnd::Fin);
    let other = Played::of(&cut, b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", AnswerEnd::Fin);
    let refused = crate::wire::Answer {
        end: crate::case::End::Finish,
        head: played.script.answers[0].head.clone().map(|head| crate::wire::Head { status: 503, ..head }),
        body: Vec::new(),
        ..played.script.answers[0].clone()
    };
    played.script.answers.push(refused);
    played.transcript.exchanges.push(Exchange { answer: 1, ..played.transcript.exchanges[0].clone() });
    played.tapped.insert(0, other.tapped[0].clone());
    let word =
        |played: &Played| played.blame(Some(&good), &good, Some(false)).map(|blame| (blame.word, blame.left_open));
    assert_eq!(word(&played), Some((Word::PassedOn, None)), "the 503 went first downstream and last upstream");
    played.tapped[0].status = Some(200);
    assert_eq!(word(&played), Some((Word::ChangedAtTheGateway, None)));
}

#[test]
fn a_client_that_leaves_early_has_lost_the_rest_itself() {
    let broken =
        verdict(Some(Mode::Silent), vec![check(Axis::Outcome, Grade::Wrong, json!("error"), json!("completed"))]);
    let good = verdict(None, Vec::new());
    let head = SENT.len() - 18;
    for (sent, left_at, word) in [
        (head + 18, 310, Some(Word::LostAtTheSdk)),
        (head + 9, 310, Some(Word::LostAtTheSdk)),
        (head, 140, Some(Word::LostAtTheSdk)),
        (0, 140, Some(Word::LostAtTheSdk)),
        // By then the gateway should have passed on what came at the beginning.
        (0, 160, None),
        (head, 160, None),
        (head + 9, 460, None),
    ] {
        let mut played = Played::usual(&SENT[..sent], AnswerEnd::ClientLeft);
        played.tapped[0].ended_at = Some(ms(left_at));
        let found = played.blame(None, &broken, None).map(|blame| blame.word);
        assert_eq!(found, word, "{sent} bytes, left at {left_at} ms");
    }
    let mut other = Played::usual(&SENT[..SENT.len() - 3], AnswerEnd::ClientLeft);
    other.tapped[0].ended_at = Some(ms(310));
    other.tapped[0].content[0] = b'x';
    assert_eq!(other.blame(Some(&good), &good, None).map(|blame| blame.word), Some(Word::PassedOn));
    assert_eq!(other.blame(None, &broken, None), None, "it is something else");
}
