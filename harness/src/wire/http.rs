//! The head of an answer, and the HTTP/1.1 framing around its body (RFC 9112).

use super::parts::{self, Part};
use super::script::{Op, Write};
use super::values::Values;
use crate::case::{Encoding, End, Framing, Respond};
use crate::id::Variant;

const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";
const JSON: &str = "application/json";

/// The head of an answer and how its body is framed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The header fields in the order they are sent, without the one that tells the framing.
    pub headers: Vec<(String, String)>,
    /// How the end of the body is told.
    pub framing: Framing,
    /// What `Content-Length` says, where that is the framing.
    pub content_length: usize,
    /// The fields after the last chunk.
    pub trailers: Vec<(String, String)>,
}

/// How the body is framed under a variant, and how the answer then has to end to mean the same.
///
/// An answer whose framing carries meaning keeps it: a `Content-Length` that lies, trailers, and a chunked body whose
/// connection ends too early, which without chunks would be complete (RFC 9112 section 8).
pub(super) fn framing(respond: &Respond, end: End, variant: Variant) -> (Framing, End) {
    if respond.content_length_lie != 0 || !respond.trailers.is_empty() {
        return (respond.framing, end);
    }
    match (variant, respond.framing, end) {
        (Variant::CloseDelimited, Framing::Chunked, End::Eof) => (Framing::Chunked, End::Eof),
        (Variant::CloseDelimited, Framing::ContentLength, End::Eof) => (Framing::Close, End::Finish),
        (Variant::CloseDelimited, _, end) => (Framing::Close, end),
        // The end of the connection completed the message; now the last chunk does.
        (Variant::Chunked, Framing::Close | Framing::ContentLength, End::Eof) => (Framing::Chunked, End::Finish),
        (Variant::Chunked, _, end) => (Framing::Chunked, end),
        (_, framing, end) => (framing, end),
    }
}

/// The header fields: the defaults, each in its place if the case replaces it; then the case's own in alphabetical
/// order. A body that is nothing but `json` steps is `application/json` unless the case says otherwise.
pub(super) fn headers(respond: &Respond, plain_json: bool, values: Values<'_>) -> Vec<(String, String)> {
    let encoding = respond.encoding.map(|Encoding::Gzip| ("content-encoding", "gzip"));
    let content_type = ("content-type", if plain_json { JSON } else { EVENT_STREAM });
    let defaults = [content_type, ("cache-control", "no-cache")].into_iter().chain(encoding);
    let mut headers: Vec<(String, Option<String>)> =
        defaults.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).collect();
    for (name, value) in &respond.headers {
        let value = value.as_ref().map(|value| values.text(value));
        match headers.iter_mut().find(|(default, _)| default.eq_ignore_ascii_case(name)) {
            Some(default) => *default = (name.clone(), value),
            None => headers.push((name.clone(), value)),
        }
    }
    headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Whether a response with this status has no content, whatever its header fields say (RFC 9112 section 6.3).
pub(super) fn is_bodyless(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

/// Puts HTTP around the body. Without a status nothing is sent, and only the silences remain.
pub(super) fn frame(status: Option<u16>, head: &Head, body: Vec<Part>, end: End) -> Vec<Op> {
    let outside_body = |bytes: Vec<u8>| Op::Write(Write { bytes, body: Vec::new(), step: None });
    let mut ops = Vec::with_capacity(body.len() + 2);
    ops.extend(status.map(|status| outside_body(head.octets(status))));
    for part in body {
        match part {
            Part::Pause(pause) => ops.push(Op::Pause(pause)),
            Part::Write { .. } if status.is_none_or(is_bodyless) => {}
            Part::Write { bytes, step } => {
                let framed = match head.framing {
                    Framing::Chunked => [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat(),
                    Framing::ContentLength | Framing::Close => bytes.clone(),
                };
                ops.push(Op::Write(Write { bytes: framed, body: bytes, step }));
            }
        }
    }
    let has_content = status.is_some_and(|status| !is_bodyless(status));
    if has_content && head.framing == Framing::Chunked && end == End::Finish {
        ops.push(outside_body(format!("0\r\n{}\r\n", fields(&head.trailers)).into_bytes()));
    }
    ops
}

impl Head {
    /// Whether the connection may serve another request after this body.
    pub(super) fn keeps_alive(&self, body: &[Part], end: End) -> bool {
        let complete = match self.framing {
            Framing::Chunked => true,
            Framing::ContentLength => self.content_length == parts::length(body),
            Framing::Close => false,
        };
        let closes = self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("connection") && value.to_ascii_lowercase().contains("close")
        });
        complete && end == End::Finish && !closes
    }

    /// Whether the body is an event stream.
    pub(super) fn is_event_stream(&self) -> bool {
        self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().starts_with("text/event-stream")
        })
    }

    /// Whether the body is compressed.
    pub(super) fn is_gzip(&self) -> bool {
        self.headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("content-encoding") && value.eq_ignore_ascii_case("gzip"))
    }

    fn octets(&self, status: u16) -> Vec<u8> {
        let framing = match self.framing {
            _ if is_bodyless(status) => String::new(),
            Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
            Framing::ContentLength => format!("content-length: {}\r\n", self.content_length),
            Framing::Close => "connection: close\r\n".to_owned(),
        };
        format!("HTTP/1.1 {status} {}\r\n{}{framing}\r\n", reason(status), fields(&self.headers)).into_bytes()
    }
}

fn fields(fields: &[(String, String)]) -> String {
    fields.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect()
}

/// The reason phrase; empty where no registry has one, as with the 529 of Anthropic.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        424 => "Failed Dependency",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
