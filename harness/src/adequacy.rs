//! Does the suite mean something? Every mutant of the reference client must be caught by some case, and every case must
//! catch some mutant.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Deserialize;
use thiserror::Error;

use crate::case::matcher;
use crate::id::SdkId;
use crate::judge::Status;
use crate::record::TrialRecord;

/// The list of cases that catch no mutant, with the reason, relative to the root.
pub const FILE: &str = "cases/adequacy.toml";

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

/// Cases that may catch no mutant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The entries.
    #[serde(default)]
    pub accepted: Vec<Acceptance>,
}

/// One reason and the cases it covers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Globs over case files.
    pub cases: Vec<String>,
    /// The reason why they catch no mutant and are kept.
    pub reason: String,
}

/// The list cannot be used.
#[derive(Debug, Error)]
pub enum AcceptedError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not such a list.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: Utf8PathBuf,
        /// The fault, with its line.
        error: Box<toml::de::Error>,
    },
}

impl Accepted {
    /// Reads the list; an absent one is empty.
    pub fn read(root: &Utf8Path) -> Result<Self, AcceptedError> {
        let file = root.join(FILE);
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&file)?;
        toml::from_str(&text).map_err(|error| AcceptedError::Toml { file, error: Box::new(error) })
    }

    /// The reason why a case may catch nothing.
    pub fn reason(&self, case: &str) -> Option<&str> {
        let covers = |pattern: &String| matcher(pattern).is_ok_and(|glob| glob.is_match(case));
        self.accepted.iter().find(|entry| entry.cases.iter().any(covers)).map(|entry| entry.reason.as_str())
    }
}

impl Adequacy {
    /// From the records of the reference client and of its mutants, `reference+name`.
    pub fn from_records(mutants: &[(&str, &str)], records: &[TrialRecord]) -> Self {
        let missed = |record: &&TrialRecord| {
            matches!(record.verdict.status, Status::Disputed | Status::Deviates | Status::Fails)
        };
        let mut adequacy = Self::default();
        for record in records {
            adequacy.cases.entry(record.case.file().to_owned()).or_default();
            if record.sdk == "reference" && record.verdict.status != Status::Pass {
                adequacy.reference.push(record.name());
            }
        }
        for (name, about) in mutants {
            let id = SdkId::mutant("reference", name);
            let caught = records.iter().filter(|record| record.sdk == id).filter(missed);
            let by: BTreeSet<String> = caught.map(|record| record.case.file().to_owned()).collect();
            for case in &by {
                *adequacy.cases.entry(case.clone()).or_default() += 1;
            }
            adequacy.mutants.push(CaughtMutant { mutant: (*name).to_owned(), about: (*about).to_owned(), by });
        }
        adequacy
    }

    /// Case files that catch nothing.
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
        reference.chain(escaped).chain(idle).chain(busy).collect()
    }
}
