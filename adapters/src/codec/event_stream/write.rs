//! From events to frames.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::codec::{Frame, Header, Kind, Mistake, Wrong};

/// The number of bytes of a frame without headers and payload: the prelude with its checksum, and the checksum of the message.
const OVERHEAD: usize = 16;

/// Makes the data of an event `chunk` from the data of what is in it.
pub(super) fn chunk(data: &Value) -> Value {
    json!({ "bytes": STANDARD.encode(bytes(data)) })
}

/// Makes a frame. The data of an error is its message, which is a header; any other data is the payload.
pub(super) fn frame(kind: Kind, name: &str, data: &Value, frame: &Frame) -> Vec<u8> {
    let payload = if kind == Kind::Error { Vec::new() } else { bytes(data) };
    let headers: Vec<u8> =
        headers(kind, name, data, frame).iter().flat_map(|(name, value)| header(name, value)).collect();
    let length = OVERHEAD + headers.len() + payload.len();
    let headers_length = if frame.wrong == Some(Wrong::HeadersLength) { length + 1 } else { headers.len() };
    let mut bytes = [number(length), number(headers_length)].concat();
    let mut prelude_crc = crc32fast::hash(&bytes);
    match frame.wrong {
        Some(Wrong::PreludeCrc) => prelude_crc ^= 1,
        Some(Wrong::TotalLength) => bytes[0] += 1,
        Some(Wrong::MessageCrc | Wrong::HeadersLength) | None => {}
    }
    bytes.extend(prelude_crc.to_be_bytes());
    bytes.extend(headers);
    bytes.extend(payload);
    let message_crc = crc32fast::hash(&bytes) ^ u32::from(frame.wrong == Some(Wrong::MessageCrc));
    bytes.extend(message_crc.to_be_bytes());
    frame.part(bytes)
}

/// Finds the reason why a frame cannot be written.
pub(super) fn mistake(kind: Kind, name: &str, data: &Value, frame: &Frame) -> Option<Mistake> {
    if kind == Kind::Error && !data.is_string() {
        return Some(Mistake {
            message: "an error that the service's model does not have is a text",
            help: "write its message as `data`, and its code as `name`",
        });
    }
    for (name, value) in headers(kind, name, data, frame) {
        if name.is_empty() || name.len() > usize::from(u8::MAX) {
            return Some(Mistake {
                message: "the name of a header has 1 to 255 bytes",
                help: "send other bytes with `hex`",
            });
        }
        let is_written = match &value {
            Header::Bytes(digits) => hex::decode(digits).is_ok_and(|bytes| u16::try_from(bytes.len()).is_ok()),
            Header::Uuid(digits) => hex::decode(digits).is_ok_and(|bytes| bytes.len() == 16),
            Header::String(text) => u16::try_from(text.len()).is_ok(),
            Header::Unknown(kind) => *kind > 9,
            Header::Boolean(_)
            | Header::Byte(_)
            | Header::Short(_)
            | Header::Integer(_)
            | Header::Long(_)
            | Header::Timestamp(_) => true,
        };
        if !is_written {
            return Some(Mistake {
                message: "the value of a header cannot be written",
                help: "`bytes` and `uuid` are in hexadecimal, a UUID has 16 bytes, a text at most 65,535, and a type that is unknown a \
                       number from 10 on",
            });
        }
    }
    None
}

/// Lists the headers in the order in which AWS sends them, with those that the frame wants otherwise.
fn headers(kind: Kind, name: &str, data: &Value, frame: &Frame) -> Vec<(String, Header)> {
    let own = match kind {
        Kind::Event => [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")],
        Kind::Exception => {
            [(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")]
        }
        Kind::Error => {
            [(":error-code", name), (":error-message", data.as_str().unwrap_or_default()), (":message-type", "error")]
        }
    };
    let mut headers: Vec<(String, Header)> =
        own.into_iter().map(|(name, text)| (name.to_owned(), Header::String(text.to_owned()))).collect();
    for (name, value) in &frame.headers {
        let place = headers.iter().position(|(known, _)| known == name);
        match (place, value) {
            (Some(place), Some(value)) => headers[place].1 = value.clone(),
            (Some(place), None) => drop(headers.remove(place)),
            (None, Some(value)) => headers.push((name.clone(), value.clone())),
            (None, None) => {}
        }
    }
    headers.sort_by_key(|(name, _)| frame.first.iter().position(|first| first == name).unwrap_or(usize::MAX));
    headers
}

/// Makes the bytes of a header. What the loader does not let through is cut.
fn header(name: &str, value: &Header) -> Vec<u8> {
    let (kind, value): (u8, Vec<u8>) = match value {
        Header::Boolean(true) => (0, Vec::new()),
        Header::Boolean(false) => (1, Vec::new()),
        Header::Byte(number) => (2, number.to_be_bytes().into()),
        Header::Short(number) => (3, number.to_be_bytes().into()),
        Header::Integer(number) => (4, number.to_be_bytes().into()),
        Header::Long(number) => (5, number.to_be_bytes().into()),
        Header::Bytes(digits) => (6, sized(&hex::decode(digits).unwrap_or_default())),
        Header::String(text) => (7, sized(text.as_bytes())),
        Header::Timestamp(milliseconds) => (8, milliseconds.to_be_bytes().into()),
        Header::Uuid(digits) => (9, hex::decode(digits).unwrap_or_default()),
        Header::Unknown(kind) => (*kind, Vec::new()),
    };
    let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    [&[length], name, &[kind], &value].concat()
}

/// Puts the length of a value before it.
fn sized(value: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), value].concat()
}

fn number(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes()
}

/// Returns data as it is sent: a text as it is, any other value as compact JSON.
fn bytes(data: &Value) -> Vec<u8> {
    match data {
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    }
}
