//! Cases for the caller's own programs: played at URLs that never change and in sessions, with an HTTP interface that tells what
//! happened and judges what the caller made of it.
//!
//! ```text
//! request --route--> a case's own URL, or a session --Attempt--> Player --> bytes and a transcript
//!                    the interface --Operation--> data        Seen + transcript --judging--> Judgement
//! ```
//!
//! It is the host of a server's only listener, so that scripts and the interface have one port. Every attempt tells what happens
//! as events. A pause waits for the clock or, where it is held, at the attempt's gate, as a stall always does.

mod answer;
mod asked;
mod attempt;
mod attempts;
mod body;
mod event;
mod gate;
mod interface;
mod judging;
mod known;
mod listing;
mod origin;
mod page;
mod route;
mod site;
mod watched;

use std::io;
use std::sync::{Arc, OnceLock};

use camino::Utf8PathBuf;
use streamspec_adapters::manifest::Manifest;
use thiserror::Error;
use tokio::sync::mpsc::UnboundedReceiver;

pub use event::{Event, Held};
pub use interface::{
    AttemptTranscript, CaseEntry, CaseList, ExpectedCheck, HeaderField, InterfaceProblem, JudgedCheck, Judgement,
    NewSession, PlayedRequest, RefusedRequest, Released, SampleRequest, SdkEntry, SdkLine, SdkList, Seen, SeenError,
    SeenToolCall, Session, Settings, UnjudgedCheck, Waiting, document,
};

use crate::case::Case;
use crate::server::Server;
use crate::transport::Host;
use attempt::TRANSPORT;
use attempts::Attempts;
use event::Teller;
use known::Known;
use site::Site;

/// The port that is listened on by default: the status 529, of an overload that comes too late for a status line, and 0.
pub const DEFAULT_PORT: u16 = 5290;

/// The choices with which cases are served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The root of the repository.
    pub repository: Utf8PathBuf,
    /// The port; any free one where it is 0.
    pub port: u16,
    /// True where each pause waits until it is let go.
    pub hold: bool,
}

/// Cases that are being served. Dropping it closes all connections.
#[derive(Debug)]
pub struct Serve {
    site: Arc<Site>,
    _server: Server,
}

/// Cases cannot be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Another program listens on the port.
    #[error(
        "port {0} of 127.0.0.1 is taken by another program; end that one, or choose another port: `--port 0` takes a free one"
    )]
    Taken(u16),
    /// The port cannot be listened on.
    #[error("port {0} of 127.0.0.1 cannot be listened on: {1}")]
    Listen(u16, io::Error),
}

impl Serve {
    /// Listens on loopback, and tells of what happens from then on.
    pub async fn start<'a>(
        cases: Vec<Case>,
        manifests: impl IntoIterator<Item = &'a Manifest>,
        options: ServeOptions,
    ) -> Result<(Self, UnboundedReceiver<Event>), ServeError> {
        let ServeOptions { repository, port, hold } = options;
        let (teller, events) = Teller::new();
        let site = Arc::new(Site {
            repository,
            known: Known::new(cases),
            attempts: Attempts::new(hold, teller.clone()),
            sdks: manifests.into_iter().filter_map(SdkEntry::of).collect(),
            teller,
            root: OnceLock::new(),
        });
        let host: Arc<dyn Host> = Arc::clone(&site) as Arc<dyn Host>;
        let server = Server::hosting(host, TRANSPORT, port).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => ServeError::Taken(port),
            _ => ServeError::Listen(port, error),
        })?;
        // It is set once, here.
        let _ = site.root.set(server.root(TRANSPORT));
        Ok((Self { site, _server: server }, events))
    }

    /// Returns the root of all URLs, `http://127.0.0.1:5290`.
    pub fn root(&self) -> &str {
        self.site.root()
    }

    /// Counts the cases.
    pub fn cases(&self) -> usize {
        self.site.known.all().len()
    }

    /// Lets go of everything that waits, and says how much that was.
    pub fn release(&self) -> usize {
        self.site.attempts.release().len()
    }
}
