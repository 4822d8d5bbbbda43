//! Runs the trials of a request on builds of SDKs, and keeps of it the report alone: for the commands that compare builds.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use camino::Utf8Path;
use futures_util::future::join_all;
use indicatif::ProgressBar;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::root::Root;
use streamspec_adapters::setup::Environment;
use tokio::runtime::Runtime;

use super::ending::told_to_end;
use super::exit::CannotWrite;
use super::run::{fresh_nonce, progress_bar, refuse};
use super::{Exit, output, print_progress};
use crate::record::{Record, Records, Writer};
use crate::report::{Report, View};
use crate::run::{Deadlines, Engine};
use crate::runner::{self, Event, Recorder, RunError, Subscriber};
use crate::session::{Request, Session, opened};

/// Runs builds of SDKs.
pub(super) struct Builds<'a> {
    root: &'a Utf8Path,
    runtime: Runtime,
    /// The most calls that are under way at once.
    jobs: usize,
    /// True where environments stay that were made for a run.
    keep: bool,
}

/// The end of a run.
pub(super) enum Ran {
    /// It came to its end.
    Report(Box<Report>),
    /// It did not, and why was told.
    Not(Exit),
}

impl<'a> Builds<'a> {
    pub(super) fn new(root: &'a Utf8Path, jobs: u16, keep: bool) -> io::Result<Self> {
        Ok(Self { root, runtime: Runtime::new()?, jobs: usize::from(jobs), keep })
    }

    /// Sets builds up, runs the trials on them, and removes the environments that were not there before.
    pub(super) fn run(&self, request: &Request) -> anyhow::Result<Ran> {
        self.run_in(self.root, request)
    }

    /// Does the same in another suite.
    pub(super) fn run_in(&self, root: &Utf8Path, request: &Request) -> anyhow::Result<Ran> {
        let made = if self.keep { Vec::new() } else { missing(root, request)? };
        let ran = self.in_session(root, request);
        for environment in made {
            if let Err(error) = environment.remove() {
                output::warn(format_args!("warning: {} is left: {error}", environment.dir()));
            }
        }
        ran
    }

    fn in_session(&self, root: &Utf8Path, request: &Request) -> anyhow::Result<Ran> {
        let session = match Session::open(root, request, &|event| print_progress(&event)) {
            Ok(session) => Arc::new(session),
            Err(error) => return Ok(Ran::Not(refuse(error))),
        };
        // What the machine lacks is no result of a build.
        let lacking = session.unavailable.iter().find(|one| !one.fault).map(|one| (&one.sdk.manifest.id, &one.reason));
        let broken = session.broken.first().map(|one| (&one.id, &one.reason));
        if let Some((id, reason)) = lacking.or(broken) {
            output::warn(format_args!("error: {id} is not run: {reason}"));
            return Ok(Ran::Not(Exit::Fault));
        }
        self.runtime.block_on(async {
            let nonce = fresh_nonce();
            let engine = Engine::start(nonce.clone(), self.jobs, Deadlines::SDK).await?;
            let engine = Arc::new(engine.through(&session.routes).shared_by(session.sdks.len()));
            let ran = tokio::select! {
                ran = report(Root::at(root), request, &session, &engine, &nonce) => ran.map(Box::new).map(Ran::Report),
                () = told_to_end() => Ok(Ran::Not(Exit::Interrupted)),
            };
            engine.close().await;
            ran
        })
    }

    /// Ends whatever a hung native call has left behind.
    pub(super) fn end(self) {
        self.runtime.shutdown_background();
    }
}

/// Finds the environments of a request that are not there yet.
fn missing(root: &Utf8Path, request: &Request) -> anyhow::Result<Vec<Environment>> {
    let chosen = Fleet::discover(root)?.choose(&request.sdks)?.sdks;
    let mut dirs = BTreeSet::new();
    let environments = chosen.iter().filter_map(|sdk: &Sdk| sdk.environment().ok().flatten());
    Ok(environments
        .filter(|environment| !environment.is_complete() && dirs.insert(environment.dir().to_owned()))
        .collect())
}

/// Runs all trials of a session and makes the report of them.
async fn report(
    root: Root,
    request: &Request,
    session: &Arc<Session>,
    engine: &Arc<Engine>,
    nonce: &str,
) -> anyhow::Result<Report> {
    let folder = root.work();
    let cannot = |why: io::Error| CannotWrite::new(&folder, why);
    fs_err::create_dir_all(&folder).map_err(cannot)?;
    let held = tempfile::Builder::new().prefix("builds-").suffix(".jsonl").tempfile_in(&folder).map_err(cannot)?;
    let path = Utf8Path::from_path(held.path()).unwrap_or(&folder).to_owned();
    let writer = Writer::create(&path).map_err(cannot)?;
    let mut records = session.header(nonce, request.is_whole());
    records.extend(join_all(session.sdks.iter().map(|(sdk, known)| opened(engine, sdk, known))).await);
    let skipped = session.skipped().map(|skipped| Record::Trial(Box::new(skipped)));
    for record in records.into_iter().chain(skipped) {
        writer.write(&record).map_err(cannot)?;
    }
    let mut progress = Progress(progress_bar(session.plan.trials.len()));
    match runner::run(session, engine, &mut [&mut Recorder(&writer), &mut progress]).await {
        Err(RunError::Subscriber(why)) => return Err(cannot(why).into()),
        ran => ran?,
    }
    progress.0.finish_and_clear();
    drop(writer);
    let records = Records::read([(path.as_str(), path.clone())])?;
    Ok(Report::of(&View::from_records(&records)?)?)
}

/// A subscriber that shows how far a run has come.
struct Progress(ProgressBar);

impl Subscriber for Progress {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        if matches!(event, Event::Ended(..)) {
            self.0.inc(1);
        }
        Ok(())
    }
}
