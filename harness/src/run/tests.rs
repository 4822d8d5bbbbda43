//! Lying adapters under the engine: whatever one does, the right one is blamed, and nothing is passed that was not seen.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use camino::{Utf8Path, Utf8PathBuf};
use futures_util::future::join_all;
use serde_json::{Value, json};
use streamspec_adapters::contract::{Adapter, Answer, Answered, Call, Identity};
use streamspec_adapters::fleet::Fleet;

use super::{Engine, Filter, Patience, Ran, Trial, plan};
use crate::judge::{Mode, Verdict, Word};
use crate::load::{self, Selection};
use crate::record::Attempted;
use crate::session::{Request, Session};

/// A case with a control.
const CASE: &str = "anthropic/in-band/after-text#overloaded";

/// An adapter that makes a request for each call, and then says what it is told to say: the call, what came for the request,
/// and how many calls there were before.
struct Liar<F> {
    say: Arc<F>,
    calls: AtomicU32,
    identity: Identity,
}

#[async_trait]
impl<F: Fn(&Call, &str, u32) -> Answer + Send + Sync + 'static> Adapter for Liar<F> {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, call: Call) -> Answered {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let say = Arc::clone(&self.say);
        let answer = tokio::task::spawn_blocking(move || say(&call, &ask(&call.base_url), number));
        let answer = answer.await.expect("the request is made");
        Answered { answer, stderr: String::new(), took: Duration::ZERO }
    }

    async fn close(&self) {}
}

