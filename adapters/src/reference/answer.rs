//! The answer as far as it has come: text, tool calls and the stop reason.

use super::tools::{Assembly, Tools};

/// The answer as far as it has come.
pub(crate) struct PartialAnswer {
    pub(crate) text: String,
    pub(crate) tools: Tools,
    pub(crate) stop_reason: Option<String>,
    /// The provider itself says that the answer was broken off.
    pub(crate) interrupted: bool,
    /// The number of events that were handed over.
    pub(crate) events: u64,
    /// The provider's id of the answer, once it is known.
    pub(crate) id: Option<String>,
    /// The last part of the answer that was begun, where parts have numbers.
    pub(crate) last_part: Option<u64>,
    /// The provider has said that the answer failed, and not yet why.
    pub(crate) failed: bool,
}

impl PartialAnswer {
    /// An answer of which nothing has come.
    pub(crate) const fn new(assembly: Assembly) -> Self {
        Self {
            text: String::new(),
            tools: Tools::new(assembly),
            stop_reason: None,
            interrupted: false,
            events: 0,
            id: None,
            last_part: None,
            failed: false,
        }
    }
}
