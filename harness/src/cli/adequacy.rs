//! `streamspec adequacy`: run every mutant of the reference client on every case.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::native;

use super::arguments::AdequacyOptions;
use super::{Exit, run};
use crate::adequacy::{Accepted, Adequacy};
use crate::judge::Word;
use crate::load::{self, Selection};
use crate::message::adequate;
use crate::record::TrialRecord;
use crate::run::{Engine, Filter, Patience, Running, plan};

pub(super) fn adequacy(root: &Utf8Path, options: &AdequacyOptions) -> anyhow::Result<Exit> {
    let suite = match load::suite(root, &Selection::named(&options.cases)) {
        Ok(suite) => suite,
        Err(problems) => {
            anstream::eprintln!("{problems}");
            return Ok(Exit::Usage);
        }
    };
    let accepted = Accepted::read(root)?;
    let mutants = native::mutants();
    let fleet = Fleet::discover(root)?;
    let reference = fleet.get("reference")?;
    let sdks: Vec<Arc<Sdk>> = std::iter::once(Arc::new(reference.clone()))
        .chain(mutants.iter().map(|(name, _)| Arc::new(reference.mutant(name))))
        .collect();
    let cases: Vec<_> = suite.cases.into_iter().map(Arc::new).collect();
    let plan = match plan(&sdks, &cases, &Filter::default()) {
        Ok(plan) => plan,
        Err(error) => return run::usage(&error),
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let records: anyhow::Result<Vec<TrialRecord>> = runtime.block_on(async {
        let engine = Arc::new(Engine::start(run::fresh_nonce(), usize::from(options.jobs), Patience::MUTANT).await?);
        let mut running = Running::of(&engine, &plan.trials);
        let mut records = Vec::new();
        while let Some(joined) = running.next().await {
            records.extend(joined?.1.into_iter().map(|ran| ran.record));
        }
        Ok(records)
    });
    runtime.shutdown_background();
    let records = records?;
    let faults: BTreeSet<String> = records
        .iter()
        .filter(|record| matches!(record.verdict.word, Word::AdapterFault | Word::HarnessFault))
        .map(|record| format!("{}: {}", record.name(), record.verdict.reason.as_deref().unwrap_or_default()))
        .collect();
    let adequacy = Adequacy::from_records(&mutants, &records);
    anstream::print!("{}", adequate(&adequacy, &accepted));
    let problems = if options.cases.is_empty() { adequacy.problems(&accepted) } else { Vec::new() };
    for problem in faults.iter().chain(&problems) {
        anstream::eprintln!("{problem}");
    }
    Ok(match (faults.is_empty(), problems.is_empty()) {
        (false, _) => Exit::Fault,
        (true, false) => Exit::NotConformant,
        (true, true) => Exit::Conformant,
    })
}
