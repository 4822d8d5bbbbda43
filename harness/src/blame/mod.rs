//! Blame: where a failure was lost on its way through a gateway, and by whom. Total, and without I/O.
//!
//! The gateway is judged by what it sent downstream. Where that is what the server sent, it has passed it on; otherwise the reader's
//! verdict on those bytes says what became of it. An SDK is blamed only for what its gateway passed on.

mod same;
#[cfg(test)]
mod tests;
mod times;
mod translated;
mod word;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::{Api, ObservedError};

pub use same::is_same;

use crate::case::Axis;
use crate::judge::{Status, Verdict};
use crate::server::Transcript;
use crate::tap::{AnswerEnd, TappedAnswer};
use crate::wire::Script;

/// The shortest pause of the server behind which bytes are looked for, and the shortest time for which they are held back: a busy
/// machine may be late by less.
const HELD: Duration = Duration::from_millis(150);

/// The fate of an answer on its way through a gateway, and whose doing that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blame {
    /// The loss, in one word.
    pub word: Word,
    /// The axes on which it shows, in the order of the checks; none where everything was passed on and told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Axis>,
    /// The requests that the gateway sent again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried: Option<Retried>,
    /// The longest time, in milliseconds, for which the gateway held back what had come before a pause; absent below 150.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed_ms: Option<u64>,
    /// The connection that the gateway kept although the one on its other side was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_open: Option<Side>,
    /// The answers that the gateway sent, in short, in the order of the client's requests.
    pub downstream: Vec<Downstream>,
}

/// A loss, or that there was none, from the least to the most harmful that a gateway can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The gateway passed the answer on, and the SDK told of it.
    PassedOn,
    /// The gateway passed the answer on, and the SDK did not tell of it as the case expects.
    LostAtTheSdk,
    /// A failure left the gateway as another one, or a part of the answer as something else.
    ChangedAtTheGateway,
    /// A failure, or a part of the answer, came to the gateway and did not leave it.
    LostAtTheGateway,
    /// The gateway sent something that the server had not: an end, a failure, or more of the answer.
    Invented,
}

impl Word {
    /// Every word, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::PassedOn, Self::LostAtTheSdk, Self::ChangedAtTheGateway, Self::LostAtTheGateway, Self::Invented];

    /// Returns the words of reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PassedOn => "passed on",
            Self::LostAtTheSdk => "lost at the SDK",
            Self::LostAtTheGateway => "lost at the gateway",
            Self::ChangedAtTheGateway => "changed at the gateway",
            Self::Invented => "invented",
        }
    }

    /// Says if the gateway is blamed.
    pub const fn is_of_the_gateway(self) -> bool {
        matches!(self, Self::LostAtTheGateway | Self::ChangedAtTheGateway | Self::Invented)
    }
}

/// Requests upstream beside requests downstream, where there are more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retried {
    /// The requests that reached the server.
    pub upstream: usize,
    /// The requests of the client.
    pub downstream: usize,
    /// True where the server had begun to send a stream for a request before the last one: what it costs and does is done twice.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub after_output: bool,
}

/// A side of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The server's side; its connection was kept after the client had gone.
    Upstream,
    /// The client's side; its connection was kept after the server's answer was over.
    Downstream,
}

/// The answer of a gateway to one request, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Downstream {
    /// The status; absent where no whole head was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The number of bytes, framing included.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub digest: String,
    /// The end.
    pub end: AnswerEnd,
}

/// Everything that blame rests on.
#[derive(Clone, Copy, Debug)]
pub struct BlameEvidence<'a> {
    /// The script that the server played.
    pub script: &'a Script,
    /// The requests that the server received, and the bytes that it sent.
    pub transcript: &'a Transcript,
    /// The answers that the gateway sent downstream.
    pub tapped: &'a [TappedAnswer],
    /// True where every answer went downstream as the server sent it; see [`is_same`].
    pub is_same: bool,
    /// The dialects of a gateway that translates; none where its client speaks the one that the server speaks.
    pub translated: Option<Translated>,
    /// The time at which the call was over, on the clock of both.
    pub over_at: Duration,
    /// True where the gateway let go of the server's last answer; none where that was not watched.
    pub released: Option<bool>,
    /// The reader's verdict on what the gateway sent; none where it could not be had.
    pub reading: Option<Reading<'a>>,
    /// The verdict on the SDK, through the gateway.
    pub verdict: &'a Verdict,
}

/// The dialects on both sides of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translated {
    /// The one that the server speaks.
    pub from: Api,
    /// The one that the client speaks.
    pub to: Api,
}

/// The reader's view of what a gateway sent.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Its verdict.
    pub verdict: &'a Verdict,
    /// The error that it saw, if it saw one.
    pub error: Option<&'a ObservedError>,
}

/// Finds out whose doing a trial's result is. None where a verdict says nothing, or where the bytes were changed and nobody could read
/// them.
pub fn find(evidence: &BlameEvidence<'_>) -> Option<Blame> {
    if evidence.verdict.status > Status::Fails {
        return None;
    }
    let (word, axes) = word::find(evidence)?;
    let downstream = evidence.tapped.iter().map(|answer| Downstream {
        status: answer.status,
        bytes: answer.length,
        digest: answer.digest(),
        end: answer.end,
    });
    Some(Blame {
        word,
        axes,
        retried: times::retried(evidence),
        delayed_ms: times::delayed(evidence).map(milliseconds),
        left_open: times::left_open(evidence),
        downstream: downstream.collect(),
    })
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
