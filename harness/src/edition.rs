//! Editions: frozen lists of case files, each with the digest of what it sends and expects.
//!
//! A case may be corrected or removed after an edition was frozen. The edition stays as it is, and every run of other cases says
//! in what it differs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Deserialize;
use thiserror::Error;

use crate::case::Case;
use crate::id::{EditionId, NoEditionId};
use crate::judge::RULES;
use crate::record::EditionRecord;

/// The folder of the editions, relative to the root.
pub const FOLDER: &str = "cases/editions";

/// An edition of the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The name.
    pub id: EditionId,
    /// True while it may change.
    pub draft: bool,
    /// The number of the rules by which its trials are judged.
    pub rules: u32,
    /// The digest of each case file, by the file's id: [`Case::digest`].
    pub cases: BTreeMap<String, String>,
}

/// An edition as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    draft: bool,
    rules: u32,
    cases: BTreeMap<String, String>,
}

/// An edition that cannot be used.
#[derive(Debug, Error)]
pub enum EditionError {
    /// The folder or a file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The name of a file is not that of an edition.
    #[error("{file}: {error}")]
    Name {
        /// The file.
        file: Utf8PathBuf,
        /// The fault.
        error: NoEditionId,
    },
    /// The file is not such a list.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: Utf8PathBuf,
        /// The fault, with its line.
        error: Box<toml::de::Error>,
    },
    /// There is no such edition.
    #[error("there is no edition {id} in {FOLDER}; there {known}")]
    Unknown {
        /// The edition that was asked for.
        id: EditionId,
        /// Those that there are, in words.
        known: String,
    },
    /// Its trials are judged by other rules here.
    #[error(
        "edition {id} is judged by the rules {rules}, and this version of streamspec judges by the rules {RULES}; {CHECKOUT}"
    )]
    Rules {
        /// The edition.
        id: EditionId,
        /// Its rules.
        rules: u32,
    },
    /// Its cases are not those that are there.
    #[error("these case files differ from those in edition {}: {}; {}", .0.name, names(.0), remedy(.0))]
    Differs(EditionRecord),
    /// No case that was selected is in it.
    #[error("no case that was selected is in edition {0}")]
    Nothing(EditionId),
    /// It is frozen.
    #[error("edition {0} is frozen and is never written again; give the present cases the name of a new edition")]
    Frozen(EditionId),
}

/// The way to run an edition whose cases have changed since.
const CHECKOUT: &str =
    "use the checkout that it was frozen in, or run without `--edition`, and the report says what differs";

/// The most case files that a message names.
const MOST_NAMES: usize = 20;

