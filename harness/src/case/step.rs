//! The steps of a stream, in the order they are sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamspec_adapters::codec::{Codec, Frame, Kind};

use crate::id::Transport;

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
    /// The differences from the usual in its frame, where the dialect's codec has frames.
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
    /// The HTTP message is completed properly; over HTTP/2 by `END_STREAM`.
    Finish,
    /// The connection ends without completing the message; over TLS after a `close_notify`.
    Eof,
    /// The connection ends with RST of TCP.
    Reset,
    /// Nothing more is sent, and the connection stays open until the client leaves or the trial ends.
    Stall,
    /// Over TLS with HTTP/1.1: the connection ends without a `close_notify`.
    NoCloseNotify,
    /// Over HTTP/2: `RST_STREAM` with `NO_ERROR`, before the end of the message.
    RstNoError,
    /// Over HTTP/2: `RST_STREAM` with `INTERNAL_ERROR`.
    RstInternalError,
    /// Over HTTP/2: `RST_STREAM` with `REFUSED_STREAM`: the server has done nothing with the request.
    RstRefusedStream,
    /// Over HTTP/2: `RST_STREAM` with CANCEL.
    RstCancel,
    /// Over HTTP/2: `RST_STREAM` with `ENHANCE_YOUR_CALM`.
    RstEnhanceYourCalm,
    /// Over HTTP/2: GOAWAY with `NO_ERROR` and the number of a stream before this one: the server has done nothing with the request. The
    /// connection is closed after it.
    GoawayBelow,
    /// Over HTTP/2: GOAWAY with `NO_ERROR` and the number of this stream. The connection is closed after it, before the end of the message.
    GoawayAt,
    /// Over HTTP/2: GOAWAY with `INTERNAL_ERROR` and the number of this stream, as for an error of the connection, which is closed after it.
    ConnectionError,
}

impl End {
    /// Returns the name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Eof => "eof",
            Self::Reset => "reset",
            Self::Stall => "stall",
            Self::NoCloseNotify => "no-close-notify",
            Self::RstNoError => "rst-no-error",
            Self::RstInternalError => "rst-internal-error",
            Self::RstRefusedStream => "rst-refused-stream",
            Self::RstCancel => "rst-cancel",
            Self::RstEnhanceYourCalm => "rst-enhance-your-calm",
            Self::GoawayBelow => "goaway-below",
            Self::GoawayAt => "goaway-at",
            Self::ConnectionError => "connection-error",
        }
    }

    /// Describes it in a sentence without its full stop.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Finish => "the message is complete",
            Self::Eof => "the connection is closed, and the message is not complete",
            Self::Reset => "the connection is reset",
            Self::Stall => "nothing more is sent, and the connection stays open",
            Self::NoCloseNotify => "the connection is closed without a close_notify of TLS",
            Self::RstNoError => "the stream is reset with NO_ERROR, and the message is not complete",
            Self::RstInternalError => "the stream is reset with INTERNAL_ERROR",
            Self::RstRefusedStream => "the stream is reset with REFUSED_STREAM",
            Self::RstCancel => "the stream is reset with CANCEL",
            Self::RstEnhanceYourCalm => "the stream is reset with ENHANCE_YOUR_CALM",
            Self::GoawayBelow => "GOAWAY with NO_ERROR names a stream before this one, and the connection is closed",
            Self::GoawayAt => "GOAWAY with NO_ERROR names this stream, and the connection is closed in the message",
            Self::ConnectionError => "GOAWAY with INTERNAL_ERROR names this stream, and the connection is closed",
        }
    }

    /// Says whether the connection ends with the answer, and with it every other stream on it.
    pub const fn ends_connection(self) -> bool {
        matches!(
            self,
            Self::Eof | Self::Reset | Self::NoCloseNotify | Self::GoawayBelow | Self::GoawayAt | Self::ConnectionError
        )
    }

    /// Returns the error code of `RST_STREAM` (RFC 9113 section 7), where that is the end.
    pub const fn rst_stream(self) -> Option<u32> {
        match self {
            Self::RstNoError => Some(0x0),
            Self::RstInternalError => Some(0x2),
            Self::RstRefusedStream => Some(0x7),
            Self::RstCancel => Some(0x8),
            Self::RstEnhanceYourCalm => Some(0xb),
            _ => None,
        }
    }

    /// Returns the error code of GOAWAY, where that is the end, and whether the server has taken up the stream by its last number.
    pub const fn goaway(self) -> Option<(u32, bool)> {
        match self {
            Self::GoawayBelow => Some((0x0, false)),
            Self::GoawayAt => Some((0x0, true)),
            Self::ConnectionError => Some((0x2, true)),
            _ => None,
        }
    }

    /// Lists the transports that have it.
    pub const fn transports(self) -> &'static [Transport] {
        match self {
            Self::Finish | Self::Eof | Self::Reset | Self::Stall => Transport::ALL,
            Self::NoCloseNotify => &[Transport::Tls],
            _ => &[Transport::H2],
        }
    }
}
