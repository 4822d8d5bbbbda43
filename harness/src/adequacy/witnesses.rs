//! A mutant for each case file that it caught last time, and a case file for each mutant that caught it.
//!
//! They say what to run first, and nothing about the outcome: whatever does not hold any more is found by running the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::Utf8Path;
use fs_err as fs;
use thiserror::Error;

use super::Adequacy;

/// The file, relative to the root.
pub const WITNESSES: &str = "cases/witnesses.json";

/// The mutants of each case file that it is known to catch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnesses(BTreeMap<String, BTreeSet<String>>);

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum WitnessesError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no such file.
    #[error("{WITNESSES}: {0}; `adequacy --write` makes it anew once it is removed")]
    Json(#[from] serde_json::Error),
}

impl Witnesses {
    /// Reads them; without the file there are none.
    pub fn read(root: &Utf8Path) -> Result<Self, WitnessesError> {
        match fs::read_to_string(root.join(WITNESSES)) {
            Ok(text) => Ok(Self(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Chooses them of what a run has found: for each case file the mutant that the fewest others catch, and for each mutant that is
    /// none of these the first case file. What was known before and still holds stays.
    #[must_use]
    pub fn after(&self, adequacy: &Adequacy) -> Self {
        let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut rarest: Vec<_> = adequacy.mutants.iter().filter(|caught| !caught.by.is_empty()).collect();
        rarest.sort_by_key(|caught| caught.by.len());
        let known = rarest.iter().flat_map(|caught| caught.by.iter().map(|case| (case, &caught.mutant)));
        for (case, mutant) in known.filter(|(case, mutant)| self.holds(case, mutant)) {
            after.entry(case.clone()).or_default().insert(mutant.clone());
        }
        for caught in &rarest {
            for case in &caught.by {
                after.entry(case.clone()).or_insert_with(|| [caught.mutant.clone()].into());
            }
        }
        for caught in &rarest {
            if let Some(first) = caught.by.first()
                && !after.values().any(|mutants| mutants.contains(&caught.mutant))
            {
                after.entry(first.clone()).or_default().insert(caught.mutant.clone());
            }
        }
        Self(after)
    }

    /// Says whether a case file is known to catch a mutant.
    pub fn holds(&self, case: &str, mutant: &str) -> bool {
        self.0.get(case).is_some_and(|mutants| mutants.contains(mutant))
    }

    /// Writes them.
    pub fn write(&self, root: &Utf8Path) -> io::Result<()> {
        let lines: Vec<String> =
            self.0.iter().map(|(case, mutants)| format!("  {}: {}", json(case), json(mutants))).collect();
        fs::write(root.join(WITNESSES), format!("{{\n{}\n}}\n", lines.join(",\n")))
    }
}

/// Writes a value on one line; one that is made of texts is always JSON.
fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
