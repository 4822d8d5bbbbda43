//! The bytes of an answer: status line, header fields, and the framing of the body.

use std::borrow::Cow;

use http::StatusCode;

use crate::case::{self, End, Framing};
use crate::transport::{Encoded, EncodedWrite, MessagePart, Op, Version};
use crate::wire::{Answer, Head, Part, Write};

/// Encodes an answer. Without a head nothing is sent, and only the pauses remain.
pub(in crate::transport) fn encode(answer: &Answer, version: Version) -> Encoded {
    if answer.is_verbatim {
        return verbatim(answer);
    }
    let Answer { head, body, end, .. } = answer;
    let Some(head) = head.as_ref().map(|head| as_spoken(head, version)) else {
        let pauses = body.iter().filter_map(|part| if let Part::Pause(pause) = part { Some(*pause) } else { None });
        return Encoded { ops: pauses.map(Op::Pause).collect(), end: *end, keep_alive: false };
    };
    let outside_body =
        |part, bytes: Vec<u8>| Op::Write(EncodedWrite { part, bytes, body: Vec::new(), one_by_one: false });
    let has_content = !is_bodyless(head.status);
    let mut ops = Vec::with_capacity(body.len() + 2);
    ops.push(outside_body(MessagePart::Head, head_bytes(&head)));
    for part in body {
        match part {
            Part::Pause(pause) => ops.push(Op::Pause(*pause)),
            Part::Write(write) if has_content => {
                let bytes = framed(write, head.framing);
                let body = write.bytes.clone();
                ops.push(Op::Write(EncodedWrite {
                    part: MessagePart::Body,
                    bytes,
                    body,
                    one_by_one: write.one_by_one,
                }));
            }
            Part::Write(_) => {}
        }
    }
    if has_content && head.framing == Framing::Chunked && *end == End::Finish {
        ops.push(outside_body(MessagePart::End, format!("0\r\n{}\r\n", fields(&head.trailers)).into_bytes()));
    }
    Encoded { ops, end: *end, keep_alive: keeps_alive(&head, body, *end) }
}

/// Sends what was recorded as it is. Where it was a whole message, the client may ask again on the connection.
fn verbatim(answer: &Answer) -> Encoded {
    let ops = answer.body.iter().map(|part| match part {
        Part::Pause(pause) => Op::Pause(*pause),
        Part::Write(write) => {
            let (bytes, body) = (write.bytes.clone(), write.bytes.clone());
            Op::Write(EncodedWrite { part: MessagePart::Body, bytes, body, one_by_one: false })
        }
    });
    Encoded { ops: ops.collect(), end: answer.end, keep_alive: answer.end == End::Finish }
}

/// Returns the head that a client gets which speaks this version.
///
/// HTTP/1.0 has no chunks and no trailers: a chunked body is then delimited by the end of the connection (RFC 9112
/// section 6.3), so that nothing tells one that `eof` cuts from one that is whole. The status line stays that of
/// the case (RFC 9110 section 2.5), and the connection is closed after the answer.
fn as_spoken(head: &Head, version: Version) -> Cow<'_, Head> {
    if version != Version::Http10 {
        return Cow::Borrowed(head);
    }
    let mut head = head.clone();
    if head.framing == Framing::Chunked {
        head.framing = Framing::Close;
        head.trailers.clear();
    }
    head.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("connection"));
    if head.framing == Framing::ContentLength || is_bodyless(head.status) {
        head.headers.push(("connection".to_owned(), "close".to_owned()));
    }
    Cow::Owned(head)
}

/// Says whether a response with this status has no content, whatever its header fields say (RFC 9112 section 6.3).
pub(in crate::transport) const fn is_bodyless(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

/// Says whether the connection may serve another request after this answer.
fn keeps_alive(head: &Head, body: &[Part], end: End) -> bool {
    let complete = match head.framing {
        Framing::Chunked => true,
        Framing::ContentLength => head.declared_length == length(body),
        Framing::Close => false,
    };
    let closes = head.version == case::Version::Http10;
    let closes = closes || head.header("connection").is_some_and(|value| value.to_ascii_lowercase().contains("close"));
    complete && end == End::Finish && !closes
}

fn length(body: &[Part]) -> usize {
    body.iter().map(|part| if let Part::Write(write) = part { write.bytes.len() } else { 0 }).sum()
}

fn framed(write: &Write, framing: Framing) -> Vec<u8> {
    match framing {
        Framing::Chunked if write.one_by_one => {
            let mut chunks = Vec::with_capacity(write.bytes.len() * b"1\r\nx\r\n".len());
            write.bytes.iter().for_each(|byte| chunks.extend_from_slice(&[b'1', b'\r', b'\n', *byte, b'\r', b'\n']));
            chunks
        }
        Framing::Chunked => [format!("{:x}\r\n", write.bytes.len()).as_bytes(), &write.bytes, b"\r\n"].concat(),
        Framing::ContentLength | Framing::Close => write.bytes.clone(),
    }
}

fn head_bytes(head: &Head) -> Vec<u8> {
    let framing = match head.framing {
        _ if is_bodyless(head.status) => String::new(),
        Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
        Framing::ContentLength => format!("content-length: {}\r\n", head.declared_length),
        // The connection of HTTP/1.0 ends with the answer anyway.
        Framing::Close if head.version == case::Version::Http10 => String::new(),
        Framing::Close => "connection: close\r\n".to_owned(),
    };
    let version = match head.version {
        case::Version::Http10 => "HTTP/1.0",
        case::Version::Http11 => "HTTP/1.1",
    };
    let line = format!("{version} {} {}\r\n", head.status, reason(head.status));
    format!("{line}{}{framing}\r\n", fields(&head.headers)).into_bytes()
}

fn fields(fields: &[(String, String)]) -> String {
    fields.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect()
}

/// Finds the reason phrase of a status; empty where no registry has one, as with the 529 of Anthropic.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        // The names of RFC 9110; the crate has older ones.
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        _ => StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn reason_phrases_are_those_of_the_registry() {
        for (status, phrase) in [
            (200, "OK"),
            (413, "Content Too Large"),
            (422, "Unprocessable Content"),
            (429, "Too Many Requests"),
            (451, "Unavailable For Legal Reasons"),
            (529, ""),
            (1000, ""),
        ] {
            assert_eq!(reason(status), phrase, "{status}");
        }
    }
}
