//! Ways of cutting and dressing the same stream that must not change what it means.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the bytes of a case are cut or dressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As the case says.
    #[default]
    AsWritten,
    /// Everything between two pauses in one write and one chunk.
    OneWrite,
    /// Every byte of the body in a write and a chunk of its own.
    OneByte,
    /// A cut inside every multi-byte character and between the two bytes of every CRLF.
    SplitCharacters,
    /// Every line end of the event stream is CRLF.
    Crlf,
    /// Every line end of the event stream is CR.
    Cr,
    /// Every line end of the event stream is LF.
    Lf,
    /// A byte order mark before the event stream.
    Bom,
    /// A comment before every event.
    Comments,
    /// An unknown named event before every event.
    UnknownEvents,
    /// The body ends with the connection.
    CloseDelimited,
    /// The body is chunked.
    Chunked,
}
