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
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use answer::KEPT;
pub use answer::{AnswerEnd, TappedAnswer};
pub(crate) use answer::{LONGEST_HEAD, MOST_FIELDS, framed};
pub(crate) use body::Body;

use crate::transport::{accept, listen};

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
        let listener = listen(0)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { since, answers: watch::Sender::default() });
        let kept = Arc::clone(&shared);
        let accepting = tokio::spawn(accept(listener, move |client| relay::relay(client, gateway, Arc::clone(&kept))));
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
