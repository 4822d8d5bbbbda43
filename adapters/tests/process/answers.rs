//! Answers that are late, wrong, missing, endless or large.

use std::time::{Duration, Instant};

use streamspec_adapters::contract::{Adapter, CallOutcome};
use streamspec_adapters::process::Launch;

use super::{assert_crash, assert_fault, call, message, start, start_with, text};

#[tokio::test]
async fn a_late_answer_is_a_hang_and_credited_to_nobody() {
    let faulty = start("late").await;
    assert_eq!(faulty.bad_beside_slow(200).await.outcome, CallOutcome::Hang);
    let started = Instant::now();
    while faulty.adapter.notes().is_empty() && started.elapsed() < Duration::from_secs(5) {
        assert_eq!(text(&faulty.good().await), "Hello");
    }
    assert_eq!(faulty.adapter.notes(), ["the answer to call 1 came after its deadline"]);
}

#[tokio::test]
async fn a_call_that_is_never_answered_is_a_hang_and_the_process_lives_on() {
    let faulty = start("never").await;
    assert_eq!(faulty.bad_beside_slow(200).await.outcome, CallOutcome::Hang);
    // Silent for a whole call, but the ping shows that it still listens.
    assert_eq!(faulty.bad(100).await.outcome, CallOutcome::Hang);
    assert_eq!(text(&faulty.good().await), "Hello");
    // Calls that expire together each ask whether it does.
    let (one, other) = tokio::join!(faulty.bad(100), faulty.bad(100));
    assert_eq!((one.outcome, other.outcome), (CallOutcome::Hang, CallOutcome::Hang));
    assert_eq!(text(&faulty.good().await), "Hello");
    assert_eq!(faulty.adapter.notes(), [""; 0]);
}

#[tokio::test]
async fn garbage_explains_only_the_calls_that_get_no_answer() {
    let faulty = start("garbage").await;
    let bad = faulty.bad_beside_slow(300).await;
    assert_fault(&bad, &["no answer came", "of stdout is not JSON", r"Loading model \u{1b}[31mweights\u{7} <b>"]);
    assert_eq!(text(&faulty.good().await), "Hello");

    let faulty = start("garbage-answered").await;
    assert_eq!(text(&faulty.bad(5_000).await), "Hello");
    assert!(faulty.adapter.notes()[0].contains("line 2 of stdout is not JSON"), "{:?}", faulty.adapter.notes());
}

#[tokio::test]
async fn a_message_outside_the_schema_is_a_fault_of_its_call() {
    let faulty = start("schema").await;
    assert_fault(
        &faulty.bad_beside_slow(5_000).await,
        &["of stdout does not match the schema at `/observation/ended`"],
    );
    let faulty = start("verdict").await;
    assert_fault(&faulty.bad_beside_slow(5_000).await, &["does not match the schema at `/observation`", "verdict"]);
    let faulty = start("fault").await;
    assert_fault(&faulty.bad_beside_slow(5_000).await, &["KeyError: 'x'"]);
}

#[tokio::test]
async fn an_answer_to_another_id_is_never_credited() {
    let faulty = start("wrong-id").await;
    assert_fault(
        &faulty.bad_beside_slow(300).await,
        &["an answer came for id 1001, which was never sent to this process"],
    );
    let faulty = start("twice").await;
    assert_eq!(text(&faulty.bad_beside_slow(5_000).await), "first");
    assert_eq!(text(&faulty.good().await), "Hello");
    assert_eq!(faulty.adapter.notes(), ["a second answer to call 1 came"]);
}

#[tokio::test]
async fn output_is_bounded() {
    let small = |launch: &mut Launch| launch.limits.line_bytes = 256 * 1024;
    let faulty = start_with("endless", small).await;
    assert_fault(&faulty.bad(20_000).await, &["line 2 of stdout did not end after", "killed"]);
    assert_eq!(text(&faulty.good().await), "Hello");

    // What it says without end is only one call's doing, and which one is seen when each is run again by itself.
    let faulty = start_with("endless", small).await;
    let (bad, slow) = tokio::join!(faulty.bad(20_000), faulty.adapter.observe(call("slow", 20_000)));
    assert_crash(&bad, false, "did not end after");
    assert_crash(&slow, false, "did not end after");

    let faulty = start("floods-stdout").await;
    assert_fault(&faulty.bad(20_000).await, &["more than 10000 lines that answer no call", "noise"]);
    assert_eq!(text(&faulty.good().await), "Hello");
    assert!(faulty.adapter.notes().len() <= 201);

    let faulty = start("floods-stderr").await;
    let bad = faulty.bad_beside_slow(20_000).await;
    assert_eq!(text(&bad), "Hello");
    let stderr = faulty.good().await.stderr;
    assert!(stderr.len() <= 20_000 && stderr.contains("the end of it"), "{} bytes", stderr.len());
}

#[tokio::test]
async fn a_large_message_passes_and_a_huge_one_is_a_fault() {
    let faulty = start("huge").await;
    assert_eq!(message(&faulty.bad_beside_slow(20_000).await).chars().count(), 2_500_000);
    let faulty = start("too-huge").await;
    assert_fault(&faulty.bad_beside_slow(20_000).await, &["of stdout has 20000", "more than 16777216"]);
}

#[tokio::test]
async fn messages_pass_as_data() {
    let faulty = start("markup").await;
    assert_eq!(message(&faulty.bad(5_000).await), "\u{1b}]0;owned\u{7}<script>alert(1)</script>\u{2028}\0");
}
