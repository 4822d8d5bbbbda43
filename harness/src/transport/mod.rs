//! The ways in which scripts travel: one file or folder for each transport, which encodes an answer and plays it on a
//! connection.
//!
//! A transport knows requests, framing, reuse of connections and how each end of an answer is made. Which trial a
//! request belongs to, and what becomes of what happens, is for its [`Host`] to say.

mod authority;
mod bursts;
mod closing;
mod describe;
mod encoded;
mod h2;
mod http1;
#[cfg(test)]
mod laws;
mod loopback;
mod production;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

pub use authority::{Authority, Certificates};
pub use bursts::{Burst, Bursts};
pub use describe::{DescribedAnswer, DescribedStep, DescribedWrite, describe, describe_for};
pub use encoded::{Encoded, EncodedWrite, MessagePart, Op};
pub(crate) use h2::frames::{Frame, frames};
pub(crate) use http1::header_fields;
pub(crate) use loopback::{accept, listen};
pub use production::Negotiated;

use crate::id;
use crate::wire::Answer;

/// Finds the transport of a name.
pub fn of(transport: id::Transport) -> &'static dyn Transport {
    match transport {
        id::Transport::Http1 => &http1::Http1,
        id::Transport::Tls => &tls::Tls,
        id::Transport::H2 => &h2::H2,
        id::Transport::Production => &production::Production,
        #[cfg(test)]
        id::Transport::Other => &http1::Http1,
    }
}

/// A way for requests and answers to travel.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Returns the scheme of the URLs under which scripts are played.
    fn scheme(&self) -> &'static str;

    /// Says whether what travels is encrypted, so that the client must trust the server's certificate.
    fn is_encrypted(&self) -> bool {
        self.scheme() == "https"
    }

    /// Says whether several requests share a connection, so that the end of one can end all of them.
    fn shares_connections(&self) -> bool {
        false
    }

    /// Encodes an answer for a client that speaks this version, in the writes in which it is sent.
    fn encode(&self, answer: &Answer, version: Version) -> Encoded;

    /// Serves a connection, request after request, until one side closes it. Where it is encrypted, the certificate that the
    /// server shows is of this authority.
    async fn serve(&self, stream: TcpStream, host: Arc<dyn Host>, authority: Arc<Authority>);
}

/// The version of the protocol that a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// HTTP/1.0, which has no chunks.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
    /// HTTP/2.
    Http2,
}

/// A request that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path and the query that were asked for, whether the host was named before them or not.
    pub target: String,
    /// The header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
    /// The version that the client speaks.
    pub version: Version,
}

/// A request that cannot be played to, and the answer it gets instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The reason, for whoever reads the body.
    pub reason: String,
}

impl Refusal {
    /// Makes a refusal with a status and its reason.
    pub fn new(status: u16, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    /// Returns the body of the answer, which is text.
    fn body(&self) -> String {
        format!("streamspec: {}\n", self.reason)
    }
}

/// The server as one connection sees it.
pub trait Host: Send + Sync {
    /// Gives a request to its trial.
    fn begin(&self, request: &Request) -> Result<Box<dyn Reply>, Refusal>;

    /// Records a request that was refused, as far as its method and target can be read; see [`Request::target`].
    fn refused(&self, method: &str, target: &str, refusal: &Refusal);
}

/// One request that is being answered. Dropping it says that the connection is done with it. By default nobody keeps what becomes of it.
#[async_trait]
pub trait Reply: Send + Sync {
    /// Finds the answer to the request.
    fn answer(&self) -> Option<&Answer>;

    /// Records bytes that were handed to the socket.
    fn wrote(&self, _bytes: &[u8]) {}

    /// Records that the answer was played whole. The end itself comes right after, so that whoever sees it on the wire
    /// finds it in the transcript.
    fn done(&self) {}

    /// Records that the client has left while the server kept the connection open.
    fn client_left(&self) {}

    /// Returns the same for a client that leaves when the reply is over and it has asked for nothing else.
    fn client_left_later(&self) -> Box<dyn FnOnce() + Send> {
        Box::new(|| {})
    }

    /// Waits for the end of the trial; by default there is none.
    async fn trial_ended(&self) {
        std::future::pending::<()>().await;
    }

    /// Waits while a pause of the answer lasts.
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Waits until something other than the client's leaving ends a stall. By default nothing does.
    async fn stall(&self) {
        std::future::pending::<()>().await;
    }
}
