//! Plays scripts on loopback and keeps what it saw.
//!
//! One listener for each transport serves any number of trials at once; the token in the URL says which. Bytes go out
//! exactly as the transport encodes the script, one `write` at a time, and what was handed to the socket is hashed on
//! the way. A connection belongs to the client, not to a trial: clients pool connections and use one for several
//! trials, so a connection that idles between two requests is left alone when a trial ends. Closing it could hit the
//! next trial's request.

mod accept;
mod files;
mod host;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod transcript;
mod trial;

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use transcript::{Exchange, Refused, Sent, Transcript};
pub use trial::Registered;

use crate::id::Transport;
use crate::transport;
use crate::wire::Script;
use accept::Connections;
use trial::{PLACE, TrialState};

/// Connections that may wait to be accepted; suites open hundreds at once.
const BACKLOG: u32 = 1024;

/// The scripted server. Dropping it closes its connections.
#[derive(Debug)]
pub struct Server {
    listeners: BTreeMap<Transport, Listener>,
    shared: Arc<Shared>,
}

/// A port that speaks one transport.
#[derive(Debug)]
struct Listener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// The state that the server's tasks share.
#[derive(Debug, Default)]
struct Shared {
    trials: Mutex<HashMap<String, Arc<TrialState>>>,
    registered: AtomicU64,
    strays: AtomicU64,
    /// The last time at which a connection could not be accepted, and the reason.
    lacking: Mutex<Option<(Instant, String)>>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1 for each transport, with as many files as the system lets this process have.
    #[expect(clippy::unused_async, reason = "listening needs a runtime; an async function always has one")]
    pub async fn start() -> io::Result<Self> {
        files::raise();
        files::suffice(files::limit())?;
        Self::holding(Transport::ALL.iter().map(|transport| (*transport, Connections::new(*transport))).collect())
            .map_err(|error| io::Error::new(error.kind(), files::described(&error)))
    }

    fn holding(connections: BTreeMap<Transport, Connections>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let listeners = connections.into_iter().map(|(transport, connections)| {
            let listener = Listener::open(connections, Arc::clone(&shared))?;
            Ok((transport, listener))
        });
        Ok(Self { listeners: listeners.collect::<io::Result<_>>()?, shared })
    }

    /// Registers a script. The server plays it to every request below the URL of the result, on the listener of this
    /// transport.
    pub fn register(&self, script: Script, transport: Transport) -> Registered {
        let number = self.shared.registered.fetch_add(1, Ordering::Relaxed);
        // A new `RandomState` has keys no other process knows, so neither can it guess the token.
        let token = format!("{number:x}-{:016x}", RandomState::new().hash_one(number));
        let trial = Arc::new(TrialState::new(script));
        self.shared.trials().insert(token.clone(), Arc::clone(&trial));
        let (scheme, address) = (transport::of(transport).scheme(), self.listeners[&transport].address);
        Registered::new(format!("{scheme}://{address}{PLACE}{token}"), token, trial, Arc::clone(&self.shared))
    }

    /// Returns the address of the listener of a transport.
    pub fn address(&self, transport: Transport) -> SocketAddr {
        self.listeners[&transport].address
    }

    /// Counts the requests that could not be given to a trial: an unknown or ended trial's token, or no HTTP/1.
    pub fn strays(&self) -> u64 {
        self.shared.strays.load(Ordering::Relaxed)
    }
}

impl Listener {
    fn open(connections: Connections, shared: Arc<Shared>) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(connections.accept(listener, shared));
        Ok(Self { address, accepting })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn trials(&self) -> MutexGuard<'_, HashMap<String, Arc<TrialState>>> {
        self.trials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes why a connection cannot be taken now.
    fn lacks(&self, what: String) {
        *self.lacking.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), what));
    }

    /// Returns the reason why a connection could not be accepted at some time since then; none where all were.
    fn lacking_since(&self, then: Instant) -> Option<String> {
        let lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        lacking.as_ref().filter(|(when, _)| *when >= then).map(|(_, what)| what.clone())
    }
}
