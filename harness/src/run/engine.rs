//! Runs one trial: registers the script, makes the call, waits for the transcript, judges.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use streamspec_adapters::contract::{Adapter, Call, CallOutcome, CallResult, Identity, Observation};
use streamspec_adapters::fleet::Sdk;
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore, mpsc};

use super::attempt::LessonsBySdk;
use super::control;
use super::normal::Particulars;
use super::plan::Trial;
use super::running::TIMED;
use super::same::same_as_written;
use crate::case::{Case, Connection};
use crate::id::{TrialId, Variant};
use crate::judge::{Evidence, Verdict, judge};
use crate::record::{AttemptRecord, Attempted, TrialRecord, WireRecord};
use crate::server::{Server, Transcript};
use crate::transport::describe;
use crate::wire::Script;

/// How long a call is waited for before it is a hang, beside what its case makes a correct client wait for.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// How long an answer is waited for at the least.
    pub least: Duration,
    /// How long after what the case asks for an answer is still waited for.
    pub grace: Duration,
    /// Whether a doubtful trial is run again alone.
    pub again: bool,
}

impl Deadlines {
    /// For SDKs in processes of their own, on a loaded machine.
    pub const SDK: Self = Self { least: Duration::from_secs(10), grace: Duration::from_secs(5), again: true };

    /// For the reference client's mutants, many of which hang by design.
    pub const MUTANT: Self = Self { least: Duration::from_secs(10), grace: Duration::from_secs(3), again: false };

    /// When a call for this case is a hang.
    fn deadline(self, case: &Case) -> Duration {
        (case.hang_after() + self.grace).max(self.least)
    }
}

/// How soon after its caller was told of a failure a client must let go of the connection.
const RELEASE: Duration = Duration::from_secs(2);

/// An adapter, opened once and shared, or the reason why it could not be.
type Opened = Arc<OnceCell<Result<Arc<dyn Adapter>, String>>>;

/// Who is told of each call that will be made once more, when that is known.
type Listener = mpsc::UnboundedSender<(TrialId, AttemptRecord)>;

/// Everything a run shares.
pub struct Engine {
    nonce: String,
    pub(super) patience: Deadlines,
    pub(super) learnt: LessonsBySdk,
    server: Server,
    adapters: Mutex<HashMap<String, Opened>>,
    controls: Mutex<HashMap<String, control::Shared>>,
    /// Every nonce that was given out, so that one in the wrong observation is noticed.
    nonces: Mutex<HashSet<String>>,
    listener: Mutex<Option<Listener>>,
    jobs: Semaphore,
    timed_jobs: Semaphore,
}

/// The engine cannot start.
#[derive(Debug, Error)]
#[error("the server cannot listen on the loopback interface: {0}")]
pub struct EngineError(io::Error);

/// One variant of one trial, with what an explanation needs.
#[derive(Clone, Debug)]
pub struct TrialRun {
    /// What is written down.
    pub record: TrialRecord,
    /// What the server was told to do.
    pub script: Script,
    /// What the server saw and sent.
    pub transcript: Transcript,
    /// How the call came out.
    pub answered: CallResult,
}

impl Engine {
    /// Starts the server. At most `jobs` calls are under way at once, and twice as many of trials that wait for the clock.
    pub async fn start(nonce: String, jobs: usize, patience: Deadlines) -> Result<Self, EngineError> {
        Ok(Self {
            nonce,
            patience,
            learnt: LessonsBySdk::default(),
            server: Server::start().await.map_err(EngineError)?,
            adapters: Mutex::default(),
            controls: Mutex::default(),
            nonces: Mutex::default(),
            listener: Mutex::default(),
            jobs: Semaphore::new(jobs.max(1)),
            timed_jobs: Semaphore::new(jobs.max(1) * TIMED),
        })
    }

    /// Tells of each call that will be made once more, from now on.
    pub fn listen(&self) -> mpsc::UnboundedReceiver<(TrialId, AttemptRecord)> {
        let (listener, told) = mpsc::unbounded_channel();
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
        told
    }

    /// Tells the listener, if there is one, that a call will be made once more.
    pub fn tell(&self, id: TrialId, attempt: AttemptRecord) {
        if let Some(listener) = &*self.listener.lock().unwrap_or_else(PoisonError::into_inner) {
            // A listener that is gone wants to hear nothing.
            let _ = listener.send((id, attempt));
        }
    }

    /// Drives the SDK of this id with this adapter, whatever its manifest says.
    pub fn adopt(&self, sdk: &str, adapter: Arc<dyn Adapter>) {
        let mut adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
        adapters.insert(sdk.to_owned(), Arc::new(OnceCell::new_with(Some(Ok(adapter)))));
    }

