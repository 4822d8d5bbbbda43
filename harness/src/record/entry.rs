//! An entry of a list of known deviations, as lists and records have it.

use semver::VersionReq;
use serde::{Deserialize, Serialize};

use crate::case::Axis;

/// One statement that the SDK's maintainers would recognise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Globs over case ids; `*` stays inside one folder, `**` does not.
    pub cases: Vec<String>,
    /// Globs over surfaces.
    #[serde(default = "every_surface", skip_serializing_if = "is_every_surface")]
    pub surfaces: Vec<String>,
    /// What deviates.
    pub axis: Axis,
    /// What is seen instead: a grade (`absent`, `transport`, …), an outcome, or a value. Any of them will do.
    pub seen: Vec<String>,
    /// Why, in words a maintainer would accept.
    pub why: String,
    /// Where it is documented or discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The versions of the SDK this holds for; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<VersionReq>,
}

pub(crate) fn every_surface() -> Vec<String> {
    vec!["*".to_owned()]
}

fn is_every_surface(surfaces: &[String]) -> bool {
    surfaces == every_surface()
}
