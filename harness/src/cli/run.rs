//! `streamspec run`: set up, run, compare with the lists, report.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use camino::Utf8Path;
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::{Cuts, Format, RunOptions, Selected};
use super::{Exit, print_progress, report};
use crate::deviation::Comparison;
use crate::judge::Word;
use crate::message::{Tally, summary, unexplained};
use crate::record::{Record, TrialRecord, Writer};
use crate::run::{Engine, Patience, Ran, Running, Trial};
use crate::session::{Request, Session, SessionError, Unavailable, is_green, opened};
use crate::wire::Variant;

/// How many trials that are not as listed are explained unasked: enough to see what it is, few enough to be read.
const EXPLAINED: usize = 20;

/// Where fewer trials than these are not as listed, a busy machine or a race inside an SDK may be why: each is run once more
/// by itself, and that is what counts.
const REPEATED: usize = 20;

pub(super) fn run(root: &Utf8Path, options: &RunOptions) -> anyhow::Result<Exit> {
    let request = options.selected.request()?;
    if options.report == "reports" && !request.is_whole() {
        anyhow::bail!(
            "--report reports: the committed report is only written from a whole run, in one piece or merged"
        );
    }
    let session = match Session::open(root, &request, &|event| print_progress(&event)) {
        Ok(session) => Arc::new(session),
        Err(error) => {
            // Problems in cases say themselves that they are errors.
            let word = if matches!(error, SessionError::Cases(_)) { "" } else { "error: " };
            anstream::eprintln!("{word}{error}");
            return Ok(exit_of(&error));
        }
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let exit = runtime.block_on(async {
        let nonce = options.nonce.clone().unwrap_or_else(fresh_nonce);
        let engine = Arc::new(Engine::start(nonce.clone(), usize::from(options.jobs), Patience::SDK).await?);
        let finished = tokio::select! {
            finished = everything(root, options, &request, &session, &engine, &nonce) => Some(finished),
            _ = tokio::signal::ctrl_c() => None,
        };
        engine.close().await;
        finished.unwrap_or_else(|| {
            anstream::eprintln!("interrupted; the finished trials are in {}", options.records);
            Ok(Exit::Fault)
        })
    });
    // What a hung native call left behind must not keep the command from ending.
    runtime.shutdown_background();
    exit
}

impl Selected {
    /// The selection as the session understands it.
    pub(super) fn request(&self) -> anyhow::Result<Request> {
        let mut variants = Variant::parse_list(&self.variants)?;
        variants.extend(self.cuts.map(|cuts| match cuts {
            Cuts::Events => Variant::CutEvents,
            Cuts::Bytes => Variant::CutBytes,
        }));
        Ok(Request {
            variants,
            sdks: self.sdk.clone(),
            surfaces: self.surface.clone(),
            cases: self.cases.clone(),
            first_combination_only: self.variants == ["quick"],
            shard: self.shard,
        })
    }
}

/// A number that no earlier run had.
pub fn fresh_nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Says what is wrong with what was asked for.
pub(super) fn usage(error: &dyn std::error::Error) -> Exit {
    anstream::eprintln!("error: {error}");
    Exit::Usage
}

/// Which exit code a session that cannot begin leads to.
pub(super) const fn exit_of(error: &SessionError) -> Exit {
    match error {
        SessionError::Server(_) => Exit::Fault,
        SessionError::Cases(_) | SessionError::Plan(_) | SessionError::Fleet(_) | SessionError::Known(_) => Exit::Usage,
    }
}

async fn everything(
    root: &Utf8Path,
    options: &RunOptions,
    request: &Request,
    session: &Arc<Session>,
    engine: &Arc<Engine>,
    nonce: &str,
) -> anyhow::Result<Exit> {
    for Unavailable { sdk, why, .. } in &session.unavailable {
        anstream::eprintln!("{} is not run: {why}", sdk.manifest.id);
    }
    let writer = Writer::create(&root.join(&options.records))?;
    let mut records = session.header(nonce, request.is_whole());
    for (sdk, known) in &session.sdks {
        records.push(opened(engine, sdk, known).await);
    }
    records.extend(session.skipped().into_iter().map(|skipped| Record::Trial(Box::new(skipped))));
    for record in &records {
        writer.write(record)?;
    }
    let versions = versions(&records);

    let bar = progress_bar(session.plan.trials.len());
    let mut taken = Taken {
        session,
        versions: &versions,
        options,
        writer: &writer,
        bar: &bar,
        tallies: BTreeMap::new(),
        trials: Vec::new(),
        exit: Exit::Conformant,
        red: 0,
        doubtful: Vec::new(),
    };
    if session.unavailable.iter().any(|one| one.fault) {
        taken.exit = Exit::Fault;
    }
    let mut running = Running::of(engine, &session.plan.trials);
    while let Some(joined) = running.next().await {
        let (trial, all) = joined?;
        let all = taken.compared(all);
        if !options.strict && taken.doubtful.len() < REPEATED && !taken.are_green(&all) {
            taken.doubtful.push((trial, all));
        } else {
            taken.add(&trial, all)?;
        }
    }
    let repeat = taken.doubtful.len() < REPEATED;
    while let Some((trial, first)) = taken.doubtful.last().cloned() {
        let all = if repeat { taken.compared(engine.run(&trial).await) } else { first };
        if repeat && taken.are_green(&all) {
            let name = trial.name();
            bar.suspend(|| anstream::eprintln!("{name}: not as listed at first, but so when run by itself"));
        }
        taken.doubtful.pop();
        taken.add(&trial, all)?;
    }
    bar.finish_and_clear();
    let (mut tallies, trials) = (std::mem::take(&mut taken.tallies), std::mem::take(&mut taken.trials));
    let (mut exit, red) = (taken.exit, taken.red);
    if !options.verbose && red > EXPLAINED {
        anstream::println!("{}", unexplained(red - EXPLAINED));
    }
    for skipped in session.skipped() {
        let surface = format!("{}/{}", skipped.sdk, skipped.surface);
        tallies.entry(surface).or_insert_with(Tally::default).add(&skipped, false);
    }
    if request.is_whole() && !options.strict {
        for (known, entry) in session.unused(&trials, &versions) {
            anstream::eprintln!("{}:{}: this entry matches nothing; remove it", known.file, entry.line);
            exit = exit.max(Exit::NotConformant);
        }
    }
    anstream::println!("{}", summary(&tallies));
    records.extend(trials.into_iter().map(|trial| Record::Trial(Box::new(trial))));
    report::write(root, &records, &root.join(&options.report), &[Format::Json, Format::Markdown, Format::Html])?;
    Ok(exit)
}

/// What has been made of the trials so far.
struct Taken<'a> {
    session: &'a Session,
    versions: &'a BTreeMap<String, String>,
    options: &'a RunOptions,
    writer: &'a Writer,
    bar: &'a ProgressBar,
    tallies: BTreeMap<String, Tally>,
    trials: Vec<TrialRecord>,
    exit: Exit,
    red: usize,
    /// What is not as listed, until it is known whether it is run once more; written down when the run is interrupted.
    doubtful: Vec<(Trial, Vec<Compared>)>,
}

