//! The entries of a list of known deviations, as lists and records have them.

use schemars::JsonSchema;
use semver::VersionReq;
use serde::{Deserialize, Serialize};

use crate::case::Axis;
use crate::id::{Route, Transport};

/// A reason for which an SDK deviates, and everything that deviates for it. `S` is a scope, or one with its place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry<S = Scope> {
    /// The reason, in words that the SDK's maintainers would accept.
    pub reason: String,
    /// A page where it is documented or discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The checks that do not hold for this reason.
    #[serde(rename = "where")]
    pub scopes: Vec<S>,
}

/// The checks on one axis that an entry is about, and what is observed there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The axis that deviates.
    pub axis: Axis,
    /// A grade (`absent`, `transport`, …), an outcome or a value, observed instead of what is expected. Any of them will do.
    pub observed: Vec<String>,
    /// Globs over surfaces.
    #[serde(default = "every_surface", skip_serializing_if = "is_every_surface")]
    pub surfaces: Vec<String>,
    /// The routes this holds on; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<Vec<Route>>,
    /// The transports this holds on; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<Transport>>,
    /// Globs over case ids; `*` stays inside one folder, `**` does not.
    pub cases: Vec<String>,
    /// True where it deviates only sometimes, as chance in the SDK decides: the check may hold as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sometimes: bool,
    /// The versions of the SDK this holds for; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub versions: Option<VersionReq>,
}

/// One scope with the entry that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// One of its scopes.
    pub scope: &'a Scope,
}

/// Lists the scopes of all entries in order. The number of a scope, in records and in comparisons, is its index here.
pub fn statements(entries: &[Entry]) -> impl Iterator<Item = Statement<'_>> {
    entries.iter().flat_map(|entry| entry.scopes.iter().map(move |scope| Statement { entry, scope }))
}

pub(crate) fn every_surface() -> Vec<String> {
    vec!["*".to_owned()]
}

fn is_every_surface(surfaces: &[String]) -> bool {
    surfaces == every_surface()
}
