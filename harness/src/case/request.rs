//! The expectation that requests are compared with.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::TextMatch;

/// The parts of a request that every request of the trial must have.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RequestMatch {
    /// The target below the base URL, with its query.
    pub path: Option<TextMatch>,
    /// Members of the body's JSON with their values; the body may have others beside them, at every depth.
    pub body: Map<String, Value>,
    /// Header fields by name; null for one that must not be there.
    pub headers: BTreeMap<String, Option<TextMatch>>,
    /// Names of header fields which, where the first request has them, have the same value in every further one.
    pub steady: Vec<String>,
}
