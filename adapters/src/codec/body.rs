//! The body of an answer before it is written: spans of bytes, and where a write ends.

use std::time::Duration;

/// A piece of the body, or what comes between two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Bytes.
    Span(Span),
    /// The end of a write and of its frame.
    Flush,
    /// A time in which nothing is sent.
    Pause(Duration),
}

/// Bytes of the body that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The role they have for the codec.
    pub content: Content,
}

/// The role of a span, and with it the changes that a rewrite may make to its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A whole event: others may come before it, and its framing may be rewritten.
    Event,
    /// Text of the stream: its framing may be rewritten.
    Text,
    /// Bytes to be left alone.
    Opaque,
}
