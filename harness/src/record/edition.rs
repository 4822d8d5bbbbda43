//! The edition of a run.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::EditionId;
use crate::json::is_default;

/// An edition of the suite, and the ways in which the cases of a run differ from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EditionRecord {
    /// The name.
    pub name: EditionId,
    /// True where it is a draft, which may still change.
    #[serde(default, skip_serializing_if = "is_default")]
    pub draft: bool,
    /// The ids of its case files that send or expect something else now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The ids of its case files that are no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// The number of case files that are not in it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub added: usize,
}

impl EditionRecord {
    /// Says if its cases are all there as they were, whatever there is beside them.
    pub fn is_kept(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }
}

impl fmt::Display for EditionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, draft, changed, gone, added } = self;
        write!(f, "{name}{}", if *draft { " (draft)" } else { "" })?;
        let counts = [(changed.len(), "changed"), (gone.len(), "gone"), (*added, "added")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        if counts.is_empty() { Ok(()) } else { write!(f, ", but for case files: {}", counts.join(", ")) }
    }
}
