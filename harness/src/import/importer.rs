//! Makes cases of recordings, and writes none that is not as it should be.

use std::collections::HashMap;
use std::io::{ErrorKind, Write as _};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::contract::{Adapter, Api, CallOutcome, Observation, ToolCall};
use streamspec_adapters::native;
use thiserror::Error;

use super::documents::Documents;
use super::draft::Draft;
use super::expect::{Kind, expect};
use super::names::{self, Names};
use super::prepared::Prepared;
use super::recording::Recording;
use super::steps::{Form, steps};
use crate::case::{self, Basis, Case, Confidence, Source};
use crate::codec;
use crate::id::{Variant, path_of};
use crate::judge::Status;
use crate::load::{Candidates, Severity};
use crate::run::{Deadlines, Engine, EngineError, TrialRun};
use crate::wire::Script;

/// The surface of the reference client that hands over everything.
const SURFACE: &str = "events";

/// The calls that are under way at once.
const JOBS: usize = 16;

/// The server, the reference client and what was made so far.
pub struct Importer {
    out: Utf8PathBuf,
    root: Utf8PathBuf,
    api: Option<Api>,
    engine: Engine,
    reference: Arc<dyn Adapter>,
    candidates: Candidates,
    documents: Documents,
    names: Names,
    /// The names of the streams that were made ready, by dialect and bytes.
    known: HashMap<[u8; 32], String>,
}

/// A recording of which a case can be made.
#[derive(Clone, Debug)]
pub struct Ready {
    file: String,
    place: Option<usize>,
    name: String,
    prepared: Prepared,
}

/// A case that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The file.
    pub path: Utf8PathBuf,
    /// The dialect.
    pub api: Api,
    /// The group that it is in.
    pub group: &'static str,
    /// The recording, in a few words.
    pub about: String,
}

/// A recording of which there is no case.
#[derive(Clone, Debug, Error)]
pub enum NoCase {
    /// It is none that a case could be made of, or there is one already.
    #[error("{0}")]
    Skipped(String),
    /// A case of it would not be as it should be.
    #[error("{0}")]
    Refused(String),
    /// The file cannot be written.
    #[error("{path} cannot be written: {reason}")]
    CannotWrite {
        /// The file or folder.
        path: Utf8PathBuf,
        /// The reason.
        reason: String,
    },
}

impl Importer {
    /// Starts the server for the reference client. Cases go below `out`, and are of this dialect where one is named.
    ///
    /// # Panics
    ///
    /// Never: the reference client is always linked.
    pub async fn start(root: &Utf8Path, out: &Utf8Path, api: Option<Api>, nonce: String) -> Result<Self, EngineError> {
        Ok(Self {
            out: out.to_owned(),
            root: root.to_owned(),
            api,
            engine: Engine::start(nonce, JOBS, Deadlines::SDK).await?,
            reference: native::open(native::REFERENCE).expect("the reference client is always linked"),
            candidates: Candidates::new(root),
            documents: Documents::new(root),
            names: Names::default(),
            known: HashMap::new(),
        })
    }

    /// Returns the name of the case of a file, to which a number is added where there are several.
    pub fn name_of(file: &str) -> String {
        names::of(file)
    }

    /// Finds out what a recording sends, and gives it a name.
    ///
    /// # Errors
    ///
    /// [`NoCase::Skipped`], where it is no stream of a dialect, or is the same as another one.
    pub fn ready(&mut self, recording: &Recording) -> Result<Ready, NoCase> {
        let prepared = Prepared::of(recording, &self.candidates, self.api).map_err(NoCase::Skipped)?;
        let parts = json!((prepared.api, prepared.head.status, prepared.end)).to_string();
        let digest = Sha256::new().chain_update(parts).chain_update(&prepared.body).finalize().into();
        if let Some(name) = self.known.get(&digest) {
            return Err(NoCase::Skipped(format!("the same bytes as `{name}`")));
        }
        let name = self.names.give(recording);
        self.known.insert(digest, name.clone());
        Ok(Ready { file: recording.file.clone(), place: recording.place, name, prepared })
    }