/// Names the case files that differ.
pub fn names(differs: &EditionRecord) -> String {
    let gone = differs.gone.iter().map(|id| format!("{id} (gone)"));
    let mut names: Vec<String> = differs.changed.iter().cloned().chain(gone).collect();
    if names.len() > MOST_NAMES {
        let more = names.split_off(MOST_NAMES).len();
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

fn remedy(differs: &EditionRecord) -> String {
    if differs.draft {
        format!("it is a draft: `streamspec generate --edition {}` writes it again", differs.name)
    } else {
        CHECKOUT.to_owned()
    }
}

impl Edition {
    /// Makes an edition of all cases of a suite.
    pub fn of<'a>(id: EditionId, draft: bool, cases: impl IntoIterator<Item = &'a Case>) -> Self {
        let cases = cases.into_iter().map(|case| (case.id.file().to_owned(), case.digest.clone())).collect();
        Self { id, draft, rules: RULES, cases }
    }

    /// Returns the file of an edition, relative to the root.
    pub fn file(id: EditionId) -> Utf8PathBuf {
        Utf8Path::new(FOLDER).join(format!("{id}.toml"))
    }

    /// Reads one edition.
    ///
    /// # Errors
    ///
    /// There is none of this name, or its file cannot be used.
    pub fn read(root: &Utf8Path, id: EditionId) -> Result<Self, EditionError> {
        let file = Self::file(id);
        let text = match fs::read_to_string(root.join(&file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let known: Vec<String> = Self::ids(root)?.iter().map(ToString::to_string).collect();
                let known = if known.is_empty() { "are none".to_owned() } else { format!("is {}", known.join(", ")) };
                return Err(EditionError::Unknown { id, known });
            }
            text => text?,
        };
        let File { draft, rules, cases } =
            toml::from_str(&text).map_err(|error| EditionError::Toml { file, error: Box::new(error) })?;
        Ok(Self { id, draft, rules, cases })
    }

    /// Lists the editions that there are, the earliest first.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or holds something that is not named as an edition.
    pub fn ids(root: &Utf8Path) -> Result<Vec<EditionId>, EditionError> {
        let folder = root.join(FOLDER);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            let name = entry.file_name();
            let id = name.strip_suffix(".toml").unwrap_or(name).parse();
            ids.push(id.map_err(|error| EditionError::Name { file: Utf8Path::new(FOLDER).join(name), error })?);
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Finds the latest edition that is frozen and is judged by today's rules.
    ///
    /// # Errors
    ///
    /// An edition cannot be read.
    pub fn latest(root: &Utf8Path) -> Result<Option<Self>, EditionError> {
        for id in Self::ids(root)?.into_iter().rev() {
            let edition = Self::read(root, id)?;
            if !edition.draft && edition.rules == RULES {
                return Ok(Some(edition));
            }
        }
        Ok(None)
    }

    /// Says in what all cases of the suite differ from it.
    pub fn compared<'a>(&self, cases: impl IntoIterator<Item = &'a Case>) -> EditionRecord {
        let now = Self::of(self.id, self.draft, cases).cases;
        let (mut changed, mut gone) = (Vec::new(), Vec::new());
        for (file, digest) in &self.cases {
            match now.get(file) {
                Some(same) if same == digest => {}
                Some(_) => changed.push(file.clone()),
                None => gone.push(file.clone()),
            }
        }
        let added = now.keys().filter(|file| !self.cases.contains_key(*file)).count();
        EditionRecord { name: self.id, draft: self.draft, changed, gone, added }
    }

    /// Checks that its trials can be run with all these cases, and returns what a run of them says of it.
    ///
    /// # Errors
    ///
    /// A case of it is not what it was, or is judged by other rules.
    pub fn kept<'a>(&self, cases: impl IntoIterator<Item = &'a Case>) -> Result<EditionRecord, EditionError> {
        if self.rules != RULES {
            return Err(EditionError::Rules { id: self.id, rules: self.rules });
        }
        let differs = self.compared(cases);
        if differs.is_kept() { Ok(EditionRecord { added: 0, ..differs }) } else { Err(EditionError::Differs(differs)) }
    }

    /// Says if a case is in it.
    pub fn takes(&self, case: &Case) -> bool {
        self.cases.contains_key(case.id.file())
    }

    /// Writes it as its file has it.
    pub fn text(&self) -> String {
        let Self { id, draft, rules, cases } = self;
        let about = if *draft { "a draft of the edition, which may change" } else { "frozen: nothing in it changes" };
        let mut text = format!(
            "# Edition {id} of the suite, {about}. Each case file has the SHA-256 of what its cases send and\n\
             # expect; `streamspec generate --edition {id}` makes this file.\n\ndraft = {draft}\nrules = {rules}\n\n[cases]\n"
        );
        for (file, digest) in cases {
            let _ = writeln!(text, "\"{file}\" = \"{digest}\"");
        }
        text
    }

    /// Writes it to its file, in place of a draft of it, and says if that was another one.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written, or has another edition of this name that is frozen.
    pub fn write(&self, root: &Utf8Path) -> Result<bool, EditionError> {
        match Self::read(root, self.id) {
            Ok(before) if before == *self => return Ok(false),
            Ok(before) if !before.draft => return Err(EditionError::Frozen(self.id)),
            Ok(_) | Err(EditionError::Unknown { .. }) => {}
            Err(error) => return Err(error),
        }
        fs::create_dir_all(root.join(FOLDER))?;
        fs::write(root.join(Self::file(self.id)), self.text())?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
