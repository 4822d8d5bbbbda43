//! `streamspec run`: set up, run, compare with the lists, report.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use futures_util::future::join_all;
use indicatif::{ProgressBar, ProgressStyle};
use streamspec_adapters::fleet::Broken;
use streamspec_adapters::root::Root;
use tokio::runtime::Runtime;

use super::arguments::{Places, RunOptions, Selected};
use super::ending::told_to_end;
use super::exit::CannotWrite;
use super::lock::OutputLock;
use super::report::Beside;
use super::{Exit, committed, named, output, own, places, print_progress, report, rerun};
use crate::id::Variant;
use crate::judge::Status;
use crate::message::{negotiated, summary, unexplained};
use crate::record::{Record, Records, Writer};
use crate::report::DEFAULT;
use crate::run::{Deadlines, Engine};
use crate::runner::{self, Event, Recorder, Results, RunError, Subscriber, is_green};
use crate::session::{GatewayState, Request, Session, SessionError, Unavailable};
use crate::text;

/// The least length of a run of which it is told where its time went: nobody asks that of a shorter one.
const WORTH_TELLING: Duration = Duration::from_secs(30);

/// The number of trials that are not as listed and explained unasked: enough to see what it is, few enough to be read.
const EXPLAINED: usize = 20;

pub(super) fn run(root: &Root, options: &RunOptions) -> anyhow::Result<Exit> {
    let mut request = options.selected.request()?;
    if let Some(before) = &options.rerun
        && let Some(exit) = rerun::narrow(root, before, &options.command, &mut request)?
    {
        return Ok(exit);
    }
    let written = Written::of(root, options);
    let is_committed = committed::is_committed(root, &written.folder);
    if is_committed {
        committed::makes_whole(root, &request, &options.command)?;
    }
    let _lock = OutputLock::file(root, &written.records)?.and(OutputLock::folder(root, &written.folder)?);
    let runtime = Runtime::new()?;
    let exit = own::beside(root, &options.command, &mut request, &runtime, |request| {
        in_session(root, options, &written, request, is_committed, &runtime)
    });
    // What a hung native call left behind must not keep the command from ending.
    runtime.shutdown_background();
    exit
}

/// The places that a run writes to.
struct Written {
    /// The file of records, as the command line would name it.
    name: Utf8PathBuf,
    records: Utf8PathBuf,
    /// The folder of the report.
    folder: Utf8PathBuf,
}

impl Written {
    fn of(root: &Root, options: &RunOptions) -> Self {
        let name = places::records(root, options.records.as_ref());
        let folder = root.place(places::report(root, options.report.as_ref()));
        Self { records: root.place(&name), name, folder }
    }
}

/// Opens the session of a request and runs it.
fn in_session(
    root: &Root,
    options: &RunOptions,
    written: &Written,
    request: &Request,
    is_committed: bool,
    runtime: &Runtime,
) -> anyhow::Result<Exit> {
    let session = match Session::open(root, request, &|event| print_progress(&event)) {
        Ok(session) => Arc::new(session),
        Err(error) => return Ok(refuse(error)),
    };
    if is_committed {
        committed::can_be_whole(&session)?;
    }
    runtime.block_on(async {
        let nonce = options.nonce.clone().unwrap_or_else(fresh_nonce);
        let engine = Engine::start(nonce.clone(), usize::from(options.jobs), Deadlines::SDK).await?;
        let engine = Arc::new(engine.through(&session.routes).shared_by(session.sdks.len()));
        let finished = tokio::select! {
            finished = everything(root, options, written, request, &session, &engine, &nonce) => Some(finished),
            () = told_to_end() => None,
        };
        engine.close().await;
        finished.unwrap_or_else(|| {
            output::warn(format_args!("interrupted; the finished trials are in {}", written.name));
            Ok(Exit::Interrupted)
        })
    })
}

/// Tells why a session cannot begin, and returns the code to exit with.
pub(super) fn refuse(error: SessionError) -> Exit {
    // Problems in cases say themselves that they are errors.
    let word = if matches!(error, SessionError::Cases(_)) { "" } else { "error: " };
    output::warn(format_args!("{word}{}", text::visible(&error.to_string())));
    Exit::of(&error.into())
}

impl Selected {
    /// Makes the selection that the session understands.
    pub(super) fn request(&self) -> anyhow::Result<Request> {
        let mut variants = Variant::parse_list(&self.variants)?;
        variants.extend(self.cuts.map(|cuts| match cuts {
            Places::Events => Variant::CutEvents,
            Places::Bytes => Variant::CutBytes,
        }));
        variants.extend(self.errors.map(|errors| match errors {
            Places::Events => Variant::ErrorEvents,
            Places::Bytes => Variant::ErrorBytes,
        }));
        Ok(Request {
            variants,
            sdks: self.sdk.clone(),
            own: None,
            surfaces: self.surface.clone(),
            cases: self.cases.clone(),
            edition: self.edition,
            first_combination_only: self.variants == ["quick"],
            via: self.via.clone(),
            transports: self.transports.clone(),
            shard: self.shard,
            only: None,
        })
    }
}

/// Makes a number that no earlier run had.
pub fn fresh_nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

