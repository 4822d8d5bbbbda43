//! The server as one connection sees it: the token in the path of a request names its trial, unless another host has all of
//! the requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::trial::PLACE;
use super::{Refused, Shared};
use crate::id::Transport;
use crate::transport::{Host, Refusal, Reply, Request};

/// One connection's view of the trials.
pub(super) struct Connection {
    /// The transport of the connection.
    pub(super) transport: Transport,
    /// The trials.
    pub(super) shared: Arc<Shared>,
    /// True once it has asked for something.
    pub(super) asked: Arc<AtomicBool>,
}

impl Host for Connection {
    fn begin(&self, request: &Request) -> Result<Box<dyn Reply>, Refusal> {
        if let Some(host) = &self.shared.host {
            self.asked.store(true, Ordering::Relaxed);
            return host.begin(request);
        }
        let refusal = |reason: &str| Refusal::new(404, reason);
        let (token, path) = trial_and_path(&request.target)
            .ok_or_else(|| refusal("the scripts are played under /t/TOKEN; an SDK's base URL may not have been set"))?;
        let trial = self.shared.trials().get(token).cloned();
        let playing = trial.and_then(|trial| trial.begin(self.transport, request, path));
        let playing = playing.ok_or_else(|| refusal("no trial has this token; it may have ended"))?;
        self.asked.store(true, Ordering::Relaxed);
        Ok(Box::new(playing))
    }

    /// Tells the trial that a request was meant for, by its token, or because there is only one.
    fn refused(&self, method: &str, target: &str, refusal: &Refusal) {
        self.shared.strays.fetch_add(1, Ordering::Relaxed);
        if let Some(host) = &self.shared.host {
            return host.refused(method, target, refusal);
        }
        let trials = self.shared.trials();
        let (trial, path, own) = match trial_and_path(target) {
            Some((token, path)) => (trials.get(token), path, true),
            None if trials.len() == 1 => (trials.values().next(), target, false),
            None => return,
        };
        if let Some(trial) = trial {
            let (request, reason) = (Refused::shown(method, path), refusal.reason.clone());
            trial.refused(Refused { request, status: refusal.status, reason, own });
        }
    }
}

/// Finds the token and what follows it.
fn trial_and_path(target: &str) -> Option<(&str, &str)> {
    let rest = target.strip_prefix(PLACE)?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}
