//! Breaks a healthy stream everywhere before its stop reason, by a cut or by an error: nowhere may it look like a completion.

mod laws;
mod places;
mod sum;
#[cfg(test)]
mod tests;

use super::engine::Engine;
use super::evidence::{CallEvidence, TrialRun};
use super::plan::Trial;
use crate::case::Case;
use crate::id::Variant;
use crate::judge::{Evidence, judge};
use crate::record::{Attempted, TrialRecord};
use crate::wire::Script;
use places::Places;
use sum::Sum;

impl Engine {
    /// Runs a trial once for each place, and sums up; nothing for a stream that is not healthy.
    pub(super) async fn sweep(&self, trial: &Trial, variant: Variant) -> Option<TrialRun> {
        if !trial.case.caller.is_plain() {
            return None;
        }
        let id = trial.id(variant);
        let nonce = self.nonces.of_trial(&id.to_string());
        let whole = Script::of(&trial.case, Variant::AsWritten, &nonce);
        let places = Places::of(&trial.case, &whole, variant)?;
        let adapter = self.adapter(&trial.sdk).await.ok()?;
        let healthy = &trial.case;
        let case = Case { expect: laws::expect(healthy, variant), control: None, ..healthy.as_ref().clone() };
        let trial = Trial { case: case.into(), ..trial.clone() };
        let expected = trial.expected();
        let mut kept: Option<TrialRun> = None;
        let mut sum = Sum::new(variant, &places);
        let mut attempts = Vec::new();
        for &place in &places.all {
            let script = places.broken(&whole, place, &nonce);
            let (played, before) = self.attempt(&trial, &id, adapter.as_ref(), &script, Attempted::Trial).await;
            attempts.extend(before);
            let judged = || {
                judge(&Evidence {
                    case: &expected.case,
                    nonce: &nonce,
                    surface: trial.sdk.manifest.surfaces.get(trial.surface.as_str()),
                    error_bases: &adapter.identity().error_bases,
                    answered: &played.answered,
                    control: None,
                    script: &script,
                    transcript: &played.transcript,
                    stated: None,
                    released: None,
                    client_side: expected.client_side(&played),
                })
            };
            let mut verdict = self.said_nothing(&trial, &nonce, &played).unwrap_or_else(judged);
            if variant.is_errors() {
                laws::hold_calls(&mut verdict, healthy, &played.answered);
            }
            // The record shows the first run that came out as it must not, and else the first of all.
            let is_first_broken = sum.take(place, &verdict);
            if kept.is_none() || is_first_broken {
                let mut record = TrialRecord::begun(&trial, variant, &nonce, &played);
                record.blame = self.blame(&trial, &expected, &nonce, &script, &played, &verdict).await;
                record.translation.clone_from(&expected.translation);
                let CallEvidence { answered, transcript, tapped, .. } = played;
                kept = Some(TrialRun { record, script, transcript, tapped, answered });
            }
        }
        let mut ran = kept?;
        ran.record.verdict = sum.verdict();
        ran.record.sweep = Some(sum.record());
        ran.record.attempts = attempts;
        ran.keep_answers();
        Some(ran)
    }
}
