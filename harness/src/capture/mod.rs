//! A proxy between a real client and a real server that passes everything on as it comes, and keeps what the server answers.
//!
//! HTTP/1.1 on both sides; the client speaks it in the clear on loopback, the server in the clear or over TLS. Of a request two things
//! are changed, the host that it names and the path, which goes below that of the server's URL. Nothing of an answer is.

mod head;
mod kept;
mod relay;
#[cfg(test)]
mod tests;
mod upstream;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use upstream::{Roots, Upstream, UpstreamError};

use crate::tap::TappedAnswer;
use crate::transport::{accept, listen};

/// The shortest time without a byte of the body that is kept as a pause.
pub const PAUSE: Duration = Duration::from_millis(500);

/// A proxy that listens. Dropping it closes its connections.
#[derive(Debug)]
pub struct Capture {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// A request, and what became of it.
#[derive(Debug)]
pub struct Captured {
    /// The method.
    pub method: String,
    /// The path, without the query, in which there may be a key.
    pub path: String,
    /// The answer; or the reason why there is none.
    pub answer: Result<CapturedAnswer, String>,
}

/// An answer as it was passed on.
#[derive(Debug)]
pub struct CapturedAnswer {
    /// The answer. Times count from the beginning of the connection.
    pub answer: TappedAnswer,
    /// Long times without a byte of the body, each after so many bytes of it.
    pub pauses: Vec<(usize, Duration)>,
    /// The time from the last byte of the body to the end.
    pub silent: Duration,
}

impl Capture {
    /// Listens on a port of 127.0.0.1, on any free one where it is 0, and tells of each request whose answer is over.
    #[expect(clippy::unused_async, reason = "listening needs a runtime; an async function always has one")]
    pub async fn open(upstream: Upstream, port: u16) -> io::Result<(Self, mpsc::UnboundedReceiver<Captured>)> {
        let listener = listen(port)?;
        let address = listener.local_addr()?;
        let (told, captured) = mpsc::unbounded_channel();
        let upstream = Arc::new(upstream);
        let accepting = tokio::spawn(accept(listener, move |client| {
            let (upstream, told) = (Arc::clone(&upstream), told.clone());
            async move { relay::relay(client, &upstream, told).await }
        }));
        Ok((Self { address, accepting }, captured))
    }

    /// Returns the address that clients call.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
