//! The places of a sweep, and the stream that is broken at one of them.

use serde_json::Value;
use streamspec_adapters::contract::Api;

use crate::case::{Case, End, Outcome};
use crate::codec;
use crate::id::Variant;
use crate::judge::says_stop;
use crate::record::places_by_events;
use crate::wire::Script;

/// The places at which a healthy stream is broken, each by the number of bytes of the body that are sent before it.
#[derive(Debug)]
pub(super) struct Places {
    api: Api,
    variant: Variant,
    /// Every place, ascending.
    pub(super) all: Vec<usize>,
    /// The ends of the events before the one with the stop reason, ascending.
    pub(super) events: Vec<usize>,
}

impl Places {
    /// Finds them before the first event that carries the stop reason is whole; none where the stream is not healthy.
    pub(super) fn of(case: &Case, script: &Script, variant: Variant) -> Option<Self> {
        let completes = case.expect.must.outcomes().is_some_and(|accepted| accepted == [Outcome::Completed]);
        let stream = script.answers.first().filter(|stream| stream.is_event_stream)?;
        if !completes || script.answers.len() != 1 || stream.end != End::Finish || stream.coding().is_some() {
            return None;
        }
        let body = stream.bytes();
        let codec = codec::of(case.api);
        let ends = codec.event_ends(&body);
        let stop = *ends.iter().find(|end| says_stop(case.api, &body[..**end]))?;
        let events: Vec<usize> = ends.into_iter().filter(|end| *end < stop).collect();
        let all = match variant {
            // The last byte that the event cannot do without is the one that completes it.
            Variant::CutBytes => (0..stop - codec.dispensable_end(&body[..stop])).collect(),
            _ => places_by_events(variant, &events),
        };
        Some(Self { api: case.api, variant, all, events })
    }

    /// Makes the script that is broken at a place: the message ends there, or goes on with an error and then ends. An error
    /// inside an event is glued to what was sent of that event, so that a client may be unable to parse it.
    pub(super) fn broken(&self, script: &Script, place: usize, nonce: &str) -> Script {
        if !self.variant.is_errors() {
            return script.cut_after(place, End::Finish);
        }
        let example = &self.api.dialect().errors.example;
        let before = self.events.iter().filter(|end| **end <= place).count();
        let data: Value = (example.data)(&format!("The answer broke off ({nonce})"), before);
        script.going_on_after(place, example.bytes(codec::of(self.api), &data))
    }
}
