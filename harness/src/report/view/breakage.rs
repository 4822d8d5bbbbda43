//! The thing that breaks in a case.

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::End;
use crate::id::about;
use crate::record::CaseRecord;
use crate::wire::{ToldAnswer, ToldStep};

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
    /// Finds what breaks in a case: what its folder says, else what its first answer does. None of a healthy answer.
    pub fn of(case: &CaseRecord) -> Option<Self> {
        let folder = about(case.id.group());
        let first = case.answers.first();
        let closes = |answer: &ToldAnswer| match answer.steps.first() {
            Some(ToldStep::Head(head)) => head.text.contains("connection: close"),
            _ => false,
        };
        let clean = first.is_some_and(|answer| answer.end == End::Finish || (answer.end == End::Eof && closes(answer)));
        match (folder, first.map(|answer| (answer.status, answer.end))) {
            ("benign", _) => None,
            ("in-band", _) => Some(Self::InBand),
            ("payload", _) => Some(Self::Malformed),
            ("stall", _) | (_, Some((_, End::Stall) | (None, _))) => Some(Self::Stall),
            ("http", _) => Some(Self::Http),
            (_, Some((Some(status), _))) if status != 200 => Some(Self::Http),
            ("cut", _) => Some(if clean { Self::CleanEnd } else { Self::Cut }),
            (_, Some((_, End::Reset))) => Some(Self::Cut),
            (_, Some((_, End::Eof))) if !clean => Some(Self::Cut),
            (_, Some(_)) if first.is_some_and(says_error) => Some(Self::InBand),
            _ => None,
        }
    }
}

fn says_error(answer: &ToldAnswer) -> bool {
    answer.steps.iter().any(|step| match step {
        ToldStep::Body(body) => body.text.contains("\"error\":{") || body.text.contains("event: error"),
        _ => false,
    })
}
