//! Lessons: what a run has learnt about an SDK, so that what kills its process, hangs or is different everywhere is not found out
//! again and again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use streamspec_adapters::contract::CallOutcome;
use tokio::sync::Mutex as Turn;

use super::plan::Trial;
use crate::id::{Route, SurfaceId};

/// So many hangs of an SDK that were repeated by themselves and hung again, and none that did not, and its hangs are
/// believed: each repetition takes as long as a deadline, and nothing else can run in its process in the meantime.
const BELIEVED: u32 = 5;

/// So many repetitions of an SDK that hung, and no more are made, whatever else came back: this bounds what they cost.
const HUNG: u32 = 20;

/// So many calls of an SDK in a row that were repeated by themselves and reached no server either, and no such call is repeated any
/// more: its process is not started again, or makes no request whatever it is asked for.
const UNREACHED: u32 = 5;

/// So many calls of an SDK in a row that all hung, and no more are made: its process takes calls and answers none.
const UNANSWERED: u32 = 64;

/// The least number of rounds of these calls, each begun after a call of the round before had hung. Of calls that are under way together all
/// hang where something else keeps the machine busy for as long as one of them is waited for.
const ROUNDS: u32 = 4;

/// So many calls of a case file that ended the process by themselves, and the others of that file are made by themselves from the
/// first attempt on. One may be an end from without: a process that was killed.
const ENDED: u32 = 2;

/// The time in which a surface may load what it needs for its first call, beside the deadline of that call: many SDKs import
/// most of themselves then, and thirty of them begin at once.
pub(crate) const LOADING: Duration = Duration::from_secs(30);

/// Trials that are not as listed are repeated up to so many of an SDK, and beyond that one in so many of those that were
/// run: where everything is different, nothing is learnt from doing all of it twice.
const REPEATED: u64 = 20;
const ONE_IN: u64 = 20;

/// Lessons that a run has learnt, by SDK and route: what a gateway does to calls says nothing about calls that do not go through it.
#[derive(Debug, Default)]
pub(super) struct LessonsBySdk(Mutex<HashMap<(String, Route), Lessons>>);

/// The lessons about one SDK.
#[derive(Debug, Default)]
struct Lessons {
    /// Case files whose calls ended the process by themselves, with the number of times.
    ending: HashMap<String, u32>,
    /// Hangs that were repeated and hung again.
    hung_again: u32,
    /// Hangs that were repeated and did not.
    came_back: u32,
    /// Calls in a row that were repeated and reached no server.
    unreached: u32,
    /// Calls in a row that hung.
    hung: HungCalls,
    /// Surfaces of which a call has come out, so that what an SDK loads for its first call has been loaded.
    begun: HashSet<Arc<SurfaceId>>,
    /// Trials that were run.
    run: u64,
    /// Trials that were repeated because they were not as listed.
    repeated: u64,
    /// True once a call was repeated by itself.
    is_repeated: bool,
    /// The turn to repeat a call by itself. What the one before has taught is known when the next one has it.
    turn: Arc<Turn<()>>,
}

/// Calls in a row that hung.
#[derive(Debug, Default)]
struct HungCalls {
    calls: u32,
    /// The rounds that they were made in.
    rounds: u32,
    /// The time at which the first call of the last round had hung.
    round_over: Option<Instant>,
}

impl HungCalls {
    fn add(&mut self, began: Instant) {
        self.calls += 1;
        if self.round_over.is_none_or(|over| began > over) {
            self.rounds += 1;
            self.round_over = Some(Instant::now());
        }
    }

    fn are_all(&self) -> bool {
        self.calls >= UNANSWERED && self.rounds >= ROUNDS
    }
}

impl LessonsBySdk {
    fn of<T>(&self, trial: &Trial, read: impl FnOnce(&mut Lessons) -> T) -> T {
        let mut all: MutexGuard<'_, _> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(all.entry((trial.sdk.manifest.id.clone(), trial.route)).or_default())
    }