/// One variant of a trial, beside what its SDK's list says.
type Compared = (Ran, Comparison);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (ran, _) in self.doubtful.drain(..).flat_map(|(_, all)| all) {
            // Nobody is left to be told that this cannot be written either.
            let _ = self.writer.write(&Record::Trial(Box::new(ran.record)));
        }
    }
}

impl Taken<'_> {
    /// All variants of a trial beside the list, with the entries that speak of them.
    fn compared(&self, all: Vec<Ran>) -> Vec<Compared> {
        let compared = |mut ran: Ran| {
            let version = self.versions.get(&ran.record.sdk).map_or("", String::as_str);
            let comparison = self.session.compare(&ran.record, version);
            ran.record.known.clone_from(&comparison.used);
            (ran, comparison)
        };
        all.into_iter().map(compared).collect()
    }

    /// Whether all variants of a trial are as the list says.
    fn are_green(&self, all: &[Compared]) -> bool {
        all.iter().all(|(ran, comparison)| is_green(&ran.record, comparison, self.options.strict))
    }

    /// Writes down all variants of a trial, and explains what asks for it.
    fn add(&mut self, trial: &Trial, all: Vec<Compared>) -> anyhow::Result<()> {
        for (ran, comparison) in all {
            self.writer.write(&Record::Trial(Box::new(ran.record.clone())))?;
            let green = is_green(&ran.record, &comparison, self.options.strict);
            self.exit = self.exit.max(exit_of_trial(green, ran.record.verdict.word));
            self.red += usize::from(!green);
            if self.options.verbose && ran.record.verdict.word != Word::Pass || !green && self.red <= EXPLAINED {
                let text = self.session.explain(&ran, &trial.case, &comparison);
                self.bar.suspend(|| anstream::println!("{text}"));
            }
            let judged = matches!(ran.record.verdict.word, Word::Disputed | Word::Deviates | Word::Fails);
            let listed = judged && comparison.is_as_listed();
            let surface = format!("{}/{}", ran.record.sdk, ran.record.surface);
            self.tallies.entry(surface).or_default().add(&ran.record, listed);
            self.trials.push(ran.record);
        }
        self.bar.inc(1);
        Ok(())
    }
}

/// The versions that were loaded, by SDK.
fn versions(records: &[Record]) -> BTreeMap<String, String> {
    let version = |record: &Record| match record {
        Record::Sdk(sdk) => Some((sdk.id.clone(), sdk.version.clone())),
        Record::Suite(_) | Record::Case(_) | Record::Trial(_) => None,
    };
    records.iter().filter_map(version).collect()
}

/// What one trial does to the exit code.
const fn exit_of_trial(green: bool, word: Word) -> Exit {
    match (green, word) {
        (true, _) => Exit::Conformant,
        (false, Word::AdapterFault | Word::HarnessFault) => Exit::Fault,
        (false, _) => Exit::NotConformant,
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress_bar(trials: usize) -> ProgressBar {
    let bar = ProgressBar::new(trials as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} trials, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
