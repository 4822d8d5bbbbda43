//! The steps of a history: a release and the one that was run before it.

use super::{History, Release};
use crate::case::Axis;
use crate::report::compare::{Change, ChangeKind, CompareError, Comparison, compare};
use crate::report::published::ResultCheck;

/// A release that was run, beside the one that was run before it.
#[derive(Debug)]
pub struct Step<'a> {
    /// The release before.
    pub before: &'a Release,
    /// The release.
    pub release: &'a Release,
    /// The differences between the two.
    pub comparison: Comparison,
    /// The number of trials that differ in how long the call took and in nothing else: those of a history say as much about the machine
    /// as about the release, and are no changes of it.
    pub by_the_clock: usize,
}

impl History {
    /// Compares each release that was run with the one that was run before it.
    pub fn steps(&self) -> Result<Vec<Step<'_>>, CompareError> {
        let run: Vec<&Release> = self.run().collect();
        run.windows(2).map(|pair| Ok(Step::of(pair[0], pair[1])?.without_clock())).collect()
    }
}

impl<'a> Step<'a> {
    /// Compares a release with an earlier one.
    pub fn of(before: &'a Release, release: &'a Release) -> Result<Self, CompareError> {
        let id = |release: &'a Release| release.sdk().map(|sdk| sdk.id.as_str());
        let comparison = compare((&before.report, id(before)), (&release.report, id(release)))?;
        Ok(Self { before, release, comparison, by_the_clock: 0 })
    }

    /// Takes changes that only a clock decides out of the comparison, and counts them.
    #[must_use]
    pub fn without_clock(mut self) -> Self {
        let (timed, others): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut self.comparison.changes).into_iter().partition(is_by_the_clock);
        self.comparison.changes = others;
        for change in &timed {
            if let Some(count) = self.comparison.counts.get_mut(&change.kind) {
                *count -= 1;
            }
        }
        self.by_the_clock += timed.len();
        self
    }

    /// Returns the number of changes of a kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.comparison.count(kind)
    }

    /// Says if a trial came out better, worse or otherwise. Trials that only one of the two has are no change of the SDK's behaviour.
    pub fn has_changes(&self) -> bool {
        ChangeKind::ALL.into_iter().any(|kind| is_of_behaviour(kind) && self.comparison.count(kind) > 0)
    }
}

/// Says if a kind of change is one of what an SDK does, rather than of what was run.
pub(super) const fn is_of_behaviour(kind: ChangeKind) -> bool {
    !matches!(kind, ChangeKind::New | ChangeKind::Gone)
}

/// Says if nothing of a trial differs but how long the call took.
fn is_by_the_clock(change: &Change) -> bool {
    let (Some(was), Some(now)) = (&change.was, &change.now) else { return false };
    let only_in = |one: &[ResultCheck], other: &[ResultCheck]| {
        one.iter().filter(|check| !other.contains(check)).map(|check| check.axis).collect::<Vec<_>>()
    };
    let differing = [only_in(&was.checks, &now.checks), only_in(&now.checks, &was.checks)].concat();
    was.is_judged() && now.is_judged() && !differing.is_empty() && differing.iter().all(|axis| *axis == Axis::Elapsed)
}
