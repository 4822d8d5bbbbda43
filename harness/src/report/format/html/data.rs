//! The data in the page itself, for its scripts.
//!
//! Fields that end in a place are the place of something in a list beside them: what many share is written once.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use streamspec_adapters::contract::Api;

use crate::blame::Word;
use crate::case::{About, Axis, Dispute, Level, Source};
use crate::id::{SurfaceId, Variant};
use crate::judge::{Check, Grade, Mode, Status};
use crate::record::HandlerRecord;
use crate::report::view::{
    Alone, CatchRow, Gateway, GatewayFindingKind, Known, Past, SeenRow, Suite, TimeSpent, Wait, cut,
};

/// The data in the page itself: SDKs, cases and one verdict for each trial.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PageData {
    /// The suite that was run.
    pub(super) suite: Suite,
    /// The parts of a trial's identity that addresses leave out.
    pub(super) defaults: DefaultsData,
    /// The routes and transports by which trials were run.
    pub(super) ways: Vec<WayData>,
    /// The SDKs, by id.
    pub(super) sdks: Vec<SdkData>,
    /// The documents and issues that expectations rest on.
    pub(super) sources: Vec<Source>,
    /// The groups of cases.
    pub(super) groups: Vec<GroupData>,
    /// The cases, by id.
    pub(super) cases: Vec<CaseData>,
    /// Checks that do not hold.
    pub(super) checks: Vec<CheckData>,
    /// Verdicts.
    pub(super) verdicts: Vec<VerdictData>,
    /// The surfaces by each route and transport, with their trials as written.
    pub(super) rows: Vec<RowData>,
    /// Variant runs that came out differently.
    pub(super) variant_runs: Vec<VariantRunData>,
    /// Healthy streams that were broken everywhere.
    pub(super) swept: Vec<SweptData>,
    /// The results of sweeps.
    pub(super) spoilt: Vec<SpoiltData>,
    /// The gateways that trials went through, those that do the most harm first.
    pub(super) gateways: Vec<GatewayData>,
    /// The histories of SDKs.
    pub(super) past: Vec<Past>,
    /// The time of the run, by where it went.
    pub(super) times: TimeSpent,
    /// The mutants that case files alone catch; none where that was not handed over.
    pub(super) alone: Option<Alone>,
    /// The words in which the page tells of them.
    pub(super) words: GatewayWords,
}

/// The words of reports about gateways, each list in the order of reports.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GatewayWords {
    /// The words of blame.
    pub(super) blame: Vec<(Word, &'static str)>,
    /// The words for what gateways do.
    pub(super) harm: Vec<(GatewayFindingKind, &'static str)>,
    /// The fates of answers.
    pub(super) about: Vec<(About, &'static str)>,
}

impl GatewayWords {
    pub(super) fn all() -> Self {
        Self {
            blame: Word::ALL.map(|word| (word, word.name())).to_vec(),
            harm: GatewayFindingKind::ALL.map(|kind| (kind, kind.name())).to_vec(),
            about: About::ALL.map(|about| (about, about.in_words())).to_vec(),
        }
    }
}

/// A gateway.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GatewayData {
    #[serde(flatten)]
    pub(super) gateway: Gateway,
    /// The commands that show what was found once more, in the order of the findings.
    pub(super) commands: Vec<String>,
}

/// The parts of a trial's identity that addresses leave out.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DefaultsData {
    pub(super) variant: Variant,
    /// The route.
    pub(super) route: String,
    /// The transport.
    pub(super) transport: String,
}

/// A route and a transport.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct WayData {
    /// The route.
    pub(super) route: String,
    /// The transport.
    pub(super) transport: String,
    /// The command that runs a trial by them, by variant, with `{sdk}`, `{surface}`, `{case}` and `{program}` to fill in.
    pub(super) commands: BTreeMap<String, String>,
}

/// An SDK.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SdkData {
    /// The id.
    pub(super) id: String,
    /// The option that asks for it, ` --sdk ID`; empty where a program is run that is not checked in.
    pub(super) asked: String,
    /// The command of that program as it stands behind all options, ` -- COMMAND`; empty for any other SDK.
    pub(super) program: String,
    /// The package's name in its registry.
    pub(super) package: String,
    /// The version that was loaded.
    pub(super) version: String,
    /// The language.
    pub(super) language: String,
    /// The runtime, without its patch version.
    pub(super) runtime: String,
    /// The surfaces.
    pub(super) surfaces: Vec<SurfaceId>,
    /// Those that are an application's handling of it.
    pub(super) handlers: Vec<SurfaceId>,
    /// The surfaces in the SDK's own words, by name.
    pub(super) calls: BTreeMap<SurfaceId, String>,
    /// The code of the handlers.
    pub(super) code: Vec<CodeData>,
    /// The known deviations, with their reasons.
    pub(super) known: Vec<Known>,
    /// The failures as its callers catch them.
    pub(super) catches: Vec<CatchRow>,
    /// The same in short, by dialect and surface.
    pub(super) seen: Vec<SeenRow>,
    /// The waits of its surfaces for a server that sends nothing more.
    pub(super) waits: Vec<Wait>,
    /// A sentence about how its timeout is set.
    pub(super) timeout: Option<String>,
    /// The reason why it was not run.
    pub(super) not_run: Option<String>,
}

