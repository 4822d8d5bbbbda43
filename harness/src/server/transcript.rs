//! What the server saw and sent in one trial.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything that happened on the server's side of one trial, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The requests that arrived whole, in order of arrival.
    pub exchanges: Vec<Exchange>,
}

/// One request and what was sent for it. Times are since the trial was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Which of the script's answers it got.
    pub answer: usize,
    /// When the request had arrived whole.
    pub at: Duration,
    /// The request method.
    pub method: String,
    /// The request target below the trial's base URL.
    pub path: String,
    /// The request headers, in order; values of credentials are left out.
    pub headers: Vec<(String, String)>,
    /// The request body, at most 64 KiB of it.
    pub body: String,
    /// How many octets of the answer were handed to the socket.
    pub written: u64,
    /// SHA-256 of those octets, in hexadecimal.
    pub digest: String,
    /// How far the server came.
    pub sent: Sent,
    /// When the server had done what it had to do, its end included.
    pub done_at: Option<Duration>,
    /// When the server saw the client leave: FIN or RST while the server kept the connection open.
    pub client_left_at: Option<Duration>,
}

/// How far the server came with an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// Still at it when the transcript was taken.
    Underway,
    /// Every write and the end.
    Whole,
    /// The client left first.
    ClientLeft,
}
