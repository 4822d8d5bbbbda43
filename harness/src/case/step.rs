//! The steps of a stream, in the order they are sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamspec_adapters::codec::{Codec, Frame, Kind};

/// One step of an answer, with everything filled in but the nonce.
///
/// An event, a `data` and a `comment` end with a write of their own, as real servers flush them; `raw`, `hex` and
/// `json` do not, so that a case can split them with `flush` where it wants.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The status and the headers; without it 200, the content type of the dialect's streams, chunked. First if
    /// present.
    Respond(Respond),
    /// A named event.
    Event(Event),
    /// An event without a name: a string is sent as it is, anything else as compact JSON.
    Data(Value),
    /// A comment, which clients ignore.
    Comment(String),
    /// Text as it is.
    Raw(String),
    /// Bytes in hexadecimal; white space is ignored.
    Hex(String),
    /// A value as compact JSON with no framing of its own: the body of a plain response.
    Json(Value),
    /// Ends the write and the HTTP chunk here.
    Flush,
    /// A time in milliseconds in which nothing is sent, after everything before it was written.
    Pause(u64),
    /// The end of the answer; the last step.
    End(End),
}

/// The head of the HTTP response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Respond {
    /// The status code.
    pub status: u16,
    /// Headers, replacing the defaults of the same name; null removes a default.
    pub headers: BTreeMap<String, Option<String>>,
    /// The version on the status line.
    pub version: Version,
    /// The framing that marks the end of the body.
    pub framing: Framing,
    /// Bytes added to the true `Content-Length`: the only way to lie about it.
    pub content_length_lie: i64,
    /// The content coding of the body; the header is set to match.
    pub encoding: Option<Encoding>,
    /// Only this many bytes of the (encoded) body are sent.
    pub cut_body_after: Option<usize>,
    /// Trailer fields after the last chunk.
    pub trailers: BTreeMap<String, String>,
    /// `Location` names the place that the dialect's requests go to, relative to it: the client is sent to where it has asked.
    pub redirect: bool,
    /// Nothing is ever sent, not even the status line.
    pub withheld: bool,
}

impl Default for Respond {
    fn default() -> Self {
        Self {
            status: 200,
            headers: BTreeMap::new(),
            version: Version::Http11,
            framing: Framing::Chunked,
            content_length_lie: 0,
            encoding: None,
            cut_body_after: None,
            trailers: BTreeMap::new(),
            redirect: false,
            withheld: false,
        }
    }
}

impl Respond {
    /// Says whether the length in the head makes the message whole, however the answer ends.
    pub const fn is_whole_at_length(&self) -> bool {
        self.framing.has_length() && self.content_length_lie == 0 && self.cut_body_after.is_none()
    }
}

/// The framing that marks the end of a body (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// `Transfer-Encoding: chunked`, ended by the zero-sized chunk.
    #[default]
    Chunked,
    /// `Content-Length`, computed.
    ContentLength,
    /// `Connection: close`, ended by the end of the connection.
    Close,
}

impl Framing {
    /// Says whether a version of HTTP has it: HTTP/1.0 has no chunks.
    pub const fn is_in(self, version: Version) -> bool {
        !matches!((self, version), (Self::Chunked, Version::Http10))
    }

    /// Says whether fields can follow the body.
    pub const fn has_trailers(self) -> bool {
        matches!(self, Self::Chunked)
    }

    /// Says whether the head says how long the body is.
    pub const fn has_length(self) -> bool {
        matches!(self, Self::ContentLength)
    }

    /// Says whether the end of the connection is the end of the body.
    pub const fn is_ended_by_connection(self) -> bool {
        matches!(self, Self::Close)
    }
}

/// A content coding (RFC 9110 section 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, the zlib format (RFC 9110 section 8.4.1.2).
    Deflate,
    /// Brotli, RFC 7932.
    Br,
    /// Zstandard, RFC 8878.
    Zstd,
}

impl Encoding {
    /// Every coding.
    pub const ALL: [Self; 4] = [Self::Gzip, Self::Deflate, Self::Br, Self::Zstd];

    /// Returns the name that `Content-Encoding` and cases use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Br => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// The version of HTTP that an answer is in (RFC 9110 section 2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Version {
    /// Without chunks and trailers; the connection ends after the answer.
    #[serde(rename = "http1.0")]
    Http10,
    /// The version that the server speaks unless a case names another one.
    #[default]
    #[serde(rename = "http1.1")]
    Http11,
}

/// A named event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The value of the `event:` line.
    pub name: String,
    /// A string is sent as it is (one `data:` line per line of it), anything else as compact JSON.
    pub data: Value,
    /// The kind of message that carries it, where the dialect's codec has several.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: Kind,
    /// What differs from the usual in its frame, where the dialect's codec has frames.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frame: Frame,
}

impl Event {
    /// Makes an event that differs in nothing from the usual.
    pub fn plain(name: impl Into<String>, data: Value) -> Self {
        Self { name: name.into(), data, kind: Kind::Event, frame: Frame::default() }
    }

    /// Returns its bytes.
    pub(crate) fn bytes(&self, codec: &dyn Codec) -> Vec<u8> {
        codec.framed(self.kind, &self.name, &self.data, &self.frame)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The end of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The HTTP message is completed properly.
    Finish,
    /// FIN without completing the message.
    Eof,
    /// RST.
    Reset,
    /// Nothing more is sent, and the connection stays open until the client leaves or the trial ends.
    Stall,
}

impl End {
    /// Returns the name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Eof => "eof",
            Self::Reset => "reset",
            Self::Stall => "stall",
        }
    }
}