/// What a plain client gets.
fn ask(base_url: &str) -> String {
    let rest = base_url.strip_prefix("http://").expect("a URL");
    let (address, path) = rest.split_once('/').expect("a path");
    let mut socket = TcpStream::connect(address).expect("the server listens");
    let request = format!(
        "POST /{path}/v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    socket.write_all(request.as_bytes()).expect("the request is written");
    let mut got = Vec::new();
    // A stream that is reset ends with an error, after what came before.
    let _ = socket.read_to_end(&mut got);
    String::from_utf8_lossy(&got).into_owned()
}

/// What an honest adapter of a good SDK says: the error that came.
fn honest(got: &str) -> Answer {
    let kind = if got.contains("overloaded_error") { "overloaded_error" } else { "api_error" };
    let text = if got.contains("text_delta") { "Hello" } else { "" };
    let nonce = nonce(got).unwrap_or_default();
    observed(&json!({
        "ended": "raised", "events": 3, "text": text, "tool_calls": [], "stop_reason": null,
        "error": {
            "site": "iterate", "class": "ApiError", "classes": ["ApiError"], "message": format!("Overloaded {nonce}"),
            "status": { "value": 529, "via": "attribute" }, "type": { "value": kind, "via": "attribute" }, "causes": [],
        },
    }))
}

fn observed(observation: &Value) -> Answer {
    Answer::Observed(serde_json::from_value(observation.clone()).expect("an observation"))
}

/// The nonce in what came.
fn nonce(got: &str) -> Option<&str> {
    let is_letter = |letter: u8| b"bcdfghjklmnpqrst".contains(&letter);
    let mut starts = got.match_indices('n').filter_map(|(at, _)| got.get(at..at + 11));
    starts.find(|word| word.bytes().skip(1).all(is_letter))
}

/// An engine that has this liar for the reference client, and one trial of each surface with these cases.
async fn engine(
    cases: &[&str],
    say: impl Fn(&Call, &str, u32) -> Answer + Send + Sync + 'static,
) -> (Engine, Vec<Trial>) {
    let root = root();
    let fleet = Fleet::discover(&root).expect("the fleet");
    let sdk = Arc::new(fleet.get("reference").expect("the reference client").clone());
    let names: Vec<String> = cases.iter().map(|&case| case.to_owned()).collect();
    let cases = load::suite(&root, &Selection::named(&names)).expect("the cases").cases;
    let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
    let trials = plan(&[Arc::clone(&sdk)], &cases, &Filter::default()).expect("a plan").trials;
    let engine = Engine::start("nonce".to_owned(), 64, Patience::SDK).await.expect("an engine");
    let identity = sdk.open().await.expect("the reference client").identity().clone();
    let identity = Identity { error_bases: vec!["ApiError".to_owned()], ..identity };
    engine.adopt("reference", Arc::new(Liar { say: Arc::new(say), calls: AtomicU32::new(0), identity }));
    (engine, trials)
}

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// Whether a call is one of a control: the error came as a plain response.
fn is_control(got: &str) -> bool {
    got.starts_with("HTTP/1.1 529")
}

fn crash(alone: bool) -> Answer {
    Answer::Crash { detail: "signal: 9".to_owned(), alone }
}

async fn first(engine: &Engine, trials: &[Trial]) -> Ran {
    engine.run(&trials[0]).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_adapter_passes() {
    let (engine, trials) = engine(&[CASE], |_, got, _| honest(got)).await;
    let ran = first(&engine, &trials).await;
    assert_eq!(ran.record.verdict.word, Word::Pass, "{:?}", ran.record.verdict);
    assert_eq!(ran.record.attempts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_that_died_with_others_is_run_again_and_told() {
    let say = |call: &Call, got: &str, _| if is_control(got) && !call.alone { crash(false) } else { honest(got) };
    let (engine, trials) = engine(&[CASE], say).await;
    let ran = first(&engine, &trials).await;
    assert_eq!(ran.record.verdict.word, Word::Pass);
    let [attempt] = ran.record.attempts.as_slice() else { panic!("{:?}", ran.record.attempts) };
    assert_eq!((attempt.of, attempt.came_to.as_str()), (Attempted::Control, "a crash: signal: 9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_that_shows_nothing_makes_no_pass_and_is_not_kept() {
    // It dies for the first trial that needs it, and tells the next what it raises.
    let say = |_: &Call, got: &str, number| if is_control(got) && number == 0 { crash(true) } else { honest(got) };
    let (engine, trials) = engine(&[CASE], say).await;
    let words = [&trials[0], &trials[0]].map(|trial| engine.run(trial));
    let [one, other] = words;
    let (one, other) = (one.await.remove(0).record.verdict, other.await.remove(0).record.verdict);
    // That it deviates is disputed, as everything about this class is.
    assert_eq!((one.word, other.word), (Word::Disputed, Word::Pass), "{one:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_that_are_mixed_up_are_the_adapter_s_fault() {
    let kept = std::sync::Mutex::new(None::<String>);
    let say = move |_: &Call, got: &str, _| {
        let mut kept = kept.lock().expect("no panic");
        // What came for the call before.
        let before = kept.replace(got.to_owned());
        honest(before.as_deref().unwrap_or(got))
    };
    let (engine, trials) = engine(&[CASE], say).await;
    let ran = first(&engine, &trials).await;
    assert_eq!(ran.record.verdict.word, Word::AdapterFault);
    let reason = ran.record.verdict.reason.unwrap_or_default();
    assert!(reason.contains("the nonce of another trial"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_the_process_is_learnt_and_run_by_itself() {
    let together = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&together);
    let say = move |call: &Call, got: &str, _| {
        if is_control(got) {
            return honest(got);
        }
        counted.fetch_add(u32::from(!call.alone), Ordering::SeqCst);
        crash(call.alone)
    };
    let (engine, trials) = engine(&["anthropic/in-band/after-text"], say).await;
    assert!(trials.len() > 10, "{}", trials.len());
    for trial in &trials {
        let verdict = engine.run(trial).await.remove(0).record.verdict;
        assert_eq!(verdict.in_short(), "fails (crash): signal: 9");
    }
    assert_eq!(together.load(Ordering::SeqCst), 1, "only the first was in flight with others");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_answers_nothing_is_not_asked_for_ever() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let say = move |_: &Call, _: &str, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        Answer::Hang
    };
    let (engine, trials) = engine(&["anthropic/in-band", "anthropic/cut"], say).await;
    let untimed: Vec<_> = trials.iter().filter(|trial| !trial.case.is_timed()).collect();
    assert!(untimed.len() > 150, "{}", untimed.len());
    let mut words = Vec::new();
    for trial in untimed {
        words.push(engine.run(trial).await.remove(0).record.verdict.word);
    }
    assert_eq!((words[0], words[words.len() - 1]), (Word::Fails, Word::AdapterFault));
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked <= 80, "{asked} calls");
}

/// Runs trials side by side under an adapter of which no call comes back: so many that are made together all hang before
/// the first is repeated. Counts the calls that were made by themselves.
async fn alone_under_a_mute_adapter(together: fn() -> Answer) -> (u32, Vec<Verdict>) {
    let (alone, arrived) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let counted = Arc::clone(&alone);
    let say = move |call: &Call, _: &str, _| {
        if call.alone {
            counted.fetch_add(1, Ordering::SeqCst);
            return Answer::Hang;
        }
        arrived.fetch_add(1, Ordering::SeqCst);
        let started = Instant::now();
        while arrived.load(Ordering::SeqCst) < 30 && started.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(1));
        }
        together()
    };
    let (engine, trials) = engine(&["anthropic/benign"], say).await;
    let trials: Vec<_> = trials.iter().filter(|trial| !trial.case.is_timed()).take(60).collect();
    assert_eq!(trials.len(), 60);
    let ran = join_all(trials.into_iter().map(|trial| engine.run(trial))).await;
    let verdicts = ran.into_iter().flatten().map(|ran| ran.record.verdict).collect();
    (alone.load(Ordering::SeqCst), verdicts)
}

#[tokio::test(flavor = "multi_thread")]
async fn hangs_that_come_together_are_believed_after_some_have_been_repeated() {
    let (alone, verdicts) = alone_under_a_mute_adapter(|| Answer::Hang).await;
    assert_eq!(alone, 5);
    assert!(verdicts.iter().all(|verdict| verdict.mode == Some(Mode::Hang)), "{verdicts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_a_process_that_stands_still_are_no_hangs_of_their_own() {
    let (alone, verdicts) = alone_under_a_mute_adapter(|| Answer::Stuck).await;
    assert_eq!(alone, 5);
    let hangs = verdicts.iter().filter(|verdict| verdict.mode == Some(Mode::Hang)).count();
    let faults = verdicts.iter().filter(|verdict| verdict.word == Word::AdapterFault).count();
    assert_eq!((hangs, faults), (5, 55), "{verdicts:?}");
}

/// A session that has this liar for the reference client.
fn session(cases: &[&str]) -> Session {
    let request = Request {
        sdks: vec!["reference".to_owned()],
        surfaces: vec!["events".to_owned()],
        cases: cases.iter().map(|&case| case.to_owned()).collect(),
        ..Request::default()
    };
    Session::open(&root(), &request, &|_| ()).expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_that_differ_are_flaky_and_both_are_told() {
    // The second call is the trial's, after its control; any later one is its repetition.
    let say = |_: &Call, got: &str, number| {
        if number == 1 {
            observed(
                &json!({ "ended": "returned", "events": 3, "text": "Hello", "tool_calls": [], "stop_reason": "end_turn" }),
            )
        } else {
            honest(got)
        }
    };
    let (engine, trials) = engine(&[CASE], say).await;
    let settled = session(&[CASE]).settle(&engine, &trials[0]).await;
    let record = &settled[0].0.record;
    assert_eq!(record.verdict.word, Word::Flaky);
    let reason = record.verdict.reason.clone().unwrap_or_default();
    assert!(reason.contains("`fails (fabricated)") && reason.ends_with("to `pass`"), "{reason}");
    assert_eq!(record.attempts.len(), 1);
    assert_eq!(record.attempts[0].why, "it was not as listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_stays_is_repeated_once_and_no_more_than_some() {
    let say = |_: &Call, got: &str, _| {
        if is_control(got) {
            honest(got)
        } else {
            observed(
                &json!({ "ended": "returned", "events": 3, "text": "", "tool_calls": [], "stop_reason": "end_turn" }),
            )
        }
    };
    let (engine, trials) = engine(&["anthropic/in-band"], say).await;
    let session = session(&["anthropic/in-band"]);
    let mut repeated = 0;
    for trial in &trials {
        let settled = session.settle(&engine, trial).await;
        let record = &settled[0].0.record;
        assert!(record.verdict.word == Word::Fails || record.verdict.word == Word::Pass, "{:?}", record.verdict);
        repeated += record.attempts.iter().filter(|attempt| attempt.why == "it was not as listed").count();
    }
    assert_eq!(repeated, 20);
}
