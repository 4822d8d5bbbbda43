//! Several processes of one adapter.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use streamspec_adapters::contract::Adapter as _;
use streamspec_adapters::process::{Pool, Processes};

use super::closing::assert_ends;
use super::{assert_fault, call, launch, text};

/// Makes so many calls at once, and returns the processes that answered.
async fn at_once(pool: &Pool, calls: usize) -> BTreeSet<String> {
    let answered = join_all((0..calls).map(|_| pool.observe(call("bad", 5_000)))).await;
    answered.iter().map(|answered| text(answered).to_owned()).collect()
}

#[tokio::test]
async fn many_calls_start_another_process_and_few_do_not() {
    let (launch, _home) = launch("pid");
    let may = Processes::of(1);
    let pool = Pool::start(launch, may.clone()).await.expect("the first process starts");
    for _ in 0..3 {
        assert_eq!(at_once(&pool, 30).await.len(), 1, "it may have no other one");
    }
    may.raise(2);
    for _ in 0..5 {
        assert_eq!(at_once(&pool, 8).await.len(), 1);
    }
    let began = Instant::now();
    let mut processes = BTreeSet::new();
    while processes.len() < 2 {
        processes.extend(at_once(&pool, 30).await);
        assert!(began.elapsed() < Duration::from_secs(20), "no second process: {processes:?}");
    }
    for _ in 0..5 {
        processes.extend(at_once(&pool, 30).await);
    }
    assert_eq!(processes.len(), 2, "no more than were asked for");
    pool.close().await;
    for process in &processes {
        assert_ends(process).await;
    }
    assert_fault(&pool.observe(call("good", 5_000)).await, &["the adapter is closed"]);
}
