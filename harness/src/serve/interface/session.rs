//! Sessions: what is asked for, and what is opened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Variant;

/// A session that is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The id of the case.
    pub case: String,
    /// The same stream with its bytes split or framed otherwise; as written by default. No sweep.
    #[serde(default)]
    pub variant: Variant,
    /// The word that stands for `${nonce}`, of at most 64 letters, digits, `-` and `_`; a fresh one by default.
    #[serde(default)]
    pub nonce: Option<String>,
    /// True where each pause waits until it is let go, rather than for its time; by default as the server was started.
    #[serde(default)]
    pub hold: Option<bool>,
}

/// A session that was opened. Every request below its URL belongs to it until it is ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Session {
    /// The id.
    pub id: String,
    /// The id of the case.
    pub case: String,
    /// The variant.
    pub variant: Variant,
    /// The word that stands for `${nonce}`.
    pub nonce: String,
    /// True where each pause waits until it is let go.
    pub hold: bool,
    /// The URL below which the case is played, whatever path the client appends.
    pub base_url: String,
}

/// What was let go.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Released {
    /// The number of pauses and stalls that were waiting.
    pub released: usize,
}
