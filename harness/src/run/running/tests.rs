use std::time::Duration;

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use tokio::sync::Semaphore;

use super::*;
use crate::load::{self, Selection};
use crate::run::{Deadlines, Filter, plan};

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

fn reference() -> Sdk {
    Fleet::discover(root()).expect("the fleet").get("reference").expect("the reference client").clone()
}

/// Returns the trials of an SDK on the first cases of a file.
fn of(sdk: &Sdk, file: &str, number: usize) -> Vec<Trial> {
    let cases = load::suite(root(), &Selection::named(&[file.to_owned()])).expect("cases").cases;
    let cases: Vec<_> = cases.into_iter().take(number).map(Arc::new).collect();
    plan(&[Arc::new(sdk.clone())], &cases, &Filter::default()).expect("a plan").trials.to_vec()
}

#[test]
fn sdks_advance_together() {
    let mutant = reference().mutant("no-such-fault");
    let mut queues = Queues::default();
    let file = "anthropic/in-band/after-text";
    let trials = [of(&reference(), file, 2), of(&mutant, file, 4)].concat();
    for (trial, place) in trials.iter().zip(0..) {
        queues.push(&trial.sdk.manifest.id, place);
    }
    let next = || queues.next(|_| true).and_then(|sdk| queues.pop(&sdk));
    let order = std::iter::from_fn(next).map(|place| &trials[place as usize]);
    let order: Vec<bool> = order.map(|trial| trial.sdk.manifest.id == "reference").collect();
    let firsts = order[..order.len() / 2].iter().filter(|is_reference| **is_reference).count();
    assert_eq!((order.len(), firsts), (12, 2), "{order:?}");
}

#[test]
fn half_of_the_trials_of_an_sdk_have_been_taken_once_no_more_than_half_are_left() {
    let mut queues = Queues::default();
    (0..3).for_each(|place| queues.push("reference", place));
    let half = [0; 3].map(|_| {
        queues.pop("reference").expect("one is left");
        queues.is_half_taken("reference")
    });
    assert_eq!(half, [false, true, true]);
    assert!(!queues.is_half_taken("another"));
}

/// The trials that wait longest begin first, so that none of them is left to wait for alone at the end.
#[tokio::test]
async fn what_waits_longest_begins_first() {
    let files = ["anthropic/stall/after-text", "openai-responses/caller/again-after-an-error"];
    let trials: Vec<Trial> = files.iter().flat_map(|file| of(&reference(), file, 9)).filter(Trial::waits).collect();
    let engine = Engine::start("0".repeat(16), 4, Deadlines::SDK).await.expect("an engine");
    let (begun, order) = std::sync::mpsc::channel();
    let mut running = Running::of(trials.into(), Arc::new(engine), move |trial| {
        begun.send(trial.case.longest()).expect("it is read");
        async {}
    });
    while running.next().await.is_some() {}
    drop(running);
    let order: Vec<_> = order.iter().collect();
    assert!(order.is_sorted_by(|one, next| one >= next) && order.first() > order.last(), "{order:?}");
}

/// Not all SDKs of a fleet are busy at once, and the one with the most trials begins first.
#[tokio::test]
async fn no_more_sdks_are_busy_than_the_processors_are_enough_for() {
    let few = 2 * cores();
    let mutants = (0..few + 3).map(|number| reference().mutant(&format!("no-such-fault-{number}")));
    let mut trials: Vec<Trial> = mutants.flat_map(|sdk| of(&sdk, "anthropic/in-band/after-text", 1)).collect();
    trials.extend(of(&reference(), "anthropic/in-band/after-text", 2));
    let all = trials.len();
    let engine = Engine::start("0".repeat(16), 4, Deadlines::SDK).await.expect("an engine");
    let (begun, order) = std::sync::mpsc::channel();
    let held = Arc::new(Semaphore::new(0));
    let shared = Arc::clone(&held);
    let mut running = Running::of(trials.into(), Arc::new(engine), move |trial| {
        let held = Arc::clone(&shared);
        begun.send(trial.sdk.manifest.id.clone()).expect("it is read");
        async move { held.acquire().await.expect("it is open").forget() }
    });
    timeout(LOOK / 5, running.next()).await.expect_err("nothing ends before it is let go");
    let mut first: Vec<String> = order.try_iter().collect();
    assert_eq!(first[0], "reference");
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), few, "{first:?}");
    held.add_permits(all);
    let mut ended = 0;
    while let Some(one) = timeout(Duration::from_mins(1), running.next()).await.expect("nothing stands still") {
        one.expect("no panic");
        ended += 1;
    }
    assert_eq!(ended, all);
}

