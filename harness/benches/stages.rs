//! The instructions that each pure stage takes for a trial, counted by Valgrind, so that they are the same on a busy machine.
//!
//! `cargo bench --bench stages`. It runs itself under `valgrind`, with each stage done once and done again some times; a time is the
//! difference. The cases are those of errors inside streams of one dialect, as the reference client saw them.

mod common;

use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use streamspec::case::Case;
use streamspec::id::{Transport, Variant};
use streamspec::judge::{Evidence, judge};
use streamspec::run::{Deadlines, Engine, Filter, TrialRun, plan};
use streamspec::transport::{self, Version};
use streamspec::wire::Script;
use streamspec_adapters::contract::{CallOutcome, CallResult};
use streamspec_adapters::fleet::Fleet;

const CASES: &str = "anthropic/in-band/after-text";

/// The number of times that a stage is done, beyond the first.
const MORE: u64 = 20;

/// A trial that was run.
struct Ran {
    case: Arc<Case>,
    run: TrialRun,
    /// The result of its call.
    answered: CallResult,
}

/// A stage: its name, and what it does with all trials.
type Stage = (&'static str, fn(&[Ran]));

const STAGES: [Stage; 5] = [
    ("load", |_| drop(black_box(common::cases(&[CASES])))),
    ("script", |all| {
        for Ran { case, run, .. } in all {
            black_box(Script::of(case, Variant::AsWritten, &run.record.nonce));
        }
    }),
    ("encode", |all| {
        for answer in all.iter().flat_map(|ran| &ran.run.script.answers) {
            black_box(transport::of(Transport::Http1).encode(answer, Version::Http11).bytes());
        }
    }),
    ("judge", |all| all.iter().for_each(judged)),
    ("record", |all| {
        for Ran { run, .. } in all {
            black_box(serde_json::to_string(&run.record)).unwrap_or_default();
        }
    }),
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mark, name, times] = arguments.as_slice()
        && mark == "--stage"
    {
        return run(name, times.parse()?);
    }
    if !common::is_asked() {
        return Ok(());
    }
    for (name, _) in STAGES {
        let (once, trials) = instructions(name, 1)?;
        let (again, _) = instructions(name, 1 + MORE)?;
        println!("{name:<7} {:>9} instructions for a trial, of {trials} trials", (again - once) / MORE / trials);
    }
    Ok(())
}

/// Runs the trials once, and does a stage with them so many times.
fn run(name: &str, times: u64) -> anyhow::Result<()> {
    let (_, stage) = STAGES.into_iter().find(|(stage, _)| *stage == name).context("no stage has this name")?;
    let all = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(trials())?;
    println!("{}", all.len());
    (0..times).for_each(|_| stage(&all));
    Ok(())
}

/// Makes one call of the reference client for each case.
async fn trials() -> anyhow::Result<Vec<Ran>> {
    let reference = Fleet::discover(&common::root())?.get("reference")?.clone();
    let cases: Vec<Arc<Case>> = common::cases(&[CASES])?.into_iter().map(Arc::new).collect();
    let filter = Filter { surfaces: vec!["events".to_owned()], ..Filter::default() };
    // Under Valgrind a call takes fifty times as long.
    let deadlines = Deadlines { least: Duration::from_mins(5), ..Deadlines::SDK };
    let engine = Engine::start("0".repeat(16), 1, deadlines).await?;
    let mut all = Vec::new();
    for trial in plan(&[Arc::new(reference)], &cases, &filter)?.trials.iter() {
        for run in engine.run(trial).await {
            let observation = run.record.observation.clone().context("a call was not observed")?;
            let outcome = CallOutcome::Observed(Box::new(observation));
            let answered = CallResult { outcome, stderr: String::new(), took: Duration::ZERO };
            all.push(Ran { case: Arc::clone(&trial.case), run, answered });
        }
    }
    engine.close().await;
    Ok(all)
}

/// Judges a trial as it was judged in the run.
fn judged(Ran { case, run, answered }: &Ran) {
    black_box(judge(&Evidence {
        case,
        nonce: &run.record.nonce,
        surface: None,
        error_bases: &[],
        answered,
        control: None,
        script: &run.script,
        transcript: &run.transcript,
        stated: None,
        released: None,
        client_side: None,
    }));
}

/// Counts the instructions of a process that does a stage so many times, and returns the number of its trials, too.
fn instructions(name: &str, times: u64) -> anyhow::Result<(u64, u64)> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(std::env::current_exe()?).args(["--stage", name, &times.to_string()]);
    let output = valgrind.output().context("valgrind")?;
    let told = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name} ended with {}:\n{told}", output.status);
    let counted = told.lines().find_map(|line| line.split_once("I   refs:").or_else(|| line.split_once("I refs:")));
    let (_, number) = counted.with_context(|| format!("valgrind counted nothing:\n{told}"))?;
    let trials = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    Ok((number.trim().replace(',', "").parse()?, trials))
}
