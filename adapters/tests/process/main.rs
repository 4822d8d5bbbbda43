//! Lying adapters: whatever a process does, the right one is blamed and the other calls go on.
#![cfg(unix)]

use std::io::BufRead;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use streamspec_adapters::contract::{Adapter, Api, Ask, Call, CallOutcome, CallResult};
use streamspec_adapters::process::{Launch, ProcessAdapter, StartError};
use tempfile::TempDir;

const LIAR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lying/liar.py");

/// A liar and the directory it lives in.
struct Liar {
    adapter: ProcessAdapter,
    _home: TempDir,
}

fn launch(mode: &str) -> (Launch, TempDir) {
    let home = TempDir::new().expect("a temporary directory");
    let path = Utf8PathBuf::from_path_buf(home.path().join("home")).expect("a UTF-8 path");
    let mut launch = Launch::new("liar", "python3", path);
    launch.args = vec![LIAR.to_owned(), mode.to_owned()];
    launch.limits.bye = Duration::from_millis(500);
    launch.limits.ping = Duration::from_millis(if mode == "stuck" { 300 } else { 5_000 });
    (launch, home)
}

async fn start(mode: &str) -> Liar {
    start_with(mode, |_| ()).await
}

async fn start_with(mode: &str, change: impl FnOnce(&mut Launch)) -> Liar {
    let (mut launch, home) = launch(mode);
    change(&mut launch);
    Liar { adapter: ProcessAdapter::start(launch).await.expect("the liar starts"), _home: home }
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
        alone: false,
    }
}

impl Liar {
    async fn bad(&self, deadline: u64) -> CallResult {
        self.adapter.observe(call("bad", deadline)).await
    }

    async fn good(&self) -> CallResult {
        self.adapter.observe(call("good", 5_000)).await
    }

