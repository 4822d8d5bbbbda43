//! What was asked for by name and did not run: nobody who names something wants to hear that everything else is fine.

use streamspec_adapters::spec::{SETS, Spec};

use crate::case::matcher;
use crate::judge::Word;
use crate::record::TrialRecord;
use crate::session::{Request, Session};

/// The SDKs and surfaces that were named, rather than chosen with `core` or `all`, and of which no trial was run; each in
/// words. What belongs to other shards is not missed.
pub(super) fn not_run(request: &Request, session: &Session, trials: &[TrialRecord]) -> Vec<String> {
    let ran: Vec<&TrialRecord> = trials.iter().filter(|trial| is_run(trial)).collect();
    let mut missing = Vec::new();
    // That they are well formed was seen when they were chosen.
    let specs = Spec::parse_list(&request.sdks).unwrap_or_default();
    for spec in specs.iter().filter(|spec| !SETS.contains(&spec.id.as_str())) {
        // A version that is the locked one runs under the plain id, and `latest` under its number.
        let mut plans = session.plans.iter().filter(|plan| spec.is_of(&plan.sdk));
        let elsewhere = request.shard.is_some() && plans.any(|plan| plan.own == 0 && plan.trials > 0);
        if !elsewhere && !ran.iter().any(|trial| spec.is_of(&trial.sdk)) {
            missing.push(format!("{}{} was named and no trial of it was run", spec.id, spec.build));
        }
    }
    for glob in request.surfaces.iter().filter(|_| request.shard.is_none()) {
        let Ok(surfaces) = matcher(glob) else { continue };
        if !ran.iter().any(|trial| surfaces.is_match(trial.surface.as_str())) {
            missing.push(format!("the surface `{glob}` was named and no trial of it was run"));
        }
    }
    missing
}

/// Whether anything was run at all.
pub(super) fn is_anything_run(trials: &[TrialRecord]) -> bool {
    trials.iter().any(is_run)
}

const fn is_run(trial: &TrialRecord) -> bool {
    !matches!(trial.verdict.word, Word::Unsupported | Word::NotRun)
}
