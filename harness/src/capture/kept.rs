//! One connection through the proxy: which request its bytes belong to, and what is kept of each answer.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::head::{self, Head};
use super::{Captured, CapturedAnswer, PAUSE, Upstream};
use crate::tap::{AnswerEnd, Body, TappedAnswer};

/// The requests of a connection, and their answers as far as they have come.
pub(super) struct Kept<'u> {
    upstream: &'u Upstream,
    since: Instant,
    told: UnboundedSender<Captured>,
    asking: Asking,
    /// The requests that are not answered whole.
    waiting: VecDeque<Waiting>,
}

/// The part of a request that comes next.
enum Asking {
    Head(Vec<u8>),
    Body(Body),
}

/// A request that waits for its answer.
struct Waiting {
    method: String,
    path: String,
    answer: TappedAnswer,
    pauses: Vec<(usize, Duration)>,
    /// The time at which the last bytes of the body came.
    last: Option<Duration>,
}

/// A request that is not passed on: the status of the proxy's own answer, and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) u16, pub(super) &'static str);

impl<'u> Kept<'u> {
    pub(super) fn new(upstream: &'u Upstream, told: UnboundedSender<Captured>) -> Self {
        let (since, asking) = (Instant::now(), Asking::Head(Vec::new()));
        Self { upstream, since, told, asking, waiting: VecDeque::new() }
    }

    /// Takes what the client sent; returns what is passed on of it now.
    pub(super) fn asked(&mut self, mut sent: &[u8]) -> Result<Vec<u8>, Refused> {
        let mut passed = Vec::with_capacity(sent.len());
        while !sent.is_empty() {
            match &mut self.asking {
                Asking::Head(begun) => {
                    let before = begun.len();
                    begun.extend_from_slice(sent);
                    match head::read(begun, self.upstream) {
                        Head::Partial => return Ok(passed),
                        Head::Refused(status, reason) => return Err(Refused(status, reason)),
                        Head::Whole(head) => {
                            sent = &sent[head.length - before..];
                            passed.extend_from_slice(&head.bytes);
                            let answer = TappedAnswer::begin(self.since.elapsed());
                            let (method, path) = (head.method, head.path);
                            self.waiting.push_back(Waiting { method, path, answer, pauses: Vec::new(), last: None });
                            self.asking = Asking::Body(head.body);
                        }
                    }
                }
                Asking::Body(body) => {
                    let Ok(taken) = body.take(sent, &mut Vec::new()) else {
                        return Err(Refused(400, "the body of the request is not framed as HTTP/1.1 says"));
                    };
                    passed.extend_from_slice(&sent[..taken]);
                    sent = &sent[taken..];
                }
            }
            if matches!(&self.asking, Asking::Body(body) if body.is_whole()) {
                self.asking = Asking::Head(Vec::new());
            }
        }
        Ok(passed)
    }

    /// Takes what the server sent. What nobody has asked for belongs to no request.
    pub(super) fn answered(&mut self, mut sent: &[u8]) {
        let at = self.since.elapsed();
        while let Some(waiting) = self.waiting.front_mut().filter(|_| !sent.is_empty()) {
            sent = &sent[waiting.take(sent, at)..];
            if waiting.answer.end != AnswerEnd::Open {
                self.tell();
            }
        }
    }

    /// Notes the end of the connection on one side.
    pub(super) fn ends(&mut self, end: AnswerEnd) {
        let at = self.since.elapsed();
        while let Some(waiting) = self.waiting.front_mut() {
            waiting.answer.ends(end, at);
            self.tell();
        }
    }

    /// Says whether no request waits for its answer.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Tells of a request that could not be passed on.
    pub(super) fn failed(&mut self, method: &str, path: &str, reason: String) {
        let (method, path) = (method.to_owned(), path.to_owned());
        let _ = self.told.send(Captured { method, path, answer: Err(reason) });
    }

    /// Tells of the first request that waits, whose answer is over.
    fn tell(&mut self) {
        let Some(Waiting { method, path, answer, pauses, last }) = self.waiting.pop_front() else { return };
        let over = answer.ended_at.unwrap_or_default();
        let silent = over.saturating_sub(last.unwrap_or(answer.asked_at));
        // Nobody listens any more where the program ends.
        let _ = self.told.send(Captured { method, path, answer: Ok(CapturedAnswer { answer, pauses, silent }) });
    }
}

impl Waiting {
    fn take(&mut self, sent: &[u8], at: Duration) -> usize {
        let before = self.answer.content.len();
        let taken = self.answer.take(sent, at);
        if self.answer.content.len() > before {
            let pause = self.last.map(|last| at.saturating_sub(last)).filter(|pause| *pause >= PAUSE);
            self.pauses.extend(pause.map(|pause| (before, pause)));
            self.last = Some(at);
        }
        taken
    }
}
