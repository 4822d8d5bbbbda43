//! The end of an adapter: closed, dropped, or with a harness that is killed.

use std::io::BufRead;
use std::time::{Duration, Instant};

use streamspec_adapters::contract::Adapter;

use super::{assert_fault, start, text};

fn alive(pid: &str) -> bool {
    let ps = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().expect("ps runs");
    // A killed process stays as a zombie until its parent, or init, has waited for it.
    let state = String::from_utf8_lossy(&ps.stdout);
    !state.trim().is_empty() && !state.starts_with('Z')
}

pub(super) async fn assert_ends(pid: &str) {
    let started = Instant::now();
    while alive(pid) {
        assert!(started.elapsed() < Duration::from_secs(5), "process {pid} is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn close_ends_the_process_and_what_it_started() {
    let faulty = start("ignores-bye").await;
    let started = Instant::now();
    faulty.adapter.close().await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());

    for mode in ["grandchild", "grandchild-holds-pipes"] {
        let faulty = start(mode).await;
        let bad = faulty.bad(5_000).await;
        assert!(alive(text(&bad)));
        faulty.adapter.close().await;
        assert_ends(text(&bad)).await;
    }
}

#[tokio::test]
async fn close_answers_the_calls_in_flight() {
    let faulty = start("never").await;
    let close = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        faulty.adapter.close().await;
    };
    let (bad, ()) = tokio::join!(faulty.bad(20_000), close);
    assert_fault(&bad, &["closed while the call was in flight"]);
}

#[tokio::test]
async fn a_dropped_adapter_ends_its_process() {
    let faulty = start("pid").await;
    let pid = text(&faulty.bad(5_000).await).to_owned();
    assert!(alive(&pid));
    drop(faulty);
    assert_ends(&pid).await;
}

#[test]
fn a_dropped_runtime_ends_the_process_and_what_it_started() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let faulty = runtime.block_on(start("grandchild"));
    let pid = runtime.block_on(async { text(&faulty.bad(5_000).await).to_owned() });
    assert!(alive(&pid));
    drop(runtime);
    let waiting = tokio::runtime::Runtime::new().expect("a runtime");
    waiting.block_on(assert_ends(&pid));
}

/// The harness may be killed by SIGKILL, which it cannot clean up after: the adapter ends with it, also one that reads
/// nothing any more. This test runs itself again as the harness, and kills that.
#[tokio::test]
async fn a_killed_harness_leaves_no_orphan() {
    const ROLE: &str = "STREAMSPEC_TEST_HARNESS";
    if let Ok(mode) = std::env::var(ROLE) {
        let faulty = start(&mode).await;
        println!("\nadapter {}", text(&faulty.bad(5_000).await));
        tokio::time::sleep(Duration::from_mins(1)).await;
        return;
    }
    for mode in ["pid", "deaf"] {
        let mut harness = std::process::Command::new(std::env::current_exe().expect("this test's path"))
            .args(["--exact", "closing::a_killed_harness_leaves_no_orphan", "--nocapture"])
            .env(ROLE, mode)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the harness starts");
        let stdout = std::io::BufReader::new(harness.stdout.take().expect("stdout is piped"));
        let pid =
            stdout.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("adapter ").map(str::to_owned));
        let pid = pid.expect("the harness names its adapter");
        assert!(alive(&pid));
        harness.kill().expect("the harness is killed");
        harness.wait().expect("the harness is gone");
        assert_ends(&pid).await;
    }
}