async fn everything(
    root: &Root,
    options: &RunOptions,
    written: &Written,
    request: &Request,
    session: &Arc<Session>,
    engine: &Arc<Engine>,
    nonce: &str,
) -> anyhow::Result<Exit> {
    for Unavailable { sdk, reason: why, .. } in &session.unavailable {
        output::warn(format_args!("{} is not run: {why}", sdk.manifest.id));
    }
    for Broken { id, reason: why } in &session.broken {
        output::warn(format_args!("{id} is not run: {why}"));
    }
    for GatewayState { id, reason, is_used, .. } in &session.gateways {
        let word = if *is_used { "" } else { " is not run through" };
        output::warn(format_args!("{id}{word}: {reason}"));
    }
    let cannot = |why: std::io::Error| CannotWrite::new(&written.name, why);
    let writer = Writer::create(&written.records).map_err(cannot)?;
    let mut records = session.header(nonce, request.is_whole());
    // Side by side: one that is slow to start, or never does, keeps no other from it.
    records.extend(join_all(session.sdks.iter().map(|(sdk, known)| session.opened(engine, sdk, known))).await);
    let versions = versions(&records);
    let skipped = session.skipped().map(|skipped| Record::Trial(Box::new(skipped)));
    for record in records.into_iter().chain(skipped) {
        writer.write(&record).map_err(cannot)?;
    }

    let bar = progress_bar(session.plan.trials.len());
    let mut recorder = Recorder(&writer);
    let mut results = Results::new(session, &versions, options.strict);
    let mut terminal = Terminal { session, options, nonce, bar: &bar, not_green: 0 };
    match runner::run(session, engine, &mut [&mut recorder, &mut results, &mut terminal]).await {
        Err(RunError::Subscriber(why)) => return Err(cannot(why).into()),
        ran => ran?,
    }
    bar.finish_and_clear();
    if !options.verbose && terminal.not_green > EXPLAINED {
        output::say(unexplained(terminal.not_green - EXPLAINED));
    }
    let mut exit = results.not_green().keys().map(|status| exit_of(*status)).max().unwrap_or(Exit::Conformant);
    let is_gateway_missing = session.gateways.iter().any(|one| one.is_fault);
    if session.unavailable.iter().any(|one| one.fault) || !session.broken.is_empty() || is_gateway_missing {
        exit = exit.max(Exit::Fault);
    }
    if request.is_whole() && !options.strict {
        for scope in results.unused() {
            output::warn(format_args!(
                "{}:{}: this known deviation matches nothing; remove it",
                scope.file, scope.line
            ));
            exit = exit.max(Exit::NotConformant);
        }
    }
    for missing in named::not_run(request, session, &results) {
        output::warn(format_args!("error: {missing}"));
        exit = exit.max(Exit::Fault);
    }
    if !named::is_anything_run(&results) {
        output::warn("error: no trial was run");
        exit = exit.max(Exit::NothingSelected);
    }
    output::say(summary(results.tallies()));
    if let Some(negotiated) = negotiated(results.tallies().map(|(_, _, _, tally)| tally)) {
        output::say(negotiated);
    }
    let records = Records::read([(written.name.as_str(), written.records.clone())])?;
    let formats: Vec<&str> = DEFAULT.split(',').collect();
    let times = report::write(root, &records, &written.folder, &formats, &Beside::default())?;
    if let Some(told) = times.in_short(WORTH_TELLING) {
        output::say(told);
    }
    if options.open {
        report::open(&written.folder);
    }
    Ok(exit)
}

/// A subscriber that shows the progress, and explains what is not as it should be.
struct Terminal<'a> {
    session: &'a Session,
    options: &'a RunOptions,
    nonce: &'a str,
    bar: &'a ProgressBar,
    not_green: usize,
}

impl Subscriber for Terminal<'_> {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::Ended(trial, variants) = event else { return Ok(()) };
        for (ran, comparison) in *variants {
            let green = is_green(&ran.record, comparison, self.options.strict);
            self.not_green += usize::from(!green);
            if self.options.verbose && ran.record.verdict.status != Status::Pass
                || !green && self.not_green <= EXPLAINED
            {
                let text = self.session.explain(ran, &trial.case, self.nonce, comparison);
                self.bar.suspend(|| output::say(text));
            }
        }
        self.bar.inc(1);
        Ok(())
    }
}

/// Finds the versions that were loaded, by SDK.
fn versions(records: &[Record]) -> BTreeMap<String, String> {
    let version = |record: &Record| match record {
        Record::Sdk(sdk) => Some((sdk.id.to_string(), sdk.version.clone())),
        Record::Suite(_) | Record::Case(_) | Record::Trial(_) => None,
    };
    records.iter().filter_map(version).collect()
}

/// Returns the exit code for a trial that is not as it should be.
const fn exit_of(status: Status) -> Exit {
    match status {
        Status::AdapterFault | Status::GatewayFault => Exit::Fault,
        Status::HarnessFault => Exit::HarnessFault,
        _ => Exit::NotConformant,
    }
}

/// Makes a bar on a terminal, and nothing elsewhere.
pub(super) fn progress_bar(trials: usize) -> ProgressBar {
    let bar = ProgressBar::new(trials as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} trials, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
