//! Builds the answer to one request from its steps.

use std::borrow::Cow;

use super::body::{self, Item};
use super::dress;
use super::http::{self, Head};
use super::parts::{self, Part};
use super::script::{Answer, Op};
use super::values::Values;
use crate::case::{Encoding, End, Framing, Respond, Step};
use crate::id::Variant;

/// Builds the answer to one request. Without an `end` the message is finished.
pub(super) fn build(steps: &[Step], variant: Variant, nonce: &str) -> Answer {
    let values = Values { nonce, n: None };
    let respond = steps.iter().find_map(|step| if let Step::Respond(respond) = step { Some(respond) } else { None });
    let respond = respond.cloned().unwrap_or_default();
    let end = steps.iter().find_map(|step| if let Step::End(end) = step { Some(*end) } else { None });
    let (framing, end) = http::framing(&respond, end.unwrap_or(End::Finish), variant);
    let mut head = Head {
        headers: http::headers(&respond, is_plain_json(steps), values),
        framing,
        content_length: 0,
        trailers: respond.trailers.iter().map(|(name, value)| (name.clone(), values.text(value))).collect(),
    };

    let mut items = body::items(steps, values);
    if respond.status == 200 && head.is_event_stream() {
        items = dress::dress(items, variant);
    }
    let body = sent_body(items, &respond, end, variant);
    head.content_length = parts::length(&body).saturating_add_signed(lie(&respond));

    let status = (!respond.withheld).then_some(respond.status);
    let answer = Answer::new(status, head, body, end);
    if variant == Variant::OneByte && framing == Framing::Chunked { answer.in_fewer_writes() } else { answer }
}

/// How many one-byte chunks go into one write. A client's HTTP parser sees every chunk by itself; a write of its own
/// for each would be joined by the kernel before the client reads, and cost more than all the rest of a run.
const CHUNKS_IN_A_WRITE: usize = 128;

/// The body as it is sent: joined, encoded, cut short, and cut into the variant's writes.
fn sent_body(items: Vec<Item>, respond: &Respond, end: End, variant: Variant) -> Vec<Part> {
    let mut body = parts::join(items);
    if respond.encoding == Some(Encoding::Gzip) {
        body = parts::gzip(body, end == End::Finish);
    }
    if let Some(length) = respond.cut_body_after {
        body = parts::truncate(body, length);
    }
    parts::recut(body, variant)
}

fn lie(respond: &Respond) -> isize {
    isize::try_from(respond.content_length_lie).unwrap_or_default()
}

/// Whether the body holds JSON and nothing of an event stream.
fn is_plain_json(steps: &[Step]) -> bool {
    fn holds(steps: &[Step], wanted: fn(&Step) -> bool) -> bool {
        steps.iter().any(|step| match step {
            Step::Repeat(repeat) => holds(&repeat.steps, wanted),
            step => wanted(step),
        })
    }
    holds(steps, |step| matches!(step, Step::Json(_)))
        && !holds(steps, |step| matches!(step, Step::Event(_) | Step::Data(_) | Step::Comment(_)))
}

impl Answer {
    pub(super) fn new(status: Option<u16>, head: Head, body: Vec<Part>, end: End) -> Self {
        let keep_alive = status.is_some() && head.keeps_alive(&body, end);
        let ops = http::frame(status, &head, body, end);
        Self { status, head, keep_alive, ops, end }
    }

    /// The same bytes and chunks, with runs of writes of one byte of the body joined.
    fn in_fewer_writes(mut self) -> Self {
        let mut joined: Vec<Op> = Vec::new();
        for op in self.ops {
            match (joined.last_mut(), op) {
                (Some(Op::Write(last)), Op::Write(next))
                    if !last.body.is_empty() && next.body.len() == 1 && last.body.len() < CHUNKS_IN_A_WRITE =>
                {
                    last.bytes.extend(next.bytes);
                    last.body.extend(next.body);
                }
                (_, op) => joined.push(op),
            }
        }
        self.ops = joined;
        self
    }

    /// What a client gets that speaks this version of HTTP.
    ///
    /// HTTP/1.0 has no chunks and no trailers: a chunked body is then delimited by the end of the connection (RFC 9112
    /// section 6.3), so that nothing tells one that `eof` cuts from one that is whole. The status line stays that of
    /// HTTP/1.1 (RFC 9110 section 2.5), and the connection is closed after the answer.
    pub fn over(&self, http_1_0: bool) -> Cow<'_, Self> {
        if !http_1_0 {
            return Cow::Borrowed(self);
        }
        let mut head = self.head.clone();
        if head.framing == Framing::Chunked {
            head.framing = Framing::Close;
            head.trailers.clear();
        }
        head.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("connection"));
        if head.framing == Framing::ContentLength || self.status.is_some_and(http::is_bodyless) {
            head.headers.push(("connection".to_owned(), "close".to_owned()));
        }
        Cow::Owned(Self::new(self.status, head, self.parts(), self.end))
    }

    /// The body in the writes and with the silences that it has.
    fn parts(&self) -> Vec<Part> {
        let parts = self.ops.iter().filter_map(|op| match op {
            Op::Write(write) if write.body.is_empty() => None,
            Op::Write(write) => Some(Part::Write { bytes: write.body.clone(), step: write.step }),
            Op::Pause(pause) => Some(Part::Pause(*pause)),
        });
        parts.collect()
    }

    /// The same answer with only the first bytes of its body, and another end.
    pub(super) fn cut_after(&self, length: usize, end: End) -> Self {
        let mut body = parts::truncate(self.parts(), length);
        while matches!(body.last(), Some(Part::Pause(_))) {
            body.pop();
        }
        let mut head = self.head.clone();
        if end == End::Finish {
            head.content_length = parts::length(&body);
        }
        Self::new(self.status, head, body, end)
    }
}
