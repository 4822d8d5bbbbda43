//! What a client did in one attempt, and what it was sent.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::id::Variant;
use crate::serve::attempt::Attempt;
use crate::serve::event::Held;
use crate::server::{Exchange, Refused, Sent};
use crate::wire::Script;

/// Everything that happened in one attempt, with times from its beginning.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AttemptTranscript {
    /// The number of the attempt, as the terminal has it.
    pub number: u64,
    /// The id of the case.
    pub case: String,
    /// The variant.
    pub variant: Variant,
    /// The word that stood for `${nonce}`.
    pub nonce: String,
    /// True once a request got the last answer of the case.
    pub is_over: bool,
    /// The pauses and stalls that wait to be let go.
    pub waiting: Vec<Waiting>,
    /// The requests that arrived whole, each with what was sent for it.
    pub requests: Vec<PlayedRequest>,
    /// The requests that could not be answered from the case.
    pub refused: Vec<RefusedRequest>,
}

/// A pause or a stall that waits.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Waiting {
    /// A pause that is held.
    Pause {
        /// Its time in the case, in milliseconds.
        ms: u64,
    },
    /// A stall: nothing is sent any more. When it is let go, the connection is closed.
    Stall,
}

/// A request and what was sent for it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlayedRequest {
    /// The time at which it had arrived whole, in milliseconds.
    pub at_ms: u64,
    /// The method.
    pub method: String,
    /// The path below the base URL, with its query; a key in it is left out.
    pub path: String,
    /// The header fields, in order; the values of credentials are left out.
    pub headers: Vec<HeaderField>,
    /// The body, at most 64 KiB of it.
    pub body: String,
    /// The number of the answer that it got, from 1.
    pub answer: usize,
    /// The status of that answer; absent where nothing is ever sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The number of bytes that were sent, with the head and all framing.
    pub sent_bytes: u64,
    /// The content that the client can have decoded from them; what is no UTF-8 is replaced.
    pub content: String,
    /// The progress of the server.
    pub sent: Sent,
    /// The time at which the server had sent everything, its end included, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at_ms: Option<u64>,
    /// The time at which the client was seen to leave while the server kept the connection open, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_left_at_ms: Option<u64>,
}

/// A header field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HeaderField {
    /// The name, as it was sent.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A request that could not be answered from the case.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RefusedRequest {
    /// The method and the path, as far as they could be read.
    pub request: String,
    /// The status that it got.
    pub status: u16,
    /// The reason.
    pub reason: String,
}

impl AttemptTranscript {
    /// Makes the transcript of an attempt, as far as it has come.
    pub(in crate::serve) fn of(attempt: &Attempt) -> Self {
        let (script, transcript) = (attempt.player.script(), attempt.player.transcript());
        let waiting = attempt.gate.waiting().into_iter().map(Waiting::from);
        Self {
            number: attempt.number,
            case: attempt.case.id.to_string(),
            variant: attempt.variant,
            nonce: attempt.nonce.clone(),
            is_over: attempt.is_over(),
            waiting: waiting.collect(),
            requests: transcript.exchanges.into_iter().map(|exchange| PlayedRequest::of(exchange, script)).collect(),
            refused: transcript.refused.into_iter().map(RefusedRequest::from).collect(),
        }
    }
}

impl PlayedRequest {
    fn of(exchange: Exchange, script: &Script) -> Self {
        let content = String::from_utf8_lossy(&exchange.content_of(script)).into_owned();
        let head = script.answer(exchange.answer).and_then(|answer| answer.head.as_ref());
        Self {
            at_ms: milliseconds(exchange.at),
            method: exchange.method,
            path: exchange.path,
            headers: exchange.headers.into_iter().map(|(name, value)| HeaderField { name, value }).collect(),
            body: exchange.body,
            answer: exchange.answer + 1,
            status: head.map(|head| head.status),
            sent_bytes: exchange.written,
            content,
            sent: exchange.sent,
            done_at_ms: exchange.done_at.map(milliseconds),
            client_left_at_ms: exchange.client_left_at.map(milliseconds),
        }
    }
}

impl From<Refused> for RefusedRequest {
    fn from(refused: Refused) -> Self {
        let Refused { request, status, reason, .. } = refused;
        Self { request, status, reason }
    }
}

impl From<Held> for Waiting {
    fn from(held: Held) -> Self {
        match held {
            Held::Pause(time) => Self::Pause { ms: milliseconds(time) },
            Held::Stall => Self::Stall,
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
