//! A script that is played to requests which its owner hands over, rather than to those that carry a token.

use std::sync::Arc;
use std::time::Duration;

use super::trial::TrialState;
use super::{Refused, Transcript};
use crate::id::Transport;
use crate::transport::{Refusal, Reply, Request};
use crate::wire::Script;

/// A script that its owner plays; everything that happens is kept, as in a trial.
#[derive(Clone, Debug)]
pub struct Player {
    trial: Arc<TrialState>,
}

/// A request that is about to be answered.
pub struct Begun {
    /// The way to answer it.
    pub reply: Box<dyn Reply>,
    /// The place of its answer in the script.
    pub answer: usize,
}

impl Player {
    /// Makes a player to which no request has come.
    pub fn new(script: Script) -> Self {
        Self { trial: Arc::new(TrialState::new(script)) }
    }

    /// Returns the script.
    pub fn script(&self) -> &Script {
        self.trial.script()
    }

    /// Records a request and chooses its answer; none once it has ended. The path is what follows the base URL.
    pub fn begin(&self, transport: Transport, request: &Request, path: &str) -> Option<Begun> {
        let playing = self.trial.begin(transport, request, path)?;
        let answer = playing.place_of_answer();
        Some(Begun { reply: Box::new(playing), answer })
    }

    /// Records a request that could not be answered from the script.
    pub fn refused(&self, method: &str, path: &str, refusal: &Refusal) {
        let (request, reason) = (Refused::shown(method, path), refusal.reason.clone());
        self.trial.refused(Refused { request, status: refusal.status, reason, own: true });
    }

    /// Returns the record of what has happened so far.
    pub fn transcript(&self) -> Transcript {
        self.trial.transcript()
    }

    /// Returns the time since it was made, from which the times of its transcript count.
    pub fn age(&self) -> Duration {
        self.trial.age()
    }

    /// Ends it: pauses and stalls end, connections that are being played to are closed, and no request is taken any more.
    pub fn end(&self) {
        self.trial.end();
    }
}
