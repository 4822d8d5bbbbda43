//! The time that the suite costs: wall time per trial against the same SDK calls in a bare loop on a fixed local server.
//!
//! `cargo bench --bench overhead`, after `cargo run -- setup`. Both sides run here, one after the other, with the same
//! number of calls in flight. A bare loop stands in `programs/`, for one SDK of each language; `SDK=anthropic-go` measures one
//! alone.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use streamspec::case::Case;
use streamspec::id::{Route, Transport, Variant};
use streamspec::run::{Deadlines, Engine, Trial};
use streamspec::server::Server;
use streamspec::wire::Script;
use streamspec_adapters::contract::{Api, Ask, Call, Caller};
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::native;
use tokio::task::JoinSet;

use common::programs::Program;

const CASE: &str = "anthropic/benign/text";
const CALLS: usize = 600;
const AT_ONCE: usize = 16;

/// The SDKs, one of each language, and the surface of each that the bare loop uses, too.
const SURFACES: [(&str, &str); 5] = [
    ("reference", "events"),
    ("anthropic-python", "create-sync"),
    ("anthropic-typescript", "create"),
    ("anthropic-go", "stream"),
    ("anthropic-java", "create-sync"),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if !common::is_asked() {
        return Ok(());
    }
    let root = common::root();
    let case = Arc::new(common::cases(&[CASE])?.remove(0));
    let fleet = Fleet::discover(&root)?;
    let server = Server::start().await?;
    let only = std::env::var("SDK").ok();
    let surfaces: Vec<_> = SURFACES.into_iter().filter(|(id, _)| only.as_ref().is_none_or(|only| only == id)).collect();
    anyhow::ensure!(!surfaces.is_empty(), "SDK={}: there is no bare loop for it", only.unwrap_or_default());
    for (id, surface) in surfaces {
        let sdk = Arc::new(fleet.get(id)?.clone());
        let program = (id != "reference").then(|| Program::of(&sdk, &root)).transpose()?;
        let registered = server.register(Script::of(&case, Variant::AsWritten, "bench"), Transport::default());
        let pairs = common::Pairs::measure(
            async || match &program {
                None => bare_reference(registered.base_url()).await,
                Some(program) => program.loops(&registered.base_url(), CALLS, AT_ONCE),
            },
            async || suite_loop(&sdk, surface, &case).await,
        )
        .await?;
        let each = |side| pairs.median(side) * 1000.0 / f64::from(u32::try_from(CALLS).unwrap_or(u32::MAX));
        println!(
            "{id}/{surface}: {:.2} ms bare, {:.2} ms in the suite ({:.0} verdicts a second), {}, {AT_ONCE} in flight, {CALLS} calls",
            each(0),
            each(1),
            1000.0 / each(1),
            pairs.ratio()
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
        hangs: false,
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
