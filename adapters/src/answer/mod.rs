//! The answer as a dialect's reader takes it from the events of a stream: text, tool calls, the stop reason, or what is wrong.

mod parts;
mod step;
mod tools;

use serde_json::{Map, Value};

pub use self::parts::{ToolCall, Usage};
pub(crate) use self::step::{Progress, Step};
pub(crate) use self::tools::{Assembly, Tool, Tools, parse};

/// The answer as far as it has come.
#[expect(clippy::struct_excessive_bools, reason = "any of them may be true beside any other")]
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
    /// The provider has said that this was all, whether it said why or not.
    pub(crate) finished: bool,
}

/// The reason why a reader takes no more of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// The provider says that the answer failed.
    Error {
        /// The error, or the words for it.
        error: Value,
        /// The object around it.
        envelope: Box<Map<String, Value>>,
    },
    /// The provider says that the answer failed, and not why.
    Unexplained,
    /// The stream breaks its dialect.
    Protocol(&'static str),
}

/// A dialect's reader: it takes an event that is no error, by its type and its payload, into the answer.
pub(crate) type Read = fn(&str, &Value, &mut PartialAnswer) -> Result<Step, Trouble>;

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
            finished: false,
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
