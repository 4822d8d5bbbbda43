//! `streamspec shrink`: the smallest case with the same verdict.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{bail, ensure};
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::root::Root;
use tokio::runtime::Runtime;

use super::arguments::ShrinkOptions;
use super::ending::told_to_end;
use super::run::fresh_nonce;
use super::{Exit, output, places, session_of};
use crate::id::{Route, TrialId};
use crate::judge::Status;
use crate::load::{Candidates, Document};
use crate::run::{Deadlines, Engine, READER, Trial};
use crate::session::{Request, SessionError};
use crate::shrink::{Bench, Limits, SameVerdict, Signature, Size, shrink as search};

/// The most calls of a candidate that are under way at once: the surfaces of the reference client.
const JOBS: usize = 4;

pub(super) fn shrink(root: &Root, options: &ShrinkOptions) -> anyhow::Result<Exit> {
    let id: TrialId = options.trial.parse()?;
    ensure!(
        !id.variant.is_sweep(),
        "`{}` is a sweep of many streams; name one stream, by a trial or its variant",
        id.variant
    );
    ensure!(id.route == Route::Direct, "a stream is shrunk on the direct route, without a gateway");
    if let Some(out) = &options.out {
        ensure!(!out.as_std_path().exists(), "{out} is there already, and is not written over");
    }
    let request = Request {
        sdks: vec![id.sdk.to_string()],
        surfaces: vec![id.surface.to_string()],
        cases: vec![id.case.to_string()],
        transports: vec![id.transport],
        ..Request::default()
    };
    let session = match session_of(root, &request) {
        Ok((session, Exit::Conformant)) => session,
        Ok((_, exit)) | Err(exit) => return Ok(exit),
    };
    let trial = match (session.plan.trials.first(), session.plan.skipped.first()) {
        (Some(trial), _) if session.plan.trials.len() == 1 => trial.clone(),
        (None, Some(skipped)) => {
            output::warn(format_args!("error: {id} is unsupported: {}", skipped.reason));
            return Ok(Exit::NothingSelected);
        }
        _ => bail!("`{}` names {} trials; name one", options.trial, session.plan.trials.len()),
    };
    let runtime = Runtime::new()?;
    let exit = runtime.block_on(async {
        let nonce = options.nonce.clone().unwrap_or_else(fresh_nonce);
        let engine = Arc::new(Engine::start(nonce, JOBS, Deadlines::SDK).await?);
        let finished = tokio::select! {
            finished = shrink_trial(root, options, &id, &trial, &engine) => finished,
            () = told_to_end() => {
                output::warn("interrupted; nothing was written");
                Ok(Exit::Interrupted)
            }
        };
        engine.close().await;
        finished
    });
    runtime.shutdown_background();
    exit
}

async fn shrink_trial(
    root: &Root,
    options: &ShrinkOptions,
    id: &TrialId,
    trial: &Trial,
    engine: &Arc<Engine>,
) -> anyhow::Result<Exit> {
    let reference = Arc::new(Fleet::discover(root)?.get(READER)?.clone());
    let surfaces = vec![trial.surface.to_string()];
    let bench =
        Bench::new(Arc::clone(engine), reference, Arc::clone(&trial.sdk), surfaces).by(id.variant, id.transport);
    let case = &trial.case;
    let first = bench.run_subject(case).await;
    let wanted: Vec<Signature> = first.iter().map(Signature::of).collect();
    let [ran] = first.as_slice() else { bail!("{id} was not run") };
    let verdict = &ran.record.verdict;
    if verdict.status > Status::Fails {
        output::warn(format_args!("error: {id} says nothing about the SDK: {}", verdict.in_short()));
        return Ok(if verdict.status == Status::HarnessFault { Exit::HarnessFault } else { Exit::Fault });
    }
    if verdict.status == Status::Pass {
        output::warn(format_args!("error: {id} passes, so that there is nothing to look for in a smaller stream"));
        return Ok(Exit::NothingSelected);
    }
    let candidates = Candidates::new(root);
    let document = Document::of(root, case).map_err(SessionError::Cases)?;
    let mut oracle = SameVerdict::new(&bench, &candidates, case, document, wanted.clone()).await;
    let limits = Limits { candidates: options.trials, until: Instant::now() + options.time };
    let before = Size::of(case, &case.exchanges);
    let shrunk = search(case.exchanges.clone(), &mut oracle, limits).await;
    let after = Size::of(case, &shrunk.answers);

    let ended = if shrunk.is_least { "nothing smaller has this verdict" } else { "the limit ended the search" };
    let verdict = verdict.in_short();
    let lines = format!(
        "{id}\nverdict: {verdict}\nbefore:  {before}\nafter:   {after}, after {} candidates; {ended}",
        shrunk.candidates
    );
    let head = format!(
        "# Shrunk by `streamspec shrink {id}`: {before} before, {after} now.\n# The verdict is the same: {verdict}.\n"
    );
    let text = format!("{head}{}", oracle.kept().to_yaml());
    let Some(out) = &options.out else {
        output::warn(lines);
        output::print(text);
        return Ok(Exit::Conformant);
    };
    output::say(lines);
    places::create(out, &text)?;
    output::say(format_args!(
        "wrote {out}; `{} run --sdk {} --surface {} --case {out}` runs it",
        root.invocation(),
        id.sdk,
        id.surface
    ));
    Ok(Exit::Conformant)
}
