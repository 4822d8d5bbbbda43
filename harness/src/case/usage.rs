//! The expectation that numbers of tokens are compared with.

use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOf;

/// Numbers of tokens; null for one that is not told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsageMatch {
    /// The tokens of the request.
    #[serde(deserialize_with = "super::compare::present")]
    #[schemars(with = "Option<OneOf<Option<u64>>>")]
    pub input: Option<OneOf<Option<u64>>>,
    /// The tokens of the answer.
    #[serde(deserialize_with = "super::compare::present")]
    #[schemars(with = "Option<OneOf<Option<u64>>>")]
    pub output: Option<OneOf<Option<u64>>>,
}
