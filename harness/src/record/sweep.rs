//! The places of a sweep, so that a report can draw at which of them an SDK is blind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Variant;

/// The places at which a healthy stream was broken, each by the number of bytes of the body that were sent before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepRecord {
    /// The number of places, each of them a run.
    pub places: usize,
    /// The ends of the events before the stop reason, ascending.
    pub events: Vec<usize>,
    /// The places at which the failure looks like a completion, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<usize>,
    /// The places at which another MUST does not hold, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrong: Vec<usize>,
    /// The places at which no more than the type of the error is lost, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untyped: Vec<usize>,
}

impl SweepRecord {
    /// Lists all places of a sweep of this kind, ascending; [`SweepRecord::blind`] and the others are some of them.
    pub fn all(&self, variant: Variant) -> Vec<usize> {
        match variant {
            Variant::CutBytes => (0..self.places).collect(),
            _ => places_by_events(variant, &self.events),
        }
    }
}

/// Lists the places of a sweep that only the ends of the events before the stop reason decide.
///
/// Places inside the event with the stop reason are left out of the bytes: a client that reads line by line may have it already.
pub(crate) fn places_by_events(variant: Variant, events: &[usize]) -> Vec<usize> {
    match variant {
        Variant::ErrorBytes => {
            let last = events.last().copied().unwrap_or_default();
            (1..last).filter(|place| !events.contains(place)).collect()
        }
        _ => std::iter::once(0).chain(events.iter().copied()).collect(),
    }
}
