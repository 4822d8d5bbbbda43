//! The server as one connection sees it: the token in the path of a request names its trial, or, where a gateway asks, a word in
//! its body does; unless another host has all of the requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use streamspec_adapters::contract::Api;

use super::trial::{MARK, PLACE};
use super::{Port, Refused, Shared, poll};
use crate::transport::{Host, Refusal, Reply, Request};

/// One connection's view of the trials.
pub(super) struct Connection {
    /// The port that it was opened to.
    pub(super) port: Port,
    /// The trials.
    pub(super) shared: Arc<Shared>,
    /// True once it has asked for something.
    pub(super) asked: Arc<AtomicBool>,
}

impl Connection {
    /// Finds the token of a request, and its path below the trial's base URL.
    fn token_and_path<'r>(&self, request: &'r Request) -> Option<(&'r str, &'r str)> {
        let in_path = token_and_path(&request.target);
        if self.port != Port::Gateways {
            return in_path;
        }
        // A gateway may send the words of a question elsewhere first, to have them counted.
        let is_question = Api::ALL.into_iter().any(|api| api.dialect().is_asked_at(&request.target));
        in_path.or_else(|| Some((token_within(&request.body).filter(|_| is_question)?, request.target.as_str())))
    }

    /// Takes a request without a token, which only a gateway may make, to ask how the server is.
    fn begin_without_token(&self, request: &Request) -> Result<Box<dyn Reply>, Refusal> {
        if self.port != Port::Gateways {
            let reason = "the scripts are played under /t/TOKEN; an SDK's base URL may not have been set";
            return Err(Refusal::new(404, reason));
        }
        if poll::is_poll(request)
            && let Some(playing) = poll::answer(self.port.transport(), request)
        {
            self.shared.polls.fetch_add(1, Ordering::Relaxed);
            return Ok(Box::new(playing));
        }
        if token_within(&request.body).is_some() {
            return Err(Refusal::new(404, "no dialect asks its question at this path"));
        }
        self.shared.came_without_token(Refused::shown(&request.method, &request.target));
        let reason = "the request of the gateway has no token of a trial, in its path or in its body";
        Err(Refusal::new(404, reason))
    }
}

impl Host for Connection {
    fn begin(&self, request: &Request) -> Result<Box<dyn Reply>, Refusal> {
        if let Some(host) = &self.shared.host {
            self.asked.store(true, Ordering::Relaxed);
            return host.begin(request);
        }
        let Some((token, path)) = self.token_and_path(request) else { return self.begin_without_token(request) };
        let trial = self.shared.trials().get(token).cloned();
        let playing = trial.and_then(|trial| trial.begin(self.port.transport(), request, path));
        let playing = playing.ok_or_else(|| Refusal::new(404, "no trial has this token; it may have ended"))?;
        self.asked.store(true, Ordering::Relaxed);
        Ok(Box::new(playing))
    }

    /// Tells the trial that a request was meant for, by its token in the path, or because there is only one.
    fn refused(&self, method: &str, target: &str, refusal: &Refusal) {
        self.shared.strays.fetch_add(1, Ordering::Relaxed);
        if let Some(host) = &self.shared.host {
            return host.refused(method, target, refusal);
        }
        let trials = self.shared.trials();
        let (trial, path, own) = match token_and_path(target) {
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

/// Finds the token in a target, and what follows it.
fn token_and_path(target: &str) -> Option<(&str, &str)> {
    let rest = target.strip_prefix(PLACE)?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

/// Finds the token in the first word of a body that begins with the mark of one, whatever the format of the body.
fn token_within(body: &[u8]) -> Option<&str> {
    let begin = body.windows(MARK.len()).position(|window| window == MARK.as_bytes())? + MARK.len();
    let is_of_token = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let rest = &body[begin..];
    let length = rest.iter().position(|byte| !is_of_token(byte)).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..length]).ok()
}
