//! The documents that an expectation comes from, and how surely they say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A document that an expectation comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The kind of document.
    pub basis: Basis,
    /// The document, with an anchor where it has one; of a recording the page that has it, or the address that answered.
    pub url: String,
    /// The words that say so, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The recording, where that is the basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// The degree to which the expectation follows from it.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub confidence: Confidence,
    /// The day, `2026-11-29`, on which the page was seen to be gone; absent where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<String>,
}

impl Source {
    /// Says if a MUST may rest on it alone: it is a document, and says surely what is expected. A report or a recording
    /// shows what a server sends and not what a client has to make of it.
    pub fn carries_a_must(&self) -> bool {
        !matches!(self.basis, Basis::Issue | Basis::Recorded) && self.confidence != Confidence::Low
    }
}

/// The kind of document that an expectation rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A standard: WHATWG, an RFC.
    Spec,
    /// The provider's documentation.
    VendorDoc,
    /// The provider's published schema or the types generated from it.
    VendorSchema,
    /// A maintainer's decision in an issue or pull request.
    MaintainerRuling,
    /// A conclusion from documents that do not say it in these words.
    Derived,
    /// A recording of what a provider sent.
    Recorded,
    /// A report of what happened.
    Issue,
}

/// A recording of what a provider sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The day on which it was made, `2026-11-29`.
    pub date: String,
    /// SHA-256 of the recording's bytes as they are kept, after the redaction, in lower-case hexadecimal.
    pub sha256: String,
    /// The parts that were taken out or replaced before it was kept; `nothing` where nothing was.
    pub redacted: String,
}

/// The degree to which an expectation follows from a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The source says it, or leaves no other reading.
    #[default]
    High,
    /// The source leaves a detail open, and a careful reader could expect something else there.
    Medium,
    /// The source only suggests it, as by an example or by what another dialect does.
    Low,
}

impl Confidence {
    /// Returns the name that files and reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}