    /// Makes a case of a recording, checks it, runs it on the reference client and writes it.
    ///
    /// # Errors
    ///
    /// The reason why it was not written.
    pub async fn write(&self, ready: Ready) -> Result<Written, NoCase> {
        let Ready { file, place, name, mut prepared } = ready;
        let facts = prepared.facts();
        let is_stream = facts.status == 200;
        let plain = if is_stream { Vec::new() } else { prepared.plain() };
        let (api, head) = (prepared.api, prepared.head.clone());
        let mut draft = Draft {
            remarks: Vec::new(),
            title: name.clone(),
            api,
            sources: Vec::new(),
            asks_for_tool: false,
            beyond_schema: None,
            head,
            steps: plain,
            size: prepared.body.len(),
            end: prepared.end,
            // Before a client has read it nothing is known of it; this is never told to anybody.
            expect: json!({ "must": { "outcome": "error" } }),
        };
        draft.sources = self.sources(&prepared, Kind::Payload).await?;
        let (_, case) = self.fit(&mut draft, &prepared, is_stream, Kind::Payload, &name)?;
        let seen = observed(&self.run(case).await)?;
        let kind = Kind::of(facts, &seen);
        let written_to = self.out.join(place_of(api, kind, &name));
        self.is_free(&written_to, api, kind, &name)?;
        draft.sources = self.sources(&prepared, kind).await?;
        draft.expect = expect(kind, facts, &seen);
        draft.asks_for_tool = seen.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty());
        let about = about(kind, &seen);
        let nth = place.map(|place| format!(", answer {place}")).unwrap_or_default();
        draft.title = format!("{about}, recorded from {file}{nth}");
        draft.remarks = remarks(&file, place, &prepared);
        if kind == Kind::Benign && is_silent(&seen) {
            let sentence = "Nothing of it was handed over to the caller. Is it a stream of this dialect? `--api` names another one.";
            draft.remarks.push(sentence.to_owned());
        }
        let (text, case) = self.fit(&mut draft, &prepared, is_stream, kind, &name)?;
        let verdict = self.run(case).await.record.verdict;
        if verdict.status != Status::Pass {
            let reason = format!("the reference client does not pass the proposed case: {}", verdict.in_short());
            return Err(NoCase::Refused(reason));
        }
        create(&written_to, &text)?;
        Ok(Written { path: written_to, api, group: kind.folder(), about })
    }

    /// Ends what was started.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Writes the text of a case in the first form that the loader takes and that sends the recorded bytes.
    fn fit(
        &self,
        draft: &mut Draft,
        prepared: &Prepared,
        is_stream: bool,
        kind: Kind,
        name: &str,
    ) -> Result<(String, Case), NoCase> {
        let path = path_of(&format!("{}/{}/{name}", draft.api.folder(), kind.folder()));
        let mut reason = String::new();
        for form in [Form::Values, Form::Texts] {
            draft.beyond_schema = None;
            if is_stream {
                draft.steps = steps(codec::of(draft.api), &prepared.body, &prepared.pauses, form);
            }
            let mut text = draft.text();
            let mut judged = self.candidates.judge(&path, &text);
            if let Some(beyond) = judged.beyond_schema {
                draft.beyond_schema = Some(format!("It was recorded so: {beyond}."));
                text = draft.text();
                judged = self.candidates.judge(&path, &text);
            }
            if let Some(problem) = judged.problems.iter().find(|problem| problem.severity == Severity::Error) {
                reason = format!("`check` refuses it: {}", problem.message);
                continue;
            }
            let Some(case) = judged.cases.into_iter().next() else { continue };
            if sends(&case, prepared) {
                return Ok((text, case));
            }
            "it does not send the recorded bytes".clone_into(&mut reason);
        }
        Err(NoCase::Refused(reason))
    }

    async fn run(&self, case: Case) -> TrialRun {
        self.engine.run_with(Arc::clone(&self.reference), SURFACE, case).await
    }

    /// Names the document that the expectation may rest on, and the recording where it is known whose and when it was.
    async fn sources(&self, prepared: &Prepared, kind: Kind) -> Result<Vec<Source>, NoCase> {
        let api = prepared.api;
        let document = self.documents.of(api, kind.folder()).await;
        let document = document.ok_or_else(|| {
            NoCase::Refused(format!("no case of {api} names a document that the expectation could rest on"))
        })?;
        let document = Source { quote: None, ..document.clone() };
        let recorded = prepared.asked.as_ref().zip(prepared.date.as_ref()).map(|((path, host), date)| {
            let sha256 = hex::encode(Sha256::digest(&prepared.body));
            let recording = case::Recording { date: date.clone(), sha256, redacted: redacted(prepared) };
            Source {
                basis: Basis::Recorded,
                url: format!("https://{host}{path}"),
                quote: None,
                recording: Some(recording),
                confidence: Confidence::High,
                gone: None,
            }
        });
        Ok([document].into_iter().chain(recorded).collect())
    }

    /// Refuses a name that a case has already, here or in the suite.
    fn is_free(&self, path: &Utf8Path, api: Api, kind: Kind, name: &str) -> Result<(), NoCase> {
        let own = self.root.join("cases").join(place_of(api, kind, name));
        match [path, &own].into_iter().find(|path| path.exists()) {
            Some(there) => Err(NoCase::Skipped(format!("{there} is there already, and is not overwritten"))),
            None => Ok(()),
        }
    }
}

