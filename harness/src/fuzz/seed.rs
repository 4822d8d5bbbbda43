//! The streams that are changed: those of the cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::case::{Case, End, Step};
use crate::codec::spelled;
use crate::id::{CaseId, Variant};
use crate::run::Trial;
use crate::wire::Script;

/// The most bytes of a stream that is changed.
const LARGEST: usize = 6 * 1024;

/// The longest that the pauses of one may be, in milliseconds.
const LONGEST: u64 = 200;

/// Chooses the cases of a plan whose streams are changed: the first combination of each file with one whole event stream, which
/// neither the clock nor the caller has a part in, and which every surface of its dialect runs.
pub(super) fn choose(trials: &[Trial], surfaces: &[String]) -> Vec<Arc<Case>> {
    let mut cases: BTreeMap<&CaseId, (&Arc<Case>, usize)> = BTreeMap::new();
    for trial in trials {
        cases.entry(&trial.case.id).or_insert((&trial.case, 0)).1 += 1;
    }
    let speak = |case: &Case| {
        let of_sdk = trials.first().map(|trial| &trial.sdk.manifest.surfaces);
        let speaks = |surface: &&String| {
            of_sdk.and_then(|all| all.get(*surface)).is_some_and(|one| one.apis.contains(&case.api))
        };
        surfaces.iter().filter(speaks).count()
    };
    let mut files = BTreeSet::new();
    let whole = cases.into_values().filter(|(case, count)| *count == speak(case)).map(|(case, _)| case);
    whole.filter(|case| files.insert(case.id.file()) && is_seed(case)).cloned().collect()
}

fn is_seed(case: &Case) -> bool {
    let [steps] = case.exchanges.as_slice() else { return false };
    let script = Script::of(case, Variant::AsWritten, &spelled(Default::default()));
    let answer = &script.answers[0];
    let pauses: u64 = steps.iter().map(|step| if let Step::Pause(pause) = step { *pause } else { 0 }).sum();
    let is_whole = |step: &Step| match step {
        Step::Respond(respond) => respond.content_length_lie == 0 && respond.cut_body_after.is_none(),
        _ => true,
    };
    case.conditions.is_empty()
        && case.caller.is_plain()
        && case.max_retries == 0
        && !case.is_timed()
        && answer.is_event_stream
        && answer.coding().is_none()
        && answer.end != End::Stall
        && answer.bytes().len() <= LARGEST
        && pauses <= LONGEST
        && steps.iter().all(is_whole)
}
