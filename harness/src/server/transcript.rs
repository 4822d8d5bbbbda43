//! The record of what the server received and sent in one trial.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Transport;
use crate::transport::{self, Bursts, Encoded, Negotiated, Request, Version};
use crate::wire::Script;

/// The most bytes of a request's body that are kept.
const BODY_KEPT: usize = 64 * 1024;

/// Header fields whose values are secret.
const CREDENTIALS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-goog-api-key", "api-key"];

/// The text that stands for a credential.
const REDACTED: &str = "…";

/// Everything that happened on the server's side of one trial, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The requests that arrived whole, in order of arrival.
    pub exchanges: Vec<Exchange>,
    /// The requests that were refused: they did not arrive whole, or could not be played to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// The reason why a connection could not be accepted while the trial was under way; it may have been another
    /// trial's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacking: Option<String>,
    /// The last request that a gateway made of a model without a token while the trial was under way; it may have been
    /// another trial's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenless: Option<String>,
}

/// A request that could not be played to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Method and target below the trial's base URL, as far as they could be read.
    pub request: String,
    /// The status it got; 0 where it came to none, as no HTTP was spoken.
    pub status: u16,
    /// The reason.
    pub reason: String,
    /// True if it carried the trial's token. Without one it may be anybody's; it stands here when there was no other
    /// trial that it could belong to.
    pub own: bool,
}

impl Refused {
    /// Writes the method and the target without a key, and in a bearable length.
    pub(super) fn shown(method: &str, path: &str) -> String {
        let (method, path) = (method.chars().take(16), without_key(path));
        format!("{} {}", method.collect::<String>(), path.chars().take(200).collect::<String>())
    }
}

/// One request and what was sent for it. Times are since the trial was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The number of the script's answer that it got, from 0.
    pub answer: usize,
    /// The time at which the request had arrived whole.
    pub at: Duration,
    /// The request method.
    pub method: String,
    /// The request target below the trial's base URL.
    pub path: String,
    /// The request headers, in order; values of credentials are left out.
    pub headers: Vec<(String, String)>,
    /// The request body, at most 64 KiB of it.
    pub body: String,
    /// The transport by which it arrived.
    pub transport: Transport,
    /// The version that the client spoke.
    pub version: Version,
    /// The number of bytes of the answer that were handed to the socket.
    pub written: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub digest: String,
    /// The times at which they were handed over.
    #[serde(default)]
    pub bursts: Bursts,
    /// The progress of the server.
    pub sent: Sent,
    /// The time at which the server had sent everything, its end included; none if it never had.
    pub done_at: Option<Duration>,
    /// The time at which the server saw the client leave: FIN or RST while the server kept the connection open.
    pub client_left_at: Option<Duration>,
}

/// The progress of the server with an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// Still at it when the transcript was taken.
    Underway,
    /// Every write and the end.
    Whole,
    /// The client left first.
    ClientLeft,
}

impl Exchange {
    /// Makes the exchange of a request that has arrived whole and has not been answered.
    pub(super) fn new(answer: usize, at: Duration, transport: Transport, request: &Request, path: &str) -> Self {
        let headers = request.headers.iter().map(|(name, value)| {
            let secret = CREDENTIALS.iter().any(|credential| name.eq_ignore_ascii_case(credential));
            (name.clone(), if secret { REDACTED.to_owned() } else { value.clone() })
        });
        let body = &request.body[..request.body.len().min(BODY_KEPT)];
        Self {
            answer,
            at,
            method: request.method.clone(),
            path: without_key(path),
            headers: headers.collect(),
            body: String::from_utf8_lossy(body).into_owned(),
            transport,
            version: request.version,
            written: 0,
            digest: String::new(),
            bursts: Bursts::default(),
            sent: Sent::Underway,
            done_at: None,
            client_left_at: None,
        }
    }

    /// Returns the protocol that its client agreed to, where the server offered several.
    pub fn negotiated(&self) -> Option<Negotiated> {
        (self.transport == Transport::Production).then(|| Negotiated::of(self.version))
    }

    /// Returns the answer that it got, as its client had to be sent it.
    pub fn answer_of(&self, script: &Script) -> Option<Encoded> {
        script.answer(self.answer).map(|answer| transport::of(self.transport).encode(answer, self.version))
    }

    /// Returns the content that the client can have decoded from what was written.
    pub fn content_of(&self, script: &Script) -> Vec<u8> {
        let body = self.answer_of(script).map(|answer| answer.body_within(self.written)).unwrap_or_default();
        script.answer(self.answer).map(|answer| answer.decoded(body)).unwrap_or_default()
    }
}

/// Removes a key from a target: some Google clients send theirs as the query parameter `key`.
fn without_key(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some(("key", _)) => format!("key={REDACTED}"),
        _ => parameter.to_owned(),
    });
    format!("{path}?{}", parameters.collect::<Vec<_>>().join("&"))
}