    /// Opens the SDK's adapter, or says why it cannot be opened. Later calls share it.
    pub async fn adapter(&self, sdk: &Sdk) -> Result<Arc<dyn Adapter>, String> {
        let opened = {
            let mut adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(adapters.entry(sdk.manifest.id.clone()).or_default())
        };
        let open = async || sdk.open().await.map_err(|error| error.to_string());
        opened.get_or_init(open).await.clone()
    }

    /// Runs every variant of a trial, as written first. A sweep over a stream that is not healthy is left out.
    pub async fn run(&self, trial: &Trial) -> Vec<TrialRun> {
        self.learnt.count(trial);
        let mut all: Vec<TrialRun> = Vec::with_capacity(trial.variants.len());
        if let Some(why) = self.lacks(trial).await {
            return vec![self.not_run(trial, Variant::AsWritten, Verdict::unsupported(why))];
        }
        for &variant in &trial.variants {
            if variant.is_sweep() {
                all.extend(self.sweep(trial, variant).await);
                continue;
            }
            let mut ran = self.run_variant(trial, variant).await;
            if let Some(written) = all.first() {
                let same = same_as_written(&written.record, &ran.record);
                ran.record.verdict.add(same);
            }
            ran.keep_answers();
            all.push(ran);
        }
        all
    }

    /// Ends every adapter that was opened.
    pub async fn close(&self) {
        let opened: Vec<Opened> =
            self.adapters.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, opened)| opened).collect();
        for adapter in opened.iter().filter_map(|opened| opened.get()?.as_ref().ok()) {
            adapter.close().await;
        }
    }

    /// What the version that is loaded does not have yet, or no more, if the trial asks for it.
    async fn lacks(&self, trial: &Trial) -> Option<String> {
        let adapter = self.adapter(&trial.sdk).await.ok()?;
        let Identity { sdk, surfaces, apis, .. } = adapter.identity();
        let (surface, api) = (&trial.surface, trial.case.api);
        if !surfaces.iter().any(|own| surface == own.as_str()) {
            return Some(format!("{} {} has no surface `{surface}`", sdk.name, sdk.version));
        }
        (!apis.contains(&api)).then(|| format!("{} {} does not speak {api}", sdk.name, sdk.version))
    }

    async fn run_variant(&self, trial: &Trial, variant: Variant) -> TrialRun {
        let nonce = self.trial_nonce(&trial.id(variant).to_string());
        let script = Script::build(trial.case.api, &trial.case.exchanges, variant, &nonce);
        let adapter = match self.adapter(&trial.sdk).await {
            Ok(adapter) => adapter,
            Err(reason) => return self.not_run(trial, variant, Verdict::adapter_fault(reason)),
        };
        let id = trial.id(variant);
        let (control, mut attempts) = self.control(trial, &id, adapter.as_ref()).await;
        let (played, before) = self.attempt(trial, &id, adapter.as_ref(), &script, Attempted::Trial).await;
        attempts.extend(before);
        let verdict = match self.foreign_nonce(&nonce, &played.answered.outcome) {
            Some(mixed_up) => Verdict::adapter_fault(mixed_up),
            None => judge(&Evidence {
                case: &trial.case,
                nonce: &nonce,
                surface: trial.sdk.manifest.surfaces.get(trial.surface.as_str()),
                error_bases: &adapter.identity().error_bases,
                answered: &played.answered,
                control: control.as_ref(),
                script: &script,
                transcript: &played.transcript,
                released: played.released,
            }),
        };
        let noise = Particulars { nonce: &nonce, base_url: &played.base_url, root: trial.sdk.root().as_str() };
        let mut record = TrialRecord::begun(trial, variant, &nonce, &played);
        record.verdict = normal_verdict(verdict, noise);
        record.observation = normal_observation(&played.answered.outcome, noise);
        record.attempts = attempts;
        TrialRun { record, script, transcript: played.transcript, answered: played.answered }
    }

    /// A trial that no call was made for.
    fn not_run(&self, trial: &Trial, variant: Variant, verdict: Verdict) -> TrialRun {
        let nonce = self.trial_nonce(&trial.name());
        let played = CallEvidence::fault(verdict.reason.clone().unwrap_or_default());
        let mut record = TrialRecord::begun(trial, variant, &nonce, &played);
        record.verdict = verdict;
        let CallEvidence { answered, transcript, .. } = played;
        TrialRun {
            record,
            script: Script::build(trial.case.api, &trial.case.exchanges, variant, &nonce),
            transcript,
            answered,
        }
    }

    /// The control of this key, which all trials that need it share.
    pub(super) fn controlled(&self, key: &str) -> control::Shared {
        let mut controls = self.controls.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(controls.entry(key.to_owned()).or_default())
    }

    pub(super) async fn play(
        &self,
        trial: &Trial,
        adapter: &dyn Adapter,
        script: &Script,
        alone: bool,
    ) -> CallEvidence {
        let case = &trial.case;
        let jobs = if case.is_timed() { &self.timed_jobs } else { &self.jobs };
        // It is never closed: holding it keeps other calls out, nothing else.
        let _job = jobs.acquire().await;
        let registered = self.server.register(script.clone(), trial.transport);
        let base_url = registered.base_url();
        let call = Call {
            api: case.api,
            surface: trial.surface.to_string(),
            base_url: base_url.clone(),
            timeout: Duration::from_millis(case.timeout),
            deadline: self.patience.deadline(case),
            max_retries: case.max_retries,
            ask: case.ask,
            alone,
        };
        let answered = adapter.observe(call).await;
        let released = if watches_connection(case) { Some(registered.wait_client_left(RELEASE).await) } else { None };
        let transcript = registered.finish().await;
        CallEvidence { base_url, answered, released, transcript }
    }

    /// A nonce that no other trial of this run has, and no trial of another run.
    ///
    /// It is all consonants: a client that looks for a status in messages finds no `403` in it, nor a word.
    pub(super) fn trial_nonce(&self, name: &str) -> String {
        const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrst";
        let digest = Sha256::digest(format!("{}\n{name}", self.nonce));
        let halves = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
        let nonce: String =
            std::iter::once('n').chain(halves.map(|half| char::from(LETTERS[usize::from(half)]))).collect();
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner).insert(nonce.clone());
        nonce
    }

    /// The fault where an observation holds the nonce of another trial: the adapter has mixed up two calls.
    fn foreign_nonce(&self, own: &str, answer: &CallOutcome) -> Option<String> {
        let CallOutcome::Observed(observation) = answer else { return None };
        let text = serde_json::to_string(observation).unwrap_or_default();
        let nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let long = own.len();
        let starts = text.match_indices('n').filter_map(|(at, _)| text.get(at..at + long));
        let foreign = starts.into_iter().find(|found| *found != own && nonces.contains(*found))?;
        Some(format!("the observation holds `{foreign}`, the nonce of another trial, so two calls were mixed up"))
    }
}

