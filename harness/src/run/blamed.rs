//! Whose doing a result through a gateway is: the reader reads what the gateway sent, where it was not the caller itself.

use std::collections::BTreeMap;
use std::time::Duration;

use streamspec_adapters::contract::{Call, CallOutcome, Observation};
use streamspec_adapters::native;

use super::engine::Engine;
use super::evidence::CallEvidence;
use super::expected::ExpectedOfTrial;
use super::plan::Trial;
use super::routes::READER;
use crate::blame::{self, Blame, BlameEvidence, Reading, Translated, is_same};
use crate::case::End;
use crate::id::Transport;
use crate::judge::{Evidence, Verdict, failed_first, judge};
use crate::tap::{AnswerEnd, TappedAnswer};
use crate::wire::{Answer, Script};

/// The reader's surface: the one that shows everything.
const SURFACE: &str = "events";

/// The reader's verdict, and what it saw.
struct Read {
    verdict: Verdict,
    observation: Option<Observation>,
}

impl Engine {
    /// Finds out whose doing a verdict is; none on the direct route, and where nobody can tell.
    pub(super) async fn blame(
        &self,
        trial: &Trial,
        expected: &ExpectedOfTrial<'_>,
        nonce: &str,
        script: &Script,
        played: &CallEvidence,
        verdict: &Verdict,
    ) -> Option<Blame> {
        let tapped = played.tapped.as_deref()?;
        let translated_to = expected.translated_to();
        // What is translated is other bytes, in whatever words.
        let is_same = translated_to.is_none() && is_same(script, &played.transcript, tapped);
        let read = if is_same {
            None
        } else if trial.sdk.manifest.id == READER {
            Some(Read { verdict: verdict.clone(), observation: observed(&played.answered.outcome) })
        } else {
            self.read(trial, expected, nonce, script, played, tapped).await
        };
        let reading = read.as_ref().map(|read| Reading {
            verdict: &read.verdict,
            error: read.observation.as_ref().and_then(|observation| observation.error.as_ref()),
        });
        let CallEvidence { transcript, over_at, released, .. } = played;
        let (over_at, released) = (*over_at, *released);
        let translated = translated_to.map(|to| Translated { from: trial.case.api, to });
        blame::find(&BlameEvidence {
            script,
            transcript,
            tapped,
            is_same,
            translated,
            over_at,
            released,
            reading,
            verdict,
        })
    }

    /// Sends the reader what the gateway sent, and judges what it makes of that. None where not all of it was kept, or where the reader
    /// asks more often than the SDK did: then it was not sent all that it asks for.
    async fn read(
        &self,
        trial: &Trial,
        expected: &ExpectedOfTrial<'_>,
        nonce: &str,
        script: &Script,
        played: &CallEvidence,
        tapped: &[TappedAnswer],
    ) -> Option<Read> {
        let (reader, manifest) = (native::open(READER)?, native::manifest(READER)?);
        if tapped.is_empty() || tapped.iter().any(TappedAnswer::is_cut) {
            return None;
        }
        let recorded = Script { answers: tapped.iter().map(again).collect(), conditions: BTreeMap::new() };
        let registered = self.server.register(recorded, Transport::default());
        let case = &trial.case;
        let call = Call {
            api: trial.spoken,
            surface: SURFACE.to_owned(),
            base_url: registered.base_url(),
            timeout: Duration::from_millis(case.timeout),
            deadline: self.deadline(trial, script),
            max_retries: case.max_retries,
            ask: case.ask,
            prompt: None,
            headers: BTreeMap::new(),
            certificate: None,
            caller: case.caller,
            alone: false,
        };
        let mut answered = reader.observe(call).await;
        if let CallOutcome::Observed(observation) = answered.outcome {
            answered.outcome = CallOutcome::Observed(Box::new(failed_first(*observation)));
        }
        let is_beyond = registered.finish().await.exchanges.len() > tapped.len();
        if is_beyond {
            return None;
        }
        let verdict = judge(&Evidence {
            case: &expected.case,
            nonce,
            surface: manifest.surfaces.get(SURFACE),
            error_bases: &reader.identity().error_bases,
            answered: &answered,
            control: None,
            script,
            transcript: &played.transcript,
            stated: None,
            released: None,
            client_side: expected.client_side(played),
        });
        Some(Read { verdict, observation: observed(&answered.outcome) })
    }
}

fn observed(outcome: &CallOutcome) -> Option<Observation> {
    if let CallOutcome::Observed(observation) = outcome { Some(observation.as_ref().clone()) } else { None }
}

/// Makes the answer that sends the same bytes once more, with the same end.
fn again(tapped: &TappedAnswer) -> Answer {
    let end = match tapped.end {
        // What no length and no last chunk ends is ended by the connection.
        AnswerEnd::Whole if tapped.is_ended_by_connection() => End::Eof,
        AnswerEnd::Whole => End::Finish,
        AnswerEnd::Fin => End::Eof,
        AnswerEnd::Reset => End::Reset,
        AnswerEnd::ClientLeft | AnswerEnd::Open => End::Stall,
    };
    Answer::verbatim(tapped.bytes.clone(), end)
}
