//! Runs one trial: registers the script, makes the call, waits for the transcript, judges.

use std::collections::HashMap;
use std::io;
use std::num::NonZero;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use streamspec_adapters::contract::{Adapter, Call, CallOutcome, Identity};
use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::process::Processes;
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore, mpsc};

use super::evidence::{CallEvidence, SharedControl, TrialRun, normal_observation, normal_verdict};
use super::lessons::LessonsBySdk;
use super::nonces::Nonces;
use super::normal::Particulars;
use super::plan::Trial;
use super::routes::Routes;
use super::same::same_as_written;
use super::through::{self, Gateways};
use crate::case::{Case, Connection};
use crate::id::{Route, Transport, TrialId, Variant};
use crate::judge::{Evidence, Verdict, failed_first, judge};
use crate::record::{AttemptRecord, Attempted, TrialRecord};
use crate::server::Server;
use crate::transport;
use crate::wire::Script;

/// The time a call is waited for before it is a hang, beside the time for which its case makes a correct client wait.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// The least time an answer is waited for.
    pub least: Duration,
    /// The time for which an answer is waited for after the time that the case asks for.
    pub grace: Duration,
    /// True where a doubtful trial is run again alone.
    pub again: bool,
}

impl Deadlines {
    /// For SDKs in processes of their own, on a loaded machine.
    pub const SDK: Self = Self { least: Duration::from_secs(10), grace: Duration::from_secs(5), again: true };

    /// For the reference client's mutants, many of which hang by design.
    pub const MUTANT: Self = Self { least: Duration::from_secs(10), grace: Duration::from_secs(3), again: false };

    /// Returns the time after which a call for this case is a hang. Tens of thousands of pieces keep a client busy for
    /// seconds, and many such calls are made at once.
    pub fn of(self, case: &Case, script: &Script) -> Duration {
        let pieces = u32::try_from(script.pieces()).unwrap_or(u32::MAX);
        (case.hang_after() + self.grace).max(self.least) + PER_PIECE * pieces
    }
}

/// The most calls of trials that wait for the clock, as a multiple of those of others: to wait takes next to no processor.
const WAITING_TIMES: usize = 8;

/// The SDKs that are started at once, for each core.
const STARTS_PER_CORE: usize = 2;

/// The time that a piece of an answer adds to the deadline of its call.
const PER_PIECE: Duration = Duration::from_millis(1);

/// The time in which a client must let go of the connection after its caller was told of a failure.
pub(crate) const RELEASE: Duration = Duration::from_secs(2);

/// An adapter, opened once and shared.
type Shared = Arc<OnceCell<Opened>>;

/// An adapter that was opened.
#[derive(Clone)]
struct Opened {
    /// The adapter, or the reason why it could not be opened.
    adapter: Result<Arc<dyn Adapter>, String>,
    /// The time that its start took; the time for which it waited for the starts of others does not count.
    took: Duration,
}

/// The receiver of each call that will be made once more, told when that is known.
type Listener = mpsc::UnboundedSender<(TrialId, AttemptRecord)>;

/// The server, the adapters and the lessons that all trials of a run share.
pub struct Engine {
    pub(super) nonces: Nonces,
    pub(super) deadlines: Deadlines,
    pub(super) learnt: LessonsBySdk,
    pub(super) server: Server,
    gateways: Gateways,
    adapters: Mutex<HashMap<String, Shared>>,
    controls: Mutex<HashMap<String, SharedControl>>,
    listener: Mutex<Option<Listener>>,
    jobs: Semaphore,
    starts: Semaphore,
    processes: Mutex<HashMap<String, Processes>>,
    processes_at_first: usize,
    timed_jobs: Semaphore,
    began: Instant,
}

/// The engine cannot start.
#[derive(Debug, Error)]
#[error("the server cannot listen on the loopback interface: {0}")]
pub struct EngineError(io::Error);

