//! One trial: its script, and what has happened to it so far.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::dialect::PROMPT;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::{Exchange, Listener, Refused, Sent, Shared, Transcript};
use crate::case::End;
use crate::id::Transport;
use crate::transport::{Reply, Request};
use crate::wire::{Answer, Choice, Script, UNMET};

/// The path below which scripts are played, each under its token.
pub(super) const PLACE: &str = "/t/";

/// The beginning of the word in a prompt that names a trial; its token follows.
pub(super) const MARK: &str = "streamspec-trial-";

/// The time that `finish` waits for the connections that still get an answer.
const FINISH: Duration = Duration::from_secs(2);

/// The number of refused requests of one trial that are kept.
const MOST_REFUSED: usize = 8;

/// A script that is being served. Dropping it ends the trial.
#[derive(Debug)]
pub struct Registered {
    base_url: String,
    token: String,
    trial: Arc<TrialState>,
    shared: Arc<Shared>,
    /// The listener of this trial alone, which ends with it.
    _own: Option<Listener>,
}

/// The state that the registrant and the connections share.
pub(super) struct TrialState {
    script: Script,
    registered_at: Instant,
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    exchanges: Vec<OngoingExchange>,
    refused: Vec<Refused>,
    /// The number of connections that get an answer now.
    playing: usize,
    ended: bool,
}

impl State {
    /// Keeps a refused request; of many only the first few.
    fn refuse(&mut self, refused: Refused) {
        if self.refused.len() < MOST_REFUSED {
            self.refused.push(refused);
        }
    }
}

/// An exchange whose digest is still growing.
struct OngoingExchange {
    exchange: Exchange,
    hasher: Sha256,
}

/// One request being answered.
pub(super) struct Playing {
    trial: Arc<TrialState>,
    /// Its place in the transcript.
    number: usize,
    /// The place of its answer in the script.
    answer: usize,
}

impl Registered {
    pub(super) fn new(
        base_url: String,
        token: String,
        trial: Arc<TrialState>,
        shared: Arc<Shared>,
        own: Option<Listener>,
    ) -> Self {
        Self { base_url, token, trial, shared, _own: own }
    }

    /// Returns the root under which the script is played, `SCHEME://127.0.0.1:PORT/t/TOKEN`; SDKs append their own path.
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Returns the same root at another address, that of a gateway which passes the path on.
    pub fn base_url_at(&self, address: SocketAddr) -> String {
        format!("http://{address}{PLACE}{}", self.token)
    }

    /// Returns the time from which the times of its transcript count.
    pub fn since(&self) -> Instant {
        self.trial.registered_at
    }

    /// Returns the words of a question that names the trial, for a gateway that passes on neither the path nor a header field.
    pub fn prompt(&self) -> String {
        format!("{PROMPT} ({})", self.mark())
    }

    /// Returns the word in these that names the trial.
    pub fn mark(&self) -> String {
        format!("{MARK}{}", self.token)
    }

    /// Returns the record of what has happened so far.
    pub fn transcript(&self) -> Transcript {
        let since = self.trial.registered_at;
        let (lacking, tokenless) = (self.shared.lacking_since(since), self.shared.tokenless_since(since));
        Transcript { lacking, tokenless, ..self.trial.transcript() }
    }

    /// Waits until the client holds no connection on account of its last request: it has left, or the answer has ended
    /// and nothing keeps it. False when neither happens within the bound, or when there was no request at all.
    pub async fn wait_client_left(&self, bound: Duration) -> bool {
        let mut state = self.trial.state.subscribe();
        let script = &self.trial.script;
        let released = state.wait_for(|state| {
            state.exchanges.last().is_some_and(|ongoing| {
                let holds = script.answer(ongoing.exchange.answer).is_some_and(|answer| answer.end == End::Stall);
                let ended = ongoing.exchange.sent == Sent::Whole && !holds;
                ended || ongoing.exchange.client_left_at.is_some()
            })
        });
        timeout(bound, released).await.is_ok()
    }

    /// Ends the trial: further requests are strays, pauses and stalls end, connections that are being played to are
    /// closed. Returns the final transcript.
    pub async fn finish(self) -> Transcript {
        self.end();
        let mut state = self.trial.state.subscribe();
        // A task that does not end in time has its exchange reported as under way, which is what it is.
        let _ = timeout(FINISH, state.wait_for(|state| state.playing == 0)).await;
        self.transcript()
    }

    fn end(&self) {
        self.shared.trials().remove(&self.token);
        self.trial.end();
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.end();
    }
}

