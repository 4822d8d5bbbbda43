//! Records: the JSON Lines that a run writes and a report reads. Nothing else joins the two.
//!
//! Every line stands for itself, so the records of several machines are merged by concatenating files, and a run that
//! is cut short keeps what it had.

mod entry;
mod read;
mod sweep;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use fs_err as fs;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use streamspec_adapters::contract::{Api, Observation};

pub(crate) use entry::every_surface;
pub use entry::{Entry, Scope, Statement, statements};
pub use read::{ReadError, open, read};
pub use sweep::SweepRecord;

use crate::case::{About, Case, Dispute, Source};
use crate::id::{CaseId, Route, SdkId, Shard, SurfaceId, Transport, TrialId, Variant};
use crate::judge::Verdict;
use crate::transport::{DescribedAnswer, describe};
use crate::wire::Script;

/// The number of this shape of records; changes when a reader would have to.
pub const FORMAT: u32 = 4;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The run's nonce, from which every trial's nonce is made.
    pub nonce: String,
    /// Whether every case was run on every surface of these SDKs, rather than a selection or a shard.
    pub whole: bool,
    /// Which part of its plans this run ran; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What was planned, for each SDK that could be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlanRecord>,
}

/// What was planned for one SDK: enough to see later whether anything is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// How many trials all shards together have, as written; those that the SDK's documents exclude among them.
    pub trials: usize,
    /// How many of them this run has.
    pub own: usize,
    /// SHA-256 of the names of all trials with their cases and variants, in hexadecimal: equal for shards of one plan.
    pub digest: String,
    /// Whether all shards together have every case on every surface.
    pub whole: bool,
}

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// See [`Case::about`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// What the server sends, as written, with `${nonce}` for the nonce.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<DescribedAnswer>,
}

/// Stands for a nonce where there is none yet; as long as one, so that every byte is counted.
const SOME_NONCE: &str = "n0e0e0e0e0e";

impl From<&Case> for CaseRecord {
    fn from(case: &Case) -> Self {
        let script = Script::build(case.api, &case.exchanges, Variant::AsWritten, SOME_NONCE);
        Self {
            id: case.id.clone(),
            digest: case.digest.clone(),
            api: case.api,
            title: case.title.clone(),
            sources: case.sources.clone(),
            disputed: case.disputed.clone(),
            max_retries: case.max_retries,
            about: Some(case.about),
            answers: describe(&script, Transport::default(), SOME_NONCE),
        }
    }
}

/// An SDK that was run, or was to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What each of them is in the SDK's own words, `client.messages.create(stream=True)`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<SurfaceId, String>,
    /// Code of surfaces that are no call of the SDK but a caller's own handling of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<HandlerRecord>,
    /// Its list of known deviations at the time of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Entry>,
    /// Why it was not run, and how to fix that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

/// How an application can handle what an SDK does when an answer breaks; run like any other surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerRecord {
    /// The file beside the SDK's manifest.
    pub file: String,
    /// What is in it.
    pub source: String,
    /// The surfaces that run it.
    pub surfaces: Vec<SurfaceId>,
}

/// One trial: an SDK's surface, a case, a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The surface.
    pub surface: SurfaceId,
    /// The case.
    pub case: CaseId,
    /// How the bytes were split or framed.
    pub variant: Variant,
    /// What stood between the SDK and the server.
    #[serde(default)]
    pub route: Route,
    /// How requests and answers travelled.
    #[serde(default)]
    pub transport: Transport,
    /// What `${nonce}` stood for.
    pub nonce: String,
    /// The graded checks and the status.
    pub verdict: Verdict,
    /// What the SDK's caller saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<Observation>,
    /// The scopes of the SDK's list of known deviations that cover this trial, by their numbers; see [`statements`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<usize>,
    /// What the server saw, in short.
    pub wire: Vec<WireRecord>,
    /// What the server was told to send, where that is not what the case says and the variant run came out differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<DescribedAnswer>,
    /// The places of a sweep, and what came of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepRecord>,
    /// Wall time to the answer, in milliseconds.
    pub took_ms: u64,
    /// The attempts before this one, of the trial and of its control, and why each of them was not the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptRecord>,
}

