//! Drives an SDK in another process that speaks the adapter protocol: JSON Lines over stdin and stdout.
//!
//! One long-lived process serves many calls at once. What it writes is never trusted: every line is bounded, checked
//! against the protocol's JSON Schema, and credited to the call it names or to none.
//!
//! The owner of a missing answer:
//! - nothing came before the deadline: [`CallOutcome::Hang`];
//! - nothing came, but since the call began the process wrote a line that belongs to no call (garbage, an unknown id,
//!   a second answer): [`CallOutcome::Fault`] that quotes the line, for the adapter is broken and may have meant this
//!   call;
//! - the process died: [`CallOutcome::Crash`] for every call in flight, `alone` if there was just one;
//! - the process answers nothing at all any more, not even a second `hello`: it is killed. A call that had it for
//!   itself is a hang. With several calls in flight none of them is known to be the cause, so each is
//!   [`CallOutcome::Stuck`], and can be repeated alone to find the one;
//! - the process floods stdout: it is killed, which is a fault of a call that had it for itself. Of several calls in
//!   flight none is known to be the cause, so these, too, are crashes that were not `alone`.
//!
//! A late answer is dropped and noted, never credited to another call.

mod child;
#[cfg(unix)]
mod guard;
mod in_flight;
mod launch;
mod lines;
mod link;
mod parse;
mod pool;
mod service;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Mutex, RwLock, Semaphore, watch};
use tokio::time::{Instant, timeout};

use self::in_flight::{CallsInFlight, End, Notes};
pub use self::launch::{Launch, Limits};
use self::link::Link;
pub use self::pool::{Pool, Processes};
pub use self::service::Service;
use crate::contract::{Adapter, Call, CallOutcome, CallResult, Identity};
use crate::protocol::{Request, Run};

