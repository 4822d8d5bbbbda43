//! The exact bytes of every answer, cut into writes, with pauses and one explicit end.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::{Head, answer, lines};
use crate::case::{End, Step};
use crate::id::Variant;

/// What the server does for one trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The answers to the first, second, … request; the last one is repeated. Never empty.
    pub answers: Vec<Answer>,
}

/// What the server does for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status on the status line; none when nothing is ever sent.
    pub status: Option<u16>,
    /// The header fields and the framing.
    pub head: Head,
    /// Whether the connection may serve another request after `finish`.
    pub keep_alive: bool,
    /// What is written and when.
    pub ops: Vec<Op>,
    /// What comes after the last of them.
    pub end: End,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// One write to the socket, flushed.
    Write(Write),
    /// Silence.
    Pause(Duration),
}

/// One write to the socket. The head is one of its own, and so is the last chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The bytes on the wire, with the HTTP framing; never empty.
    pub bytes: Vec<u8>,
    /// The part of the body among them, without the HTTP framing; still encoded, where the answer has an encoding.
    pub body: Vec<u8>,
    /// The step the first of them came from, by its index in the exchange; none for the head, the last chunk, and what
    /// a variant or the encoding added.
    pub step: Option<usize>,
}

impl Script {
    /// Builds the answers from the steps of each exchange. Without any exchange, one empty event stream.
    pub fn build(exchanges: &[Vec<Step>], variant: Variant, nonce: &str) -> Self {
        let mut answers: Vec<Answer> = exchanges.iter().map(|steps| answer::build(steps, variant, nonce)).collect();
        if answers.is_empty() {
            answers.push(answer::build(&[], variant, nonce));
        }
        Self { answers }
    }

    /// The answer to a request by its number, from 0; the last one is repeated.
    pub fn answer(&self, number: usize) -> Option<&Answer> {
        self.answers.get(number).or(self.answers.last())
    }

    /// The script with its first event stream cut after so many bytes of the body, and then ended like this.
    ///
    /// With `finish` the HTTP message is complete (the last chunk is sent, `Content-Length` is that of what is left);
    /// with any other end it is not. Silences after the cut are left out.
    #[must_use]
    pub fn cut_after(&self, body_bytes: usize, end: End) -> Self {
        let mut script = self.clone();
        if let Some(stream) = script.answers.iter_mut().find(|answer| answer.is_event_stream()) {
            *stream = stream.cut_after(body_bytes, end);
        }
        script
    }

    /// The offsets in the body of the first event stream just after each record, ascending; the last is usually its
    /// length. A compressed body has none.
    pub fn event_boundaries(&self) -> Vec<usize> {
        let plain = self.event_stream().filter(|stream| !stream.head.is_gzip());
        plain.map_or_else(Vec::new, |stream| lines::record_ends(&stream.body()))
    }

    /// How long the body of the first event stream is, in bytes.
    pub fn body_len(&self) -> usize {
        self.event_stream().map_or(0, |stream| stream.writes().map(|write| write.body.len()).sum())
    }

    /// SHA-256, in hexadecimal, of the first `written` bytes that an answer puts on the wire.
    pub fn digest_prefix(&self, answer: usize, written: u64) -> String {
        self.answer(answer).map_or_else(|| hex::encode(Sha256::digest([])), |answer| answer.digest_prefix(written))
    }

    fn event_stream(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.is_event_stream())
    }
}

impl Answer {
    /// The writes without the silences.
    pub fn writes(&self) -> impl Iterator<Item = &Write> {
        self.ops.iter().filter_map(|op| if let Op::Write(write) = op { Some(write) } else { None })
    }

    /// SHA-256, in hexadecimal, of the first `written` bytes that it puts on the wire.
    pub fn digest_prefix(&self, written: u64) -> String {
        let mut left = usize::try_from(written).unwrap_or(usize::MAX);
        let mut hasher = Sha256::new();
        for write in self.writes() {
            let prefix = &write.bytes[..write.bytes.len().min(left)];
            hasher.update(prefix);
            left -= prefix.len();
        }
        hex::encode(hasher.finalize())
    }

    /// The body, without the HTTP framing; still encoded, where the answer has an encoding.
    pub fn body(&self) -> Vec<u8> {
        self.writes().flat_map(|write| &write.body).copied().collect()
    }

    /// The content that a client can have decoded from the first `written` bytes of the answer, counting whole writes.
    pub fn content_within(&self, written: u64) -> Vec<u8> {
        let mut offset = 0;
        let whole = self.writes().take_while(|write| {
            offset += write.bytes.len() as u64;
            offset <= written
        });
        let body: Vec<u8> = whole.flat_map(|write| &write.body).copied().collect();
        if !self.head.is_gzip() {
            return body;
        }
        let mut content = Vec::new();
        // A cut body ends in an error; what was decoded before it stays.
        let _ = GzDecoder::new(body.as_slice()).read_to_end(&mut content);
        content
    }

    /// Whether this is a stream of events: status 200 and `text/event-stream`.
    pub fn is_event_stream(&self) -> bool {
        self.status == Some(200) && self.head.is_event_stream()
    }
}
