//! Processes that die or answer nothing any more, and are started again.

use streamspec_adapters::contract::{Adapter, CallOutcome};

use super::{assert_crash, assert_fault, call, start, start_with, text};

#[tokio::test]
async fn a_death_is_a_crash_of_what_was_in_flight() {
    let faulty = start("dies").await;
    let bad = faulty.bad(5_000).await;
    assert_crash(&bad, true, r"exit status: 3; its last line on stderr: Traceback: \u{1b}[1mboom");
    assert!(bad.stderr.contains("Traceback"));
    assert_eq!(text(&faulty.good().await), "Hello", "it is started again");

    let (slow, bad) = tokio::join!(faulty.adapter.observe(call("slow", 5_000)), faulty.bad(5_000));
    assert_crash(&bad, false, "exit status: 3");
    assert_crash(&slow, false, "exit status: 3");

    let mut alone = call("bad", 5_000);
    alone.alone = true;
    let (slow, bad) = tokio::join!(faulty.adapter.observe(call("slow", 5_000)), faulty.adapter.observe(alone));
    assert_crash(&bad, true, "exit status: 3");
    assert_eq!(text(&slow), "Hello");

    let faulty = start("dies-by-signal").await;
    assert_crash(&faulty.bad(5_000).await, true, "signal: 9 (SIGKILL)");
    let faulty = start("cut-line").await;
    assert_crash(&faulty.bad(5_000).await, true, "exit status: 0");
    let faulty = start("closes-stdout").await;
    assert_crash(&faulty.bad(5_000).await, true, "its stdout closed");
}

#[tokio::test]
async fn restarts_are_bounded() {
    let faulty = start_with("dies", |launch| launch.limits.restarts = 3).await;
    // Each of these deaths tells something about its call, so there may be any number of them.
    for _ in 0..6 {
        assert_crash(&faulty.bad(5_000).await, true, "exit status: 3");
    }
    let two = async || tokio::join!(faulty.bad(5_000), faulty.bad(5_000));
    for _ in 0..4 {
        let (one, other) = two().await;
        assert_crash(&one, false, "exit status: 3");
        assert_crash(&other, false, "exit status: 3");
    }
    assert_fault(&faulty.good().await, &["ended 4 times without an answer", "exit status: 3"]);
    assert_fault(&faulty.good().await, &["ended 4 times"]);

    let faulty = start_with("dies", |launch| launch.limits.restarts = 1).await;
    for _ in 0..4 {
        assert_eq!(text(&faulty.good().await), "Hello");
        let (one, _) = tokio::join!(faulty.bad(5_000), faulty.bad(5_000));
        assert_crash(&one, false, "exit status: 3");
    }

    let faulty = start("changes").await;
    assert_crash(&faulty.bad(5_000).await, true, "exit status: 3");
    assert_fault(&faulty.good().await, &["identified itself differently"]);
}

#[tokio::test]
async fn a_stuck_process_is_replaced() {
    let faulty = start("stuck").await;
    assert_eq!(faulty.bad(200).await.outcome, CallOutcome::Hang, "nothing else can be the cause");
    assert_eq!(text(&faulty.good().await), "Hello", "it is started again");

    let (bad, other) = tokio::join!(faulty.bad(200), faulty.adapter.observe(call("good", 5_000)));
    assert_eq!((bad.outcome, other.outcome), (CallOutcome::Stuck, CallOutcome::Stuck));
    assert_eq!(text(&faulty.good().await), "Hello");
}

#[tokio::test]
async fn a_call_that_must_be_alone_gets_a_process_without_leftovers() {
    let faulty = start("never").await;
    assert_eq!(faulty.bad(100).await.outcome, CallOutcome::Hang);
    let mut alone = call("bad", 100);
    alone.alone = true;
    assert_eq!(faulty.adapter.observe(alone).await.outcome, CallOutcome::Hang);
    assert_eq!(text(&faulty.good().await), "Hello");
}
