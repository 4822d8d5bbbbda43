//! Faulty adapters: whatever a process does, the right one is blamed and the other calls go on.
#![cfg(unix)]

mod answers;
mod closing;
mod ends;
mod pool;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use streamspec_adapters::contract::{Adapter, Api, Ask, Call, CallOutcome, CallResult, Caller};
use streamspec_adapters::process::{Launch, ProcessAdapter, StartError};
use tempfile::TempDir;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faulty/adapter.py");

/// A faulty adapter and its directory.
struct FaultyAdapter {
    adapter: ProcessAdapter,
    _home: TempDir,
}

fn launch(mode: &str) -> (Launch, TempDir) {
    let home = TempDir::new().expect("a temporary directory");
    let path = Utf8PathBuf::from_path_buf(home.path().join("home")).expect("a UTF-8 path");
    let mut launch = Launch::new("faulty", "python3", path);
    launch.args = vec![PROGRAM.to_owned(), mode.to_owned()];
    launch.limits.bye = Duration::from_millis(500);
    launch.limits.ping = Duration::from_millis(if mode == "stuck" { 300 } else { 5_000 });
    (launch, home)
}

async fn start(mode: &str) -> FaultyAdapter {
    start_with(mode, |_| ()).await
}

async fn start_with(mode: &str, change: impl FnOnce(&mut Launch)) -> FaultyAdapter {
    let (mut launch, home) = launch(mode);
    change(&mut launch);
    FaultyAdapter { adapter: ProcessAdapter::start(launch).await.expect("the adapter starts"), _home: home }
}

fn call(surface: &str, deadline: u64) -> Call {
    Call {
        api: Api::OpenaiChat,
        surface: surface.to_owned(),
        base_url: "http://127.0.0.1:1".to_owned(),
        timeout: Duration::from_secs(1),
        deadline: Duration::from_millis(deadline),
        max_retries: 0,
        ask: Ask::Text,
        prompt: None,
        headers: BTreeMap::new(),
        certificate: None,
        caller: Caller::default(),
        alone: false,
    }
}

impl FaultyAdapter {
    async fn bad(&self, deadline: u64) -> CallResult {
        self.adapter.observe(call("bad", deadline)).await
    }

    async fn good(&self) -> CallResult {
        self.adapter.observe(call("good", 5_000)).await
    }

    /// Returns the bad call's answer, while a slow call that was in flight with it must be answered as if nothing
    /// happened.
    async fn bad_beside_slow(&self, deadline: u64) -> CallResult {
        let (bad, slow) = tokio::join!(self.bad(deadline), self.adapter.observe(call("slow", 5_000)));
        assert_eq!(text(&slow), "Hello");
        bad
    }
}

fn text(answered: &CallResult) -> &str {
    match &answered.outcome {
        CallOutcome::Observed(observation) => observation.text.as_deref().expect("a text"),
        other => panic!("{other:?}"),
    }
}

fn message(answered: &CallResult) -> &str {
    match &answered.outcome {
        CallOutcome::Observed(observation) => &observation.error.as_ref().expect("an error").message,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_fault(answered: &CallResult, parts: &[&str]) {
    match &answered.outcome {
        CallOutcome::Fault { detail } => {
            assert!(parts.iter().all(|part| detail.contains(part)), "{detail}");
            assert!(!detail.contains('\u{1b}') && detail.len() < 2_000, "not fit to print: {detail}");
        }
        other => panic!("expected a fault, got {other:?}"),
    }
}

#[track_caller]
fn assert_crash(answered: &CallResult, expected: bool, part: &str) {
    match &answered.outcome {
        CallOutcome::Crash { detail, alone } => {
            assert!(detail.contains(part), "{detail}");
            assert_eq!(*alone, expected, "{detail}");
        }
        other => panic!("expected a crash, got {other:?}"),
    }
}

async fn start_error(mode: &str) -> StartError {
    let (mut launch, _home) = launch(mode);
    launch.limits.hello = Duration::from_millis(if mode == "no-hello" { 300 } else { 10_000 });
    ProcessAdapter::start(launch).await.err().expect("the start fails")
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let check = async |mode: &str, parts: &[&str]| {
        let error = start_error(mode).await.to_string();
        assert!(parts.iter().all(|part| error.contains(part)), "{mode}: {error}");
    };
    check("version", &["faulty: the adapter speaks protocol version 2, this harness version 1"]).await;
    check(
        "dies-before-hello",
        &["ended with exit status: 1 before it sent its hello", "| ImportError: no module named sdk"],
    )
    .await;
    check(
        "garbage-before-hello",
        &["first line must be its hello", "line 1 of stdout is not JSON", "Welcome to the SDK!"],
    )
    .await;
    check("refuses-hello", &["refused the hello: no SDK here"]).await;
    check("no-hello", &["sent no hello within 300ms"]).await;

    // A start that fails once may be the machine's doing.
    assert_eq!(text(&start("hesitates").await.good().await), "Hello");

    let (mut launch, _home) = launch("good");
    launch.program = "no-such-program".into();
    let error = ProcessAdapter::start(launch).await.err().expect("the start fails").to_string();
    assert!(error.contains("cannot start `no-such-program`"), "{error}");
}

#[tokio::test]
async fn many_calls_are_in_flight_at_once() {
    let faulty = start("never").await;
    let started = Instant::now();
    let slow = std::iter::repeat_with(|| faulty.adapter.observe(call("slow", 5_000))).take(50);
    for answered in futures_util::future::join_all(slow).await {
        assert_eq!(text(&answered), "Hello");
    }
    assert!(started.elapsed() < Duration::from_secs(4), "50 calls of 100 ms took {:?}", started.elapsed());
    faulty.adapter.close().await;
    assert_fault(&faulty.good().await, &["the adapter is closed"]);
}

#[tokio::test]
async fn the_environment_is_scrubbed() {
    let faulty = start_with("environment", |launch| {
        launch.env.insert("PYTHONPATH".to_owned(), "somewhere".to_owned());
    })
    .await;
    let bad = faulty.bad(5_000).await;
    let environment: std::collections::BTreeMap<String, String> = serde_json::from_str(text(&bad)).expect("JSON");
    let mut names: Vec<_> = environment.keys().map(String::as_str).collect();
    // Set by CPython itself, by a shell or by a version switcher in front of it.
    names.retain(|name| !name.contains("PYENV") && !["LC_CTYPE", "PWD", "SHLVL", "_", "OLDPWD"].contains(name));
    let expected = [
        "HOME",
        "LANG",
        "NO_PROXY",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONIOENCODING",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
        "TEMP",
        "TMP",
        "TMPDIR",
        "USERPROFILE",
        "no_proxy",
    ];
    assert_eq!(names, expected);
    assert!(environment["TMPDIR"].starts_with(&environment["HOME"]));
}