impl Engine {
    /// Starts the server. At most `jobs` calls are under way at once, and up to eight times as many of trials that
    /// wait for the clock.
    pub async fn start(nonce: String, jobs: usize, deadlines: Deadlines) -> Result<Self, EngineError> {
        Ok(Self {
            nonces: Nonces::of(nonce),
            deadlines,
            learnt: LessonsBySdk::default(),
            server: Server::start().await.map_err(EngineError)?,
            gateways: Gateways::default(),
            adapters: Mutex::default(),
            controls: Mutex::default(),
            listener: Mutex::default(),
            jobs: Semaphore::new(jobs.max(1)),
            starts: Semaphore::new(STARTS_PER_CORE * cores()),
            processes: Mutex::default(),
            processes_at_first: 1,
            timed_jobs: Semaphore::new(jobs.max(1) * WAITING_TIMES),
            began: Instant::now(),
        })
    }

    /// Returns the same engine, with the gateways of these routes in front of its server.
    #[must_use]
    pub fn through(self, routes: &Routes) -> Self {
        Self { gateways: Gateways::new(routes, &self.server), ..self }
    }

    /// Returns the same engine, for a run of so many SDKs: where there are more cores than these, an SDK that keeps just one busy has
    /// several processes.
    #[must_use]
    pub fn shared_by(self, sdks: usize) -> Self {
        Self { processes_at_first: cores() / sdks.max(1), ..self }
    }

