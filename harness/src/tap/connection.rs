//! One connection through the tap: which request its bytes belong to.

use std::collections::VecDeque;
use std::sync::Arc;

use httparse::Status;

use super::Shared;
use super::answer::{AnswerEnd, LONGEST_HEAD, MOST_FIELDS, framed};
use super::body::Body;
use crate::transport::header_fields;

/// A connection between the client and the gateway, request after request.
pub(super) struct Connection {
    shared: Arc<Shared>,
    asking: Asking,
    /// The requests on it that are not answered whole, by their places among all of the trial.
    waiting: VecDeque<usize>,
}

/// The part of a request that comes next.
enum Asking {
    Head(Vec<u8>),
    Body(Body),
    /// It is no HTTP/1, so that nothing tells where another request begins.
    Garbled,
}

impl Connection {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, asking: Asking::Head(Vec::new()), waiting: VecDeque::new() }
    }

    /// Takes what the client sent.
    pub(super) fn asked(&mut self, mut sent: &[u8]) {
        while !sent.is_empty() {
            let Some(taken) = self.asked_part(sent) else {
                self.asking = Asking::Garbled;
                return;
            };
            sent = &sent[taken..];
        }
    }

    /// Takes a part of it. Returns how many bytes that are; none where it is no HTTP/1.
    fn asked_part(&mut self, sent: &[u8]) -> Option<usize> {
        let taken = match &mut self.asking {
            Asking::Head(head) => {
                let before = head.len();
                head.extend_from_slice(sent);
                let read = read_head(head);
                if matches!(read, Some((0, _))) {
                    return Some(sent.len());
                }
                self.waiting.push_back(self.shared.begin());
                let (length, body) = read?;
                self.asking = Asking::Body(body);
                length - before
            }
            Asking::Body(body) => body.take(sent, &mut Vec::new()).ok()?,
            Asking::Garbled => sent.len(),
        };
        if matches!(&self.asking, Asking::Body(body) if body.is_whole()) {
            self.asking = Asking::Head(Vec::new());
        }
        Some(taken)
    }

    /// Takes what the gateway sent. What nobody has asked for belongs to no request.
    pub(super) fn answered(&mut self, mut sent: &[u8]) {
        let at = self.shared.now();
        while let Some(place) = self.waiting.front().copied().filter(|_| !sent.is_empty()) {
            let is_over = self.shared.update(place, |answer| sent = &sent[answer.take(sent, at)..]);
            if is_over {
                self.waiting.pop_front();
            }
        }
    }

    /// Notes the end of the connection on one side.
    pub(super) fn ends(&mut self, end: AnswerEnd) {
        let at = self.shared.now();
        for place in &self.waiting {
            self.shared.update(*place, |answer| answer.ends(end, at));
        }
    }
}

/// Reads the head of a request: its length, which is 0 as long as it has not come whole, and the framing of its body. None where it is no
/// HTTP/1.
fn read_head(bytes: &[u8]) -> Option<(usize, Body)> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(Status::Partial) if bytes.len() <= LONGEST_HEAD => Some((0, Body::Length(0))),
        Ok(Status::Complete(length)) => {
            Some((length, framed(&header_fields(request.headers)).unwrap_or(Body::Length(0))))
        }
        Ok(Status::Partial) | Err(_) => None,
    }
}
