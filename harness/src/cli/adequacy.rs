//! `streamspec adequacy`: run every mutant of the reference client on every case.

use std::collections::BTreeSet;
use std::sync::Arc;

use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::native;
use streamspec_adapters::root::Root;

use super::arguments::AdequacyOptions;
use super::exit::CannotWrite;
use super::{Exit, load, merge, output, run};
use crate::adequacy::{Accepted, Adequacy, CaughtAlone, FILE, Results, Twins, WITNESSES, Witnesses};
use crate::case::Case;
use crate::id::{SdkId, Transport};
use crate::judge::Status;
use crate::load::Selection;
use crate::message;
use crate::record::TrialRecord;
use crate::run::{Deadlines, Engine, Filter, Running, Trial, plan};

pub(super) fn adequacy(root: &Root, options: &AdequacyOptions) -> anyhow::Result<Exit> {
    let Some(suite) = load(root, &Selection::named(&options.cases)) else { return Ok(Exit::Usage) };
    let accepted = Accepted::read(root)?;
    let results = Results::read(&merge::read(root, &options.records)?)?;
    let known = Witnesses::read(root)?;
    let mutants = native::mutants();
    let fleet = Fleet::discover(root)?;
    let reference = fleet.get("reference")?;
    let sdks: Vec<Arc<Sdk>> = std::iter::once(Arc::new(reference.clone()))
        .chain(mutants.iter().map(|(name, _)| Arc::new(reference.mutant(name))))
        .collect();
    let cases: Vec<Arc<Case>> = suite.cases.into_iter().map(Arc::new).collect();
    let files = CaughtAlone::files(cases.iter().map(AsRef::as_ref));
    let runtime = tokio::runtime::Runtime::new()?;
    let results_of_run: anyhow::Result<RunResults> = runtime.block_on(async {
        let engine = Engine::start(run::fresh_nonce(), usize::from(options.jobs), Deadlines::MUTANT).await?;
        let engine = Arc::new(engine);
        let mut ran = RunResults { adequacy: Adequacy::of(&mutants), faults: BTreeSet::new(), broke: false };
        // What a case file caught before it most probably still catches.
        if !options.unique {
            run_all(&engine, &sdks, &cases, &mut ran, |trial| is_known(&known, trial)).await?;
        }
        // Nearly every other one catches something with its first combination; only those that do not need all of theirs, unless
        // it is asked what each of them catches.
        let (firsts, others): (Vec<_>, Vec<_>) = {
            let mut files = BTreeSet::new();
            cases.iter().cloned().partition(|case| files.insert(case.file.clone()) || options.unique)
        };
        let caught: BTreeSet<String> = if options.unique { BTreeSet::new() } else { ran.adequacy.busy() };
        let (shown, firsts): (Vec<_>, Vec<_>) = firsts.into_iter().partition(|case| caught.contains(case.id.file()));
        run_all(&engine, &sdks[..1], &shown, &mut ran, |_| true).await?;
        run_all(&engine, &sdks, &firsts, &mut ran, |_| true).await?;
        let caught = ran.adequacy.busy();
        let (rest, idle): (Vec<_>, Vec<_>) = others.into_iter().partition(|case| caught.contains(case.id.file()));
        run_all(&engine, &sdks, &idle, &mut ran, |_| true).await?;
        // A mutant that a case file is to catch alone has to get away from all others.
        let enough = if options.json.is_some() { 2 } else { 1 };
        for rest in [shown, rest] {
            let escapes = |sdk: &&Arc<Sdk>| ran.adequacy.caught_by(&sdk.manifest.id) < enough;
            let free: Vec<_> = sdks[1..].iter().filter(escapes).cloned().collect();
            run_all(&engine, &free, &rest, &mut ran, |_| true).await?;
        }
        Ok(ran)
    });
    runtime.shutdown_background();
    let RunResults { adequacy, faults, broke } = results_of_run?;
    output::print(message::adequate(&adequacy, &accepted, options.unique));
    let mut problems = if options.cases.is_empty() { adequacy.problems(&accepted) } else { Vec::new() };
    if options.unique {
        output::print(message::unique(&adequacy));
    }
    if !options.records.is_empty() {
        let twins = Twins::find(&adequacy, &results);
        let without = twins.without_reason(&accepted);
        problems.extend(without.map(|case| {
            format!("{case} proves what another case file proves, and {FILE} does not say why it is kept")
        }));
        output::print(message::twins(&twins, &accepted));
    }
    if options.write {
        let found = known.after(&adequacy);
        if found != known {
            found.write(root).map_err(|why| CannotWrite::new(root.join(WITNESSES).as_path(), why))?;
        }
        output::say(format_args!("{WITNESSES} is up to date"));
    }
    for problem in faults.iter().chain(&problems) {
        output::warn(problem);
    }
    if let Some(json) = &options.json {
        if faults.is_empty() {
            let path = root.place(json);
            fs_err::write(&path, CaughtAlone::of(&adequacy, &files).json())
                .map_err(|why| CannotWrite::new(json, why))?;
            output::say(format_args!("wrote {path}"));
        } else {
            // A trial that broke catches nothing, so another case would seem to be alone.
            output::warn(format_args!("{json} is not written, as not every trial says something"));
        }
    }
    Ok(match (faults.is_empty(), problems.is_empty()) {
        (false, _) if broke => Exit::HarnessFault,
        (false, _) => Exit::Fault,
        (true, false) => Exit::NotConformant,
        (true, true) => Exit::Conformant,
    })
}