/// The last SDK that keeps one core busy has the others, too.
#[tokio::test]
async fn cores_that_no_other_sdk_keeps_busy_are_shared() {
    let sdk = Fleet::discover(root()).expect("the fleet").get("openai-python").expect("it is there").clone();
    let trials = of(&sdk, "openai-chat/in-band/anthropic-envelope", 1);
    assert!(!trials.is_empty() && !trials.iter().any(Trial::waits));
    let engine = Arc::new(Engine::start("0".repeat(16), 4, Deadlines::SDK).await.expect("an engine"));
    assert_eq!(engine.processes(&sdk).number(), 1);
    let mut running = Running::of(trials.into(), Arc::clone(&engine), |_| async {});
    running.next().await.expect("a trial").expect("no panic");
    assert_eq!(engine.processes(&sdk).number(), cores().min(4));
}

/// A trial that takes long and may be late begins beside those that keep its SDK busy, unless a call was repeated by itself, which
/// would wait for it; one that is measured does not.
#[tokio::test]
async fn what_may_be_late_begins_while_its_sdk_is_busy() {
    const MAY_BE_LATE: &str = "anthropic/retry/long-retry-after";
    for repeats in [false, true] {
        let files = ["anthropic/in-band/after-text", "anthropic/stall/after-text", MAY_BE_LATE];
        let trials: Vec<Trial> = files.iter().flat_map(|file| of(&reference(), file, 1)).collect();
        let engine = Engine::start("0".repeat(16), 4, Deadlines::SDK).await.expect("an engine");
        if repeats {
            engine.learnt.note_repeated(&trials[0]);
        }
        let held = Arc::new(Semaphore::new(0));
        let shared = Arc::clone(&held);
        let mut running = Running::of(trials.into(), Arc::new(engine), move |trial| {
            let held = Arc::clone(&shared);
            async move {
                if !trial.waits() {
                    held.acquire().await.expect("it is open").forget();
                }
                trial.case.id.file().to_owned()
            }
        });
        let mut first = Vec::new();
        while let Ok(ended) = timeout(LOOK * 2, running.next()).await {
            first.push(ended.expect("a trial").expect("no panic"));
        }
        let expected = if repeats { Vec::new() } else { vec![MAY_BE_LATE; first.len().max(1)] };
        assert_eq!(first, expected);
        held.add_permits(Semaphore::MAX_PERMITS);
        while let Some(ended) = timeout(Duration::from_mins(1), running.next()).await.expect("nothing stands still") {
            first.push(ended.expect("no panic"));
        }
        for file in files {
            assert!(first.iter().any(|ended| ended == file), "{file} is missing in {first:?}");
        }
    }
}

/// An SDK that is busy for long, as by a hang, keeps no other one from trials that wait; its own do not begin.
#[tokio::test]
async fn an_sdk_that_is_busy_keeps_no_other_one_waiting() {
    let mutant = reference().mutant("no-such-fault");
    let sdks = [&mutant, &reference()];
    let trials: Vec<Trial> = sdks
        .into_iter()
        .flat_map(|sdk| [of(sdk, "anthropic/in-band/after-text", 1), of(sdk, "anthropic/stall/after-text", 1)])
        .flatten()
        .collect();
    let waiting = trials.iter().filter(|trial| trial.waits()).count();
    assert!(waiting > 0 && waiting < trials.len(), "{waiting} of {}", trials.len());
    let engine = Engine::start("0".repeat(16), 4, Deadlines::SDK).await.expect("an engine");
    let waited = Arc::new(Semaphore::new(0));
    let (shared, id) = (Arc::clone(&waited), mutant.manifest.id.clone());
    let mut running = Running::of(trials.into(), Arc::new(engine), move |trial| {
        let (waited, id) = (Arc::clone(&shared), id.clone());
        async move {
            let is_of_mutant = trial.sdk.manifest.id == id;
            if trial.waits() && !is_of_mutant {
                waited.add_permits(8);
            } else if !trial.waits() && is_of_mutant {
                waited.acquire().await.expect("it is open").forget();
            }
            (is_of_mutant, trial.waits())
        }
    });
    let mut order = Vec::new();
    while let Some(ended) = timeout(Duration::from_mins(1), running.next()).await.expect("nothing stands still") {
        order.push(ended.expect("no panic"));
    }
    let last_busy = order.iter().rposition(|ended| *ended == (true, false)).expect("it was busy");
    let first_waiting = order.iter().position(|ended| *ended == (true, true)).expect("it waited");
    assert!(last_busy < first_waiting, "{order:?}");
}
