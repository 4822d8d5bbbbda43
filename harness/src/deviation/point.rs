//! The trials of one SDK, whatever their variant.

use crate::id::{Route, Transport};
use crate::record::TrialRecord;

/// A route and a transport.
pub(super) type Way = (Route, Transport);

/// A trial of one SDK, whatever its variant: a case on a surface, by a route and a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point<'a> {
    pub(super) case: &'a str,
    pub(super) surface: &'a str,
    pub(super) way: Way,
}

impl<'a> From<&'a TrialRecord> for Point<'a> {
    fn from(trial: &'a TrialRecord) -> Self {
        Self { case: &trial.case, surface: &trial.surface, way: (trial.route, trial.transport) }
    }
}
