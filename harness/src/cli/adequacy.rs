//! `streamspec adequacy`: run every mutant of the reference client on every case.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::native;
use streamspec_adapters::root::Root;

use super::arguments::AdequacyOptions;
use super::{Exit, load, merge, output, run};
use crate::adequacy::{Accepted, Adequacy, FILE, Results, Twins};
use crate::case::Case;
use crate::judge::Status;
use crate::load::Selection;
use crate::message;
use crate::record::TrialRecord;
use crate::run::{Deadlines, Engine, Filter, Running, plan};

pub(super) fn adequacy(root: &Root, options: &AdequacyOptions) -> anyhow::Result<Exit> {
    let Some(suite) = load(root, &Selection::named(&options.cases)) else { return Ok(Exit::Usage) };
    let accepted = Accepted::read(root)?;
    let results = Results::read(&merge::read(root, &options.records)?)?;
    let mutants = native::mutants();
    let fleet = Fleet::discover(root)?;
    let reference = fleet.get("reference")?;
    let mutant = |name: &&str| Arc::new(reference.mutant(name));
    let clients = Clients {
        reference: Arc::new(reference.clone()),
        mutants: mutants.iter().map(|(name, _)| mutant(name)).collect(),
    };
    let cases: Vec<Arc<Case>> = suite.cases.into_iter().map(Arc::new).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    let results_of_run: anyhow::Result<RunResults> = runtime.block_on(async {
        let engine = Engine::start(run::fresh_nonce(), usize::from(options.jobs), Deadlines::MUTANT).await?;
        let engine = Arc::new(engine);
        let mut ran = RunResults { adequacy: Adequacy::of(&mutants), faults: BTreeSet::new(), broke: false };
        run_all(&engine, std::slice::from_ref(&clients.reference), &cases, &mut ran).await?;
        if options.unique {
            run_all(&engine, &clients.mutants, &cases, &mut ran).await?;
        } else {
            prove(&engine, &clients.mutants, &cases, &mut ran).await?;
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
    for problem in faults.iter().chain(&problems) {
        output::warn(problem);
    }
    Ok(match (faults.is_empty(), problems.is_empty()) {
        (false, _) if broke => Exit::HarnessFault,
        (false, _) => Exit::Fault,
        (true, false) => Exit::NotConformant,
        (true, true) => Exit::Conformant,
    })
}

/// The clients that are run.
struct Clients {
    reference: Arc<Sdk>,
    mutants: Vec<Arc<Sdk>>,
}

/// The number of case files in the first round, and of mutants in the first round on the case files that have caught none; each
/// round has twice as many as the one before.
const FIRST_FILES: usize = 48;
const FIRST_MUTANTS: usize = 3;

/// Runs as many trials as it takes to see that every mutant is caught and that every case file catches one: first every mutant that
/// is not caught yet on further case files, and then on each case file that has caught none further mutants, those first which most
/// case files catch.
async fn prove(
    engine: &Arc<Engine>,
    mutants: &[Arc<Sdk>],
    cases: &[Arc<Case>],
    ran: &mut RunResults,
) -> anyhow::Result<()> {
    // Nearly every case file catches something with its first combination; only the others need all of theirs.
    let (mut firsts, others): (Vec<_>, Vec<_>) = {
        let mut files = BTreeSet::new();
        cases.iter().cloned().partition(|case| files.insert(case.file.clone()))
    };
    // In an order that has nothing to do with their folders, so that a round has cases of every kind.
    firsts.sort_by(|one, other| one.digest.cmp(&other.digest));
    let escaped = |ran: &RunResults| -> Vec<_> {
        mutants.iter().filter(|sdk| !ran.adequacy.is_caught(&sdk.manifest.id)).cloned().collect()
    };
    let idle = |ran: &RunResults, cases: &[Arc<Case>]| -> Vec<_> {
        let idle: BTreeSet<&str> = ran.adequacy.idle().collect();
        cases.iter().filter(|case| idle.contains(case.id.file())).cloned().collect()
    };
    for round in rounds(&firsts, FIRST_FILES) {
        run_all(engine, &escaped(ran), round, ran).await?;
    }
    let mut strongest = mutants.to_vec();
    strongest.sort_by_key(|sdk| Reverse(ran.adequacy.times_caught(&sdk.manifest.id)));
    for round in rounds(&strongest, FIRST_MUTANTS) {
        run_all(engine, round, &idle(ran, &firsts), ran).await?;
    }
    run_all(engine, mutants, &idle(ran, &others), ran).await?;
    run_all(engine, &escaped(ran), &others, ran).await
}

/// Splits a list into rounds, each of which has twice as many items as the one before.
fn rounds<T>(mut all: &[T], first: usize) -> impl Iterator<Item = &[T]> {
    let mut size = first;
    std::iter::from_fn(move || {
        let (round, rest) = all.split_at(size.min(all.len()));
        (all, size) = (rest, size * 2);
        (!round.is_empty()).then_some(round)
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

/// Runs every case on every one of these clients; none where there is nothing to run.
async fn run_all(
    engine: &Arc<Engine>,
    sdks: &[Arc<Sdk>],
    cases: &[Arc<Case>],
    results: &mut RunResults,
) -> anyhow::Result<()> {
    if cases.is_empty() || sdks.is_empty() {
        return Ok(());
    }
    let shared = Arc::clone(engine);
    let trials = plan(sdks, cases, &Filter::default())?.trials;
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
