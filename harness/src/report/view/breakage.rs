//! The thing that breaks in a case.

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::About;
use crate::record::CaseRecord;

/// The thing that breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Breakage {
    /// An error inside the stream.
    InBand,
    /// A refusal before the stream.
    Http,
    /// A connection that is cut.
    Cut,
    /// A clean end without the terminal event.
    CleanEnd,
    /// A server that sends nothing more.
    Stall,
    /// A payload that cannot be parsed.
    Malformed,
}

impl Breakage {
    /// Finds what breaks in a case. None of a healthy answer.
    pub fn of(case: &CaseRecord) -> Option<Self> {
        match case.about? {
            About::Healthy => None,
            About::InBandError => Some(Self::InBand),
            About::Refusal => Some(Self::Http),
            About::Cut => Some(Self::Cut),
            About::CleanEnd => Some(Self::CleanEnd),
            About::Stall => Some(Self::Stall),
            About::Malformed => Some(Self::Malformed),
        }
    }
}
