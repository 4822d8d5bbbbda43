//! Cuts a healthy stream everywhere before its stop reason: no cut may look like a completion.

use serde_json::Value;

use super::engine::Engine;
use super::evidence::TrialRun;
use super::plan::Trial;
use crate::case::{Axis, Case, Checks, End, Expect, Level, OneOf, Outcome};
use crate::codec;
use crate::id::Variant;
use crate::judge::{Check, Evidence, Grade, Mode, Status, Verdict, judge, says_stop};
use crate::record::{Attempted, TrialRecord};
use crate::wire::Script;

impl Engine {
    /// Runs a trial once for each cut, and sums up; nothing for a stream that is not healthy.
    pub(super) async fn sweep(&self, trial: &Trial, variant: Variant) -> Option<TrialRun> {
        let id = trial.id(variant);
        let nonce = self.trial_nonce(&id.to_string());
        let script = Script::build(trial.case.api, &trial.case.exchanges, Variant::AsWritten, &nonce);
        let cuts = cuts(&trial.case, &script, variant);
        let adapter = self.adapter(&trial.sdk).await.ok()?;
        let case = Case { expect: cut_short(), control: None, ..trial.case.as_ref().clone() };
        let trial = Trial { case: case.into(), ..trial.clone() };
        let (mut kept, mut broken): (Option<TrialRun>, Vec<(usize, Verdict)>) = (None, Vec::new());
        let mut attempts = Vec::new();
        for &cut in &cuts {
            let script = script.cut_after(cut, End::Finish);
            let (played, before) = self.attempt(&trial, &id, adapter.as_ref(), &script, Attempted::Trial).await;
            attempts.extend(before);
            let verdict = judge(&Evidence {
                case: &trial.case,
                nonce: &nonce,
                surface: trial.sdk.manifest.surfaces.get(&trial.surface),
                error_bases: &adapter.identity().error_bases,
                answered: &played.answered,
                control: None,
                script: &script,
                transcript: &played.transcript,
                released: None,
            });
            let is_broken = verdict.status != Status::Pass;
            if kept.is_none() || (is_broken && broken.is_empty()) {
                kept = Some(TrialRun {
                    record: TrialRecord::begun(&trial, variant, &nonce, &played),
                    script,
                    transcript: played.transcript,
                    answered: played.answered,
                });
            }
            if is_broken {
                broken.push((cut, verdict));
            }
        }
        let mut ran = kept?;
        ran.record.verdict = summed_up(&broken, cuts.len());
        ran.record.attempts = attempts;
        ran.keep_answers();
        Some(ran)
    }
}

/// Where a healthy stream is cut: before the first event that carries its stop reason is whole.
fn cuts(case: &Case, script: &Script, variant: Variant) -> Vec<usize> {
    let completes = case.expect.must.outcomes().is_some_and(|accepted| accepted == [Outcome::Completed]);
    let Some(stream) = script.answers.first().filter(|stream| stream.is_event_stream) else { return Vec::new() };
    if !completes || script.answers.len() != 1 || stream.end != End::Finish {
        return Vec::new();
    }
    if stream.is_gzip() {
        return Vec::new();
    }
    let body = stream.bytes();
    let boundaries = codec::of(case.api).event_ends(&body);
    let Some(&stop) = boundaries.iter().find(|end| says_stop(case.api, &body[..**end])) else { return Vec::new() };
    match variant {
        // The byte that ends the event's empty line is the one that dispatches it.
        Variant::CutBytes => (0..stop).collect(),
        _ => std::iter::once(0).chain(boundaries.into_iter().filter(|end| *end < stop)).collect(),
    }
}

/// The expectation of every cut.
fn cut_short() -> Expect {
    let outcome = Some(OneOf(vec![Outcome::Error, Outcome::Incomplete]));
    Expect { must: Checks { outcome, ..Checks::default() }, ..Expect::default() }
}

fn summed_up(broken: &[(usize, Verdict)], cuts: usize) -> Verdict {
    let fault = broken.iter().map(|(_, verdict)| verdict).find(|verdict| verdict.status > Status::Fails);
    if let Some(fault) = fault {
        return fault.clone();
    }
    let worst: Option<Mode> = broken.iter().filter_map(|(_, verdict)| verdict.mode).max();
    let observed = match broken.first() {
        None => "every cut can be told from a completion".to_owned(),
        Some((first, _)) => format!("{} of {cuts} cuts look complete, the first after {first} bytes", broken.len()),
    };
    let check = Check {
        axis: Axis::Cuts,
        level: Level::Must,
        expected: Value::from("every cut can be told from a completion"),
        observed: Value::from(observed),
        grade: if broken.is_empty() { Grade::Exact } else { Grade::Wrong },
        disputed: false,
    };
    let status = if broken.is_empty() { Status::Pass } else { Status::Fails };
    Verdict { status, mode: worst, reason: None, checks: vec![check] }
}
