//! The answer to a request of the interface that cannot be met.

use schemars::JsonSchema;
use serde::Serialize;

/// A request that cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InterfaceProblem {
    /// The status of the response.
    pub status: u16,
    /// A sentence about what is wrong, with what would be right where that is known.
    pub error: String,
}

impl InterfaceProblem {
    /// Makes a problem with its status.
    pub(in crate::serve) fn new(status: u16, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }
}
