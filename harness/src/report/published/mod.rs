//! The published report: what `compatibility.json` says, trial by trial, and how it is written.
//!
//! The file says once what many trials have in common: combinations of one case file share an entry, surfaces that came out
//! alike share a result, and a check that did not hold stands in a table under an id made from what it says. Nothing is named
//! by its place, so that a line which is added or taken away changes no other line.

mod file;
mod named;
mod of_view;
mod pack;
#[cfg(test)]
mod tests;
mod unpack;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamspec_adapters::contract::Api;

use super::view::{Count, Gateway, Known, Suite, TransportDifference};
use crate::case::{Axis, Dispute, Level, Source};
use crate::id::{CaseId, SdkId, SurfaceId, Transport, TrialId, VariantRun};
use crate::judge::{Grade, Mode, Status};

pub use file::{FileError, ReportFile};
pub(super) use of_view::write;
pub use write::schema;

/// The name and version of the report's schema.
pub const SCHEMA: &str = "streamspec-report/6";

/// A compatibility report, trial by trial; [`ReportFile`] is how `compatibility.json` holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<ReportSdk>,
    /// The cases, by id.
    pub cases: Vec<ReportCase>,
    /// The numbers of trials that came to each status, by SDK, surface, group, route and transport.
    pub counts: Vec<Count>,
    /// Every trial that is not a plain pass, with the checks that did not hold.
    pub results: Vec<TrialResult>,
    /// The gateways that trials went through, those that do the most harm first.
    pub gateways: Vec<Gateway>,
    /// The trials that came to another verdict than by the first transport of their case, by identity.
    pub by_transport: Vec<TransportDifference>,
}

/// An SDK of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportSdk {
    /// The id, `anthropic-python`.
    pub id: SdkId,
    /// The package's name in its registry.
    pub package: String,
    /// The version that was loaded.
    pub version: String,
    /// The language.
    pub language: String,
    /// The runtime, without its patch version.
    pub runtime: String,
    /// The dialects.
    pub apis: Vec<Api>,
    /// The surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// Those that are no call of the SDK but an application's handling of it; they are in no number of the SDK as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<SurfaceId>,
    /// The variants in which its trials were run again, each with a route and a transport that are not the default:
    /// `crlf,route=NAME,transport=NAME`. A variant run that this and the case name, and that is not in `results`, came out as
    /// the trial as written by the same route and transport.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variant_runs: Vec<VariantRun>,
    /// The known deviations, with their reasons.
    pub known: Vec<Known>,
    /// The reason why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

impl ReportSdk {
    /// Says whether a count is one of the SDK's own, and not of a handler around it.
    pub fn owns(&self, count: &Count) -> bool {
        count.sdk == self.id && !self.handlers.contains(&count.surface)
    }
}

/// A case of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportCase {
    /// The id.
    pub id: CaseId,
    /// The dialect.
    pub api: Api,
    /// A digest of everything that it and the other combinations of its file send and expect.
    pub digest: Option<String>,
    /// The title: a sentence about what happens on the wire.
    pub title: String,
    /// The sources of the expectation.
    pub sources: Vec<Source>,
    /// The ruling of maintainers who see it otherwise.
    pub disputed: Option<Dispute>,
    /// The transports by which it travels; none where by all.
    pub transports: Vec<Transport>,
    /// The variants in which its trials were run again, by route and transport.
    pub variant_runs: Vec<VariantRun>,
}

impl ReportCase {
    /// Says whether a transport has all that the case sends.
    pub fn travels_by(&self, transport: Transport) -> bool {
        self.transports.is_empty() || self.transports.contains(&transport)
    }
}

/// One trial that is not a plain pass.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// The identity of the trial.
    pub id: TrialId,
    /// The overall status.
    pub verdict: Status,
    /// The kind of failure.
    pub mode: Option<Mode>,
    /// The reason, where no check says it.
    pub reason: Option<String>,
    /// The checks that did not hold.
    pub checks: Vec<ResultCheck>,
    /// The known deviations that cover it, by their ids in the SDK's list.
    pub known: Vec<String>,
}

/// A check that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResultCheck {
    /// The axis that was compared.
    pub axis: Axis,
    /// The level: how much it weighs.
    pub level: Level,
    /// The value that the case expects.
    pub expected: Value,
    /// The value that was seen; long texts are cut with a note.
    pub observed: Value,
    /// The grade: how the two compare.
    pub grade: Grade,
    /// True where maintainers have ruled otherwise.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub disputed: bool,
}
