//! An attempt: what happens from the first request for a case, or from the opening of a session, to the last answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::event::{Event, Teller};
use super::gate::Gate;
use super::watched::{Progress, Watched};
use crate::case::Case;
use crate::id::{Transport, Variant};
use crate::server::{Begun, Player};
use crate::transport::{self, Reply, Request};
use crate::wire::Script;

/// The transport by which cases are served.
pub(super) const TRANSPORT: Transport = Transport::Http1;

/// One attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    /// Its number among all attempts.
    pub(super) number: u64,
    pub(super) case: Arc<Case>,
    pub(super) variant: Variant,
    pub(super) nonce: String,
    /// The path of its base URL, without the first slash.
    pub(super) place: String,
    /// True for a session, which begins no new attempt by itself, so that every further request is one of this attempt.
    pub(super) is_session: bool,
    pub(super) player: Player,
    pub(super) gate: Arc<Gate>,
    /// True where it takes no further request, and goes on with those that it has.
    is_closed: AtomicBool,
    teller: Teller,
}

/// The choices with which an attempt is made.
pub(super) struct Choices {
    pub(super) case: Arc<Case>,
    pub(super) variant: Variant,
    pub(super) nonce: String,
    pub(super) holds: bool,
}

impl Attempt {
    pub(super) fn new(number: u64, choices: Choices, place: String, is_session: bool, teller: Teller) -> Self {
        let Choices { case, variant, nonce, holds } = choices;
        let player = Player::new(Script::of(&case, variant, &nonce));
        let gate = Arc::new(Gate::new(holds));
        let is_closed = AtomicBool::new(false);
        Self { number, case, variant, nonce, place, is_session, player, gate, is_closed, teller }
    }

    /// Begins the answer to a request; none once the attempt is closed or was ended. The path is what follows the base URL.
    pub(super) fn begin(&self, request: &Request, path: &str) -> Option<Box<dyn Reply>> {
        if self.is_closed.load(Ordering::Relaxed) {
            return None;
        }
        let Begun { reply, answer } = self.player.begin(TRANSPORT, request, path)?;
        let encoded = reply.answer().map(|answer| transport::of(TRANSPORT).encode(answer, request.version))?;
        self.teller.tell(Event::Asked {
            attempt: self.number,
            place: self.place.clone(),
            request: format!("{} {path}", request.method),
            answer: (answer + 1, self.player.script().last() + 1),
        });
        Some(Box::new(Watched {
            attempt: self.number,
            reply,
            gate: Arc::clone(&self.gate),
            teller: self.teller.clone(),
            progress: Mutex::new(Progress::new(&encoded)),
        }))
    }

    /// Says whether the last answer of the case was given.
    pub(super) fn is_over(&self) -> bool {
        let last = self.player.script().last();
        self.player.transcript().exchanges.iter().any(|exchange| exchange.answer == last)
    }

    /// Takes no further request. What happened stays.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Tells what it was judged to be.
    pub(super) fn judged(&self, verdict: String) {
        self.teller.tell(Event::Judged(self.number, verdict));
    }
}