/// An attempt that was followed by another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// What was attempted.
    pub of: Attempted,
    /// How it came out, in one line.
    pub came_to: String,
    /// Why there was another one.
    pub reason: String,
    /// Wall time to the answer, in milliseconds.
    pub took_ms: u64,
}

/// A call that may be attempted more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attempted {
    /// The trial itself.
    Trial,
    /// The control, which its error is compared with.
    Control,
}

/// One request and what was sent for it, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRecord {
    /// Method and target below the base URL.
    pub request: String,
    /// Which of the script's answers it got.
    #[serde(default)]
    pub answer: usize,
    /// Bytes handed to the socket.
    pub written: u64,
    /// SHA-256 of them, in hexadecimal.
    pub digest: String,
    /// Whether the server saw the client leave while it kept the connection open itself.
    #[serde(default)]
    pub client_left: bool,
}

impl SdkRecord {
    /// Says if a surface is no call of the SDK but a caller's own handling of it.
    pub fn is_handler(&self, surface: &SurfaceId) -> bool {
        self.handlers.iter().any(|handler| handler.surfaces.contains(surface))
    }
}

impl TrialRecord {
    /// A trial that says nothing but its verdict: no call was made.
    pub fn new(id: TrialId, verdict: Verdict) -> Self {
        let TrialId { sdk, surface, case, variant, route, transport } = id;
        Self {
            sdk,
            surface,
            case,
            variant,
            route,
            transport,
            nonce: String::new(),
            verdict,
            observation: None,
            known: Vec::new(),
            wire: Vec::new(),
            answers: Vec::new(),
            sweep: None,
            took_ms: 0,
            attempts: Vec::new(),
        }
    }

    /// The attempt that this one is, where it is not as listed and another one follows.
    pub fn attempt(&self) -> AttemptRecord {
        AttemptRecord {
            of: Attempted::Trial,
            came_to: self.verdict.in_short(),
            reason: "it was not as listed".to_owned(),
            took_ms: self.took_ms,
        }
    }

    /// Makes this the attempt after another one that was not as listed. They may differ where the clock decides.
    pub fn follow(&mut self, before: &Self, is_timed: bool) {
        let was = before.attempt();
        let own = std::mem::take(&mut self.attempts);
        self.attempts = before.attempts.iter().cloned().chain([was]).chain(own).collect();
        if !is_timed && !self.verdict.is_like(&before.verdict) {
            self.verdict.make_flaky(&before.verdict);
        }
    }

    /// Which trial this is.
    pub fn id(&self) -> TrialId {
        TrialId {
            sdk: self.sdk.clone(),
            surface: self.surface.clone(),
            case: self.case.clone(),
            variant: self.variant,
            route: self.route,
            transport: self.transport,
        }
    }

    /// Returns the name of the trial, `anthropic-python/create-sync::anthropic/in-band/overloaded@crlf`.
    pub fn name(&self) -> String {
        self.id().to_string()
    }
}

/// An attempt that another one follows, as it is written when that is known: a run that is cut short tells of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AttemptLine {
    record: AttemptLineKind,
    #[serde(flatten)]
    trial: TrialId,
    #[serde(flatten)]
    attempt: AttemptRecord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AttemptLineKind {
    Attempt,
}

/// Writes records, each flushed as it comes.
#[derive(Debug)]
pub struct Writer {
    file: Mutex<fs::File>,
}

impl Writer {
    /// Begins a new file.
    pub fn create(path: &Utf8Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self { file: Mutex::new(fs::File::create(path)?) })
    }

    /// Writes one record.
    pub fn write(&self, record: &Record) -> io::Result<()> {
        self.line(record)
    }

    /// Writes that an attempt at a trial has ended and another one follows.
    pub fn write_attempt(&self, trial: TrialId, attempt: AttemptRecord) -> io::Result<()> {
        self.line(&AttemptLine { record: AttemptLineKind::Attempt, trial, attempt })
    }

    fn line(&self, line: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }
}

/// The digest of the cases of a run and of the rules by which they are judged.
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
