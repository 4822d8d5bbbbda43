//! The evidence of a trial: what one call left behind, and the record that is made of it.

use std::sync::Arc;
use std::time::Duration;

use streamspec_adapters::contract::{CallOutcome, CallResult, Observation};
use tokio::sync::Mutex;

use super::normal::Particulars;
use super::plan::Trial;
use crate::id::Variant;
use crate::judge::{Control, Verdict};
use crate::record::{TrialRecord, WireRecord, milliseconds};
use crate::server::Transcript;
use crate::tap::Tapped;
use crate::transport::describe_for;
use crate::wire::Script;

/// One variant of one trial, with what an explanation needs.
#[derive(Clone, Debug)]
pub struct TrialRun {
    /// The record of the trial, with its verdict.
    pub record: TrialRecord,
    /// The script that the server was given.
    pub script: Script,
    /// The requests that the server saw, and the bytes that it sent.
    pub transcript: Transcript,
    /// The answers that the gateway on the way sent downstream; none on the direct route.
    pub tapped: Option<Tapped>,
    /// The result of the call.
    pub answered: CallResult,
}

/// The evidence of one call.
pub(super) struct CallEvidence {
    pub(super) base_url: String,
    /// The word that names the trial where a gateway passes on no more of a request than its words.
    pub(super) mark: String,
    pub(super) answered: CallResult,
    pub(super) released: Option<bool>,
    pub(super) transcript: Transcript,
    /// The answers that the gateway on the way sent downstream; none on the direct route.
    pub(super) tapped: Option<Tapped>,
    /// The time at which the transcript was complete, on its own clock.
    pub(super) over_at: Duration,
    /// The time of the answer since the engine was started; none where no call was made.
    pub(super) ended: Option<Duration>,
    /// The reason why the call says nothing, where a gateway on its way was not there or did not stay.
    pub(super) lost: Option<String>,
}

/// The last result of one surface of one SDK on one control.
#[derive(Debug, Default)]
pub(super) struct ControlResult {
    pub(super) last: Option<Control>,
    pub(super) tries: u32,
}

/// A result for each surface, route, transport, dialect, request and response.
pub(super) type SharedControl = Arc<Mutex<ControlResult>>;

impl CallEvidence {
    /// Makes the evidence of a call that was not made.
    pub(super) fn fault(detail: String) -> Self {
        let answered =
            CallResult { outcome: CallOutcome::Fault { detail }, stderr: String::new(), took: Duration::ZERO };
        Self {
            base_url: String::new(),
            mark: String::new(),
            answered,
            released: None,
            transcript: Transcript::default(),
            tapped: None,
            over_at: Duration::ZERO,
            ended: None,
            lost: None,
        }
    }

    /// Makes the evidence of a call that was not made, because nothing goes through the gateway on its way.
    pub(super) fn lost(why: String) -> Self {
        Self { lost: Some(why.clone()), ..Self::fault(why) }
    }

    /// Returns the wall time to the answer, in milliseconds.
    pub(super) fn took_ms(&self) -> u64 {
        milliseconds(self.answered.took)
    }
}

impl TrialRun {
    /// Writes down what was sent, where a variant run came out differently: a report cannot tell it from the case.
    pub(super) fn keep_answers(&mut self) {
        if self.record.verdict.broken_checks().any(|check| check.axis.is_of_variants()) {
            let spoken = self.transcript.exchanges.first().map(|exchange| exchange.version).unwrap_or_default();
            self.record.answers = describe_for(spoken, &self.script, self.record.transport, &self.record.nonce);
        }
    }
}

impl TrialRecord {
    /// Makes the record of a call that has been played, without its verdict and observation.
    pub(super) fn begun(trial: &Trial, variant: Variant, nonce: &str, played: &CallEvidence) -> Self {
        let wire = played.transcript.exchanges.iter().map(|exchange| WireRecord {
            request: format!("{} {}", exchange.method, exchange.path),
            negotiated: exchange.negotiated(),
            answer: exchange.answer,
            written: exchange.written,
            digest: exchange.digest.clone(),
            client_left: exchange.client_left_at.is_some(),
        });
        Self {
            nonce: nonce.to_owned(),
            wire: wire.collect(),
            took_ms: played.took_ms(),
            ended_ms: played.ended.map(milliseconds),
            ..Self::new(trial.id(variant), Verdict::not_run(String::new()))
        }
    }
}

/// Returns a verdict without what differs from run to run.
pub(super) fn normal_verdict(mut verdict: Verdict, particulars: Particulars<'_>) -> Verdict {
    for check in &mut verdict.checks {
        particulars.value(&mut check.expected);
        particulars.value(&mut check.observed);
    }
    verdict.reason = verdict.reason.map(|reason| particulars.reason(&reason));
    verdict
}

/// Returns an observation without what differs from run to run.
pub(super) fn normal_observation(answer: &CallOutcome, particulars: Particulars<'_>) -> Option<Observation> {
    let CallOutcome::Observed(observation) = answer else { return None };
    particulars.observation(observation)
}
