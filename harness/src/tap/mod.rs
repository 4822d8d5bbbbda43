//! A tap between a client and a gateway: a relay that changes nothing, and keeps what the gateway sent, byte for byte, with times.
//!
//! There is one for each call, on a port of its own, so that every byte on it belongs to that call, wherever its token travels.

mod answer;
mod body;
mod connection;
mod relay;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};

use answer::KEPT;
pub use answer::{AnswerEnd, TappedAnswer};
pub(crate) use answer::{LONGEST_HEAD, MOST_FIELDS, framed};
pub(crate) use body::Body;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 128;

/// The most requests of one call that are kept; a client that asks more often is passed on all the same.
const MOST: usize = 256;

/// A tap that is open. Dropping it closes its connections.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// The answers that went downstream in one call, in the order of the requests.
pub type Tapped = Vec<TappedAnswer>;

/// The state that the connections share.
#[derive(Debug)]
struct Shared {
    /// The time from which times count.
    since: Instant,
    answers: watch::Sender<Tapped>,
}

impl Tap {
    /// Opens one in front of a gateway. Times count from `since`.
    #[expect(clippy::unused_async, reason = "listening needs a runtime; an async function always has one")]
    pub async fn open(gateway: SocketAddr, since: Instant) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { since, answers: watch::Sender::default() });
        let accepting = tokio::spawn(accept(listener, gateway, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Returns the address that clients call.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until every answer is over, for a bounded time.
    pub async fn settle(&self, bound: Duration) {
        let mut answers = self.shared.answers.subscribe();
        let settled = answers.wait_for(|answers| answers.iter().all(|answer| answer.end != AnswerEnd::Open));
        let _ = timeout(bound, settled).await;
    }

    /// Says if the client has left an answer.
    pub fn is_left(&self) -> bool {
        self.shared.answers.borrow().iter().any(|answer| answer.end == AnswerEnd::ClientLeft)
    }

    /// Returns what has gone downstream so far.
    pub fn tapped(&self) -> Tapped {
        self.shared.answers.borrow().clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Takes connections until it is dropped; they end with it.
async fn accept(listener: TcpListener, gateway: SocketAddr, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => _ = connections.spawn(relay::relay(client, gateway, Arc::clone(&shared))),
                // A file may be free in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Shared {
    fn now(&self) -> Duration {
        self.since.elapsed()
    }

    /// Begins the answer to a request; returns its place.
    fn begin(&self) -> usize {
        let at = self.now();
        let mut place = 0;
        self.answers.send_modify(|answers| {
            place = answers.len();
            if place < MOST {
                let kept: usize = answers.iter().map(|answer| answer.bytes.len()).sum();
                answers.push(TappedAnswer::new(at, KEPT.saturating_sub(kept)));
            }
        });
        place
    }

    /// Changes the answer at a place. Returns whether nothing more can come of it; nothing does of one that is not kept.
    fn update(&self, place: usize, change: impl FnOnce(&mut TappedAnswer)) -> bool {
        let mut is_over = true;
        self.answers.send_modify(|answers| {
            if let Some(answer) = answers.get_mut(place) {
                change(answer);
                is_over = answer.is_over();
            }
        });
        is_over
    }
}
