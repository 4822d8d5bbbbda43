//! Records: the JSON Lines that a run writes and a report reads. Nothing else joins the two.
//!
//! Every line stands for itself, so the records of several machines are merged by concatenating files, and a run that
//! is cut short keeps what it had.

mod edition;
mod entry;
mod error;
mod read;
mod records;
mod schema;
mod sweep;
mod trial;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use streamspec_adapters::contract::{Api, Caller};

pub use edition::EditionRecord;
pub(crate) use entry::every_surface;
pub use entry::{Entry, Scope, Statement, statements};
pub use error::ReadError;
pub use read::open;
#[cfg(test)]
pub(crate) use read::read;
pub use records::{Records, Run, TrialPlace};
pub use schema::schema;
pub use sweep::SweepRecord;
pub(crate) use sweep::places_by_events;
pub use trial::{AttemptRecord, Attempted, TrialRecord, WireRecord};
pub use write::Writer;

use crate::case::{About, Case, Dispute, Source};
use crate::id::{CaseId, Route, SdkId, Shard, SurfaceId, Transport, Variant};
use crate::transport::{DescribedAnswer, describe};
use crate::wire::Script;

/// The number of this shape of records; changes when a reader would have to.
pub const FORMAT: u32 = 8;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// The suite that was run; the first line of a run.
    Suite(SuiteRecord),
    /// A case that was run.
    Case(CaseRecord),
    /// An SDK that was run, or was to be run.
    Sdk(SdkRecord),
    /// One trial.
    Trial(Box<TrialRecord>),
}

/// The suite that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuiteRecord {
    /// [`FORMAT`].
    #[serde(default)]
    pub format: u32,
    /// The version of streamspec.
    pub version: String,
    /// The rules by which it was judged: [`crate::judge::RULES`].
    #[serde(default)]
    pub rules: u32,
    /// SHA-256 of the cases that were run, each with what it sends and expects, and of the rules; in hexadecimal.
    #[serde(default)]
    pub digest: String,
    /// The edition of the suite that was run; absent where the cases were selected otherwise, or none is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<EditionRecord>,
    /// The run's nonce, from which every trial's nonce is made.
    pub nonce: String,
    /// True where every case was run on every surface of these SDKs, rather than a selection or a shard.
    pub whole: bool,
    /// The part of its plans that this run ran; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The plans, one for each SDK that could be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlanRecord>,
    /// The gateways that trials could go through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<GatewayRecord>,
}

/// A gateway that trials could go through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct GatewayRecord {
    /// The route that it is on.
    pub route: Route,
    /// The name of the product.
    pub name: String,
    /// The version that was run.
    pub version: String,
}

/// The plan of one SDK: enough to see later whether anything is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRecord {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The number of trials as written that all shards together have; those that the SDK's documents exclude among them.
    pub trials: usize,
    /// The number of them that this run has.
    pub own: usize,
    /// SHA-256 of the names of all trials with their cases and variants, in hexadecimal: equal for shards of one plan.
    pub digest: String,
    /// True where all shards together have every case on every surface.
    pub whole: bool,
}

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRecord {
    /// See [`Case::id`].
    pub id: CaseId,
    /// The dialect.
    pub api: Api,
    /// See [`Case::digest`].
    #[serde(default)]
    pub digest: String,
    /// See [`Case::title`].
    pub title: String,
    /// See [`Case::sources`].
    pub sources: Vec<Source>,
    /// See [`Case::disputed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Dispute>,
    /// See [`Case::max_retries`].
    #[serde(default)]
    pub max_retries: u32,
    /// See [`Case::timeout`]; records of earlier revisions do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// See [`Case::longest`], in milliseconds; records of earlier revisions do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_ms: Option<u64>,
    /// The transports that have all that it sends, where some have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
    /// See [`Case::caller`].
    #[serde(default, skip_serializing_if = "Caller::is_plain")]
    pub caller: Caller,
    /// See [`Case::about`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// The answers that the server sends, as written, with `${nonce}` for the nonce.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<DescribedAnswer>,
}

/// Stands for a nonce where there is none yet; as long as one, so that every byte is counted.
const SOME_NONCE: &str = "n0e0e0e0e0e";

impl From<&Case> for CaseRecord {
    fn from(case: &Case) -> Self {
        let script = Script::of(case, Variant::AsWritten, SOME_NONCE);
        Self {
            id: case.id.clone(),
            digest: case.digest.clone(),
            api: case.api,
            title: case.title.clone(),
            sources: case.sources.clone(),
            disputed: case.disputed.clone(),
            max_retries: case.max_retries,
            timeout: Some(case.timeout),
            asks_ms: Some(milliseconds(case.longest())),
            transports: case.limited_to(),
            caller: case.caller,
            about: Some(case.about),
            answers: describe(&script, Transport::default(), SOME_NONCE),
        }
    }
}

/// An SDK that was run, or was to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SdkRecord {
    /// The id, `anthropic-python`.
    pub id: SdkId,
    /// The package's name in its registry.
    pub package: String,
    /// The version that was loaded; the locked one if it was not run.
    pub version: String,
    /// The language.
    pub language: String,
    /// The runtime and its version; empty if it was not run.
    pub runtime: String,
    /// The dialects.
    pub apis: Vec<Api>,
    /// The surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// The surfaces in the SDK's own words, by name: `client.messages.create(stream=True)`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<SurfaceId, String>,
    /// A sentence each about how the base URL, the timeout and the retries are set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, String>,
    /// Code of surfaces that are no call of the SDK but a caller's own handling of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<HandlerRecord>,
    /// Its list of known deviations at the time of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Entry>,
    /// The program and its arguments that drive it, where nothing of it is checked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Wall time of its set-up, in milliseconds; next to none where it was set up before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_up_ms: Option<u64>,
    /// Wall time of the first start of its process, up to its `hello`, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// The reason why it was not run, and how to fix that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

/// Returns a time in whole milliseconds.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Code with which an application can handle what an SDK does when an answer breaks; run like any other surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandlerRecord {
    /// The file beside the SDK's manifest.
    pub file: String,
    /// Its content.
    pub source: String,
    /// The surfaces that run it.
    pub surfaces: Vec<SurfaceId>,
}

impl SdkRecord {
    /// Says if a surface is no call of the SDK but a caller's own handling of it.
    pub fn is_handler(&self, surface: &SurfaceId) -> bool {
        self.handlers.iter().any(|handler| handler.surfaces.contains(surface))
    }
}

/// Makes the digest of the cases of a run and of the rules by which they are judged.
pub fn digest<'a>(rules: u32, cases: impl Iterator<Item = &'a CaseRecord>) -> String {
    let cases: BTreeMap<&str, &str> = cases.map(|case| (case.id.as_str(), case.digest.as_str())).collect();
    let mut hash = Sha256::new();
    hash.update(format!("{rules}\n"));
    for (id, digest) in cases {
        hash.update(format!("{id} {digest}\n"));
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests;