impl TrialState {
    pub(super) fn new(script: Script) -> Self {
        Self { script, registered_at: Instant::now(), state: watch::Sender::default() }
    }

    pub(super) const fn script(&self) -> &Script {
        &self.script
    }

    /// Returns the time since it was registered.
    pub(super) fn age(&self) -> Duration {
        self.registered_at.elapsed()
    }

    pub(super) fn end(&self) {
        self.state.send_modify(|state| state.ended = true);
    }

    /// Records a request and chooses its answer; none once the trial has ended.
    pub(super) fn begin(self: &Arc<Self>, transport: Transport, request: &Request, path: &str) -> Option<Playing> {
        let at = self.registered_at.elapsed();
        let mut begun = None;
        self.state.send_modify(|state| {
            if !state.ended {
                let number = state.exchanges.len();
                let answer = match self.choose(&state.exchanges, request, path) {
                    Choice::Answer(answer) => answer,
                    Choice::Unmet(answer) => {
                        let (request, reason) = (Refused::shown(&request.method, path), UNMET.to_owned());
                        // The case and the client disagree here, which is no fault of an adapter.
                        state.refuse(Refused { request, status: 500, reason, own: false });
                        answer
                    }
                };
                let exchange = Exchange::new(answer, at, transport, request, path);
                state.exchanges.push(OngoingExchange { exchange, hasher: Sha256::new() });
                state.playing += 1;
                begun = Some((number, answer));
            }
        });
        begun.map(|(number, answer)| Playing { trial: Arc::clone(self), number, answer })
    }

    /// Chooses the answer to a request that follows these.
    fn choose(&self, before: &[OngoingExchange], request: &Request, path: &str) -> Choice {
        let used = |answer| before.iter().any(|ongoing| ongoing.exchange.answer == answer);
        self.script.choose(used, |condition| condition.is_met(&request.method, path, &request.body))
    }

    /// Records a request that could not be played to.
    pub(super) fn refused(&self, refused: Refused) {
        self.state.send_modify(|state| state.refuse(refused));
    }

    fn client_left(&self, number: usize) {
        let at = self.registered_at.elapsed();
        self.update(number, |ongoing| {
            ongoing.exchange.client_left_at.get_or_insert(at);
            if ongoing.exchange.sent == Sent::Underway {
                ongoing.exchange.sent = Sent::ClientLeft;
            }
        });
    }

    fn update(&self, number: usize, change: impl FnOnce(&mut OngoingExchange)) {
        self.state.send_modify(|state| {
            if let Some(ongoing) = state.exchanges.get_mut(number) {
                change(ongoing);
            }
        });
    }

    pub(super) fn transcript(&self) -> Transcript {
        let state = self.state.borrow();
        let exchanges = state.exchanges.iter().map(|ongoing| {
            let digest = hex::encode(ongoing.hasher.clone().finalize());
            Exchange { digest, ..ongoing.exchange.clone() }
        });
        Transcript { exchanges: exchanges.collect(), refused: state.refused.clone(), ..Transcript::default() }
    }
}

impl fmt::Debug for TrialState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrialState").field("transcript", &self.transcript()).finish_non_exhaustive()
    }
}

impl Playing {
    /// Returns the place of its answer in the script.
    pub(super) const fn place_of_answer(&self) -> usize {
        self.answer
    }
}

#[async_trait]
impl Reply for Playing {
    fn answer(&self) -> Option<&Answer> {
        self.trial.script.answer(self.answer)
    }

    fn wrote(&self, bytes: &[u8]) {
        let at = self.trial.registered_at.elapsed();
        self.trial.update(self.number, |ongoing| {
            ongoing.exchange.bursts.add(at, bytes.len());
            ongoing.exchange.written += bytes.len() as u64;
            ongoing.hasher.update(bytes);
        });
    }

    fn done(&self) {
        let at = self.trial.registered_at.elapsed();
        self.trial.update(self.number, |ongoing| {
            ongoing.exchange.sent = Sent::Whole;
            ongoing.exchange.done_at = Some(at);
        });
    }

    fn client_left(&self) {
        self.trial.client_left(self.number);
    }

    fn client_left_later(&self) -> Box<dyn FnOnce() + Send> {
        let (trial, number) = (Arc::clone(&self.trial), self.number);
        Box::new(move || trial.client_left(number))
    }

    async fn trial_ended(&self) {
        let mut state = self.trial.state.subscribe();
        // The sender lives in the trial that `self` holds, so the wait cannot fail.
        let _ = state.wait_for(|state| state.ended).await;
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.trial.state.send_modify(|state| state.playing -= 1);
    }
}