/// An error that keeps an adapter's process from being started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program is missing or cannot be run.
    #[error("{label}: cannot start `{program}`: {source}")]
    Program {
        /// The adapter.
        label: String,
        /// The program.
        program: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// It ended before it said hello.
    #[error("{label}: the adapter ended with {status} before it sent its hello{}", quoted(stderr))]
    Exited {
        /// The adapter.
        label: String,
        /// Exit status or signal.
        status: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// It said nothing.
    #[error("{label}: the adapter sent no hello within {waited:?}{}", quoted(stderr))]
    NoHello {
        /// The adapter.
        label: String,
        /// The time it was waited for.
        waited: Duration,
        /// The end of its stderr.
        stderr: String,
    },
    /// Its first line is not a hello.
    #[error("{label}: the adapter's first line must be its hello, but {detail}{}", quoted(stderr))]
    Garbage {
        /// The adapter.
        label: String,
        /// A sentence about what is wrong with the line.
        detail: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// It answered the hello with a fault.
    #[error("{label}: the adapter refused the hello: {message}{}", quoted(stderr))]
    Refused {
        /// The adapter.
        label: String,
        /// Its message.
        message: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// It speaks another version of the protocol.
    #[error("{label}: the adapter speaks protocol version {theirs}, this harness version {ours}")]
    Version {
        /// The adapter.
        label: String,
        /// The adapter's version.
        theirs: u64,
        /// The harness's version.
        ours: u32,
    },
}

impl StartError {
    fn set_stderr(&mut self, text: String) {
        match self {
            Self::Exited { stderr, .. }
            | Self::NoHello { stderr, .. }
            | Self::Garbage { stderr, .. }
            | Self::Refused { stderr, .. } => *stderr = text,
            Self::Program { .. } | Self::Version { .. } => {}
        }
    }
}

/// Quotes the end of stderr as an appendix to a message, escaped line by line.
fn quoted(stderr: &str) -> String {
    let lines: Vec<_> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(10));
    let last: Vec<_> = last.map(|line| parse::excerpt(line.as_bytes())).collect();
    if last.is_empty() { String::new() } else { format!("; stderr ends with:\n  | {}", last.join("\n  | ")) }
}

/// An adapter in a process of its own.
pub struct ProcessAdapter {
    launch: Launch,
    identity: Identity,
    notes: Arc<Notes>,
    /// Calls take it for reading, a call that must be alone takes it for writing.
    exclusive: RwLock<()>,
    slots: Semaphore,
    state: Mutex<State>,
    closing: watch::Sender<bool>,
    /// Ids are never used twice, not even after a restart, so that a late answer fits no other call.
    next_id: AtomicU64,
}

struct State {
    link: Arc<Link>,
    /// Processes in a row that were of no use.
    useless: u32,
    /// The reason for starting no process any more, once there is one.
    given_up: Option<String>,
}

/// Attempts to start a process that ends before it says hello: a bad moment must not cost an SDK all its results.
const STARTS: u32 = 5;

/// Attempts to start one that says nothing: each waits for a minute.
const SILENT_STARTS: u32 = 2;

impl ProcessAdapter {
    /// Starts the process and waits for its hello. A start that fails is tried again.
    pub async fn start(launch: Launch) -> Result<Self, StartError> {
        let notes = Arc::new(Notes::default());
        let (link, identity) = started(&launch, &notes).await?;
        Ok(Self {
            identity,
            notes,
            exclusive: RwLock::new(()),
            slots: Semaphore::new(launch.limits.concurrent),
            state: Mutex::new(State { link: Arc::new(link), useless: 0, given_up: None }),
            closing: watch::Sender::new(false),
            next_id: AtomicU64::new(1),
            launch,
        })
    }

    /// Returns the messages that were dropped so far: late, second and unknown answers, and lines outside the protocol.
    pub fn notes(&self) -> Vec<String> {
        self.notes.list()
    }

    /// Returns a live process, restarted if it died; an error says why there is none.
    async fn link(&self, alone: bool) -> Result<Arc<Link>, String> {
        let mut state = self.state.lock().await;
        let end = state.link.in_flight.end();
        // Calls that hung may still run in there; a call that must be alone gets a process without them.
        let fresh = alone && state.link.in_flight.has_leftovers();
        match end {
            _ if *self.closing.borrow() => return Err("the adapter is closed".to_owned()),
            None if !fresh => return Ok(state.link.clone()),
            None => state.link.stop().await,
            Some(_) if state.link.in_flight.served() => state.useless = 0,
            Some(end) if state.given_up.is_none() => {
                state.useless += 1;
                let (times, why) = (state.useless, end.describe());
                state.given_up = (times > self.launch.limits.restarts).then(|| {
                    format!(
                        "the adapter's process ended {times} times without an answer and is not started again: {why}"
                    )
                });
            }
            Some(_) => {}
        }
        if let Some(why) = &state.given_up {
            return Err(why.clone());
        }
        let mut closing = self.closing.subscribe();
        let again = tokio::select! {
            again = started(&self.launch, &self.notes) => again,
            _ = closing.wait_for(|closing| *closing) => return Err("the adapter is closed".to_owned()),
        };
        let why = match again {
            Ok((link, identity)) if identity == self.identity => {
                state.link = Arc::new(link);
                return Ok(state.link.clone());
            }
            Ok((link, _)) => {
                link.stop().await;
                "the adapter identified itself differently after its process was started again".to_owned()
            }
            Err(error) => format!("the adapter's process could not be started again: {error}"),
        };
        // Every later call would wait for that as long as this one did.
        state.given_up = Some(why.clone());
        Err(why)
    }

    /// Makes the call in a live process; the deadline counts from the moment the call is handed to it.
    async fn call(&self, call: &Call) -> CallResult {
        loop {
            let started = Instant::now();
            let link = match self.link(call.alone).await {
                Ok(link) => link,
                Err(detail) => {
                    let stderr = self.state.lock().await.link.stderr();
                    return CallResult { outcome: CallOutcome::Fault { detail }, stderr, took: started.elapsed() };
                }
            };
            let id = self.next_id.fetch_add(1, Ordering::Relaxed);
            // It died since it was looked at, before it heard of this call.
            let Some(mut answer) = link.in_flight.enter(id) else { continue };
            let _entry = Entry { in_flight: &link.in_flight, id };
            let started = Instant::now();
            link.send(&Request::Run(run(id, call)));
            let outcome = timeout(call.deadline, &mut answer).await;
            let took = started.elapsed();
            let answer = match outcome {
                Ok(answer) => answer.ok(),
                Err(_) => match link.in_flight.expire(id) {
                    Some(lost) => Some(self.lost(&link, lost).await),
                    None => answer.await.ok(),
                },
            };
            let answer = answer.unwrap_or_else(|| CallOutcome::Fault { detail: "the call was lost".to_owned() });
            return CallResult { outcome: answer, stderr: link.stderr(), took };
        }
    }

    /// Finds out whether the process can still answer anything when it has been silent for a whole call.
    async fn lost(&self, link: &Arc<Link>, lost: in_flight::LostCall) -> CallOutcome {
        if lost.quiet && link.in_flight.end().is_none() {
            // New calls wait until it is known whether they would be heard.
            let _state = self.state.lock().await;
            if link.in_flight.end().is_none() && !link.responds().await {
                self.notes.add("the process did not respond any more and was killed".to_owned());
                link.kill().await;
            }
        }
        match (link.in_flight.end(), lost.alone, lost.answer) {
            (Some(End::Stuck), false, CallOutcome::Hang) => CallOutcome::Stuck,
            (_, _, answer) => answer,
        }
    }
}

/// Starts a process that says hello.
async fn started(launch: &Launch, notes: &Arc<Notes>) -> Result<(Link, Identity), StartError> {
    let mut tries = 1;
    loop {
        match Link::start(launch, notes.clone()).await {
            Err(StartError::Exited { .. }) if tries < STARTS => tries += 1,
            Err(StartError::NoHello { .. }) if tries < SILENT_STARTS => tries += 1,
            started => return started,
        }
    }
}

/// A call in flight; one whose caller has gone away counts as left over in the process.
struct Entry<'a> {
    in_flight: &'a CallsInFlight,
    id: u64,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.in_flight.expire(self.id);
    }
}

fn run(id: u64, call: &Call) -> Run {
    Run {
        id,
        api: call.api,
        surface: call.surface.clone(),
        base_url: call.base_url.clone(),
        timeout_ms: u64::try_from(call.timeout.as_millis()).unwrap_or(u64::MAX),
        max_retries: call.max_retries,
        ask: call.ask,
        prompt: call.prompt.clone(),
        headers: call.headers.clone(),
        caller: call.caller,
    }
}

#[async_trait]
impl Adapter for ProcessAdapter {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, call: Call) -> CallResult {
        // Neither lock is ever poisoned or closed: holding both keeps the other calls out, nothing else.
        let _slot = self.slots.acquire().await;
        if call.alone {
            let _alone = self.exclusive.write().await;
            self.call(&call).await
        } else {
            let _shared = self.exclusive.read().await;
            self.call(&call).await
        }
    }

    async fn close(&self) {
        self.closing.send_replace(true);
        let link = self.state.lock().await.link.clone();
        link.stop().await;
    }
}
