//! What the server sends in a trial: for each answer a head, writes and pauses, and one explicit end.

use std::time::Duration;

use streamspec_adapters::contract::Api;

use super::{Head, answer, coding, parts};
use crate::case::{Encoding, End, Step};
use crate::id::Variant;

/// The answers of one trial, whatever carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The answers to the first, second, … request; the last one is repeated. Never empty.
    pub answers: Vec<Answer>,
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status, the header fields and the framing; none when nothing is ever sent.
    pub head: Option<Head>,
    /// The writes of the body and the pauses between them.
    pub body: Vec<Part>,
    /// The end that follows the last of them.
    pub end: End,
    /// True if the body is a stream of the dialect's codec: status 200 and its content type.
    pub is_event_stream: bool,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One write.
    Write(Write),
    /// A time in which nothing is sent.
    Pause(Duration),
}

/// One write of the body, flushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The bytes, still encoded where the answer has a content coding; never empty.
    pub bytes: Vec<u8>,
    /// True if each byte has a frame of its own, rather than all of them one; only where the body is framed.
    pub one_by_one: bool,
}

impl From<Vec<u8>> for Part {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Write(Write { bytes, one_by_one: false })
    }
}

impl Script {
    /// Builds the answers from the steps of each exchange. Without any exchange, one empty event stream.
    pub fn build(api: Api, exchanges: &[Vec<Step>], variant: Variant, nonce: &str) -> Self {
        let mut answers: Vec<Answer> =
            exchanges.iter().map(|steps| answer::build(api, steps, variant, nonce)).collect();
        if answers.is_empty() {
            answers.push(answer::build(api, &[], variant, nonce));
        }
        Self { answers }
    }

    /// The answer to a request by its number, from 0; the last one is repeated.
    pub fn answer(&self, number: usize) -> Option<&Answer> {
        self.answers.get(number).or(self.answers.last())
    }

    /// The script with its first event stream cut after so many bytes of the body, and then ended like this.
    ///
    /// With `finish` the message is complete (the declared length is that of what is left); with any other end it is not.
    /// Pauses after the cut are left out.
    #[must_use]
    pub fn cut_after(&self, body_bytes: usize, end: End) -> Self {
        let mut script = self.clone();
        if let Some(stream) = script.answers.iter_mut().find(|answer| answer.is_event_stream) {
            stream.cut_after(body_bytes, end);
        }
        script
    }

    /// Makes the script in which these bytes follow so many bytes of the body of the first event stream, in a write of their
    /// own, and the message is then complete. Pauses after that place are left out.
    #[must_use]
    pub fn going_on_after(&self, body_bytes: usize, bytes: Vec<u8>) -> Self {
        let mut script = self.cut_after(body_bytes, End::Finish);
        if let Some(stream) = script.answers.iter_mut().find(|answer| answer.is_event_stream) {
            stream.body.push(Part::from(bytes));
            if let Some(head) = stream.head.as_mut() {
                head.declared_length = parts::length(&stream.body);
            }
        }
        script
    }
}

impl Answer {
    /// The bytes of the body; still encoded, where the answer has a content coding.
    pub fn bytes(&self) -> Vec<u8> {
        let writes = self.body.iter().filter_map(|part| if let Part::Write(write) = part { Some(write) } else { None });
        writes.flat_map(|write| &write.bytes).copied().collect()
    }

    /// Finds the coding of the body; none where it is not encoded.
    pub fn coding(&self) -> Option<Encoding> {
        self.head.as_ref().and_then(Head::coding)
    }

    /// The content that a client can have decoded from the first bytes of the body.
    pub fn decoded(&self, body: Vec<u8>) -> Vec<u8> {
        match self.coding() {
            None => body,
            Some(coding) => coding::decoded(coding, &body),
        }
    }

    fn cut_after(&mut self, length: usize, end: End) {
        self.body = parts::truncate(std::mem::take(&mut self.body), length);
        while matches!(self.body.last(), Some(Part::Pause(_))) {
            self.body.pop();
        }
        self.end = end;
        if let Some(head) = self.head.as_mut().filter(|_| end == End::Finish) {
            head.declared_length = parts::length(&self.body);
        }
    }
}