/// Code around an SDK.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CodeData {
    /// The file's name.
    pub(super) file: String,
    /// Its content.
    pub(super) source: String,
    /// The surfaces that run it.
    pub(super) surfaces: Vec<SurfaceId>,
}

/// A group of cases.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct GroupData {
    /// The name, `anthropic/in-band`.
    pub(super) name: String,
    /// The name without the folder of the dialect, `in-band`.
    pub(super) about: String,
    /// The file of its details, relative to the page.
    pub(super) details: String,
}

/// A case.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CaseData {
    /// The id.
    pub(super) id: String,
    /// The place of its group.
    #[schemars(with = "usize")]
    pub(super) group: u32,
    /// The rest of the id: the name of the file and the combination.
    pub(super) within: String,
    /// The id of its file.
    pub(super) file: String,
    /// The names of the matrix values.
    pub(super) combination: Option<String>,
    /// The dialect.
    pub(super) api: Api,
    /// The title: a sentence about what happens on the wire.
    pub(super) title: String,
    /// The fate of its first answer.
    pub(super) about: Option<About>,
    /// The places of its sources.
    #[schemars(with = "Vec<usize>")]
    pub(super) sources: Vec<u32>,
    /// The ruling of maintainers who see it otherwise.
    pub(super) disputed: Option<Dispute>,
}

/// A check.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CheckData {
    axis: Axis,
    level: Level,
    /// The value that the case expects.
    expected: Value,
    /// The value that was seen.
    observed: Value,
    grade: Grade,
    /// True where maintainers have ruled otherwise.
    disputed: bool,
}

/// The verdict of a trial.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VerdictData {
    pub(super) status: Status,
    pub(super) mode: Option<Mode>,
    /// The places of the checks that do not hold.
    #[schemars(with = "Vec<usize>")]
    pub(super) checks: Vec<u32>,
    /// The ids of the known deviations that cover it.
    pub(super) known: Vec<String>,
    /// The variants that came out alike.
    pub(super) same: Vec<Variant>,
    /// The reason, where no check says it.
    pub(super) reason: Option<String>,
}

/// A surface by a route and a transport, with its trials as written.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RowData {
    /// The SDK's id.
    pub(super) sdk: String,
    /// The surface's name.
    pub(super) surface: String,
    /// The place of its route and transport.
    pub(super) way: usize,
    /// The surface's name for people, with the route and the transport where they are not the default.
    pub(super) label: String,
    /// The same with the SDK.
    pub(super) name: String,
    /// The cases that it was run on, as runs of consecutive places.
    pub(super) cases: Vec<RunData>,
    /// The places of the verdicts, one for each case.
    #[schemars(with = "Vec<usize>")]
    pub(super) verdicts: Vec<u32>,
    /// The label and the name without the transport, where that is not the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) folded: Option<(String, String)>,
    /// The cases that were run by an earlier transport, too, as runs of consecutive places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) behind: Vec<RunData>,
    /// Those of them that came out otherwise by the first transport.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) otherwise: Vec<RunData>,
    /// The sweeps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sweeps: Vec<SweepData>,
}

/// A sweep of a surface.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SweepData {
    /// The place of the stream.
    #[schemars(with = "usize")]
    pub(super) swept: u32,
    /// The place of the result.
    #[schemars(with = "usize")]
    pub(super) spoilt: u32,
}

/// A healthy stream that was broken at many places, each the number of bytes of the body that were sent before.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SweptData {
    /// The place of the case.
    pub(super) case: usize,
    /// The kind of the sweep.
    pub(super) variant: Variant,
    /// The places at which it was broken, as runs of consecutive ones.
    pub(super) places: Vec<RunData>,
    /// The ends of the events before the stop reason.
    pub(super) events: Vec<usize>,
}

/// The numbers, from 0 and as runs, of the places of a sweep at which the failure did not come out as it must or should.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SpoiltData {
    /// It looked like a completion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) blind: Vec<RunData>,
    /// Another MUST did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) wrong: Vec<RunData>,
    /// No more than the type of the error was lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) untyped: Vec<RunData>,
}

/// Consecutive places.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RunData {
    /// The first place.
    pub(super) first: usize,
    /// Their number.
    pub(super) count: usize,
}

/// A variant run that came out differently.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VariantRunData {
    /// The place of its row.
    pub(super) row: usize,
    /// The place of its case.
    pub(super) case: usize,
    pub(super) variant: Variant,
    /// The place of its verdict.
    #[schemars(with = "usize")]
    pub(super) verdict: u32,
}

impl CheckData {
    /// Returns a check whose texts are not longer than so many characters.
    pub(super) fn of(check: &Check, longest: usize) -> Self {
        Self {
            axis: check.axis,
            level: check.level,
            expected: cut(check.expected.clone(), longest),
            observed: cut(check.observed.clone(), longest),
            grade: check.grade,
            disputed: check.disputed,
        }
    }
}

impl From<&HandlerRecord> for CodeData {
    fn from(handler: &HandlerRecord) -> Self {
        let HandlerRecord { file, source, surfaces } = handler.clone();
        Self { file, source, surfaces }
    }
}
