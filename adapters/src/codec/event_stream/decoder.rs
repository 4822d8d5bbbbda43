//! A decoder of frames as they come.
//!
//! A prelude is checked as soon as it is here: a client that trusts a length first may wait for bytes that never come.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::codec::Kind;
use crate::codec::decode::{Decode, Event, Item, text};

/// The number of bytes of a prelude with its checksum.
const PRELUDE: usize = 12;

/// A decoder that follows the specification.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The bytes of the frame that has not ended yet.
    pub(crate) pending: Vec<u8>,
    /// The stages that a fault may be in.
    pub(crate) stages: Stages,
    /// A frame was wrong, so that nothing after it is read.
    is_over: bool,
}

/// The headers of a frame that are texts, with their names.
pub(crate) type Headers = Vec<(String, String)>;

/// A stage that reads headers.
type ReadHeaders = fn(&[u8]) -> Option<Headers>;

/// A stage that makes an item of headers and a payload.
type MakeItem = fn(&[(String, String)], &[u8]) -> Item;

/// The stages of the decoder, each of which a client can have otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stages {
    /// Checks the checksum of a prelude: what it covers, and what it says.
    pub(crate) is_prelude: fn(&[u8], u32) -> bool,
    /// Checks the checksum of a message.
    pub(crate) is_message: fn(&[u8], u32) -> bool,
    /// Reads the headers that are texts; none where one cannot be read.
    pub(crate) headers: ReadHeaders,
    /// Makes what a message says of its headers and its payload.
    pub(crate) message: MakeItem,
}

impl Default for Stages {
    fn default() -> Self {
        Self { is_prelude: is_crc_of, is_message: is_crc_of, headers, message }
    }
}

/// A frame that has come whole, or the reason why it never will.
enum Frame {
    Whole(Item, usize),
    Begun,
    Refused(&'static str),
}

impl Decoder {
    /// Makes a decoder with stages of its own.
    pub(crate) const fn of(stages: Stages) -> Self {
        Self { pending: Vec::new(), stages, is_over: false }
    }

    /// Reads the frame at an offset of what is pending.
    fn frame(&self, offset: usize) -> Frame {
        let bytes = &self.pending[offset..];
        let number = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
        let (Some(total), Some(headers), Some(crc)) = (number(0), number(4), number(8)) else { return Frame::Begun };
        if !(self.stages.is_prelude)(&bytes[..8], crc) {
            return Frame::Refused("the checksum of a frame's prelude is wrong");
        }
        let (total, headers) = (total as usize, headers as usize);
        if total < PRELUDE + 4 || headers > total - PRELUDE - 4 {
            return Frame::Refused("the headers of a frame are longer than the frame");
        }
        let Some(whole) = bytes.get(..total) else { return Frame::Begun };
        let Some((content, crc)) = whole.split_last_chunk::<4>() else { return Frame::Begun };
        if !(self.stages.is_message)(content, u32::from_be_bytes(*crc)) {
            return Frame::Refused("the checksum of a frame is wrong");
        }
        let (headers, payload) = content[PRELUDE..].split_at(headers);
        match (self.stages.headers)(headers) {
            Some(headers) => Frame::Whole((self.stages.message)(&headers, payload), offset + total),
            None => Frame::Refused("a header of a frame cannot be read"),
        }
    }
}

impl Decode for Decoder {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item> {
        let mut items = Vec::new();
        if self.is_over {
            return items;
        }
        self.pending.extend_from_slice(bytes);
        let mut read = 0;
        loop {
            match self.frame(read) {
                Frame::Whole(item, end) => {
                    self.is_over = matches!(item, Item::Refused(_));
                    items.push(item);
                    read = end;
                }
                Frame::Begun => break,
                Frame::Refused(why) => {
                    items.push(Item::Refused(why));
                    self.is_over = true;
                }
            }
            if self.is_over {
                self.pending.clear();
                return items;
            }
        }
        self.pending.drain(..read);
        items
    }

    fn finish(&mut self) -> Vec<Item> {
        self.pending.clear();
        Vec::new()
    }

    fn arriving(&self) -> (&str, usize) {
        ("", self.pending.len())
    }
}

/// Says whether a number is the checksum of some bytes.
pub(crate) fn is_crc_of(bytes: &[u8], crc: u32) -> bool {
    crc32fast::hash(bytes) == crc
}

/// Reads the headers that are texts; none where one has a type that there is not, or does not fit.
pub(crate) fn headers(mut bytes: &[u8]) -> Option<Headers> {
    let mut headers = Vec::new();
    while let [length, rest @ ..] = bytes {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (kind, rest) = rest.split_first()?;
        let (length, rest) = match kind {
            0 | 1 => (0, rest),
            2 => (1, rest),
            3 => (2, rest),
            4 => (4, rest),
            5 | 8 => (8, rest),
            6 | 7 => rest.split_first_chunk().map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?,
            9 => (16, rest),
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        if *kind == 7 {
            headers.push((text(name).into_owned(), text(value).into_owned()));
        }
        bytes = rest;
    }
    Some(headers)
}

/// Makes what a message says: an event, or an error. Of a kind that there is not, nobody knows what it says.
pub(crate) fn message(headers: &[(String, String)], payload: &[u8]) -> Item {
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let named = |kind, name: &str, data| match header(name) {
        Some(name) => Item::Event(Event { kind, name, data }),
        None => Item::Refused("a frame lacks the header that names what it is"),
    };
    let payload = || text(payload).into_owned();
    match header(":message-type").as_deref() {
        Some("event") => inner(named(Kind::Event, ":event-type", payload())),
        Some("exception") => named(Kind::Exception, ":exception-type", payload()),
        Some("error") => named(Kind::Error, ":error-code", header(":error-message").unwrap_or_default()),
        _ => Item::Refused("a frame is neither an event nor an error"),
    }
}

/// Returns the event of a model that an event `chunk` holds, or the event as it is.
fn inner(item: Item) -> Item {
    let Item::Event(Event { name, data, .. }) = &item else { return item };
    let bytes = || {
        let payload: Value = serde_json::from_str(data).ok()?;
        STANDARD.decode(payload.get("bytes")?.as_str()?).ok()
    };
    match (name.as_str() == "chunk").then(bytes).flatten() {
        Some(bytes) => Item::Event(Event { kind: Kind::Event, name: String::new(), data: text(&bytes).into_owned() }),
        None => item,
    }
}