    /// Says if the SDK's process is known to end under this kind of stream.
    pub(super) fn ends_process(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| lessons.ending.get(trial.case.id.file()).is_some_and(|times| *times >= ENDED))
    }

    /// Returns the reason why no more calls are made.
    pub(super) fn answers_nothing(&self, trial: &Trial) -> Option<String> {
        let calls = self.of(trial, |lessons| lessons.hung.are_all().then_some(lessons.hung.calls))?;
        Some(format!("the last {calls} calls of this adapter all hung, so this one was not made"))
    }

    /// Notes how a call came out that others may have been in flight with, and that was begun at this time.
    pub(super) fn note(&self, trial: &Trial, began: Instant, answer: &CallOutcome) {
        self.of(trial, |lessons| {
            lessons.begun.insert(Arc::clone(&trial.surface));
            match answer {
                CallOutcome::Hang if trial.case.may_wait() || trial.hangs => {}
                CallOutcome::Hang | CallOutcome::Stuck => lessons.hung.add(began),
                CallOutcome::Observed(_) | CallOutcome::Crash { .. } | CallOutcome::Fault { .. } => {
                    lessons.hung = HungCalls::default();
                }
            }
        });
    }

    /// Returns the time that is added to the deadline of a call, where no call of its surface has come out yet.
    pub(super) fn loading(&self, trial: &Trial) -> Duration {
        let is_first = self.of(trial, |lessons| !lessons.begun.contains(&trial.surface));
        if is_first && !trial.case.is_timed() { LOADING } else { Duration::ZERO }
    }

    /// Notes that a call is repeated by itself.
    pub(super) fn note_repeated(&self, trial: &Trial) {
        self.of(trial, |lessons| lessons.is_repeated = true);
    }

    /// Says if a call of an SDK was repeated by itself, on any route.
    pub(super) fn are_repeated(&self, sdk: &str) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|((id, _), lessons)| id == sdk && lessons.is_repeated)
    }

    /// Notes how a call came out by itself that was doubtful before.
    pub(super) fn note_again(&self, trial: &Trial, before: &CallOutcome, answer: &CallOutcome) {
        self.of(trial, |lessons| match (before, answer) {
            (_, CallOutcome::Crash { alone: true, .. }) => {
                *lessons.ending.entry(trial.case.id.file().to_owned()).or_default() += 1;
            }
            (CallOutcome::Hang | CallOutcome::Stuck, CallOutcome::Hang) => lessons.hung_again += 1,
            (CallOutcome::Hang | CallOutcome::Stuck, _) => lessons.came_back += 1,
            _ => {}
        });
    }

    /// Notes whether a call that had reached no server did when it was made by itself.
    pub(super) fn note_reached(&self, trial: &Trial, reached: bool) {
        self.of(trial, |lessons| lessons.unreached = if reached { 0 } else { lessons.unreached + 1 });
    }

    /// Says if calls of this SDK that reach no server need no repetition to be believed.
    pub(super) fn reaches_no_server(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| lessons.unreached >= UNREACHED)
    }

    /// Says if hangs of this SDK need no repetition to be believed.
    pub(super) fn believes_hangs(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| lessons.hung_again >= HUNG || lessons.hung_again >= BELIEVED && lessons.came_back == 0)
    }

    /// Returns the turn to repeat a call of this SDK by itself.
    pub(super) fn turn(&self, trial: &Trial) -> Arc<Turn<()>> {
        self.of(trial, |lessons| Arc::clone(&lessons.turn))
    }

    /// Counts a trial that is not as listed, and says whether it is repeated.
    pub(super) fn may_repeat(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| {
            let may = lessons.repeated < REPEATED.max(lessons.run / ONE_IN);
            lessons.repeated += u64::from(may);
            may
        })
    }

    /// Counts a trial that was run.
    pub(super) fn count(&self, trial: &Trial) {
        self.of(trial, |lessons| lessons.run += 1);
    }
}