/// The results of the trials, of which none is kept: there are hundreds of clients.
struct RunResults {
    adequacy: Adequacy,
    /// The trials that came to a fault, with the reason.
    faults: BTreeSet<String>,
    /// True where one of the faults is the harness's.
    broke: bool,
}

impl RunResults {
    fn take(&mut self, trial: &TrialRecord) {
        let status = trial.verdict.status;
        self.broke |= status == Status::HarnessFault;
        if status.is_lost() {
            let reason = trial.verdict.reason.as_deref().unwrap_or_default();
            self.faults.insert(format!("{}: {reason}", trial.name()));
        }
        self.adequacy.take(trial);
    }
}

/// Says whether a trial is of a mutant that its case file caught before.
fn is_known(known: &Witnesses, trial: &Trial) -> bool {
    let client = SdkId::from(trial.sdk.manifest.id.as_str());
    client.fault().is_some_and(|mutant| known.holds(trial.case.id.file(), mutant))
}

/// Runs every case on every one of these clients, as far as a trial is wanted; none where there is nothing to run.
async fn run_all(
    engine: &Arc<Engine>,
    sdks: &[Arc<Sdk>],
    cases: &[Arc<Case>],
    results: &mut RunResults,
    holds: impl Fn(&Trial) -> bool,
) -> anyhow::Result<()> {
    if cases.is_empty() || sdks.is_empty() {
        return Ok(());
    }
    let shared = Arc::clone(engine);
    // Each case travels by one transport: the default one, or another where it is about that.
    let mut plan = plan(sdks, cases, &Filter { transports: Transport::ALL.to_vec(), ..Filter::default() })?;
    plan.retain(|trial| trial.case.travels_by_default() == Some(trial.transport) && holds(trial));
    let trials = plan.trials;
    let mut running = Running::of(trials, Arc::clone(engine), move |trial| {
        let engine = Arc::clone(&shared);
        async move {
            let ran = engine.run(&trial).await;
            // Hundreds of clients share the machine: what keeps one from passing has to do so twice.
            let passes = ran.iter().all(|ran| ran.record.verdict.status == Status::Pass);
            if passes { ran } else { engine.run(&trial).await }
        }
    });
    while let Some(ran) = running.next().await {
        ran?.iter().for_each(|ran| results.take(&ran.record));
    }
    Ok(())
}
