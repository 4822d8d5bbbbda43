//! The answer as far as it has come: text, tool calls and the stop reason.

use serde_json::Value;

use super::tools::{Assembly, Tools};
use crate::contract::Usage;

/// The answer as far as it has come.
pub(crate) struct PartialAnswer {
    pub(crate) text: String,
    pub(crate) tools: Tools,
    pub(crate) stop_reason: Option<String>,
    /// The model's thoughts.
    pub(crate) thinking: String,
    /// The text of a refusal.
    pub(crate) refusal: String,
    /// The numbers of tokens that were last told.
    pub(crate) usage: Option<Usage>,
    /// The provider itself says that the answer was broken off.
    pub(crate) interrupted: bool,
    /// The number of events that were handed over.
    pub(crate) events: u64,
    /// The caller has stopped reading.
    pub(crate) stopped: bool,
    /// The provider's id of the answer, once it is known.
    pub(crate) id: Option<String>,
    /// The last part of the answer that was begun, where parts have numbers.
    pub(crate) last_part: Option<u64>,
    /// The provider has said that the answer failed, and not yet why.
    pub(crate) failed: bool,
}

impl PartialAnswer {
    /// Begins an answer of which nothing has come.
    pub(crate) const fn new(assembly: Assembly) -> Self {
        Self {
            text: String::new(),
            tools: Tools::new(assembly),
            stop_reason: None,
            thinking: String::new(),
            refusal: String::new(),
            usage: None,
            interrupted: false,
            events: 0,
            stopped: false,
            id: None,
            last_part: None,
            failed: false,
        }
    }

    /// Takes numbers of tokens, which count the whole answer so far; one that is left out stays as it was.
    pub(crate) fn count(&mut self, usage: Option<&Value>, [input, output]: [&str; 2]) {
        let Some(usage) = usage.and_then(Value::as_object) else { return };
        let number = |key: &str| usage.get(key).and_then(Value::as_u64);
        let before = self.usage.unwrap_or_default();
        let told = Usage { input: number(input).or(before.input), output: number(output).or(before.output) };
        if told != Usage::default() {
            self.usage = Some(told);
        }
    }
}
