//! Plays scripts on loopback and keeps what it saw.
//!
//! One listener for each transport serves any number of trials at once; the token in the URL says which. Gateways have one of
//! their own, where a request may carry the token in its body instead, and where they may ask how the server is. Bytes go out
//! exactly as the transport encodes the script, one `write` at a time, and what was handed to the socket is hashed on
//! the way. A connection belongs to the client, not to a trial: clients pool connections and use one for several
//! trials, so a connection that idles between two requests is left alone when a trial ends. Closing it could hit the
//! next trial's request.

mod accept;
mod files;
mod heard;
mod host;
mod player;
mod poll;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod transcript;
mod trial;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use heard::heard;
pub use player::{Begun, Player};
pub use transcript::{Exchange, Refused, Sent, Transcript};
pub use trial::Registered;

use crate::id::Transport;
use crate::transport::{self, Authority, Host};
use crate::wire::Script;
use accept::Connections;
use trial::{PLACE, TrialState};

/// The scripted server. Dropping it closes its connections.
#[derive(Debug)]
pub struct Server {
    listeners: BTreeMap<Port, Listener>,
    shared: Arc<Shared>,
}

/// The use of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Port {
    /// Clients, which speak this transport.
    Clients(Transport),
    /// Gateways, which speak the default one.
    Gateways,
}

/// A port that is listened on.
#[derive(Debug)]
struct Listener {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// The state that the server's tasks share.
struct Shared {
    /// The authority of the certificate that is shown where the connection is encrypted.
    authority: Arc<Authority>,
    /// The host of all requests, where it is not the trials that are registered here.
    host: Option<Arc<dyn Host>>,
    trials: Mutex<HashMap<String, Arc<TrialState>>>,
    registered: AtomicU64,
    strays: AtomicU64,
    polls: AtomicU64,
    /// The last time at which a gateway asked something of a model without a token, and its request.
    tokenless: Mutex<Option<(Instant, String)>>,
    /// The last time at which a connection could not be accepted, and the reason.
    lacking: Mutex<Option<(Instant, String)>>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1 for each transport, and on one for gateways, with as many files as the system lets this process have.
    #[expect(clippy::unused_async, reason = "listening needs a runtime; an async function always has one")]
    pub async fn start() -> io::Result<Self> {
        files::raise();
        files::suffice(files::limit())?;
        let ports = Transport::ALL.iter().map(|transport| Port::Clients(*transport)).chain([Port::Gateways]);
        Self::holding(ports.map(|port| (port, Connections::new(port))).collect())
            .map_err(|error| io::Error::new(error.kind(), files::described(&error)))
    }

