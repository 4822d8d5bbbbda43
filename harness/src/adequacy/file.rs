//! The file of what each case alone catches, which `adequacy` writes and `report` reads.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use fs_err as fs;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Adequacy;
use crate::case::Case;
use crate::judge::RULES;

/// The name and version of the file's shape.
const SCHEMA: &str = "streamspec-adequacy/1";

/// The mutants that each case file of the suite catches alone, with all that they were found with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaughtAlone {
    /// [`SCHEMA`].
    schema: String,
    /// The number of the rules of judgement.
    rules: u32,
    /// Every mutant by its name, with its fault in a sentence.
    pub mutants: BTreeMap<String, String>,
    /// Every case file by its id.
    pub cases: BTreeMap<String, CaseAlone>,
}

/// The mutants that one case file catches alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAlone {
    /// The digest of everything that its combinations send and expect.
    digest: String,
    /// The names of the mutants that no other case file catches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<String>,
}

/// A file that cannot be used, or not with this suite.
#[derive(Debug, Error)]
pub enum CaughtAloneError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not such a file.
    #[error("{file} is not what `adequacy --json` of this version writes: {error}")]
    Json {
        /// The file.
        file: String,
        /// The fault.
        error: String,
    },
    /// It was found with something else than what is reported.
    #[error("{file} is out of date: {why}; write it anew with `adequacy --json`")]
    Stale {
        /// The file.
        file: String,
        /// The difference.
        why: String,
    },
}

impl CaughtAlone {
    /// Makes the file of a run in which each mutant met all combinations of all cases, or two case files that catch it.
    pub fn of(adequacy: &Adequacy, cases: &BTreeMap<String, String>) -> Self {
        let mut alone = adequacy.alone();
        let case = |(file, digest): (&String, &String)| {
            let alone = alone.remove(file.as_str()).unwrap_or_default().into_iter().map(ToOwned::to_owned).collect();
            (file.clone(), CaseAlone { digest: digest.clone(), alone })
        };
        let mutants = adequacy.mutants.iter().map(|caught| (caught.mutant.clone(), caught.about.clone()));
        Self {
            schema: SCHEMA.to_owned(),
            rules: RULES,
            mutants: mutants.collect(),
            cases: cases.iter().map(case).collect(),
        }
    }

    /// Writes it.
    pub fn json(&self) -> String {
        // It is plain data with string keys, which JSON can always hold.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a file, and refuses one that was found with other rules, other mutants or other cases than these: each by the id of its file,
    /// with the digest. One case more may catch what another one caught alone.
    pub fn read<'a>(
        file: &Utf8Path,
        rules: Option<u32>,
        mutants: &[(&str, &str)],
        cases: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CaughtAloneError> {
        let not_one = |error: String| CaughtAloneError::Json { file: file.to_string(), error };
        let read: Self =
            serde_json::from_str(&fs::read_to_string(file)?).map_err(|error| not_one(error.to_string()))?;
        if read.schema != SCHEMA {
            return Err(not_one(format!("its schema is {}, and not {SCHEMA}", read.schema)));
        }
        match read.stale(rules, mutants, cases) {
            Some(why) => Err(CaughtAloneError::Stale { file: file.to_string(), why }),
            None => Ok(read),
        }
    }

    /// Says what is not the same.
    fn stale<'a>(
        &self,
        rules: Option<u32>,
        mutants: &[(&str, &str)],
        cases: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Option<String> {
        if rules.is_some_and(|rules| rules != self.rules) {
            return Some(format!("it was judged by the rules {}, and these records by others", self.rules));
        }
        let own: BTreeSet<(&str, &str)> =
            self.mutants.iter().map(|(name, about)| (name.as_str(), about.as_str())).collect();
        let others: BTreeSet<(&str, &str)> = mutants.iter().copied().collect();
        if let Some((name, _)) = own.symmetric_difference(&others).next() {
            return Some(format!("the mutant {name} is not the same in it and in this version"));
        }
        let unlike = |(case, digest): &(&str, &str)| self.cases.get(*case).is_none_or(|own| own.digest != *digest);
        let (case, _) = cases.into_iter().find(unlike)?;
        Some(match self.cases.get(case) {
            Some(_) => format!("{case} does not send and expect what it did"),
            None => format!("{case} is not in it"),
        })
    }
}

impl CaughtAlone {
    /// Collects the case files of these cases with their digests.
    pub fn files<'a>(cases: impl IntoIterator<Item = &'a Case>) -> BTreeMap<String, String> {
        cases.into_iter().map(|case| (case.id.file().to_owned(), case.digest.clone())).collect()
    }
}
