//! The data that Rust hands to the scripts of the page. `reports/page.schema.json` is made from it, and the scripts are checked
//! against that.
//!
//! Fields that end in a place are the place of something in a list beside them: what many share is written once.

use std::collections::BTreeMap;
use std::rc::Rc;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Serialize, Serializer};
use serde_json::Value;
use streamspec_adapters::contract::{Api, Observation};

use crate::case::{Axis, Dispute, Level, Source};
use crate::id::{SurfaceId, Variant};
use crate::judge::{Check, Grade, Mode, Status};
use crate::record::{AttemptRecord, Attempted, HandlerRecord};
use crate::report::view::{CatchRow, Known, Suite, cut};
use crate::text;
use crate::transport::DescribedAnswer;

/// The data that the scripts are handed.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Data")]
struct Data {
    /// In the page itself.
    page: PageData,
    /// In each file beside it, for one group of cases.
    details: DetailsData,
}

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
    /// The command that runs a trial by them, by variant, with `{sdk}`, `{surface}` and `{case}` to fill in.
    pub(super) commands: BTreeMap<String, String>,
}

/// An SDK.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SdkData {
    /// The id.
    pub(super) id: String,
    /// The id by which `--sdk` asks for it.
    pub(super) asked: String,
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

/// The data that the page of a trial shows and the matrix does not need, for one group of cases.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DetailsData {
    /// The cases, by id.
    pub(super) cases: Vec<CaseDetail>,
    /// Lists of answers that the server is told to send.
    pub(super) wires: Vec<Vec<AnswerData>>,
    /// Events of streams.
    pub(super) events: Vec<EventData>,
    /// Checks.
    pub(super) checks: Vec<CheckData>,
    /// The observations of callers; long texts are cut.
    #[schemars(with = "Vec<Observation>")]
    pub(super) observations: Vec<Value>,
    /// The requests of a trial.
    pub(super) requests: Vec<Vec<RequestData>>,
    /// The attempts of a trial that another one followed.
    pub(super) attempts: Vec<Vec<AttemptData>>,
    /// Surfaces.
    pub(super) rows: Vec<RowDetail>,
    /// The trials that the page lists.
    pub(super) trials: Vec<TrialDetail>,
}

/// A case with what the server sends.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CaseDetail {
    /// The id.
    pub(super) id: String,
    /// The place of its answers.
    #[schemars(with = "usize")]
    pub(super) wire: u32,
}

/// An answer, and what a client can read in it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AnswerData {
    #[serde(flatten)]
    pub(super) answer: DescribedAnswer,
    /// The events of its body; none where it is no stream of the dialect's codec.
    pub(super) decoded: Option<DecodedData>,
}

/// The events of a stream.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DecodedData {
    /// The number of whole events.
    pub(super) whole: usize,
    /// The places of the first events.
    #[schemars(with = "Vec<usize>")]
    pub(super) events: Vec<u32>,
    /// The number of further events.
    pub(super) more: usize,
}

/// An event of a stream; long texts are cut.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EventData {
    /// The name.
    pub(super) name: String,
    /// The data; of an event that was never completed what the stream ends with.
    pub(super) data: String,
    /// False where it was never completed, so that no client may act on it.
    pub(super) whole: bool,
}

/// A surface by a route and a transport.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RowDetail {
    /// The SDK's id.
    pub(super) sdk: String,
    /// The surface's name.
    pub(super) surface: String,
    /// The route.
    pub(super) route: String,
    /// The transport.
    pub(super) transport: String,
}

/// A trial.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TrialDetail {
    /// The name, as lists, records and the terminal have it.
    pub(super) name: String,
    /// The place of its surface.
    #[schemars(with = "usize")]
    pub(super) row: u32,
    /// The place of its case.
    #[schemars(with = "usize")]
    pub(super) case: u32,
    pub(super) variant: Variant,
    /// The places of its checks.
    #[schemars(with = "Vec<usize>")]
    #[serde(serialize_with = "as_list")]
    pub(super) checks: Rc<[u32]>,
    /// The place of its observation.
    #[schemars(with = "Option<usize>")]
    pub(super) observation: Option<u32>,
    /// The place of the answers that were sent, where they are not those of the case.
    #[schemars(with = "Option<usize>")]
    pub(super) wire: Option<u32>,
    /// The place of its requests.
    #[schemars(with = "usize")]
    pub(super) requests: u32,
    /// The place of its earlier attempts.
    #[schemars(with = "usize")]
    pub(super) attempts: u32,
}

fn as_list<S: Serializer>(places: &Rc<[u32]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(places.iter())
}

/// A request and the answer that it got.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RequestData {
    /// Method and target.
    pub(super) request: String,
    /// The number of the answer that it got, from 0.
    pub(super) answer: usize,
    /// True where the client left while the server was silent; none where that is not watched.
    pub(super) left: Option<bool>,
    /// The number of steps of the answer after which it left.
    pub(super) after: Option<usize>,
}

/// An attempt that was followed by another one, without its time: that says more about the machine than about the SDK.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AttemptData {
    /// The call that was attempted.
    of: Attempted,
    /// The result, in one line.
    came_to: String,
    /// The reason why there was another one.
    reason: String,
}

impl AttemptData {
    /// Returns an attempt whose texts are not longer than so many characters.
    pub(super) fn of(attempt: &AttemptRecord, longest: usize) -> Self {
        Self {
            of: attempt.of,
            came_to: text::cut(&attempt.came_to, longest),
            reason: text::cut(&attempt.reason, longest),
        }
    }
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

/// Returns the JSON Schema of what the scripts are handed.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Data>().to_value()
}
