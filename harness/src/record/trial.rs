//! The records of trials and of the attempts at them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::Observation;

use super::SweepRecord;
use crate::blame::Blame;
use crate::id::{CaseId, Route, SdkId, SurfaceId, Transport, TrialId, Variant};
use crate::judge::{Status, Verdict};
use crate::translate::Translation;
use crate::transport::{DescribedAnswer, Negotiated};

/// One trial: an SDK's surface, a case, a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialRecord {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The surface.
    pub surface: SurfaceId,
    /// The case.
    pub case: CaseId,
    /// The way in which the bytes were split or framed.
    pub variant: Variant,
    /// The route between the SDK and the server.
    #[serde(default)]
    pub route: Route,
    /// The transport by which requests and answers travelled.
    #[serde(default)]
    pub transport: Transport,
    /// The nonce, for which `${nonce}` stands.
    pub nonce: String,
    /// The graded checks and the status.
    pub verdict: Verdict,
    /// The observation of the SDK's caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<Observation>,
    /// The scopes of the SDK's list of known deviations that cover this trial, by their numbers; see `record::statements`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<usize>,
    /// The requests that the server saw, in short.
    pub wire: Vec<WireRecord>,
    /// The answers that the server was told to send, where they are not those of the case and the variant run came out
    /// differently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<DescribedAnswer>,
    /// The places of a sweep, and what came of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepRecord>,
    /// The fate of the answer on its way through a gateway, and whose doing that is; absent on the direct route, and where nobody
    /// can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blame: Option<Blame>,
    /// The translation of the expectation, behind a gateway that is asked in another dialect than the one it asks in; absent
    /// everywhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translation: Option<Translation>,
    /// Wall time to the answer, in milliseconds.
    pub took_ms: u64,
    /// The time of the answer, in milliseconds since the run's first SDK was started; absent where no call was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<u64>,
    /// The attempts before this one, of the trial and of its control, and why each of them was not the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptRecord>,
}

/// An attempt that was followed by another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttemptRecord {
    /// The call that was attempted.
    pub of: Attempted,
    /// The result, in one line.
    pub result: String,
    /// The reason why there was another one.
    pub reason: String,
    /// Wall time to the answer, in milliseconds.
    pub took_ms: u64,
}

/// A call that may be attempted more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attempted {
    /// The trial itself.
    Trial,
    /// The control, which its error is compared with.
    Control,
}

/// One request and what was sent for it, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WireRecord {
    /// Method and target below the base URL.
    pub request: String,
    /// The protocol that its client agreed to by ALPN, where the server offered several: by the transport `production`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negotiated: Option<Negotiated>,
    /// The place of the answer that it got in the script.
    #[serde(default)]
    pub answer: usize,
    /// Bytes handed to the socket.
    pub written: u64,
    /// SHA-256 of them, in hexadecimal.
    pub digest: String,
    /// True where the server saw the client leave while it kept the connection open itself.
    #[serde(default)]
    pub client_left: bool,
}

impl TrialRecord {
    /// Makes a trial that says nothing but its verdict: no call was made.
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
            blame: None,
            translation: None,
            took_ms: 0,
            ended_ms: None,
            attempts: Vec::new(),
        }
    }

    /// Makes the attempt that this one is, where it is not as listed and another one follows.
    pub fn attempt(&self) -> AttemptRecord {
        AttemptRecord {
            of: Attempted::Trial,
            result: self.verdict.in_short(),
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
            // What a gateway did once is not undone by the next attempt.
            let word = |blame: &Option<Blame>| blame.as_ref().map(|blame| blame.word);
            if word(&before.blame) > word(&self.blame) {
                self.blame.clone_from(&before.blame);
            }
        }
    }

    /// Says whether the bytes were split or framed otherwise than the case says.
    pub fn is_variant_run(&self) -> bool {
        self.variant != Variant::AsWritten
    }

    /// Returns the protocol to which the client of the first request agreed, where the server offered several.
    pub fn negotiated(&self) -> Option<Negotiated> {
        self.wire.first()?.negotiated
    }

    /// Tells whether it says something about the SDK.
    pub fn is_judged(&self) -> bool {
        self.verdict.status <= Status::Fails
    }

    /// Says whether it is a variant run that came to another verdict than the trial as written.
    pub fn is_cut_dependent(&self) -> bool {
        self.verdict.broken_checks().any(|check| check.axis.is_of_variants())
    }

    /// Says whether a report has more of it than a number: as written when it is not a pass, in a variant only when it
    /// came out differently.
    pub fn has_result(&self) -> bool {
        if self.is_variant_run() {
            !self.is_judged() || self.is_cut_dependent()
        } else {
            self.verdict.status != Status::Pass
        }
    }

    /// Makes the identity of the trial.
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct AttemptLine {
    pub(super) record: AttemptLineKind,
    #[serde(flatten)]
    pub(super) trial: TrialId,
    #[serde(flatten)]
    pub(super) attempt: AttemptRecord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AttemptLineKind {
    Attempt,
}
