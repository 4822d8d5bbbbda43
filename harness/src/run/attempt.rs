//! Attempts: which call is made once more because the machine, or another call in the same process, may be why it came out
//! as it did, and what is learnt from that.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamspec_adapters::contract::{Adapter, CallOutcome, CallResult, STUCK};
use tokio::sync::Mutex as Turn;

use super::engine::Engine;
use super::evidence::CallEvidence;
use super::plan::Trial;
use crate::id::TrialId;
use crate::judge::reason_in_short;
use crate::record::{AttemptRecord, Attempted};
use crate::wire::Script;

/// So many hangs of an SDK that were repeated by themselves and hung again, and none that did not, and its hangs are
/// believed: each repetition takes as long as a deadline, and nothing else can run in its process in the meantime.
const BELIEVED: u32 = 5;

/// So many repetitions of an SDK that hung, and no more are made, whatever else came back: this bounds what they cost.
const HUNG: u32 = 20;

/// So many calls of an SDK in a row that all hung, and no more are made: its process takes calls and answers none.
const UNANSWERED: u32 = 64;

/// The reason why a call is not repeated that was in a process that answered nothing any more.
const NOT_REPEATED: &str = "it was not repeated, as others that were hung by themselves, too";

/// Trials that are not as listed are repeated up to so many of an SDK, and beyond that one in so many of those that were
/// run: where everything is different, nothing is learnt from doing all of it twice.
const REPEATED: u64 = 20;
const ONE_IN: u64 = 20;

/// Lessons that a run has learnt, by SDK.
#[derive(Debug, Default)]
pub(super) struct LessonsBySdk(Mutex<HashMap<String, Lessons>>);

/// The lessons about one SDK.
#[derive(Debug, Default)]
struct Lessons {
    /// Case files that end the process; their calls are made by themselves from the first attempt on.
    ending: HashSet<String>,
    /// Hangs that were repeated and hung again.
    hung_again: u32,
    /// Hangs that were repeated and did not.
    came_back: u32,
    /// Calls in a row that hung.
    hung_in_a_row: u32,
    /// Trials that were run.
    run: u64,
    /// Trials that were repeated because they were not as listed.
    repeated: u64,
    /// The turn to repeat a call by itself. What the one before has taught is known when the next one has it.
    turn: Arc<Turn<()>>,
}

impl LessonsBySdk {
    fn of<T>(&self, trial: &Trial, read: impl FnOnce(&mut Lessons) -> T) -> T {
        let mut all: MutexGuard<'_, _> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(all.entry(trial.sdk.manifest.id.clone()).or_default())
    }

