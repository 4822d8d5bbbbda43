//! The encodings of events as bytes: one file for each codec.

mod body;
mod nonce;
mod sse;

use std::fmt;

use serde_json::Value;
use streamspec_adapters::contract::Api;
use streamspec_adapters::dialect;

pub(crate) use body::body;
pub use body::{Content, Item, Span};
pub(crate) use nonce::{FIRST, Nonce, NonceBytes, read_spelled, spelled};

use crate::id::Variant;

/// Finds the codec of a dialect's streams.
pub fn of(api: Api) -> &'static dyn Codec {
    match api.dialect().codec {
        dialect::Codec::Sse => &sse::Sse,
    }
}

/// An encoding of events as a stream of bytes.
pub trait Codec: fmt::Debug + Sync {
    /// Returns the `Content-Type` that a server gives such a stream.
    fn content_type(&self) -> &'static str;

    /// Says whether a `Content-Type` names such a stream.
    fn is_named_by(&self, content_type: &str) -> bool;

    /// Returns the bytes of a whole event. A text is sent as it is, any other value as compact JSON.
    fn event(&self, name: Option<&str>, data: &Value) -> Vec<u8>;

    /// Returns the bytes of what a client must ignore, with a text in it.
    fn comment(&self, text: &str) -> Vec<u8>;

    /// Says whether a variant can be made of such a stream; one that cannot is not run.
    fn has(&self, variant: Variant) -> bool;

    /// Rewrites a body so that its bytes differ and its events mean the same; a variant that is about something else
    /// leaves it alone.
    fn vary(&self, body: Vec<Item>, variant: Variant) -> Vec<Item>;

    /// Returns the offsets just after each whole event, ascending.
    fn event_ends(&self, stream: &[u8]) -> Vec<usize>;

    /// Returns the events of a stream as far as it goes; the last of them may not be whole.
    fn events(&self, stream: &[u8]) -> Vec<Decoded>;

    /// Returns the name that a client gives an event which is sent without one.
    fn default_name(&self) -> &'static str;
}

/// An event as a client reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its data; none where no line has any.
    pub data: Option<String>,
    /// The last line of the stream, as it was sent, where the stream ends inside of this event; none where the event is whole.
    pub broken_off: Option<String>,
}

impl Decoded {
    /// Returns its data as text, which is empty where it has none.
    pub fn data(&self) -> &str {
        self.data.as_deref().unwrap_or_default()
    }

    /// Says whether a client must ignore it: it is whole and there is nothing to act on.
    pub const fn is_ignored(&self) -> bool {
        self.data.is_none() && self.broken_off.is_none()
    }
}
