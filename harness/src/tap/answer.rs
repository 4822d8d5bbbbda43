//! An answer as it went downstream.

use std::time::Duration;

use httparse::Status;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::body::{Body, Chunks};
use crate::transport::{Bursts, header_fields};

/// The most bytes of the answers of one call that are kept, with and without framing. Of what follows there are the length and the
/// digest.
pub(super) const KEPT: usize = 4 * 1024 * 1024;

/// The longest head of a request or an answer that is read, and its most fields.
pub(crate) const LONGEST_HEAD: usize = 256 * 1024;
pub(crate) const MOST_FIELDS: usize = 256;

/// The bytes that went downstream for one request, with their times since the trial was registered.
#[derive(Clone, Debug)]
pub struct TappedAnswer {
    /// The time at which the head of the request had come.
    pub asked_at: Duration,
    /// The bytes as they went, without answers of 1xx before the answer itself; of all answers of a call at most 4 MiB.
    pub bytes: Vec<u8>,
    /// The number of all bytes.
    pub length: u64,
    /// The status; none before the head has come whole.
    pub status: Option<u16>,
    /// The header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body without its framing, as far as it is in those bytes.
    pub content: Vec<u8>,
    /// The times at which the body went, without its framing.
    pub bursts: Bursts,
    /// The end, as far as it has come.
    pub end: AnswerEnd,
    /// The time of the end; none where it has not come.
    pub ended_at: Option<Duration>,
    hasher: Sha256,
    stage: Stage,
    /// The most bytes that are kept.
    room: usize,
}

/// The end of an answer as it went downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerEnd {
    /// The message is complete, as its framing says.
    Whole,
    /// The gateway ended the connection before that with FIN.
    Fin,
    /// The gateway ended the connection before that with RST.
    Reset,
    /// The client left before that, or ended its side of the connection.
    ClientLeft,
    /// None of these had come when the call was over.
    Open,
}

impl AnswerEnd {
    /// Returns the name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Fin => "fin",
            Self::Reset => "reset",
            Self::ClientLeft => "client-left",
            Self::Open => "open",
        }
    }
}

/// The part of the message that comes next.
#[derive(Clone, Debug)]
enum Stage {
    Head(Vec<u8>),
    Body(Body),
    /// It is no HTTP/1, so that nothing but the end of the connection ends it.
    Garbled,
}

impl TappedAnswer {
    /// Begins with no byte, and room for so many.
    pub(super) fn new(asked_at: Duration, room: usize) -> Self {
        Self {
            asked_at,
            bytes: Vec::new(),
            length: 0,
            status: None,
            headers: Vec::new(),
            content: Vec::new(),
            bursts: Bursts::default(),
            end: AnswerEnd::Open,
            ended_at: None,
            hasher: Sha256::new(),
            stage: Stage::Head(Vec::new()),
            room,
        }
    }

    /// Begins with no byte, and room for as many as are kept.
    pub(crate) fn begin(asked_at: Duration) -> Self {
        Self::new(asked_at, KEPT)
    }

    /// Makes the answer of these bytes, all there at once, behind which the connection ends like this.
    pub fn of(bytes: &[u8], end: AnswerEnd) -> Self {
        let mut answer = Self::new(Duration::ZERO, KEPT);
        answer.take(bytes, Duration::ZERO);
        answer.ends(end, Duration::ZERO);
        answer
    }

    /// Computes the SHA-256 of all bytes, in hexadecimal.
    pub fn digest(&self) -> String {
        hex::encode(self.hasher.clone().finalize())
    }

    /// Says if more came than is kept.
    pub const fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }

    /// Takes what belongs to it from the front of what has come. Returns how many bytes that are; fewer where something else follows it.
    pub(crate) fn take(&mut self, come: &[u8], at: Duration) -> usize {
        let mut taken = 0;
        while taken < come.len() && !self.is_over() {
            taken += self.take_part(&come[taken..], at);
        }
        taken
    }

    /// Says if its end is that of the connection.
    pub const fn is_ended_by_connection(&self) -> bool {
        matches!(self.stage, Stage::Body(Body::Connection))
    }

    /// Says if its end has come. What a gateway sends after its client has left belongs to no answer: nobody gets it.
    pub(super) fn is_over(&self) -> bool {
        self.end != AnswerEnd::Open
    }

    /// Notes the end of the connection, unless another end has come.
    pub(crate) fn ends(&mut self, end: AnswerEnd, at: Duration) {
        if self.end != AnswerEnd::Open || end == AnswerEnd::Open {
            return;
        }
        let is_its_end = end == AnswerEnd::Fin && matches!(self.stage, Stage::Body(Body::Connection));
        self.end = if is_its_end { AnswerEnd::Whole } else { end };
        self.ended_at = Some(at);
    }

    fn take_part(&mut self, come: &[u8], at: Duration) -> usize {
        let mut content = Vec::new();
        let taken = match &mut self.stage {
            Stage::Head(head) => {
                let before = head.len();
                head.extend_from_slice(come);
                match read_head(head) {
                    Head::Partial => come.len(),
                    Head::Garbled => {
                        self.stage = Stage::Garbled;
                        come.len()
                    }
                    Head::Interim(length) => {
                        // The answer itself is still to come.
                        *self = Self::new(self.asked_at, self.room);
                        return length - before;
                    }
                    Head::Whole { length, status, headers } => {
                        self.stage = Stage::Body(body(status, &headers));
                        (self.status, self.headers) = (Some(status), headers);
                        length - before
                    }
                }
            }
            Stage::Body(body) => body.take(come, &mut content).unwrap_or_else(|_| {
                self.stage = Stage::Garbled;
                come.len()
            }),
            Stage::Garbled => come.len(),
        };
        self.keep(&come[..taken], &content, at);
        if matches!(&self.stage, Stage::Body(body) if body.is_whole()) {
            (self.end, self.ended_at) = (AnswerEnd::Whole, Some(at));
        }
        taken
    }

    fn keep(&mut self, bytes: &[u8], content: &[u8], at: Duration) {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        self.bursts.add(at, content.len());
        for (kept, more) in [(&mut self.bytes, bytes), (&mut self.content, content)] {
            kept.extend_from_slice(&more[..more.len().min(self.room - kept.len())]);
        }
    }
}