/// What one call left behind.
pub(super) struct CallEvidence {
    pub(super) base_url: String,
    pub(super) answered: CallResult,
    pub(super) released: Option<bool>,
    pub(super) transcript: Transcript,
}

impl CallEvidence {
    /// No call was made.
    pub(super) fn fault(detail: String) -> Self {
        let answered =
            CallResult { outcome: CallOutcome::Fault { detail }, stderr: String::new(), took: Duration::ZERO };
        Self { base_url: String::new(), answered, released: None, transcript: Transcript::default() }
    }

    /// Wall time to the answer, in milliseconds.
    pub(super) fn took_ms(&self) -> u64 {
        u64::try_from(self.answered.took.as_millis()).unwrap_or(u64::MAX)
    }
}

impl TrialRun {
    /// Writes down what was sent, where a variant run came out differently: a report cannot tell it from the case.
    pub(super) fn keep_answers(&mut self) {
        if self.record.verdict.broken_checks().any(|check| check.axis.is_of_variants()) {
            self.record.answers = describe(&self.script, self.record.transport, &self.record.nonce);
        }
    }
}

impl TrialRecord {
    /// The record of a call that has been played, without its verdict and observation.
    pub(super) fn begun(trial: &Trial, variant: Variant, nonce: &str, played: &CallEvidence) -> Self {
        let wire = played.transcript.exchanges.iter().map(|exchange| WireRecord {
            request: format!("{} {}", exchange.method, exchange.path),
            answer: exchange.answer,
            written: exchange.written,
            digest: exchange.digest.clone(),
            client_left: exchange.client_left_at.is_some(),
        });
        Self {
            nonce: nonce.to_owned(),
            wire: wire.collect(),
            took_ms: played.took_ms(),
            ..Self::new(trial.id(variant), Verdict::not_run(String::new()))
        }
    }
}

/// A verdict without what differs from run to run.
fn normal_verdict(mut verdict: Verdict, noise: Particulars<'_>) -> Verdict {
    for check in &mut verdict.checks {
        noise.value(&mut check.expected);
        noise.value(&mut check.observed);
    }
    verdict.reason = verdict.reason.map(|reason| noise.text(&reason));
    verdict
}

/// An observation without what differs from run to run.
fn normal_observation(answer: &CallOutcome, noise: Particulars<'_>) -> Option<Observation> {
    let CallOutcome::Observed(observation) = answer else { return None };
    noise.observation(observation)
}

/// Whether any level asks what becomes of the connection.
fn watches_connection(case: &Case) -> bool {
    let mut all = case.levels().flat_map(|(_, checks)| checks.all());
    all.any(|checks| checks.connection == Some(Connection::Released))
}
