//! Known deviations, as a report says them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Axis;
use crate::record::{self, Entry, Statement};
use crate::report::ids::ids;

/// A known deviation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// Its name in results, made from what it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The axis that deviates.
    pub axis: Axis,
    /// The values or grades that are seen instead.
    pub observed: Vec<String>,
    /// The reason.
    pub reason: String,
    /// The page where it is documented or discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl From<Statement<'_>> for Known {
    fn from(Statement { entry, scope }: Statement<'_>) -> Self {
        let (observed, reason, link) = (scope.observed.clone(), entry.reason.clone(), entry.link.clone());
        Self { id: String::new(), axis: scope.axis, observed, reason, link }
    }
}

/// Collects the known deviations of a list, each statement once, and the id of the statement that each scope makes, by its
/// number.
pub(super) fn statements(entries: &[Entry]) -> (Vec<Known>, Vec<String>) {
    let all: Vec<Known> = record::statements(entries).map(Known::from).collect();
    let ids = ids(all.iter().map(|known| (known.axis.name(), known)));
    let mut once: Vec<Known> = Vec::new();
    for (id, known) in ids.iter().zip(all) {
        if !once.iter().any(|other| other.id == *id) {
            once.push(Known { id: id.clone(), ..known });
        }
    }
    (once, ids)
}

/// Says why something deviates, and where that is documented.
pub(in crate::report) fn reason(entry: &Entry) -> String {
    let link = entry.link.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
    format!("{}{link}", entry.reason)
}