    /// Returns the number of processes that an SDK has once there are enough calls for them.
    pub(super) fn processes(&self, sdk: &Sdk) -> Processes {
        let at_first = if sdk.has_one_thread() { self.processes_at_first } else { 1 };
        let mut all = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(sdk.manifest.id.clone()).or_insert_with(|| Processes::of(at_first)).clone()
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

    /// Opens the SDK's adapter, or gives the reason why it cannot be opened. Later calls share it. An adapter that was made elsewhere is
    /// open already.
    pub async fn adapter(&self, sdk: &Sdk) -> Result<Arc<dyn Adapter>, String> {
        if let Some(own) = sdk.own_adapter() {
            return Ok(own);
        }
        self.opened(sdk).await.adapter
    }

    /// Opens the SDK's adapter, and returns the time that its start took. An adapter that was made elsewhere runs already.
    pub async fn start_of(&self, sdk: &Sdk) -> Option<Duration> {
        if sdk.own_adapter().is_some() { None } else { Some(self.opened(sdk).await.took) }
    }

    async fn opened(&self, sdk: &Sdk) -> Opened {
        let shared = {
            let mut adapters = self.adapters.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(adapters.entry(sdk.manifest.id.clone()).or_default())
        };
        let open = async || {
            // It is never closed. Of many that start at once each would be late with its hello.
            let _turn = self.starts.acquire().await;
            let began = Instant::now();
            let adapter = sdk.open(Some(self.server.authority().file()), self.processes(sdk)).await;
            Opened { adapter: adapter.map_err(|error| error.to_string()), took: began.elapsed() }
        };
        shared.get_or_init(open).await.clone()
    }

    /// Runs a case as written on a surface of an adapter of the caller's own, which needs no manifest and no folder. A
    /// surface or a dialect that the adapter's identity does not list makes the verdict `unsupported`.
    ///
    /// An engine keeps the lessons about an SDK, and its controls, by the name in the identity: adapters that differ need names
    /// that differ, or engines of their own.
    pub async fn run_with(&self, adapter: Arc<dyn Adapter>, surface: &str, case: Case) -> TrialRun {
        let trial = Trial {
            spoken: case.api,
            sdk: Arc::new(Sdk::of(adapter)),
            surface: Arc::new(surface.into()),
            route: Route::default(),
            case: Arc::new(case),
            variants: [Variant::AsWritten].into(),
            transport: Transport::default(),
            hangs: false,
        };
        self.learnt.count(&trial);
        match self.lacks(&trial).await {
            Some(why) => self.not_run(&trial, Variant::AsWritten, Verdict::unsupported(why)),
            None => self.run_variant(&trial, Variant::AsWritten).await,
        }
    }

    /// Runs every variant of a trial, as written first. A sweep over a stream that is not healthy is left out.
    pub async fn run(&self, trial: &Trial) -> Vec<TrialRun> {
        self.learnt.count(trial);
        let mut all: Vec<TrialRun> = Vec::with_capacity(trial.variants.len());
        if let Some(why) = self.lacks(trial).await {
            return vec![self.not_run(trial, Variant::AsWritten, Verdict::unsupported(why))];
        }
        for &variant in trial.variants.iter() {
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

    /// Ends every adapter that was opened, and every gateway.
    pub async fn close(&self) {
        let all: Vec<Shared> =
            self.adapters.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, shared)| shared).collect();
        for adapter in all.iter().filter_map(|shared| shared.get()?.adapter.as_ref().ok()) {
            adapter.close().await;
        }
        self.gateways.close().await;
    }

    /// Returns the reason why the version that is loaded cannot run the trial, if it does not have the surface or the dialect.
    async fn lacks(&self, trial: &Trial) -> Option<String> {
        let adapter = self.adapter(&trial.sdk).await.ok()?;
        let Identity { sdk, surfaces, apis, capabilities, .. } = adapter.identity();
        let (surface, api) = (&trial.surface, trial.spoken);
        if !surfaces.iter().any(|own| **surface == own.as_str()) {
            return Some(format!("{} {} has no surface `{surface}`", sdk.name, sdk.version));
        }
        if !apis.contains(&api) {
            return Some(format!("{} {} does not speak {api}", sdk.name, sdk.version));
        }
        let lacked = self.gateways.needs(trial.route).find(|needed| !capabilities.iter().any(|own| own == needed))?;
        let (name, route) = (&sdk.name, trial.route);
        Some(format!("the adapter of {name} has not the capability `{lacked}`, without which {route} cannot be asked"))
    }

    async fn run_variant(&self, trial: &Trial, variant: Variant) -> TrialRun {
        let nonce = self.nonces.of_trial(&trial.id(variant).to_string());
        let script = Script::of(&trial.case, variant, &nonce);
        let adapter = match self.adapter(&trial.sdk).await {
            Ok(adapter) => adapter,
            Err(reason) => return self.not_run(trial, variant, Verdict::adapter_fault(reason)),
        };
        let id = trial.id(variant);
        let (control, mut attempts) = self.control(trial, &id, adapter.as_ref()).await;
        let (played, before) = self.attempt(trial, &id, adapter.as_ref(), &script, Attempted::Trial).await;
        attempts.extend(before);
        let expected = trial.expected();
        let verdict = match self.said_nothing(trial, &nonce, &played) {
            Some(verdict) => verdict,
            None => judge(&Evidence {
                case: &expected.case,
                nonce: &nonce,
                surface: trial.sdk.manifest.surfaces.get(trial.surface.as_str()),
                error_bases: &adapter.identity().error_bases,
                answered: &played.answered,
                control: control.as_ref(),
                script: &script,
                transcript: &played.transcript,
                stated: None,
                released: played.released,
                client_side: expected.client_side(&played),
            }),
        };
        let root = trial.sdk.root().as_str();
        let particulars = Particulars { nonce: &nonce, base_url: &played.base_url, mark: &played.mark, root };
        let mut record = TrialRecord::begun(trial, variant, &nonce, &played);
        record.blame = self.blame(trial, &expected, &nonce, &script, &played, &verdict).await;
        record.verdict = normal_verdict(verdict, particulars);
        record.observation = normal_observation(&played.answered.outcome, particulars);
        record.attempts = attempts;
        record.translation = expected.translation;
        let CallEvidence { answered, transcript, tapped, .. } = played;
        TrialRun { record, script, transcript, tapped, answered }
    }

    /// Makes the result of a trial that no call was made for.
    fn not_run(&self, trial: &Trial, variant: Variant, verdict: Verdict) -> TrialRun {
        let nonce = self.nonces.of_trial(&trial.name());
        let played = CallEvidence::fault(verdict.reason.clone().unwrap_or_default());
        let mut record = TrialRecord::begun(trial, variant, &nonce, &played);
        record.verdict = verdict;
        record.translation = trial.expected().translation;
        let CallEvidence { answered, transcript, .. } = played;
        TrialRun { record, script: Script::of(&trial.case, variant, &nonce), transcript, tapped: None, answered }
    }

    /// Returns the control of this key, which all trials that need it share.
    pub(super) fn controlled(&self, key: &str) -> SharedControl {
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
        let jobs = if trial.waits() { &self.timed_jobs } else { &self.jobs };
        // It is never closed: holding it keeps other calls out, nothing else.
        let _job = jobs.acquire().await;
        let registered = self.server.register(script.clone(), trial.transport);
        let mark = registered.mark();
        let passage = match self.gateways.passage(trial.route, &registered).await {
            Ok(passage) => passage,
            Err(why) => return CallEvidence::lost(why),
        };
        let base_url = passage.base_url.clone();
        let call = Call {
            api: trial.spoken,
            surface: trial.surface.to_string(),
            base_url: base_url.clone(),
            timeout: Duration::from_millis(case.timeout),
            deadline: self.deadline(trial, script),
            max_retries: case.max_retries,
            ask: case.ask,
            prompt: passage.prompt.clone(),
            headers: passage.headers.clone(),
            certificate: transport::of(trial.transport).is_encrypted().then(|| self.server.authority().pem()),
            caller: case.caller,
            alone,
        };
        let mut answered = adapter.observe(call).await;
        let ended = Some(self.began.elapsed());
        if let CallOutcome::Observed(observation) = answered.outcome {
            answered.outcome = CallOutcome::Observed(Box::new(failed_first(*observation)));
        }
        let since = registered.since();
        let watches = passage.settle().await || watches_connection(case);
        let released = if watches { Some(registered.wait_client_left(RELEASE).await) } else { None };
        let over_at = since.elapsed();
        let transcript = registered.finish().await;
        let tapped = passage.tapped();
        let lost = passage.why_gone(&answered.outcome, &transcript).await.map(|why| why.to_string());
        CallEvidence { base_url, mark, answered, released, transcript, tapped, over_at, ended, lost }
    }

    /// Returns the time after which a call of this trial is a hang.
    pub(super) fn deadline(&self, trial: &Trial, script: &Script) -> Duration {
        let loading = if self.deadlines.again { self.learnt.loading(trial) } else { Duration::ZERO };
        self.deadlines.of(&trial.case, script) + loading
    }

    /// Makes the verdict of a call that says nothing about the SDK, because the gateway on its way failed, or two calls were
    /// mixed up.
    pub(super) fn said_nothing(&self, trial: &Trial, nonce: &str, played: &CallEvidence) -> Option<Verdict> {
        let mixed_up = self.nonces.foreign(nonce, &played.answered.outcome);
        if trial.route.gateway().is_some() {
            return through::fault(trial.route, played, mixed_up).map(Verdict::gateway_fault);
        }
        mixed_up.map(Verdict::adapter_fault)
    }
}

/// Returns the number of cores that this process may use. It is asked for with every trial, and the system opens files to say it.
pub(super) fn cores() -> usize {
    static CORES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}

/// Says whether any level asks what becomes of the connection.
pub(crate) fn watches_connection(case: &Case) -> bool {
    let mut all = case.levels().flat_map(|(_, checks)| checks.all());
    all.any(|checks| checks.connection == Some(Connection::Released))
}
