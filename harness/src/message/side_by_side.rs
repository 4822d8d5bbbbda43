//! One case with what every SDK of a run makes of it, those together that come to the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::explain::style_of;
use super::{BOLD, DIM, styled};
use crate::case::Case;
use crate::id::{Route, SdkId};
use crate::judge::Status;
use crate::record::TrialRecord;

/// Writes a case and the trials of it. Trials with the same verdict on the same checks stand together, the most frequent first.
pub fn side_by_side(case: &Case, trials: &[TrialRecord], version: impl Fn(&SdkId) -> String) -> String {
    let mut groups: BTreeMap<(Status, String), BTreeMap<&SdkId, Vec<String>>> = BTreeMap::new();
    for trial in trials {
        let alike = (trial.verdict.status, trial.verdict.in_short());
        groups.entry(alike).or_default().entry(&trial.sdk).or_default().push(surface(trial));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, sdks)| std::cmp::Reverse(sdks.values().map(Vec::len).sum::<usize>()));
    let mut out = format!("{}\n  {}\n", styled(BOLD, case.id.as_str()), case.title);
    for ((status, said), sdks) in groups {
        let count: usize = sdks.values().map(Vec::len).sum();
        let _ = writeln!(out, "  {} {}", styled(style_of(status), &said), styled(DIM, &format!("({count})")));
        for (sdk, surfaces) in sdks {
            let _ = writeln!(out, "    {sdk} {}: {}", version(sdk), surfaces.join(", "));
        }
    }
    out
}

/// Names the surface of a trial, and the gateway on its way.
fn surface(trial: &TrialRecord) -> String {
    match trial.route {
        Route::Direct => trial.surface.to_string(),
        Route::Gateway(gateway) => format!("{} via {gateway}", trial.surface),
    }
}
