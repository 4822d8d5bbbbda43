//! The codecs: how the events of a stream become bytes and where each of them ends, one file for each codec.
//!
//! A file has both directions: what writes a stream and looks at one that was sent ([`Codec`]), and the decoder with which the
//! reference client reads one as it comes ([`decode`]). The two share no code, so that one can be proof of the other.

mod body;
pub mod decode;
pub(crate) mod event_stream;
mod form;
pub(crate) mod ndjson;
pub(crate) mod sse;

use std::fmt;

use serde_json::Value;

pub use self::body::{Content, Item, Span};
use self::decode::Decode;
pub use self::event_stream::EventStream;
pub use self::form::{Frame, Header, Kind, Wrong};
pub use self::ndjson::Ndjson;
pub use self::sse::Sse;

/// An encoding of events as a stream of bytes.
pub trait Codec: fmt::Debug + Sync {
    /// Returns its name: `sse`.
    fn name(&self) -> &'static str;

    /// Returns the media type of such a stream, for which a client asks.
    fn media_type(&self) -> &'static str;

    /// Returns the `Content-Type` that a server gives such a stream.
    fn content_type(&self) -> &'static str {
        self.media_type()
    }

    /// Says whether a `Content-Type` names such a stream.
    fn is_named_by(&self, content_type: &str) -> bool {
        content_type.to_ascii_lowercase().starts_with(self.media_type())
    }

    /// Says whether a body that begins like this is such a stream although no `Content-Type` says so; none where more of it
    /// is needed to tell.
    fn looks_like(&self, _beginning: &[u8]) -> Option<bool> {
        Some(false)
    }

    /// Returns the bytes of a whole event. A text is sent as it is, any other value as compact JSON.
    fn event(&self, name: Option<&str>, data: &Value) -> Vec<u8>;

    /// Returns the bytes of an event whose frame is of a kind, or differs from the usual. A codec without frames has one form alone.
    fn framed(&self, _kind: Kind, name: &str, data: &Value, _frame: &Frame) -> Vec<u8> {
        self.event(Some(name), data)
    }

    /// Returns the bytes of what a client must ignore, with a text in it; none where such streams have nothing of the kind.
    fn comment(&self, text: &str) -> Vec<u8>;

    /// Finds the reason why an event cannot be written.
    fn mistake_in_event(&self, name: Option<&str>, data: &Value) -> Option<Mistake>;

    /// Finds the reason why an event cannot be written with a frame of this kind, or with what differs in it.
    fn mistake_in_frame(&self, kind: Kind, name: &str, data: &Value, frame: &Frame) -> Option<Mistake> {
        if kind == Kind::Event && frame.is_usual() {
            return self.mistake_in_event(Some(name), data);
        }
        Some(Mistake {
            message: "events of this dialect have no `kind` and no `frame`",
            help: "only those of AWS's event stream have",
        })
    }

    /// Returns the kind of message in which a stream reports an error.
    fn kind_of_errors(&self) -> Kind {
        Kind::Event
    }

    /// Finds the reason why a comment cannot be written.
    fn mistake_in_comment(&self, text: &str) -> Option<Mistake>;

    /// Says whether bytes of such a stream can be written otherwise like this.
    fn has(&self, rewrite: Rewrite) -> bool;

    /// Rewrites a body so that its bytes differ and its events mean the same.
    fn rewrite(&self, body: Vec<Item>, rewrite: Rewrite) -> Vec<Item>;

    /// Returns the offsets just after each whole event, ascending.
    fn event_ends(&self, stream: &[u8]) -> Vec<usize>;

    /// Counts the bytes at the end of a whole event without which a client may take it for whole, too, where the stream
    /// ends there.
    fn dispensable_end(&self, _event: &[u8]) -> usize {
        0
    }

    /// Returns the events of a stream as far as it goes; the last of them may not be whole.
    fn events(&self, stream: &[u8]) -> Vec<Decoded>;

    /// Says whether a stream is text, so that it can be read again from what a report shows of it.
    fn is_text(&self) -> bool {
        true
    }

    /// Says whether a stream holds, up to the end of its last whole event, bytes that no stream of this codec has.
    fn is_malformed(&self, stream: &[u8]) -> bool {
        let whole = self.event_ends(stream).last().copied().unwrap_or_default();
        std::str::from_utf8(&stream[..whole]).is_err()
    }

    /// Returns the name by which an event is called that is sent without one.
    fn default_name(&self) -> &'static str;

    /// Makes the decoder with which the reference client reads such a stream.
    fn decoder(&self) -> Box<dyn Decode>;
}

/// A way to write the same events in other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Every line ends with CRLF.
    CrLf,
    /// Every line ends with CR.
    Cr,
    /// Every line ends with LF.
    Lf,
    /// A byte order mark stands before the first byte.
    ByteOrderMark,
    /// A comment stands before every event.
    Comments,
    /// An event that no client knows stands before every event.
    UnknownEvents,
}

/// A mistake in what a case wants to send, for whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The sentence that names it.
    pub message: &'static str,
    /// The advice that follows.
    pub help: &'static str,
}

/// An event as a client reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The kind of message that it came in.
    pub kind: Kind,
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

    /// Returns its data as JSON; null where it is none.
    pub fn payload(&self) -> Value {
        serde_json::from_str(self.data()).unwrap_or_default()
    }

    /// Says whether a client must ignore it: it is whole and there is nothing to act on.
    pub const fn is_ignored(&self) -> bool {
        self.data.is_none() && self.broken_off.is_none()
    }
}
