//! Decoding as a client does it: bytes come in any pieces, and events as soon as they are whole.

use std::borrow::Cow;

use super::Kind;

/// A decoder of one stream.
pub trait Decode: Send {
    /// Takes some bytes and returns what they complete.
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item>;

    /// Ends the stream, and returns what the end completes of what is pending. The rest is discarded.
    fn finish(&mut self) -> Vec<Item>;

    /// Returns the name of the event that is arriving, and how much of its data is here, in bytes.
    fn arriving(&self) -> (&str, usize);
}

/// A result of decoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A dispatched event.
    Event(Event),
    /// A line that the rules tell to ignore; some servers put their errors there.
    Stray(String),
    /// A reason to give the stream up. The rules of Server-Sent Events know none; a wrong checksum is one.
    Refused(&'static str),
}

/// A dispatched event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The kind of message that it came in.
    pub kind: Kind,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data.
    pub data: String,
}

/// Returns the text of a line; what is not UTF-8 becomes U+FFFD.
pub(crate) fn text(line: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(line)
}
