//! `streamspec fuzz`: streams that no case has, judged by laws.

use std::sync::Arc;

use camino::Utf8Path;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::root::Root;
use tokio::runtime::Runtime;

use super::arguments::FuzzOptions;
use super::ending::told_to_end;
use super::run::fresh_nonce;
use super::{Exit, output, places, session_of};
use crate::fuzz::{Budget, Finding, Fuzzed, Fuzzer};
use crate::run::{Deadlines, Engine, READER, Trial};
use crate::session::{Request, Session, SessionError};
use crate::shrink::Bench;
use crate::text;

/// The most candidates of the search for a smaller stream of one finding.
const CANDIDATES: u32 = 400;

pub(super) fn fuzz(root: &Root, options: &FuzzOptions) -> anyhow::Result<Exit> {
    let request = Request {
        sdks: options.sdk.clone(),
        surfaces: options.surface.clone(),
        cases: options.cases.clone(),
        ..Request::default()
    };
    let (session, exit) = match session_of(root, &request) {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let run = match options.seed {
        Some(seed) => seed,
        None => u64::from_str_radix(&fresh_nonce(), 16)?,
    };
    let runtime = Runtime::new()?;
    let ended = runtime.block_on(async {
        let mut exit = exit;
        for (sdk, _) in &session.sdks {
            // A number of its own: what an SDK has taught the engine must not decide on another one.
            let engine = Arc::new(Engine::start(fresh_nonce(), usize::from(options.jobs), Deadlines::SDK).await?);
            let ended = tokio::select! {
                ended = fuzz_sdk(root, options, &session, sdk, &engine, run) => ended,
                () = told_to_end() => {
                    output::warn("interrupted; what was found is above");
                    engine.close().await;
                    return Ok(Exit::Interrupted);
                }
            };
            engine.close().await;
            exit = exit.max(ended?);
        }
        Ok(exit)
    });
    runtime.shutdown_background();
    ended
}

async fn fuzz_sdk(
    root: &Root,
    options: &FuzzOptions,
    session: &Session,
    sdk: &Arc<Sdk>,
    engine: &Arc<Engine>,
    run: u64,
) -> anyhow::Result<Exit> {
    let id = &sdk.manifest.id;
    let is_chosen =
        |trial: &&Trial| trial.sdk.manifest.id == *id && options.api.is_none_or(|api| trial.case.api == api);
    let trials: Vec<Trial> = session.plan.trials.iter().filter(is_chosen).cloned().collect();
    let mut surfaces: Vec<String> = trials.iter().map(|trial| trial.surface.to_string()).collect();
    surfaces.sort_unstable();
    surfaces.dedup();
    let reference = Arc::new(Fleet::discover(root)?.get(READER)?.clone());
    let bench = Bench::new(Arc::clone(engine), reference, Arc::clone(sdk), surfaces);
    let fuzzer = Fuzzer::new(root, bench, &trials, run).map_err(SessionError::Cases)?;
    if fuzzer.seeds() == 0 {
        output::warn(format_args!("error: {id}: none of the cases has a stream that can be changed"));
        return Ok(Exit::NothingSelected);
    }
    output::say(format_args!("{id}: the streams of {} cases, --seed {run}", fuzzer.seeds()));
    let mut failed = None;
    let mut tell = |finding: &Finding| {
        output::print(text::visible(&told(finding, root.invocation())));
        match &options.out {
            Some(folder) if failed.is_none() => failed = keep(folder, finding).err(),
            _ => output::print(indented(&finding.document.to_yaml())),
        }
        output::flush();
    };
    let budget = Budget { trials: options.trials, time: options.time, candidates: CANDIDATES };
    let all = fuzzer.run(budget, &mut tell).await;
    output::say(summed_up(id, &all));
    for fault in &all.faults {
        output::warn(format_args!("error: {id}: {}", text::visible(fault)));
    }
    if let Some(failed) = failed {
        return Err(failed);
    }
    Ok(match (all.faults.is_empty(), all.findings.is_empty()) {
        (false, _) if all.is_broken => Exit::HarnessFault,
        (false, _) => Exit::Fault,
        (true, _) if all.trials == 0 => Exit::NothingSelected,
        (true, false) => Exit::NotConformant,
        (true, true) => Exit::Conformant,
    })
}

/// Writes what was found, in lines.
fn told(finding: &Finding, begin: &str) -> String {
    let Finding { law, sdk, surfaces, number, case, changes, verdict, sizes: [before, after], candidates, .. } =
        finding;
    let api = finding.api;
    let rules = law.rules(api).join(", ");
    format!(
        "\n{sdk}/{}: {law}: {verdict}\n  {} ({rules}: `{begin} explain {}`)\n  stream {number}, of {case} with {changes}\n  {before}; \
         shrunk to {after} with {candidates} candidates\n",
        surfaces.join(","),
        law.sentence(),
        law.rules(api)[0]
    )
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["    ", line, "\n"]).collect()
}

/// Writes the case file of a finding, unless there is one for it.
fn keep(folder: &Utf8Path, finding: &Finding) -> anyhow::Result<()> {
    let shape = format!("{}{}{}", finding.sdk, finding.surfaces.join(","), finding.shape);
    let digest = hex::encode(&Sha256::digest(shape)[..4]);
    let path = folder.join(format!("{}-{}-{digest}.yaml", finding.law, finding.api.folder()));
    if path.as_std_path().exists() {
        output::say(format_args!("  {path} is there already"));
        return Ok(());
    }
    let head = format!(
        "# Found by `streamspec fuzz` on {}, {}: {}.\n",
        finding.sdk,
        finding.surfaces.join(", "),
        finding.verdict.replace('\n', " ")
    );
    places::create(&path, &format!("{head}{}", finding.document.to_yaml()))?;
    output::say(format_args!("  wrote {path}"));
    Ok(())
}

/// Sums up the run on one SDK.
fn summed_up(id: &str, fuzzed: &Fuzzed) -> String {
    let Fuzzed { streams, trials, unsupported, findings, seen_again, took, .. } = fuzzed;
    let seconds = took.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = if seconds > 0.0 { *streams as f64 / seconds } else { 0.0 };
    let unsupported = if *unsupported > 0 { format!(", {unsupported} trials unsupported") } else { String::new() };
    format!(
        "\n{id}: {streams} streams, {trials} trials in {seconds:.1} s ({rate:.1} streams a second){unsupported}: {} findings, seen again \
         {seen_again} times",
        findings.len()
    )
}
