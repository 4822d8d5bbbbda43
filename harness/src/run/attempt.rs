//! Attempts: which call is made once more because the machine, or another call in the same process, may be why it came out
//! as it did.

use std::time::Instant;

use streamspec_adapters::contract::{Adapter, CallOutcome, CallResult, STUCK};

use super::engine::Engine;
use super::evidence::CallEvidence;
use super::plan::Trial;
use crate::id::TrialId;
use crate::judge::reason_in_short;
use crate::record::{AttemptRecord, Attempted};
use crate::wire::Script;

/// The reason why a call is not repeated that was in a process that answered nothing any more.
const NOT_REPEATED: &str = "it was not repeated, as others that were hung by themselves, too";

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
        let began = Instant::now();
        let played = self.play(trial, adapter, script, self.ends_process(trial)).await;
        self.learnt.note(trial, began, &played.answered.outcome);
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
        self.learnt.note_repeated(trial);
        let again = self.play(trial, adapter, script, true).await;
        self.learnt.note_again(trial, &played.answered.outcome, &again.answered.outcome);
        if played.transcript.exchanges.is_empty() {
            self.learnt.note_reached(trial, !again.transcript.exchanges.is_empty());
        }
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

    /// Says if calls of an SDK are repeated by themselves: each waits until all others of its process have ended.
    pub(super) fn repeats_calls(&self, sdk: &str) -> bool {
        self.learnt.are_repeated(sdk)
    }

    /// Returns the reason why only a call by itself says whose doing it was, if that is so.
    fn doubt(&self, trial: &Trial, played: &CallEvidence) -> Option<&'static str> {
        if !self.deadlines.again {
            return None;
        }
        if played.lost.is_some() {
            return (!played.base_url.is_empty()).then_some("the gateway ended during the call");
        }
        match &played.answered.outcome {
            CallOutcome::Crash { alone: false, .. } => Some("the process ended under several calls"),
            CallOutcome::Stuck => Some("the process answered nothing any more under several calls"),
            CallOutcome::Hang if !(trial.case.is_timed() || trial.hangs || self.learnt.believes_hangs(trial)) => {
                Some("a busy machine may have kept the answer from coming in time")
            }
            CallOutcome::Observed(_) | CallOutcome::Fault { .. }
                if played.transcript.exchanges.is_empty() && !self.learnt.reaches_no_server(trial) =>
            {
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
        let result = match &played.answered.outcome {
            CallOutcome::Observed(_) => "an observation".to_owned(),
            CallOutcome::Hang => "a hang".to_owned(),
            CallOutcome::Stuck => "a process that answered nothing any more".to_owned(),
            CallOutcome::Crash { detail, .. } => format!("a crash: {}", reason_in_short(detail)),
            CallOutcome::Fault { detail } => format!("a fault: {}", reason_in_short(detail)),
        };
        Self { of, result, reason: why.to_owned(), took_ms: played.took_ms() }
    }
}