    /// Says if the SDK's process is known to end under this kind of stream.
    fn ends_process(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| lessons.ending.contains(trial.case.id.file()))
    }

    /// Returns the reason why no more calls are made.
    fn answers_nothing(&self, trial: &Trial) -> Option<String> {
        let all_hung = self.of(trial, |lessons| lessons.hung_in_a_row >= UNANSWERED);
        all_hung.then(|| format!("the last {UNANSWERED} calls of this adapter all hung, so this one was not made"))
    }

    /// Notes how a call came out that others may have been in flight with.
    fn note(&self, trial: &Trial, answer: &CallOutcome) {
        self.of(trial, |lessons| match answer {
            CallOutcome::Hang if trial.case.may_wait() => {}
            CallOutcome::Hang | CallOutcome::Stuck => lessons.hung_in_a_row += 1,
            CallOutcome::Observed(_) | CallOutcome::Crash { .. } | CallOutcome::Fault { .. } => {
                lessons.hung_in_a_row = 0;
            }
        });
    }

    /// Notes how a call came out by itself that was doubtful before.
    fn note_again(&self, trial: &Trial, before: &CallOutcome, answer: &CallOutcome) {
        self.of(trial, |lessons| match (before, answer) {
            (_, CallOutcome::Crash { alone: true, .. }) => _ = lessons.ending.insert(trial.case.id.file().to_owned()),
            (CallOutcome::Hang | CallOutcome::Stuck, CallOutcome::Hang) => lessons.hung_again += 1,
            (CallOutcome::Hang | CallOutcome::Stuck, _) => lessons.came_back += 1,
            _ => {}
        });
    }

    /// Says if hangs of this SDK need no repetition to be believed.
    fn believes_hangs(&self, trial: &Trial) -> bool {
        self.of(trial, |lessons| lessons.hung_again >= HUNG || lessons.hung_again >= BELIEVED && lessons.came_back == 0)
    }

    /// Returns the turn to repeat a call of this SDK by itself.
    fn turn(&self, trial: &Trial) -> Arc<Turn<()>> {
        self.of(trial, |lessons| Arc::clone(&lessons.turn))
    }

    /// Counts a trial that is not as listed, and says whether it is repeated.
    fn may_repeat(&self, trial: &Trial) -> bool {
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

impl Engine {
    /// Makes a call, and makes it once more by itself where it would otherwise be the machine's or another call's doing.
    pub(super) async fn attempt(
        &self,
        trial: &Trial,
        id: &TrialId,
        adapter: &dyn Adapter,
        script: &Script,
        of: Attempted,
    ) -> (CallEvidence, Vec<AttemptRecord>) {
        if let Some(why) = self.why_not_called(trial) {
            return (CallEvidence::fault(why), Vec::new());
        }
        let played = self.play(trial, adapter, script, self.ends_process(trial)).await;
        self.learnt.note(trial, &played.answered.outcome);
        if self.doubt(trial, &played).is_none() {
            return (played, Vec::new());
        }
        let turn = self.learnt.turn(trial);
        let _turn = turn.lock().await;
        // While it waited, others have been repeated.
        let Some(why) = self.doubt(trial, &played) else { return (played, Vec::new()) };
        if played.answered.outcome == CallOutcome::Stuck && self.learnt.believes_hangs(trial) {
            let detail = format!("{STUCK}; {NOT_REPEATED}");
            let answered = CallResult { outcome: CallOutcome::Fault { detail }, ..played.answered };
            return (CallEvidence { answered, ..played }, Vec::new());
        }
        let attempt = AttemptRecord::of(of, &played, why);
        self.tell(id.clone(), attempt.clone());
        let again = self.play(trial, adapter, script, true).await;
        self.learnt.note_again(trial, &played.answered.outcome, &again.answered.outcome);
        (again, vec![attempt])
    }

    /// Returns the reason why no call is made any more, if that is so.
    fn why_not_called(&self, trial: &Trial) -> Option<String> {
        self.learnt.answers_nothing(trial).filter(|_| self.deadlines.again)
    }

    /// Says if the SDK's process is known to end under this kind of stream.
    pub(super) fn ends_process(&self, trial: &Trial) -> bool {
        self.learnt.ends_process(trial)
    }

    /// Returns the reason why only a call by itself says whose doing it was, if that is so.
    fn doubt(&self, trial: &Trial, played: &CallEvidence) -> Option<&'static str> {
        if !self.deadlines.again {
            return None;
        }
        match &played.answered.outcome {
            CallOutcome::Crash { alone: false, .. } => Some("the process ended under several calls"),
            CallOutcome::Stuck => Some("the process answered nothing any more under several calls"),
            CallOutcome::Hang if !trial.case.is_timed() && !self.learnt.believes_hangs(trial) => {
                Some("a busy machine may have kept the answer from coming in time")
            }
            CallOutcome::Observed(_) | CallOutcome::Fault { .. } if played.transcript.exchanges.is_empty() => {
                Some("no request reached the server")
            }
            CallOutcome::Crash { .. } | CallOutcome::Hang | CallOutcome::Observed(_) | CallOutcome::Fault { .. } => {
                None
            }
        }
    }

    /// Says if a trial that is not as listed is run once more.
    pub fn may_repeat(&self, trial: &Trial) -> bool {
        self.deadlines.again && self.learnt.may_repeat(trial)
    }
}

impl AttemptRecord {
    fn of(of: Attempted, played: &CallEvidence, why: &str) -> Self {
        let came_to = match &played.answered.outcome {
            CallOutcome::Observed(_) => "an observation".to_owned(),
            CallOutcome::Hang => "a hang".to_owned(),
            CallOutcome::Stuck => "a process that answered nothing any more".to_owned(),
            CallOutcome::Crash { detail, .. } => format!("a crash: {}", reason_in_short(detail)),
            CallOutcome::Fault { detail } => format!("a fault: {}", reason_in_short(detail)),
        };
        Self { of, came_to, reason: why.to_owned(), took_ms: played.took_ms() }
    }
}
