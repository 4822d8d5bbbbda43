//! The subject of a case: what happens to the answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fate of the first answer of a case, whatever a client makes of it.
///
/// The loader derives it from what is sent and what is expected, so that no reader has to guess it from names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Nothing fails: the answer is whole, however unusual its form.
    Healthy,
    /// The stream has begun, and then the provider sends an error inside it.
    InBandError,
    /// There is no stream: the response has a status of its own, or holds something else.
    Refusal,
    /// The connection ends before the message is complete, so that its framing shows the loss.
    Cut,
    /// The message is complete, and the answer in it is not: only the dialect shows the loss.
    CleanEnd,
    /// The server stops sending and keeps the connection open.
    Stall,
    /// The stream is whole, and something in it cannot be read, or is not what the dialect has there.
    Malformed,
}

impl About {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Healthy, Self::InBandError, Self::Refusal, Self::Cut, Self::CleanEnd, Self::Stall, Self::Malformed];

    /// Returns the words of reports.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Healthy => "nothing fails",
            Self::InBandError => "an error in the stream",
            Self::Refusal => "an error before the stream",
            Self::Cut => "the connection ends too early",
            Self::CleanEnd => "a clean end of what is not whole",
            Self::Stall => "silence",
            Self::Malformed => "something that cannot be read",
        }
    }
}
