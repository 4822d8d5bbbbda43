//! The shape of `compatibility.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::Api;
use thiserror::Error;

use super::{Report, ReportSdk, ResultCheck, SCHEMA};
use crate::case::{Dispute, Source};
use crate::id::{Route, SdkId, SurfaceId, Transport, Variant, VariantRun};
use crate::json::is_default;
use crate::judge::{Mode, Status};
use crate::report::view::{Gateway, Suite};
use crate::transport::Negotiated;

/// A compatibility report as `compatibility.json` holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct ReportFile {
    /// `streamspec-report/6`; changes when a reader would have to.
    pub schema: String,
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<ReportSdk>,
    /// The documents and issues that expectations rest on, by their ids in `cases`.
    pub sources: BTreeMap<String, Source>,
    /// The case files, by id.
    pub cases: Vec<CaseOf>,
    /// The numbers of trials that came to each status, by SDK, surfaces, group, route and transport.
    pub counts: Vec<CountOf>,
    /// Every check that did not hold in some trial, by its id in `results`.
    pub checks: BTreeMap<String, ResultCheck>,
    /// Every trial that is not a plain pass, with the checks that did not hold.
    pub results: Vec<ResultOf>,
    /// The gateways that trials went through, those that do the most harm first; absent where every trial was direct.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<Gateway>,
    /// The trials that came to another verdict than by the first transport of their case; absent where there are none. What was run by
    /// several transports and is not here came out alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_transport: Vec<DifferenceOf>,
}

/// A case file with its combinations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Case")]
pub struct CaseOf {
    /// The id of the file, `anthropic/cut/eof`.
    pub id: String,
    /// The dialect.
    pub api: Api,
    /// A digest of everything that its combinations send and expect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The title: a sentence about what happens on the wire.
    pub title: String,
    /// The sources of the expectation, by id.
    pub sources: Vec<String>,
    /// The ruling of maintainers who see it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Dispute>,
    /// The transports that have all that it sends, where some have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
    /// The combinations of its matrix: `chunked` is the case `anthropic/cut/eof#chunked`. A file without any is one case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combinations: Vec<String>,
    /// The variants in which its trials were run again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variant_runs: Vec<VariantRuns>,
}

/// The variants in which some cases of a file were run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VariantRuns {
    /// The variants, each with a route and a transport that are not the default: `crlf,route=NAME,transport=NAME`.
    pub variants: Vec<VariantRun>,
    /// These combinations only; all of them where absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
}

/// The numbers of trials of some surfaces and one group that came to each status; they are those of each surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Count")]
pub struct CountOf {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The surfaces that have these numbers.
    pub surfaces: Vec<SurfaceId>,
    /// The first two folders of the cases' ids.
    pub group: String,
    /// The route; `direct` where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route: Route,
    /// The transport; `http1` where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transport: Transport,
    /// Trials in which every MUST and SHOULD that can be seen holds.
    pub pass: usize,
    /// Trials in which only checks that maintainers have ruled otherwise on do not hold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disputed: usize,
    /// Trials in which every MUST holds and a SHOULD does not.
    pub deviates: usize,
    /// Trials in which a MUST does not hold.
    pub fails: usize,
    /// Failed trials by mode.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<Mode, usize>,
    /// Trials that say nothing about the SDK, by status; never part of the other numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_judged: BTreeMap<Status, usize>,
    /// Variant runs that came to another verdict than the trial as written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cut_dependent: usize,
    /// Trials by the protocol that was agreed on by ALPN; absent but by the transport `production`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub negotiated: BTreeMap<Negotiated, usize>,
}

/// One way in which trials came out that are no plain passes: every one of these cases on every one of these surfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Result")]
pub struct ResultOf {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The way in which the bytes were split or framed; as written where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variant: Variant,
    /// The route; `direct` where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route: Route,
    /// The transport; `http1` where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transport: Transport,
    /// The surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// The overall status.
    pub verdict: Status,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The reason, where no check says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The checks that did not hold, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// The known deviations that cover it, by their ids in the SDK's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// The case files, each with those of its combinations that came out so; none where it has none.
    pub cases: BTreeMap<String, Vec<String>>,
}

/// Trials that differ alike by a transport: every one of these cases on every one of these surfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TransportDifference")]
pub struct DifferenceOf {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// The route; `direct` where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub route: Route,
    /// The transport.
    pub transport: Transport,
    /// The status by it.
    pub verdict: Status,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The first transport of the cases.
    pub first: Transport,
    /// The status by that. Where it is the same, other checks do not hold.
    pub instead_of: Status,
    /// The kind of failure by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of_mode: Option<Mode>,
    /// The case files, each with those of its combinations that differ so; none where it has none.
    pub cases: BTreeMap<String, Vec<String>>,
}

/// A file that is no report, or one of another version.
#[derive(Debug, Error)]
pub enum FileError {
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// Written by another version of streamspec, or something else altogether.
    #[error("{}; this version of streamspec reads {SCHEMA}", schema_fault(.0.as_deref()))]
    Schema(Option<String>),
    /// The right schema, and not what it says.
    #[error("not a report: {0}")]
    Shape(serde_json::Error),
    /// It names a check or a source that is not there.
    #[error("not a report: {case} names the {what} `{id}`, which is not there")]
    Missing {
        /// `check` or `source`.
        what: &'static str,
        /// Its id.
        id: String,
        /// The case file.
        case: String,
    },
}

fn schema_fault(schema: Option<&str>) -> String {
    match schema {
        Some(schema) if schema.starts_with("streamspec-report/") => {
            format!(
                "a report of the schema {schema}: write it again from its records, or read it with the version that wrote it"
            )
        }
        _ => "not a report of streamspec".to_owned(),
    }
}

impl Report {
    /// Reads `compatibility.json`.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(FileError::Json)?;
        let schema = value["schema"].as_str();
        if schema != Some(SCHEMA) {
            return Err(FileError::Schema(schema.map(ToOwned::to_owned)));
        }
        serde_json::from_value::<ReportFile>(value).map_err(FileError::Shape)?.try_into()
    }
}
