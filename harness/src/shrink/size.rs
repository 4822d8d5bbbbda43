//! The size of the answers of a case.

use std::fmt;

use crate::case::{Case, Step};
use crate::codec::{self, spelled};
use crate::id::Variant;
use crate::wire::Script;

/// The number of events in answers, and of the bytes of their bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The events, those among them that are not whole.
    pub events: usize,
    /// The bytes of the bodies.
    pub bytes: usize,
}

impl Size {
    /// Measures the answers of a case, or others in their place.
    pub fn of(case: &Case, answers: &[Vec<Step>]) -> Self {
        let script = Script::build(case.api, answers, Variant::AsWritten, &spelled(Default::default()));
        script.answers.iter().fold(Self::default(), |sum, answer| {
            let body = answer.decoded(answer.bytes());
            Self { events: sum.events + codec::of(case.api).events(&body).len(), bytes: sum.bytes + body.len() }
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |count: usize| if count == 1 { "" } else { "s" };
        write!(f, "{} event{}, {} byte{}", self.events, many(self.events), self.bytes, many(self.bytes))
    }
}
