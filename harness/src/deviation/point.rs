//! The trials of one SDK, whatever their variant.

use crate::id::{Route, Transport};
use crate::record::TrialRecord;

/// A route and a transport.
pub type Way = (Route, Transport);

/// A trial of one SDK, whatever its variant: a case on a surface, by a route and a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point<'a> {
    /// The case.
    pub case: &'a str,
    /// The surface.
    pub surface: &'a str,
    /// The route and the transport.
    pub way: Way,
}

impl<'a> From<&'a TrialRecord> for Point<'a> {
    fn from(trial: &'a TrialRecord) -> Self {
        Self { case: &trial.case, surface: &trial.surface, way: (trial.route, trial.transport) }
    }
}
