//! A reply that tells what happens, and whose pauses and stalls can be held.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::event::{Event, Held, Teller};
use super::gate::Gate;
use crate::transport::{Encoded, MessagePart, Reply};
use crate::wire::Answer;

/// The number of writes of one answer that are told one by one.
const MOST: usize = 40;

/// A reply of an attempt.
pub(super) struct Watched {
    /// The number of the attempt.
    pub(super) attempt: u64,
    /// The reply that keeps the transcript.
    pub(super) reply: Box<dyn Reply>,
    pub(super) gate: Arc<Gate>,
    pub(super) teller: Teller,
    pub(super) progress: Mutex<Progress>,
}

/// The writes of an answer, and how much of them went out.
pub(super) struct Progress {
    /// The end of each write, in bytes of the whole answer, with what it carries as text.
    writes: Vec<(usize, String)>,
    /// The writes that went out whole.
    whole: usize,
    /// The bytes that went out.
    bytes: usize,
}

impl Progress {
    /// Makes the progress of an answer of which nothing went out.
    pub(super) fn new(answer: &Encoded) -> Self {
        let mut end = 0;
        let writes = answer.writes().map(|write| {
            end += write.bytes.len();
            let bytes = if write.part == MessagePart::Body { &write.body } else { &write.bytes };
            (end, String::from_utf8_lossy(bytes).into_owned())
        });
        Self { writes: writes.collect(), whole: 0, bytes: 0 }
    }

    /// Counts bytes that went out, and lists the events of the writes that are whole by that.
    fn take(&mut self, attempt: u64, bytes: usize) -> Vec<Event> {
        self.bytes += bytes;
        let mut events = Vec::new();
        while let Some((end, text)) = self.writes.get(self.whole).filter(|(end, _)| *end <= self.bytes) {
            let begin = self.whole.checked_sub(1).map_or(0, |before| self.writes[before].0);
            match self.whole {
                ..MOST => events.push(Event::Sent { attempt, bytes: end - begin, text: text.clone() }),
                MOST => events.push(Event::More(attempt)),
                _ => {}
            }
            self.whole += 1;
        }
        events
    }
}

impl Watched {
    fn bytes(&self) -> usize {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    async fn held(&self, held: Held) {
        // Who is told of it can let it go.
        let place = self.gate.take_place(held);
        self.teller.tell(Event::Held(self.attempt, held));
        place.let_go().await;
        self.teller.tell(Event::LetGo(self.attempt, held));
    }
}

#[async_trait]
impl Reply for Watched {
    fn answer(&self) -> Option<&Answer> {
        self.reply.answer()
    }

    fn wrote(&self, bytes: &[u8]) {
        self.reply.wrote(bytes);
        let events = self.progress.lock().unwrap_or_else(PoisonError::into_inner).take(self.attempt, bytes.len());
        for event in events {
            self.teller.tell(event);
        }
    }

    fn done(&self) {
        self.reply.done();
        let end = self.answer().map(|answer| answer.end.name()).unwrap_or_default();
        self.teller.tell(Event::Whole(self.attempt, self.bytes(), end));
    }

    fn client_left(&self) {
        self.reply.client_left();
        self.teller.tell(Event::Left(self.attempt, self.bytes()));
    }

    fn client_left_later(&self) -> Box<dyn FnOnce() + Send> {
        self.reply.client_left_later()
    }

    async fn trial_ended(&self) {
        self.reply.trial_ended().await;
    }

    async fn pause(&self, time: Duration) {
        if self.gate.holds {
            self.held(Held::Pause(time)).await;
        } else {
            self.teller.tell(Event::Paused(self.attempt, time));
            self.reply.pause(time).await;
        }
    }

    async fn stall(&self) {
        self.held(Held::Stall).await;
    }
}