    /// The bad call's answer, while a slow call that was in flight with it must be answered as if nothing happened.
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

fn alive(pid: &str) -> bool {
    let ps = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().expect("ps runs");
    // A killed process stays as a zombie until its parent, or init, has waited for it.
    let state = String::from_utf8_lossy(&ps.stdout);
    !state.trim().is_empty() && !state.starts_with('Z')
}

async fn assert_ends(pid: &str) {
    let started = Instant::now();
    while alive(pid) {
        assert!(started.elapsed() < Duration::from_secs(5), "process {pid} is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
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
    check("version", &["liar: the adapter speaks protocol version 2, this harness version 1"]).await;
    check(
        "dies-before-hello",
        &["ended with exit status: 1 before it said hello", "| ImportError: no module named sdk"],
    )
    .await;
    check(
        "garbage-before-hello",
        &["first line must be its hello", "line 1 of stdout is not JSON", "Welcome to the SDK!"],
    )
    .await;
    check("refuses-hello", &["refused the hello: no SDK here"]).await;
    check("no-hello", &["did not say hello within 300ms"]).await;

    // A start that fails once may be the machine's doing.
    assert_eq!(text(&start("hesitates").await.good().await), "Hello");

    let (mut launch, _home) = launch("good");
    launch.program = "no-such-program".into();
    let error = ProcessAdapter::start(launch).await.err().expect("the start fails").to_string();
    assert!(error.contains("cannot start `no-such-program`"), "{error}");
}

#[tokio::test]
async fn many_calls_are_in_flight_at_once() {
    let liar = start("never").await;
    let started = Instant::now();
    let slow = std::iter::repeat_with(|| liar.adapter.observe(call("slow", 5_000))).take(50);
    for answered in futures_util::future::join_all(slow).await {
        assert_eq!(text(&answered), "Hello");
    }
    assert!(started.elapsed() < Duration::from_secs(4), "50 calls of 100 ms took {:?}", started.elapsed());
    liar.adapter.close().await;
    assert_fault(&liar.good().await, &["the adapter is closed"]);
}

#[tokio::test]
async fn a_late_answer_is_a_hang_and_credited_to_nobody() {
    let liar = start("late").await;
    assert_eq!(liar.bad_beside_slow(200).await.outcome, CallOutcome::Hang);
    let started = Instant::now();
    while liar.adapter.notes().is_empty() && started.elapsed() < Duration::from_secs(5) {
        assert_eq!(text(&liar.good().await), "Hello");
    }
    assert_eq!(liar.adapter.notes(), ["the answer to call 1 came after its deadline"]);
}

#[tokio::test]
async fn a_call_that_is_never_answered_is_a_hang_and_the_process_lives_on() {
    let liar = start("never").await;
    assert_eq!(liar.bad_beside_slow(200).await.outcome, CallOutcome::Hang);
    // Silent for a whole call, but the ping shows that it still listens.
    assert_eq!(liar.bad(100).await.outcome, CallOutcome::Hang);
    assert_eq!(text(&liar.good().await), "Hello");
    // Calls that expire together each ask whether it does.
    let (one, other) = tokio::join!(liar.bad(100), liar.bad(100));
    assert_eq!((one.outcome, other.outcome), (CallOutcome::Hang, CallOutcome::Hang));
    assert_eq!(text(&liar.good().await), "Hello");
    assert_eq!(liar.adapter.notes(), [""; 0]);
}

#[tokio::test]
async fn garbage_explains_only_the_calls_that_get_no_answer() {
    let liar = start("garbage").await;
    let bad = liar.bad_beside_slow(300).await;
    assert_fault(&bad, &["no answer came", "of stdout is not JSON", r"Loading model \u{1b}[31mweights\u{7} <b>"]);
    assert_eq!(text(&liar.good().await), "Hello");

    let liar = start("garbage-answered").await;
    assert_eq!(text(&liar.bad(5_000).await), "Hello");
    assert!(liar.adapter.notes()[0].contains("line 2 of stdout is not JSON"), "{:?}", liar.adapter.notes());
}

#[tokio::test]
async fn a_message_outside_the_schema_is_a_fault_of_its_call() {
    let liar = start("schema").await;
    assert_fault(&liar.bad_beside_slow(5_000).await, &["of stdout breaks the schema at `/observation/ended`"]);
    let liar = start("verdict").await;
    assert_fault(&liar.bad_beside_slow(5_000).await, &["breaks the schema at `/observation`", "verdict"]);
    let liar = start("fault").await;
    assert_fault(&liar.bad_beside_slow(5_000).await, &["KeyError: 'x'"]);
}

#[tokio::test]
async fn an_answer_to_another_id_is_never_credited() {
    let liar = start("wrong-id").await;
    assert_fault(&liar.bad_beside_slow(300).await, &["an answer came for id 1001, which this process was never asked"]);
    let liar = start("twice").await;
    assert_eq!(text(&liar.bad_beside_slow(5_000).await), "first");
    assert_eq!(text(&liar.good().await), "Hello");
    assert_eq!(liar.adapter.notes(), ["a second answer to call 1 came"]);
}

#[tokio::test]
async fn a_death_is_a_crash_of_what_was_in_flight() {
    let liar = start("dies").await;
    let bad = liar.bad(5_000).await;
    assert_crash(&bad, true, r"exit status: 3; its last line on stderr: Traceback: \u{1b}[1mboom");
    assert!(bad.stderr.contains("Traceback"));
    assert_eq!(text(&liar.good().await), "Hello", "it is started again");

    let (slow, bad) = tokio::join!(liar.adapter.observe(call("slow", 5_000)), liar.bad(5_000));
    assert_crash(&bad, false, "exit status: 3");
    assert_crash(&slow, false, "exit status: 3");

    let mut alone = call("bad", 5_000);
    alone.alone = true;
    let (slow, bad) = tokio::join!(liar.adapter.observe(call("slow", 5_000)), liar.adapter.observe(alone));
    assert_crash(&bad, true, "exit status: 3");
    assert_eq!(text(&slow), "Hello");

    let liar = start("dies-by-signal").await;
    assert_crash(&liar.bad(5_000).await, true, "signal: 9 (SIGKILL)");
    let liar = start("cut-line").await;
    assert_crash(&liar.bad(5_000).await, true, "exit status: 0");
    let liar = start("closes-stdout").await;
    assert_crash(&liar.bad(5_000).await, true, "its stdout closed");
}

#[tokio::test]
async fn restarts_are_bounded() {
    let liar = start_with("dies", |launch| launch.limits.restarts = 3).await;
    // Each of these deaths tells something about its call, so there may be any number of them.
    for _ in 0..6 {
        assert_crash(&liar.bad(5_000).await, true, "exit status: 3");
    }
    let two = async || tokio::join!(liar.bad(5_000), liar.bad(5_000));
    for _ in 0..4 {
        let (one, other) = two().await;
        assert_crash(&one, false, "exit status: 3");
        assert_crash(&other, false, "exit status: 3");
    }
    assert_fault(&liar.good().await, &["ended 4 times without an answer", "exit status: 3"]);
    assert_fault(&liar.good().await, &["ended 4 times"]);

    let liar = start_with("dies", |launch| launch.limits.restarts = 1).await;
    for _ in 0..4 {
        assert_eq!(text(&liar.good().await), "Hello");
        let (one, _) = tokio::join!(liar.bad(5_000), liar.bad(5_000));
        assert_crash(&one, false, "exit status: 3");
    }

    let liar = start("changes").await;
    assert_crash(&liar.bad(5_000).await, true, "exit status: 3");
    assert_fault(&liar.good().await, &["said something else about itself"]);
}

#[tokio::test]
async fn a_stuck_process_is_replaced() {
    let liar = start("stuck").await;
    assert_eq!(liar.bad(200).await.outcome, CallOutcome::Hang, "nothing else can be the cause");
    assert_eq!(text(&liar.good().await), "Hello", "it is started again");

    let (bad, other) = tokio::join!(liar.bad(200), liar.adapter.observe(call("good", 5_000)));
    assert_eq!((bad.outcome, other.outcome), (CallOutcome::Stuck, CallOutcome::Stuck));
    assert_eq!(text(&liar.good().await), "Hello");
}

#[tokio::test]
async fn a_call_that_must_be_alone_gets_a_process_without_leftovers() {
    let liar = start("never").await;
    assert_eq!(liar.bad(100).await.outcome, CallOutcome::Hang);
    let mut alone = call("bad", 100);
    alone.alone = true;
    assert_eq!(liar.adapter.observe(alone).await.outcome, CallOutcome::Hang);
    assert_eq!(text(&liar.good().await), "Hello");
}

#[tokio::test]
async fn output_is_bounded() {
    let small = |launch: &mut Launch| launch.limits.line_bytes = 256 * 1024;
    let liar = start_with("endless", small).await;
    assert_fault(&liar.bad(20_000).await, &["line 2 of stdout did not end after", "killed"]);
    assert_eq!(text(&liar.good().await), "Hello");

    // What it says without end is only one call's doing, and which one is seen when each is run again by itself.
    let liar = start_with("endless", small).await;
    let (bad, slow) = tokio::join!(liar.bad(20_000), liar.adapter.observe(call("slow", 20_000)));
    assert_crash(&bad, false, "did not end after");
    assert_crash(&slow, false, "did not end after");

    let liar = start("floods-stdout").await;
    assert_fault(&liar.bad(20_000).await, &["more than 10000 lines that answer no call", "noise"]);
    assert_eq!(text(&liar.good().await), "Hello");
    assert!(liar.adapter.notes().len() <= 201);

    let liar = start("floods-stderr").await;
    let bad = liar.bad_beside_slow(20_000).await;
    assert_eq!(text(&bad), "Hello");
    let stderr = liar.good().await.stderr;
    assert!(stderr.len() <= 20_000 && stderr.contains("the end of it"), "{} bytes", stderr.len());
}

#[tokio::test]
async fn a_large_message_passes_and_a_huge_one_is_a_fault() {
    let liar = start("huge").await;
    assert_eq!(message(&liar.bad_beside_slow(20_000).await).chars().count(), 2_500_000);
    let liar = start("too-huge").await;
    assert_fault(&liar.bad_beside_slow(20_000).await, &["of stdout has 20000", "more than 16777216"]);
}

#[tokio::test]
async fn messages_pass_as_data() {
    let liar = start("markup").await;
    assert_eq!(message(&liar.bad(5_000).await), "\u{1b}]0;owned\u{7}<script>alert(1)</script>\u{2028}\0");
}

#[tokio::test]
async fn the_environment_is_scrubbed() {
    let liar = start_with("environment", |launch| {
        launch.env.insert("PYTHONPATH".to_owned(), "somewhere".to_owned());
    })
    .await;
    let bad = liar.bad(5_000).await;
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

#[tokio::test]
async fn close_ends_the_process_and_what_it_started() {
    let liar = start("ignores-bye").await;
    let started = Instant::now();
    liar.adapter.close().await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());

    for mode in ["grandchild", "grandchild-holds-pipes"] {
        let liar = start(mode).await;
        let bad = liar.bad(5_000).await;
        assert!(alive(text(&bad)));
        liar.adapter.close().await;
        assert_ends(text(&bad)).await;
    }
}

#[tokio::test]
async fn close_answers_the_calls_in_flight() {
    let liar = start("never").await;
    let close = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        liar.adapter.close().await;
    };
    let (bad, ()) = tokio::join!(liar.bad(20_000), close);
    assert_fault(&bad, &["closed while the call was in flight"]);
}

#[tokio::test]
async fn a_dropped_adapter_ends_its_process() {
    let liar = start("pid").await;
    let pid = text(&liar.bad(5_000).await).to_owned();
    assert!(alive(&pid));
    drop(liar);
    assert_ends(&pid).await;
}

#[test]
fn a_dropped_runtime_ends_the_process_and_what_it_started() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let liar = runtime.block_on(start("grandchild"));
    let pid = runtime.block_on(async { text(&liar.bad(5_000).await).to_owned() });
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
        let liar = start(&mode).await;
        println!("\nadapter {}", text(&liar.bad(5_000).await));
        tokio::time::sleep(Duration::from_mins(1)).await;
        return;
    }
    for mode in ["pid", "deaf"] {
        let mut harness = std::process::Command::new(std::env::current_exe().expect("this test's path"))
            .args(["--exact", "a_killed_harness_leaves_no_orphan", "--nocapture"])
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
