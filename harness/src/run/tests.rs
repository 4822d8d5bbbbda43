//! Lying adapters under the engine: whatever one does, the right one is blamed, and nothing is passed that was not seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::future::join_all;
use streamspec_adapters::contract::{Adapter, Call, CallOutcome, CallResult, Identity};

use super::liar::{CASE, crash, engine, honest, is_control};
use super::{Engine, Running, Trial, TrialRun};
use crate::judge::{Mode, Status, Verdict};
use crate::record::Attempted;

async fn first(engine: &Engine, trials: &[Trial]) -> TrialRun {
    engine.run(&trials[0]).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_adapter_passes() {
    let (engine, trials) = engine(&[CASE], |_, got, _| honest(got)).await;
    let ran = first(&engine, &trials).await;
    assert_eq!(ran.record.verdict.status, Status::Pass, "{:?}", ran.record.verdict);
    assert_eq!(ran.record.attempts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_needs_no_manifest() {
    let (engine, trials) = engine(&[CASE], |_, got, _| honest(got)).await;
    let adapter = trials[0].sdk.own_adapter().expect("the liar");
    let case = || trials[0].case.as_ref().clone();
    let ran = engine.run_with(Arc::clone(&adapter), "events", case()).await;
    assert_eq!(ran.record.verdict.status, Status::Pass, "{:?}", ran.record.verdict);
    assert_eq!(ran.record.name(), "streamspec-adapters/events::anthropic/in-band/after-text#overloaded");
    let other = engine.run_with(adapter, "nope", case()).await;
    assert_eq!(other.record.verdict.status, Status::Unsupported, "{:?}", other.record.verdict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_that_died_with_others_is_run_again_and_told() {
    let say = |call: &Call, got: &str, _| if is_control(got) && !call.alone { crash(false) } else { honest(got) };
    let (engine, trials) = engine(&[CASE], say).await;
    let ran = first(&engine, &trials).await;
    assert_eq!(ran.record.verdict.status, Status::Pass);
    let [attempt] = ran.record.attempts.as_slice() else { panic!("{:?}", ran.record.attempts) };
    assert_eq!((attempt.of, attempt.result.as_str()), (Attempted::Control, "a crash: signal: 9"));
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
    assert_eq!((one.status, other.status), (Status::Disputed, Status::Pass), "{one:?}");
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
    assert_eq!(ran.record.verdict.status, Status::AdapterFault);
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
    assert_eq!(together.load(Ordering::SeqCst), 2, "only the first two were in flight with others");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_answers_nothing_is_not_asked_for_ever() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let say = move |_: &Call, _: &str, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        CallOutcome::Hang
    };
    let (engine, trials) = engine(&["anthropic/in-band", "anthropic/cut"], say).await;
    let untimed: Vec<_> = trials.iter().filter(|trial| !trial.case.is_timed()).collect();
    assert!(untimed.len() > 150, "{}", untimed.len());
    let mut words = Vec::new();
    for trial in untimed {
        words.push(engine.run(trial).await.remove(0).record.verdict.status);
    }
    assert_eq!((words[0], words[words.len() - 1]), (Status::Fails, Status::AdapterFault));
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked <= 80, "{asked} calls");
}

/// A machine that is busy for as long as a call is waited for makes all calls hang that are under way, which says nothing of the adapter.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_all_hung_together_are_one_round() {
    let begun = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&begun);
    let say = move |call: &Call, got: &str, _| {
        if call.alone || counted.fetch_add(1, Ordering::SeqCst) >= 64 {
            return honest(got);
        }
        while counted.load(Ordering::SeqCst) < 64 {
            std::thread::sleep(Duration::from_millis(1));
        }
        CallOutcome::Hang
    };
    let (engine, trials) = engine(&["anthropic/cut"], say).await;
    let untimed: Vec<_> = trials.iter().filter(|trial| !trial.case.is_timed()).take(80).collect();
    let (together, later) = untimed.split_at(64);
    let mut ran = join_all(together.iter().map(|trial| engine.run(trial))).await;
    ran.extend(join_all(later.iter().map(|trial| engine.run(trial))).await);
    let lost = ran.iter().flatten().filter(|ran| ran.record.verdict.status.is_lost()).count();
    assert_eq!(lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_surface_has_time_to_load_before_its_first_call_comes_out_and_none_after_it() {
    let deadlines = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&deadlines);
    let say = move |call: &Call, got: &str, _| {
        kept.lock().expect("no panic").push(call.deadline.as_secs());
        honest(got)
    };
    let (engine, trials) = engine(&["anthropic/benign"], say).await;
    let trials: Vec<_> = trials.iter().filter(|trial| !trial.case.is_timed()).take(2).collect();
    for trial in &trials {
        engine.run(trial).await;
    }
    let deadlines = deadlines.lock().expect("no panic");
    assert_eq!(deadlines.as_slice(), [40, 10]);
}

/// Runs trials side by side under an adapter of which no call comes back: so many that are made together all hang before
/// the first is repeated. Counts the calls that were made by themselves.
async fn alone_when_nothing_is_answered(together: fn() -> CallOutcome) -> (u32, Vec<Verdict>) {
    let (alone, arrived) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let counted = Arc::clone(&alone);
    let say = move |call: &Call, _: &str, _| {
        if call.alone {
            counted.fetch_add(1, Ordering::SeqCst);
            return CallOutcome::Hang;
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
    let (alone, verdicts) = alone_when_nothing_is_answered(|| CallOutcome::Hang).await;
    assert_eq!(alone, 5);
    assert!(verdicts.iter().all(|verdict| verdict.mode == Some(Mode::Hang)), "{verdicts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_a_process_that_stands_still_are_no_hangs_of_their_own() {
    let (alone, verdicts) = alone_when_nothing_is_answered(|| CallOutcome::Stuck).await;
    assert_eq!(alone, 5);
    let hangs = verdicts.iter().filter(|verdict| verdict.mode == Some(Mode::Hang)).count();
    let faults = verdicts.iter().filter(|verdict| verdict.status == Status::AdapterFault).count();
    assert_eq!((hangs, faults), (5, 55), "{verdicts:?}");
}

/// Trials of a kind that ends the process are left for the end once that is known.
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_the_process_is_run_last() {
    let is_known = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_known);
    let say = move |call: &Call, got: &str, _| {
        if got.contains("event: error") {
            return crash(call.alone);
        }
        let started = Instant::now();
        let is_stream = got.starts_with("HTTP/1.1 200");
        while is_stream && !known.load(Ordering::SeqCst) && started.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(1));
        }
        honest(got)
    };
    let (engine, trials) = engine(&["anthropic/benign", "anthropic/in-band/after-text"], say).await;
    let ends_process = |trial: &Trial| trial.case.id.file() == "anthropic/in-band/after-text";
    // One benign case has the text of such an event in its data.
    let trials = trials.into_iter().filter(|trial| trial.case.id.file() != "anthropic/benign/look-alikes");
    let (ending, harmless): (Vec<Trial>, Vec<Trial>) = trials.partition(ends_process);
    assert!(ending.len() > 10 && harmless.len() > 80, "{} and {}", ending.len(), harmless.len());
    // Two are met at once, and the others stand in the middle.
    let order: Vec<Trial> =
        [&ending[..2], &harmless[..60], &ending[2..], &harmless[60..]].into_iter().flatten().cloned().collect();
    let (engine, ended_before) = (Arc::new(engine), Arc::new(AtomicU32::new(0)));
    let shared = Arc::clone(&engine);
    let mut running = Running::of(order.into(), engine, move |trial| {
        let (engine, is_known, ended_before) = (Arc::clone(&shared), Arc::clone(&is_known), Arc::clone(&ended_before));
        async move {
            engine.run(&trial).await;
            let before = ended_before.fetch_add(u32::from(ends_process(&trial)), Ordering::SeqCst);
            is_known.fetch_or(before > 0 && ends_process(&trial), Ordering::SeqCst);
            trial
        }
    });
    let mut ended = Vec::new();
    while let Some(trial) = running.next().await {
        ended.push(ends_process(&trial.expect("no panic")));
    }
    assert_eq!(ended.len(), ending.len() + harmless.len());
    let last = ended.iter().rev().take_while(|ending| **ending).count();
    assert_eq!(last, ending.len() - 2, "{ended:?}");
}

/// An adapter that makes no request, as one whose process is not started any more.
struct Mute(Identity);

#[async_trait]
impl Adapter for Mute {
    fn identity(&self) -> &Identity {
        &self.0
    }

    async fn observe(&self, _: Call) -> CallResult {
        let outcome = CallOutcome::Fault { detail: "not started again".to_owned() };
        CallResult { outcome, stderr: String::new(), took: Duration::ZERO }
    }

    async fn close(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_reach_no_server_are_not_repeated_for_ever() {
    let (engine, trials) = engine(&[CASE], |_, got, _| honest(got)).await;
    let identity = trials[0].sdk.own_adapter().expect("the liar").identity().clone();
    let sdk = Arc::new(trials[0].sdk.as_ref().clone().driven_by(Arc::new(Mute(identity))));
    let trial = Trial { sdk, ..trials[0].clone() };
    let mut repeated = Vec::new();
    for _ in 0..8 {
        let ran = engine.run(&trial).await.remove(0).record;
        assert_eq!(ran.verdict.status, Status::AdapterFault, "{:?}", ran.verdict);
        repeated.push(ran.attempts.iter().filter(|attempt| attempt.of == Attempted::Trial).count());
    }
    assert_eq!((repeated[0], &repeated[5..]), (1, &[0, 0, 0][..]), "{repeated:?}");
}