    fn holding(connections: BTreeMap<Port, Connections>) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(None)?);
        let listeners = connections.into_iter().map(|(port, connections)| {
            let listener = Listener::open(connections, Arc::clone(&shared), 0)?;
            Ok((port, listener))
        });
        Ok(Self { listeners: listeners.collect::<io::Result<_>>()?, shared })
    }

    /// Listens on a port of 127.0.0.1, on any free one where it is 0, and gives every request to a host.
    #[expect(clippy::unused_async, reason = "listening needs a runtime; an async function always has one")]
    pub async fn hosting(host: Arc<dyn Host>, transport: Transport, port: u16) -> io::Result<Self> {
        files::raise();
        let shared = Arc::new(Shared::new(Some(host))?);
        let clients = Port::Clients(transport);
        let listener = Listener::open(Connections::new(clients), Arc::clone(&shared), port)?;
        Ok(Self { listeners: [(clients, listener)].into(), shared })
    }

    /// Returns the root of the URLs that a transport's listener answers.
    pub fn root(&self, transport: Transport) -> String {
        root(transport, self.listeners[&Port::Clients(transport)].address)
    }

    /// Opens a listener for one trial, where the end of one answer may be that of others on its connection: clients keep one connection
    /// for each port. None where there is no need, or where the system gives no port, which is noted.
    fn own_listener(&self, transport: Transport) -> Option<Listener> {
        if !transport::of(transport).shares_connections() {
            return None;
        }
        let opened = Listener::open(Connections::new(Port::Clients(transport)), Arc::clone(&self.shared), 0);
        opened.map_err(|error| self.shared.lacks(format!("a trial has no port of its own: {error}"))).ok()
    }

    /// Returns the authority of the certificate that is shown where a transport is encrypted; clients must be told to trust it.
    pub fn authority(&self) -> &Authority {
        &self.shared.authority
    }

    /// Registers a script. The server plays it to every request below the URL of the result, on the listener of this
    /// transport.
    pub fn register(&self, script: Script, transport: Transport) -> Registered {
        let number = self.shared.registered.fetch_add(1, Ordering::Relaxed);
        // A new `RandomState` has keys no other process knows, so neither can it guess the token.
        let token = format!("{number:x}-{:016x}", RandomState::new().hash_one(number));
        let trial = Arc::new(TrialState::new(script));
        self.shared.trials().insert(token.clone(), Arc::clone(&trial));
        let own = self.own_listener(transport);
        let root = own.as_ref().map_or_else(|| self.root(transport), |own| root(transport, own.address));
        Registered::new(format!("{root}{PLACE}{token}"), token, trial, Arc::clone(&self.shared), own)
    }

    /// Returns the address of the listener that gateways ask.
    pub fn address_for_gateways(&self) -> SocketAddr {
        self.listeners[&Port::Gateways].address
    }

    /// Counts the requests that could not be given to a trial: an unknown or ended trial's token, or no HTTP/1.
    pub fn strays(&self) -> u64 {
        self.shared.strays.load(Ordering::Relaxed)
    }

    /// Counts the questions of gateways about the server itself, which were answered plainly.
    pub fn polls(&self) -> u64 {
        self.shared.polls.load(Ordering::Relaxed)
    }
}

/// Returns the root of the URLs at an address.
fn root(transport: Transport, address: SocketAddr) -> String {
    format!("{}://{address}", transport::of(transport).scheme())
}

impl Port {
    fn transport(self) -> Transport {
        match self {
            Self::Clients(transport) => transport,
            Self::Gateways => Transport::default(),
        }
    }
}

impl Listener {
    fn open(connections: Connections, shared: Arc<Shared>, port: u16) -> io::Result<Self> {
        let listener = transport::listen(port)?;
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

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("trials", &self.trials()).finish_non_exhaustive()
    }
}

impl Shared {
    fn new(host: Option<Arc<dyn Host>>) -> io::Result<Self> {
        Ok(Self {
            authority: Arc::new(Authority::new()?),
            host,
            trials: Mutex::default(),
            registered: AtomicU64::default(),
            strays: AtomicU64::default(),
            polls: AtomicU64::default(),
            tokenless: Mutex::default(),
            lacking: Mutex::default(),
        })
    }

    fn trials(&self) -> MutexGuard<'_, HashMap<String, Arc<TrialState>>> {
        self.trials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes why a connection cannot be taken now.
    fn lacks(&self, what: String) {
        *self.lacking.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), what));
    }

    /// Returns the reason why a connection could not be accepted at some time since then; none where all were.
    fn lacking_since(&self, then: Instant) -> Option<String> {
        last_since(&self.lacking, then)
    }

    /// Notes a request of a gateway without a token.
    fn came_without_token(&self, request: String) {
        *self.tokenless.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), request));
    }

    /// Returns the last request of a gateway without a token since then, if there was one.
    fn tokenless_since(&self, then: Instant) -> Option<String> {
        last_since(&self.tokenless, then)
    }
}

/// Returns what was noted last, if that was since then.
fn last_since(noted: &Mutex<Option<(Instant, String)>>, then: Instant) -> Option<String> {
    let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
    noted.as_ref().filter(|(when, _)| *when >= then).map(|(_, what)| what.clone())
}
