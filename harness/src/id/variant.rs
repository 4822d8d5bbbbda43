//! Ways of splitting and framing the same stream that must not change what it means.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::codec::Rewrite;
use thiserror::Error;

/// A variant: a way of splitting or framing the bytes of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As the case says.
    #[default]
    AsWritten,
    /// Everything between two pauses in one write and one chunk.
    OneWrite,
    /// Every byte of the body in a chunk of its own; where the body is not chunked, in a write of its own.
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
    /// The body ends with the connection; a chunked body that is never completed stays chunked.
    CloseDelimited,
    /// The body is chunked; one with a `Content-Length` that lies keeps it.
    Chunked,
    /// A healthy stream, ended after every event before its stop reason: a sweep of many runs.
    CutEvents,
    /// A healthy stream, ended after every byte before its stop reason: a sweep of many runs.
    CutBytes,
    /// A healthy stream in which the dialect's documented error follows each event before its stop reason: a sweep of many runs.
    ErrorEvents,
    /// A healthy stream in which that error follows each byte inside those events: a sweep of many runs.
    ErrorBytes,
}

/// The name of an unknown variant.
#[derive(Debug, Error)]
#[error("unknown variant `{0}`; the variants are quick, full, {names}", names = Variant::ALL.map(Variant::name).join(", "))]
pub struct UnknownVariant(String);

impl Variant {
    /// The variants that `cargo test` also runs: the smallest pieces, and the other common line end.
    pub const QUICK: [Self; 2] = [Self::OneByte, Self::Crlf];

    /// Every variant but the sweeps, as written first.
    pub const ALL: [Self; 12] = [
        Self::AsWritten,
        Self::OneWrite,
        Self::OneByte,
        Self::SplitCharacters,
        Self::Crlf,
        Self::Cr,
        Self::Lf,
        Self::Bom,
        Self::Comments,
        Self::UnknownEvents,
        Self::CloseDelimited,
        Self::Chunked,
    ];

    /// Lists every variant there is, the sweeps last.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain([Self::CutEvents, Self::CutBytes, Self::ErrorEvents, Self::ErrorBytes])
    }

    /// Finds the variant of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::every().find(|variant| variant.name() == name)
    }

    /// Reads variants from their names, `quick` and `full` among them.
    pub fn parse_list(names: &[String]) -> Result<Vec<Self>, UnknownVariant> {
        let mut variants = Vec::new();
        for name in names {
            match name.as_str() {
                "quick" => variants.extend(Self::QUICK),
                "full" => variants.extend(Self::ALL),
                other => {
                    let found = Self::named(other).filter(|variant| !variant.is_sweep());
                    variants.push(found.ok_or_else(|| UnknownVariant(other.to_owned()))?);
                }
            }
        }
        variants.sort_unstable();
        variants.dedup();
        Ok(variants)
    }

    /// Puts the variant before what its run came to, `crlf: passes instead of fails`, as verdicts and lists have it.
    pub fn label(self, what: &str) -> String {
        format!("{self}: {what}")
    }

    /// Finds the variant that such a text is about.
    pub fn of_label(text: &str) -> Option<Self> {
        Self::named(text.split(':').next().unwrap_or(text))
    }

    /// Says if this is a sweep of many runs rather than one.
    pub const fn is_sweep(self) -> bool {
        self.is_cuts() || self.is_errors()
    }

    /// Says whether this is a sweep that cuts the stream.
    pub const fn is_cuts(self) -> bool {
        matches!(self, Self::CutEvents | Self::CutBytes)
    }

    /// Says whether this is a sweep that puts an error into the stream.
    pub const fn is_errors(self) -> bool {
        matches!(self, Self::ErrorEvents | Self::ErrorBytes)
    }

    /// Finds the way in which a codec writes other bytes; none for a variant of which the body has the bytes of the case.
    pub const fn rewrite(self) -> Option<Rewrite> {
        match self {
            Self::Crlf => Some(Rewrite::CrLf),
            Self::Cr => Some(Rewrite::Cr),
            Self::Lf => Some(Rewrite::Lf),
            Self::Bom => Some(Rewrite::ByteOrderMark),
            Self::Comments => Some(Rewrite::Comments),
            Self::UnknownEvents => Some(Rewrite::UnknownEvents),
            Self::AsWritten
            | Self::OneWrite
            | Self::OneByte
            | Self::SplitCharacters
            | Self::CloseDelimited
            | Self::Chunked
            | Self::CutEvents
            | Self::CutBytes
            | Self::ErrorEvents
            | Self::ErrorBytes => None,
        }
    }

    /// Returns the name in cases, records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsWritten => "as-written",
            Self::OneWrite => "one-write",
            Self::OneByte => "one-byte",
            Self::SplitCharacters => "split-characters",
            Self::Crlf => "crlf",
            Self::Cr => "cr",
            Self::Lf => "lf",
            Self::Bom => "bom",
            Self::Comments => "comments",
            Self::UnknownEvents => "unknown-events",
            Self::CloseDelimited => "close-delimited",
            Self::Chunked => "chunked",
            Self::CutEvents => "cut-events",
            Self::CutBytes => "cut-bytes",
            Self::ErrorEvents => "error-events",
            Self::ErrorBytes => "error-bytes",
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
