//! The data that the page of a trial shows and the overview does not need, in files beside the page.
//!
//! Fields that end in a place are the place of something in a list beside them: what many share is written once.

use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;
use streamspec_adapters::contract::Observation;

use super::data::CheckData;
use crate::id::Variant;
use crate::record::{AttemptRecord, Attempted};
use crate::text;
use crate::transport::DescribedAnswer;

/// The data that the page of a trial shows and the overview does not need, for one group of cases.
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
    /// The time in milliseconds until the call ended, or until the suite ended it, where the server sends nothing more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waited: Option<u64>,
    /// The blame of a trial through a gateway, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) blame: Option<String>,
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
    result: String,
    /// The reason why there was another one.
    reason: String,
}

impl AttemptData {
    /// Returns an attempt whose texts are not longer than so many characters.
    pub(super) fn of(attempt: &AttemptRecord, longest: usize) -> Self {
        Self {
            of: attempt.of,
            result: text::cut(&attempt.result, longest),
            reason: text::cut(&attempt.reason, longest),
        }
    }
}
