//! The list of case files that prove less than others, with the reasons why they are kept.

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Deserialize;
use thiserror::Error;

use crate::case::{matcher, matchers};

/// The list, relative to the root.
pub const FILE: &str = "cases/adequacy.toml";

/// Case files that catch no mutant, and case files with twins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Case files that may catch no mutant.
    #[serde(default)]
    pub accepted: Vec<Acceptance>,
    /// Case files that may have twins.
    #[serde(default)]
    pub kept: Vec<Acceptance>,
}

/// One reason and the cases it covers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Globs over case files.
    pub cases: Vec<String>,
    /// The reason why they are kept.
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
    /// A glob is none.
    #[error("{file}: `{glob}`: {why}")]
    Glob {
        /// The file.
        file: Utf8PathBuf,
        /// The glob.
        glob: String,
        /// The fault.
        why: String,
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
        let list: Self = toml::from_str(&text)
            .map_err(|error| AcceptedError::Toml { file: file.clone(), error: Box::new(error) })?;
        for glob in list.globs() {
            matcher(glob).map_err(|error| AcceptedError::Glob {
                file: file.clone(),
                glob: glob.to_owned(),
                why: error.to_string(),
            })?;
        }
        Ok(list)
    }

    /// Returns the reason why a case file may catch nothing.
    pub fn reason(&self, case: &str) -> Option<&str> {
        reason(&self.accepted, case)
    }

    /// Returns the reason why a case file is kept beside its twins.
    pub fn reason_to_keep(&self, case: &str) -> Option<&str> {
        reason(&self.kept, case)
    }

    /// Lists the globs that match none of all case files, a sentence each.
    pub fn unmatched(&self, files: &[&str]) -> Vec<String> {
        let matches = |glob: &&str| matcher(glob).is_ok_and(|set| files.iter().any(|file| set.is_match(file)));
        let unmatched = self.globs().filter(|glob| !matches(glob));
        unmatched.map(|glob| format!("{FILE}: `{glob}` matches no case file")).collect()
    }

    fn globs(&self) -> impl Iterator<Item = &str> {
        self.accepted.iter().chain(&self.kept).flat_map(|entry| &entry.cases).map(String::as_str)
    }
}

/// Finds the first entry that covers a case file.
fn reason<'a>(entries: &'a [Acceptance], case: &str) -> Option<&'a str> {
    let covers = |entry: &&Acceptance| matchers(&entry.cases).is_ok_and(|globs| globs.is_match(case));
    entries.iter().find(covers).map(|entry| entry.reason.as_str())
}
