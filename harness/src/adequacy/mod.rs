//! Does the suite mean something? Every mutant of the reference client must be caught by some case, and every case must
//! catch some mutant.

mod file;
mod list;
#[cfg(test)]
mod tests;
mod twins;
mod witnesses;

pub use file::{CaughtAlone, CaughtAloneError};
pub use list::{Acceptance, Accepted, AcceptedError, FILE};
pub use twins::{Results, Twins};
pub use witnesses::{WITNESSES, Witnesses, WitnessesError};

use std::collections::{BTreeMap, BTreeSet};

use crate::id::SdkId;
use crate::judge::Status;
use crate::record::TrialRecord;

/// The id of the reference client.
const REFERENCE: &str = "reference";

/// A mutant and the cases that catch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaughtMutant {
    /// The mutant's name.
    pub mutant: String,
    /// Its fault, in one sentence.
    pub about: String,
    /// Case files that do not pass on it, by id.
    pub by: BTreeSet<String>,
}

/// The result of a run of every mutant on every case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adequacy {
    /// The mutants, in the order of their declaration.
    pub mutants: Vec<CaughtMutant>,
    /// The number of mutants that each case file catches.
    pub cases: BTreeMap<String, usize>,
    /// Trials on which the reference client itself does not pass.
    pub reference: Vec<String>,
}

impl Adequacy {
    /// Begins with mutants that nothing has caught yet: the name of each and its fault.
    pub fn of(mutants: &[(&str, &str)]) -> Self {
        let escaped = |(name, about): &(&str, &str)| CaughtMutant {
            mutant: (*name).to_owned(),
            about: (*about).to_owned(),
            by: BTreeSet::new(),
        };
        Self { mutants: mutants.iter().map(escaped).collect(), ..Self::default() }
    }

    /// Takes the record of a trial of the reference client or of a mutant of it, `reference+name`, and keeps no more of it than what
    /// it says about its case file.
    pub fn take(&mut self, trial: &TrialRecord) {
        let (file, status) = (trial.case.file(), trial.verdict.status);
        self.cases.entry(file.to_owned()).or_default();
        if trial.sdk == REFERENCE && status != Status::Pass {
            self.reference.push(trial.name());
        }
        if !matches!(status, Status::Disputed | Status::Deviates | Status::Fails) {
            return;
        }
        let of = |caught: &&mut CaughtMutant| trial.sdk == SdkId::mutant(REFERENCE, &caught.mutant);
        if let Some(caught) = self.mutants.iter_mut().find(of)
            && caught.by.insert(file.to_owned())
        {
            self.cases.entry(file.to_owned()).and_modify(|caught| *caught += 1);
        }
    }

    /// Finds the mutants that just one case file catches, by the case file.
    pub fn alone(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut alone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for caught in &self.mutants {
            if let (Some(case), 1) = (caught.by.first(), caught.by.len()) {
                alone.entry(case).or_default().push(&caught.mutant);
            }
        }
        alone
    }

    /// Finds the case files whose mutants are all caught by one other case file, too, and names that one; of several
    /// the first.
    pub fn covered(&self) -> Vec<(&str, &str)> {
        let caught = self.caught();
        let other = |case: &str, own: &BTreeSet<usize>| {
            caught.iter().find(|(by, all)| **by != case && own.is_subset(all)).map(|(by, _)| *by)
        };
        let busy = caught.iter().filter(|(_, own)| !own.is_empty());
        busy.filter_map(|(case, own)| Some((*case, other(case, own)?))).collect()
    }

    /// Returns the mutants of each case file, by their places in the list.
    fn caught(&self) -> BTreeMap<&str, BTreeSet<usize>> {
        let mut caught: BTreeMap<&str, BTreeSet<usize>> =
            self.cases.keys().map(|case| (case.as_str(), BTreeSet::new())).collect();
        for (place, mutant) in self.mutants.iter().enumerate() {
            for case in &mutant.by {
                caught.entry(case).or_default().insert(place);
            }
        }
        caught
    }

    /// Counts the case files that catch a client, which is a mutant; none where it is not.
    pub fn caught_by(&self, client: &str) -> usize {
        let client = SdkId::from(client);
        let of = |caught: &&CaughtMutant| client.fault() == Some(&*caught.mutant);
        self.mutants.iter().find(of).map_or(0, |caught| caught.by.len())
    }

    /// Lists the case files that catch something.
    pub fn busy(&self) -> BTreeSet<String> {
        self.cases.iter().filter(|(_, caught)| **caught > 0).map(|(case, _)| case.clone()).collect()
    }

    /// Lists the case files that catch nothing.
    pub fn idle(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().filter(|(_, caught)| **caught == 0).map(|(case, _)| case.as_str())
    }

    /// Lists what has regressed, a sentence each.
    pub fn problems(&self, accepted: &Accepted) -> Vec<String> {
        let reference = self.reference.iter().map(|trial| format!("the reference client does not pass {trial}"));
        let escaped = self.mutants.iter().filter(|caught| caught.by.is_empty());
        let escaped = escaped.map(|caught| format!("no case catches the mutant {}: {}", caught.mutant, caught.about));
        let idle = self.idle().filter(|case| accepted.reason(case).is_none());
        let idle = idle.map(|case| format!("{case} catches no mutant and is not listed in {FILE}"));
        let busy = self.cases.iter().filter(|(case, caught)| **caught > 0 && accepted.reason(case).is_some());
        let busy = busy.map(|(case, caught)| format!("{case} is listed in {FILE} but catches {caught} mutants"));
        let unmatched = accepted.unmatched(&self.cases.keys().map(String::as_str).collect::<Vec<_>>());
        reference.chain(escaped).chain(idle).chain(busy).chain(unmatched).collect()
    }
}
