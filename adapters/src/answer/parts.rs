//! The parts of an answer as its caller is handed them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Numbers of tokens, of the whole answer as far as the SDK tells it. A number that the SDK leaves empty is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The tokens of the request.
    #[serde(default)]
    pub input: Option<u64>,
    /// The tokens of the answer.
    #[serde(default)]
    pub output: Option<u64>,
}

/// A tool call as the SDK handed it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// The arguments: a string while they are raw text, any other JSON value once the SDK parsed them.
    pub arguments: Value,
    /// True where the SDK said that the call is over, and nothing said that it was cut; the rule is in `adapters/README.md`.
    pub complete: bool,
}
