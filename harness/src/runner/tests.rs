//! Trials that are not as listed are repeated, within bounds, and every attempt is told of.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use serde_json::json;
use streamspec_adapters::contract::Call;

use crate::judge::Status;
use crate::run::liar::{CASE, completed, engine, honest, is_control, observed, root};
use crate::runner::{self, Event, Subscriber};
use crate::session::{Request, Session};

/// Whatever the order in which things happen at once, a trial follows its attempts: a reader takes an attempt that stands
/// after its trial for one that was cut short.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_told_of_before_their_trial() {
    let say = |_: &Call, got: &str, _| {
        if is_control(got) { honest(got) } else { observed(&json!({ "ended": "returned", "events": 0 })) }
    };
    let (engine, trials) = engine(&["anthropic/in-band"], say).await;
    let mut session = session(&["anthropic/in-band"]);
    session.plan.trials = trials.into_iter().filter(|trial| *trial.surface == "events").collect();
    let mut order = Order::default();
    runner::run(&Arc::new(session), &Arc::new(engine), &mut [&mut order]).await.expect("it runs");
    assert!(
        order.trials.len() > 50 && order.attempts > 10,
        "{} trials, {} attempts",
        order.trials.len(),
        order.attempts
    );
    assert_eq!(order.late, Vec::<String>::new());
}

/// A subscriber that looks at the order of events.
#[derive(Default)]
struct Order {
    trials: HashSet<String>,
    attempts: usize,
    late: Vec<String>,
}

impl Subscriber for Order {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Ended(trial, _) => _ = self.trials.insert(trial.name()),
            Event::Repeated(id, _) => {
                self.attempts += 1;
                if self.trials.contains(&id.as_written().to_string()) {
                    self.late.push(id.to_string());
                }
            }
        }
        Ok(())
    }
}

/// Opens a session with the reference client.
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
        if number == 1 { completed("Hello") } else { honest(got) }
    };
    let (engine, trials) = engine(&[CASE], say).await;
    let settled = session(&[CASE]).settle(&engine, &trials[0]).await;
    let record = &settled[0].0.record;
    assert_eq!(record.verdict.status, Status::Flaky);
    let reason = record.verdict.reason.clone().unwrap_or_default();
    assert!(reason.contains("`fails (fabricated)") && reason.ends_with("with `pass`"), "{reason}");
    assert_eq!(record.attempts.len(), 1);
    assert_eq!(record.attempts[0].reason, "it was not as listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_stays_is_repeated_once_and_no_more_than_some() {
    let say = |_: &Call, got: &str, _| {
        if is_control(got) { honest(got) } else { completed("") }
    };
    let (engine, trials) = engine(&["anthropic/in-band"], say).await;
    let session = session(&["anthropic/in-band"]);
    let mut repeated = 0;
    // Of more trials, one in twenty would be repeated.
    for trial in trials.iter().take(300) {
        let settled = session.settle(&engine, trial).await;
        let record = &settled[0].0.record;
        assert!(
            record.verdict.status == Status::Fails || record.verdict.status == Status::Pass,
            "{:?}",
            record.verdict
        );
        repeated += record.attempts.iter().filter(|attempt| attempt.reason == "it was not as listed").count();
    }
    assert_eq!(repeated, 20);
}
