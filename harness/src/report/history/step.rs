//! The steps of a history: a release and the one that was run before it.

use super::{History, Release};
use crate::report::compare::{ChangeKind, CompareError, Comparison, compare};

/// A release that was run, beside the one that was run before it.
#[derive(Debug)]
pub struct Step<'a> {
    /// The release before.
    pub before: &'a Release,
    /// The release.
    pub release: &'a Release,
    /// What differs.
    pub comparison: Comparison,
}

impl History {
    /// Compares each release that was run with the one that was run before it.
    pub fn steps(&self) -> Result<Vec<Step<'_>>, CompareError> {
        let run: Vec<&Release> = self.run().collect();
        run.windows(2).map(|pair| Step::of(pair[0], pair[1])).collect()
    }
}

impl<'a> Step<'a> {
    /// Compares a release with an earlier one.
    pub fn of(before: &'a Release, release: &'a Release) -> Result<Self, CompareError> {
        let id = |release: &'a Release| release.sdk().map(|sdk| sdk.id.as_str());
        let comparison = compare((&before.report, id(before)), (&release.report, id(release)))?;
        Ok(Self { before, release, comparison })
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