/// Returns the place of a case's file below the folder of cases.
fn place_of(api: Api, kind: Kind, name: &str) -> Utf8PathBuf {
    Utf8Path::new(api.folder()).join(kind.folder()).join(format!("{name}.yaml"))
}

/// Says whether a case sends what was recorded, and ends as that did.
fn sends(case: &Case, prepared: &Prepared) -> bool {
    let script = Script::of(case, Variant::AsWritten, "the nonce");
    let [answer] = script.answers.as_slice() else { return false };
    let status = answer.head.as_ref().map(|head| head.status);
    answer.decoded(answer.bytes()) == prepared.body
        && status == Some(prepared.head.status)
        && answer.end == prepared.end
}

fn observed(ran: &TrialRun) -> Result<Observation, NoCase> {
    match &ran.answered.outcome {
        CallOutcome::Observed(seen) => Ok(seen.as_ref().clone()),
        other => Err(NoCase::Refused(format!("the reference client came to nothing: {other:?}"))),
    }
}

/// Says whether a caller was handed no words and no calls.
fn is_silent(seen: &Observation) -> bool {
    let texts = [&seen.text, &seen.thinking, &seen.refusal];
    texts.into_iter().flatten().all(String::is_empty) && seen.tool_calls.as_ref().is_none_or(Vec::is_empty)
}

/// Says in a few words what was recorded.
fn about(kind: Kind, seen: &Observation) -> String {
    let calls = seen.tool_calls.as_deref().unwrap_or_default().iter().filter(|call: &&ToolCall| call.complete).count();
    let text = seen.text.as_ref().is_some_and(|text| !text.is_empty());
    let thought = seen.thinking.as_ref().is_some_and(|text| !text.is_empty());
    let calls = match calls {
        0 => None,
        1 => Some("a tool call".to_owned()),
        calls => Some(format!("{calls} tool calls")),
    };
    let parts = [thought.then(|| "thoughts".to_owned()), text.then(|| "text".to_owned()), calls];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let with = if parts.is_empty() { String::new() } else { format!(" with {}", parts.join(" and ")) };
    match kind {
        Kind::Benign if parts.is_empty() => "A whole answer without words".to_owned(),
        Kind::Benign => format!("A whole answer{with}"),
        Kind::InBand => "An error inside the stream".to_owned(),
        Kind::Cut => format!("An answer{with} that ends too early"),
        Kind::Stall => format!("An answer{with} that stops"),
        Kind::Http => "An error before the stream".to_owned(),
        Kind::Payload => format!("An answer{with} whose end is in doubt"),
    }
}

/// Writes what whoever reviews the case has to know.
fn remarks(file: &str, place: Option<usize>, prepared: &Prepared) -> Vec<String> {
    let nth = place.map(|place| format!(", answer {place} of those in it")).unwrap_or_default();
    let mut remarks = vec![
        "REVIEW: proposed from a recording. What is expected is what the reference client reads in these bytes; compare it with \
         the documents, name the rules and the place in the document, and then remove this comment."
            .to_owned(),
        format!("Recorded from {file}{nth}. Left out or replaced: {}", redacted(prepared)),
    ];
    if prepared.is_framed_here {
        let sentence = "The file has the data of the events alone: their names, their framing and the word that ends the stream \
                        are those of the dialect.";
        remarks.push(sentence.to_owned());
    }
    if prepared.asked.is_none() || prepared.date.is_none() {
        let sentence = "The recording does not say when it was made or who answered, so it is not among the sources; `basis: \
                        recorded` has both.";
        remarks.push(sentence.to_owned());
    }
    remarks
}

fn redacted(prepared: &Prepared) -> String {
    let mut parts = vec!["the request but for its path", "header fields that are not in the case"];
    parts.extend(&prepared.taken);
    format!("{}.", parts.join("; "))
}

/// Creates a file, which must not be there.
fn create(path: &Utf8Path, text: &str) -> Result<(), NoCase> {
    let cannot = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => NoCase::Skipped(format!("{path} is there already, and is not overwritten")),
        _ => NoCase::CannotWrite { path: path.to_owned(), reason: error.to_string() },
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)
}
