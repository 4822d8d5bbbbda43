//! The sweeps of the page: what comes of a failure at each place of a healthy stream.

use super::data::{RunData, SpoiltData, SweepData, SweptData};
use crate::record::{SweepRecord, TrialRecord};
use crate::report::table::Table;

/// The sweeps, of which all surfaces share what they have in common.
#[derive(Debug, Default)]
pub(super) struct Sweeps {
    /// The streams that were swept.
    pub(super) swept: Table<SweptData>,
    /// The results.
    pub(super) spoilt: Table<SpoiltData>,
}

impl Sweeps {
    /// Adds the sweep of a trial whose case stands at a place; none where it is no sweep, or says nothing about the SDK.
    pub(super) fn add(&mut self, trial: &TrialRecord, case: usize) -> Option<SweepData> {
        let sweep = trial.sweep.as_ref().filter(|_| trial.is_judged())?;
        let all = sweep.all(trial.variant);
        let SweepRecord { events, blind, wrong, untyped, .. } = sweep;
        let swept = SweptData { case, variant: trial.variant, places: runs(&all), events: events.clone() };
        let [blind, wrong, untyped] = [blind, wrong, untyped].map(|some| numbers(&all, some));
        let spoilt = SpoiltData { blind, wrong, untyped };
        Some(SweepData { swept: self.swept.place(swept), spoilt: self.spoilt.place(spoilt) })
    }
}

/// Returns the numbers of some of all places, from 0, as runs.
fn numbers(all: &[usize], some: &[usize]) -> Vec<RunData> {
    runs(&some.iter().filter_map(|place| all.binary_search(place).ok()).collect::<Vec<_>>())
}

/// Puts ascending numbers into runs of consecutive ones.
fn runs(numbers: &[usize]) -> Vec<RunData> {
    let runs = numbers.chunk_by(|one, other| one + 1 == *other);
    runs.map(|run| RunData { first: run[0], count: run.len() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Variant;

    fn pairs(runs: &[RunData]) -> Vec<(usize, usize)> {
        runs.iter().map(|run| (run.first, run.count)).collect()
    }

    #[test]
    fn places_are_told_by_their_numbers() {
        let sweep =
            SweepRecord { places: 4, events: vec![10, 20, 40], blind: vec![0, 10, 40], ..SweepRecord::default() };
        let all = sweep.all(Variant::CutEvents);
        assert_eq!(all, [0, 10, 20, 40]);
        assert_eq!(pairs(&numbers(&all, &sweep.blind)), [(0, 2), (3, 1)]);
        assert_eq!(pairs(&runs(&SweepRecord { places: 3, ..SweepRecord::default() }.all(Variant::CutBytes))), [(0, 3)]);
        let inside = SweepRecord { places: 4, events: vec![3, 6], ..SweepRecord::default() }.all(Variant::ErrorBytes);
        assert_eq!(inside, [1, 2, 4, 5], "what is glued to the end of an event is inside of none");
    }
}
