//! An answer as HTTP/2 carries it: a status and fields, data, and fields behind it.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::case::{End, Framing};
use crate::transport::http1::encode::is_bodyless;
use crate::transport::{Encoded, EncodedWrite, MessagePart, Op};
use crate::wire::{Answer, Head, Part};

/// Fields of a connection of HTTP/1, which an answer over HTTP/2 must not have (RFC 9113 section 8.2.2).
const OF_CONNECTIONS: [&str; 5] = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/// Encodes an answer. Without a head nothing is sent, and only the pauses remain.
///
/// A body that is delimited by the end of its connection is complete there, so that `END_STREAM` ends it.
pub(super) fn encode(answer: &Answer) -> Encoded {
    let Answer { head, body, end, .. } = answer;
    let end = *end;
    let Some(head) = head else {
        let pauses = body.iter().filter_map(|part| if let Part::Pause(pause) = part { Some(*pause) } else { None });
        return Encoded { ops: pauses.map(Op::Pause).collect(), end, keep_alive: false };
    };
    let outside_body =
        |part, bytes: Vec<u8>| Op::Write(EncodedWrite { part, bytes, body: Vec::new(), one_by_one: false });
    let has_content = !is_bodyless(head.status);
    let mut ops = vec![outside_body(MessagePart::Head, text(Some(head.status), &fields(head)))];
    for part in body {
        match part {
            Part::Pause(pause) => ops.push(Op::Pause(*pause)),
            Part::Write(write) if has_content => ops.push(Op::Write(EncodedWrite {
                part: MessagePart::Body,
                bytes: write.bytes.clone(),
                body: write.bytes.clone(),
                one_by_one: write.one_by_one,
            })),
            Part::Write(_) => {}
        }
    }
    let end = if head.framing == Framing::Close && end == End::Eof { End::Finish } else { end };
    if has_content && !head.trailers.is_empty() && end == End::Finish {
        ops.push(outside_body(MessagePart::End, text(None, &trailers(head))));
    }
    Encoded { ops, end, keep_alive: end == End::Finish }
}

/// Makes the response that a head stands for.
pub(super) fn response(head: &Head) -> Response<()> {
    let mut response = Response::new(());
    // A case has a status of three digits.
    *response.status_mut() = StatusCode::from_u16(head.status).unwrap_or_default();
    *response.headers_mut() = fields(head).into_iter().fold(HeaderMap::new(), with);
    response
}

/// Makes the fields behind the body.
pub(super) fn trailing(head: &Head) -> HeaderMap {
    trailers(head).into_iter().fold(HeaderMap::new(), with)
}

fn with(mut map: HeaderMap, (name, value): (HeaderName, HeaderValue)) -> HeaderMap {
    map.append(name, value);
    map
}

fn fields(head: &Head) -> Vec<(HeaderName, HeaderValue)> {
    let length = (head.framing == Framing::ContentLength && !is_bodyless(head.status))
        .then(|| ("content-length".to_owned(), head.declared_length.to_string()));
    head.headers.iter().cloned().chain(length).filter_map(|(name, value)| field(&name, &value)).collect()
}

fn trailers(head: &Head) -> Vec<(HeaderName, HeaderValue)> {
    head.trailers.iter().filter_map(|(name, value)| field(name, value)).collect()
}

/// Makes a field, unless it belongs to a connection of HTTP/1 or is none.
fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes()).ok()?;
    let is_of_connections = OF_CONNECTIONS.contains(&name.as_str());
    (!is_of_connections).then_some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

/// Writes fields as text, with the pseudo-field of the status before them.
fn text(status: Option<u16>, fields: &[(HeaderName, HeaderValue)]) -> Vec<u8> {
    let mut text = String::new();
    if let Some(status) = status {
        let _ = write!(text, ":status: {status}\r\n");
    }
    for (name, value) in fields {
        let _ = write!(text, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    text.push_str("\r\n");
    text.into_bytes()
}