enum Head {
    Partial,
    Garbled,
    Interim(usize),
    Whole { length: usize, status: u16, headers: Vec<(String, String)> },
}

fn read_head(bytes: &[u8]) -> Head {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(Status::Partial) if bytes.len() <= LONGEST_HEAD => Head::Partial,
        Ok(Status::Complete(length)) => match response.code.unwrap_or_default() {
            100..=199 => Head::Interim(length),
            status => Head::Whole { length, status, headers: header_fields(response.headers) },
        },
        Ok(Status::Partial) | Err(_) => Head::Garbled,
    }
}

fn body(status: u16, headers: &[(String, String)]) -> Body {
    match status {
        204 | 304 => Body::Length(0),
        _ => framed(headers).unwrap_or(Body::Connection),
    }
}

/// Finds the framing of a body; none where no field names one.
pub(crate) fn framed(headers: &[(String, String)]) -> Option<Body> {
    let named = |name: &'static str| headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name));
    if named("transfer-encoding").any(|(_, coding)| coding.to_ascii_lowercase().contains("chunked")) {
        return Some(Body::Chunked(Chunks::new()));
    }
    let length = named("content-length").next()?.1.trim().parse().ok()?;
    Some(Body::Length(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nA: b\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";

    /// Takes bytes in pieces; returns the answer and how many were taken.
    fn taken(bytes: &[u8], piece: usize) -> (TappedAnswer, usize) {
        let mut answer = TappedAnswer::new(Duration::ZERO, KEPT);
        let mut all = 0;
        for (piece, at) in bytes.chunks(piece).zip(0..) {
            let length = answer.take(piece, Duration::from_secs(at));
            all += length;
            if length < piece.len() {
                break;
            }
        }
        (answer, all)
    }

    #[test]
    fn an_answer_ends_where_it_says() {
        for piece in [1, 7, 1000] {
            let (answer, all) = taken(&[CHUNKED, b"HTTP/1.1 500 "].concat(), piece);
            assert_eq!((all, answer.end, answer.status), (CHUNKED.len(), AnswerEnd::Whole, Some(200)), "{piece}");
            assert_eq!((answer.bytes.as_slice(), answer.content.as_slice()), (CHUNKED, b"Hello".as_slice()));
            assert_eq!(answer.digest(), hex::encode(Sha256::digest(CHUNKED)));
            let interim = [b"HTTP/1.1 100 Continue\r\n\r\n", CHUNKED].concat();
            let (answer, all) = taken(&interim, piece);
            assert_eq!((all, answer.bytes.as_slice(), answer.length), (interim.len(), CHUNKED, CHUNKED.len() as u64));
            let (answer, _) = taken(&CHUNKED[..CHUNKED.len() - 3], piece);
            assert_eq!((answer.end, answer.content.as_slice()), (AnswerEnd::Open, b"Hello".as_slice()));
        }
    }

    #[test]
    fn the_end_of_the_connection_ends_what_nothing_else_does() {
        let of = |bytes: &[u8], end| {
            let answer = TappedAnswer::of(bytes, end);
            (answer.end, String::from_utf8_lossy(&answer.content).into_owned())
        };
        let expected = |end, content: &str| (end, content.to_owned());
        let plain = b"HTTP/1.0 200 OK\r\n\r\nHello";
        assert_eq!(of(plain, AnswerEnd::Fin), expected(AnswerEnd::Whole, "Hello"));
        assert_eq!(of(plain, AnswerEnd::Reset), expected(AnswerEnd::Reset, "Hello"));
        assert_eq!(of(CHUNKED, AnswerEnd::Reset), expected(AnswerEnd::Whole, "Hello"));
        assert_eq!(of(&CHUNKED[..60], AnswerEnd::Fin).0, AnswerEnd::Fin);
        assert_eq!(of(b"HTTP/1.1 2", AnswerEnd::Fin), expected(AnswerEnd::Fin, ""));
        assert_eq!(of(b"garbage\r\n\r\nand more", AnswerEnd::Fin), expected(AnswerEnd::Fin, ""));
        assert_eq!(of(b"HTTP/1.1 204 None\r\n\r\n", AnswerEnd::Open), expected(AnswerEnd::Whole, ""));
    }

    #[test]
    fn no_more_is_kept_than_is_needed() {
        let mut large = b"HTTP/1.0 200 OK\r\n\r\n".to_vec();
        large.resize(2 * KEPT, b'x');
        let (answer, all) = taken(&large, 100_000);
        assert_eq!(
            (all, answer.bytes.len(), answer.content.len(), answer.length),
            (2 * KEPT, KEPT, KEPT, 2 * KEPT as u64)
        );
        assert!(answer.is_cut() && answer.digest() == hex::encode(Sha256::digest(&large)));
    }
}
