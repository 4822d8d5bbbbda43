//! A look at frames that were sent: where each ends, and what is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::CHUNK;
use crate::codec::{Decoded, Kind};

/// The number of bytes of a prelude with its checksum.
const PRELUDE: usize = 12;
/// The number of bytes of a checksum.
const CRC: usize = 4;

/// A frame at the beginning of some bytes.
enum Seen<'s> {
    /// It is whole; the rest follows.
    Whole(Decoded, &'s [u8]),
    /// The bytes end in it.
    Begun,
    /// Every client must end the stream here.
    Wrong(&'static str),
}

/// Looks at the frame at the beginning of some bytes.
fn frame(bytes: &[u8]) -> Seen<'_> {
    let Some((prelude, _)) = bytes.split_at_checked(PRELUDE) else { return Seen::Begun };
    let (lengths, crc) = prelude.split_at(PRELUDE - CRC);
    if crc32fast::hash(lengths).to_be_bytes() != crc {
        return Seen::Wrong("the checksum of the prelude is wrong");
    }
    let length = |bytes: &[u8]| bytes.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    let (total, headers) = (length(&lengths[..4]), length(&lengths[4..]));
    let Some(payload_length) = total.checked_sub(PRELUDE + CRC).and_then(|room| room.checked_sub(headers)) else {
        return Seen::Wrong("the headers are longer than the message");
    };
    let Some((whole, rest)) = bytes.split_at_checked(total) else { return Seen::Begun };
    let (content, crc) = whole.split_at(total - CRC);
    if crc32fast::hash(content).to_be_bytes() != crc {
        return Seen::Wrong("the checksum of the message is wrong");
    }
    let (headers, payload) = content[PRELUDE..].split_at(content.len() - PRELUDE - payload_length);
    match texts(headers) {
        Some(headers) => Seen::Whole(decoded(&headers, payload), rest),
        None => Seen::Wrong("a header has a type that there is not, or does not fit"),
    }
}

/// Reads the headers that are texts; none where a header cannot be read.
fn texts(mut headers: &[u8]) -> Option<Vec<(String, String)>> {
    let mut take = |length: usize| -> Option<&[u8]> {
        let (taken, rest) = headers.split_at_checked(length)?;
        headers = rest;
        Some(taken)
    };
    let mut texts = Vec::new();
    while let Some(length) = take(1) {
        let name = String::from_utf8(take(length[0].into())?.to_vec()).ok()?;
        let size = match take(1)?[0] {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            kind @ (6 | 7) => {
                let size = take(2)?;
                let value = take(usize::from(size[0]) << 8 | usize::from(size[1]))?;
                if kind == 7 {
                    texts.push((name, String::from_utf8(value.to_vec()).ok()?));
                }
                continue;
            }
            _ => return None,
        };
        take(size)?;
    }
    Some(texts)
}

/// Makes the event of a frame.
fn decoded(headers: &[(String, String)], payload: &[u8]) -> Decoded {
    let text = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    let payload = String::from_utf8_lossy(payload).into_owned();
    let (kind, name, data) = match text(":message-type") {
        Some("exception") => (Kind::Exception, text(":exception-type"), payload),
        Some("error") => (Kind::Error, text(":error-code"), text(":error-message").unwrap_or_default().to_owned()),
        _ => (Kind::Event, text(":event-type"), payload),
    };
    let name = name.unwrap_or_default();
    match chunk(&data).filter(|_| kind == Kind::Event && name == CHUNK) {
        Some(data) => Decoded { data: Some(data), ..Decoded::default() },
        None => Decoded { kind, name: name.to_owned(), data: Some(data), broken_off: None },
    }
}

/// Returns what is in an event `chunk`.
fn chunk(data: &str) -> Option<String> {
    let data: Value = serde_json::from_str(data).ok()?;
    let bytes = STANDARD.decode(data.get("bytes")?.as_str()?).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Goes through the frames of a stream, each with the number of bytes behind it, and returns what is behind the last one.
fn frames(stream: &[u8]) -> (Vec<(Decoded, usize)>, &[u8], Option<&'static str>) {
    let (mut seen, mut rest) = (Vec::new(), stream);
    loop {
        match frame(rest) {
            Seen::Whole(event, behind) => {
                seen.push((event, behind.len()));
                rest = behind;
            }
            Seen::Begun => return (seen, rest, None),
            Seen::Wrong(why) => return (seen, rest, Some(why)),
        }
    }
}

/// Returns the offsets just after each whole frame.
pub(super) fn event_ends(stream: &[u8]) -> Vec<usize> {
    frames(stream).0.into_iter().map(|(_, behind)| stream.len() - behind).collect()
}

/// Returns the events of a stream as far as a client may read it.
pub(super) fn events(stream: &[u8]) -> Vec<Decoded> {
    let (seen, rest, wrong) = frames(stream);
    let broken_off = match wrong {
        Some(why) => Some(format!("({why})")),
        None if rest.is_empty() => None,
        None => Some(String::from_utf8_lossy(rest).into_owned()),
    };
    let last = broken_off.map(|rest| Decoded { broken_off: Some(rest), ..Decoded::default() });
    seen.into_iter().map(|(event, _)| event).chain(last).collect()
}

/// Says whether a client must end the stream somewhere in these bytes.
pub(super) fn is_malformed(stream: &[u8]) -> bool {
    frames(stream).2.is_some()
}

/// Says whether some bytes end where a frame does.
pub(super) fn is_between_frames(stream: &[u8]) -> bool {
    let (_, rest, wrong) = frames(stream);
    rest.is_empty() && wrong.is_none()
}

/// Says whether bytes begin with a prelude; none where more of it is needed to tell.
pub(super) fn looks_like(beginning: &[u8]) -> Option<bool> {
    // No prelude of a frame of less than 16 MiB begins otherwise, and text never does so.
    if beginning.first().is_some_and(|first| *first != 0) {
        return Some(false);
    }
    let prelude = beginning.get(..PRELUDE)?;
    Some(crc32fast::hash(&prelude[..PRELUDE - CRC]).to_be_bytes() == prelude[PRELUDE - CRC..])
}
