//! The time that the suite costs: wall time per trial against the same SDK calls in a bare loop on a fixed local server.
//!
//! `cargo bench --bench overhead`, after `cargo run -- setup`. Both sides run here, one after the other, with the same
//! number of calls in flight.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use streamspec::case::Case;
use streamspec::id::{Route, Transport, Variant};
use streamspec::load::{self, Selection};
use streamspec::run::{Deadlines, Engine, Trial};
use streamspec::server::Server;
use streamspec::wire::Script;
use streamspec_adapters::contract::{Api, Ask, Call, Caller};
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::native;
use tokio::task::JoinSet;

const CASE: &str = "anthropic/benign/text";
const CALLS: usize = 600;
const AT_ONCE: usize = 16;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        // `cargo test --benches` only asks whether this builds.
        return Ok(());
    }
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Utf8PathBuf::from).unwrap_or_default();
    let suite = load::suite(&root, &Selection::named(&[CASE.to_owned()]))?;
    let case = Arc::new(suite.cases.first().cloned().ok_or_else(|| anyhow::anyhow!("no case {CASE}"))?);
    let fleet = Fleet::discover(&root)?;
    let server = Server::start().await?;
    for (id, surface) in [("reference", "events"), ("anthropic-python", "create-sync")] {
        let sdk = Arc::new(fleet.get(id)?.clone());
        let (mut bare, mut in_suite) = (Duration::MAX, Duration::MAX);
        // The best of three: what is measured is the work, not what else the machine was doing.
        for _ in 0..3 {
            let registered = server.register(Script::of(&case, Variant::AsWritten, "bench"), Transport::default());
            bare = bare.min(match id {
                "reference" => bare_reference(registered.base_url()).await?,
                _ => bare_python(&sdk, &root, &registered.base_url())?,
            });
            in_suite = in_suite.min(suite_loop(&sdk, surface, &case).await?);
        }
        let each = |whole: Duration| whole.as_secs_f64() * 1000.0 / f64::from(u32::try_from(CALLS).unwrap_or(u32::MAX));
        println!(
            "{id}/{surface}: {:.2} ms bare, {:.2} ms in the suite, {:.2} times, {AT_ONCE} in flight, {CALLS} calls",
            each(bare),
            each(in_suite),
            in_suite.as_secs_f64() / bare.as_secs_f64()
        );
    }
    Ok(())
}

/// Runs trials in the suite's own way, from the script to the verdict.
async fn suite_loop(sdk: &Arc<Sdk>, surface: &str, case: &Arc<Case>) -> anyhow::Result<Duration> {
    let engine = Arc::new(Engine::start("bench".to_owned(), AT_ONCE, Deadlines::SDK).await?);
    let trial = Trial {
        spoken: case.api,
        sdk: Arc::clone(sdk),
        surface: Arc::new(surface.into()),
        case: Arc::clone(case),
        variants: [Variant::AsWritten].into(),
        route: Route::default(),
        transport: Transport::default(),
    };
    let run = async |calls: usize| {
        let mut tasks = JoinSet::new();
        for _ in 0..calls {
            let (engine, trial) = (Arc::clone(&engine), trial.clone());
            tasks.spawn(async move { engine.run(&trial).await });
        }
        tasks.join_all().await
    };
    run(AT_ONCE).await;
    let begun = Instant::now();
    let ran = run(CALLS).await;
    let took = begun.elapsed();
    engine.close().await;
    let passed =
        ran.iter().flatten().filter(|ran| ran.record.verdict.checks.iter().all(|check| check.held() != Some(false)));
    anyhow::ensure!(passed.count() == CALLS, "a healthy stream did not pass; nothing was measured");
    Ok(took)
}

/// Makes the reference client's own calls, without server scripts, transcripts or verdicts.
async fn bare_reference(base_url: String) -> anyhow::Result<Duration> {
    let adapter = native::open("reference").ok_or_else(|| anyhow::anyhow!("no reference client"))?;
    let calls = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..CALLS {
        let (adapter, calls, base_url) = (Arc::clone(&adapter), Arc::clone(&calls), base_url.clone());
        tasks.spawn(async move {
            let _permit = calls.acquire().await;
            let call = Call {
                api: Api::AnthropicMessages,
                surface: "events".to_owned(),
                base_url,
                timeout: Duration::from_secs(20),
                deadline: Duration::from_secs(20),
                max_retries: 0,
                ask: Ask::Text,
                prompt: None,
                headers: BTreeMap::new(),
                certificate: None,
                caller: Caller::default(),
                alone: false,
            };
            adapter.observe(call).await
        });
    }
    tasks.join_all().await;
    Ok(begun.elapsed())
}

fn bare_python(sdk: &Sdk, root: &Utf8Path, base_url: &str) -> anyhow::Result<Duration> {
    let environment = sdk.environment()?.ok_or_else(|| anyhow::anyhow!("anthropic-python has no environment"))?;
    let python = environment.dir().join("bin/python");
    let script = root.join("harness/benches/bare_anthropic.py");
    let output = tokio::task::block_in_place(|| {
        Command::new(python).args([script.as_str(), base_url, &CALLS.to_string(), &AT_ONCE.to_string()]).output()
    })?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(Duration::from_secs_f64(String::from_utf8_lossy(&output.stdout).trim().parse()?))
}
