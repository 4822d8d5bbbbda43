//! Case files that prove the same: they catch the same mutants, and every SDK came to the same verdicts on them.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{Accepted, Adequacy};
use crate::id;
use crate::judge::{Status, Verdict};
use crate::record::{ReadError, Records};

/// The verdicts of each surface of each SDK on each case file, as one number for both.
#[derive(Clone, Debug, Default)]
pub struct Results {
    files: BTreeMap<String, BTreeMap<usize, u64>>,
}

/// Groups of case files of one dialect that prove the same, each in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Twins {
    /// The groups.
    pub groups: Vec<Vec<String>>,
}

impl Results {
    /// Reads the verdicts of a run, one trial after another. Of a case file with a matrix they are the verdicts that any
    /// of its combinations came to; of variant runs only those that differ from the trial as written count.
    pub fn read(records: &Records) -> Result<Self, ReadError> {
        let mut results = Self::default();
        for (surface, places) in records.surfaces.values().enumerate() {
            let mut verdicts: BTreeMap<&str, BTreeSet<[u8; 32]>> = BTreeMap::new();
            for place in places.iter().filter(|place| !place.status.is_lost() && place.status != Status::NotRun) {
                let trial = records.trial(place)?;
                if !trial.is_variant_run() || trial.is_cut_dependent() {
                    verdicts.entry(records.case(place).file()).or_default().insert(digest(&trial.verdict));
                }
            }
            for (file, verdicts) in verdicts {
                let all = verdicts.iter().fold(Sha256::new(), Sha256::chain_update).finalize();
                results
                    .files
                    .entry(file.to_owned())
                    .or_default()
                    .insert(surface, u64::from_be_bytes(std::array::from_fn(|at| all[at])));
            }
        }
        Ok(results)
    }

    /// Returns the results on a case file; none where nothing was run.
    fn of(&self, file: &str) -> BTreeMap<usize, u64> {
        self.files.get(file).cloned().unwrap_or_default()
    }
}

impl Twins {
    /// Finds the twins among case files of the same dialect. They are compared on the surfaces that both were run on, as
    /// those of a shard are not all; where there are none, nothing is said.
    pub fn find(adequacy: &Adequacy, results: &Results) -> Self {
        let mut alike: BTreeMap<(&str, BTreeSet<usize>), Vec<Group>> = BTreeMap::new();
        for (file, caught) in adequacy.caught() {
            let groups = alike.entry((id::api_folder(file), caught)).or_default();
            let own = results.of(file);
            match groups.iter_mut().find(|group| group.takes(&own)) {
                Some(group) => {
                    group.files.push(file.to_owned());
                    group.results.extend(own);
                }
                None => groups.push(Group { files: vec![file.to_owned()], results: own }),
            }
        }
        let mut groups: Vec<Vec<String>> = alike.into_values().flatten().map(|group| group.files).collect();
        groups.retain(|files| files.len() > 1);
        groups.sort();
        Self { groups }
    }

    /// Counts the case files that have twins.
    pub fn count(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }

    /// Finds the case files that have twins and no reason to be kept.
    pub fn without_reason<'a>(&'a self, accepted: &'a Accepted) -> impl Iterator<Item = &'a str> {
        let files = self.groups.iter().flatten().map(String::as_str);
        files.filter(|file| accepted.reason_to_keep(file).is_none())
    }
}

/// A group while it is being made, with what is known of any of its files.
struct Group {
    files: Vec<String>,
    results: BTreeMap<usize, u64>,
}

impl Group {
    /// Tells whether a case file with these results proves what these files prove.
    fn takes(&self, results: &BTreeMap<usize, u64>) -> bool {
        let mut shared = results.iter().filter_map(|(surface, own)| Some((self.results.get(surface)?, own))).peekable();
        shared.peek().is_some() && shared.all(|(known, own)| known == own)
    }
}

/// Makes a digest of what a verdict says: the status, the mode and the grade of each check, but no value.
fn digest(verdict: &Verdict) -> [u8; 32] {
    let mut said = verdict.status_and_mode();
    for check in &verdict.checks {
        said.extend([" ", check.level.name(), " ", check.axis.name(), " ", check.grade.name()]);
    }
    Sha256::digest(said).into()
}
