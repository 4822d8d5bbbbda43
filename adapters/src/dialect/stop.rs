//! Stop reasons: what each word means, and which of them end or cut the tool calls of an answer.

use serde_json::Value;

/// The meaning of a stop reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The answer came to its own end.
    Normal,
    /// The answer stops for its tool calls.
    Calls,
    /// A limit cut the answer.
    Limit,
    /// The provider withheld the answer, or the rest of it.
    Filtered,
    /// The turn goes on with another request.
    Paused,
    /// The answer was broken off.
    Interrupted,
    /// No more than that it stopped.
    Nothing,
}

use Meaning::{Calls, Filtered, Interrupted, Limit, Normal, Nothing};

/// Words with their meanings, the first one foremost.
pub(super) type Words = &'static [(&'static str, &'static [Meaning])];

/// The words that SDKs which speak for several vendors have in place of the vendors', where no dialect has the same: those
/// of the AI SDK, Genkit, `LangChain`, `LangChain4j`, `LiteLLM`, pydantic-ai, pi-ai, rig and genai.
pub(super) const UNIFIED: Words = &[
    ("complete", &[Normal]),
    ("tool-calls", &[Calls]),
    ("tool_call", &[Calls]),
    ("toolUse", &[Calls]),
    ("tool_execution", &[Calls]),
    ("MAX_OUTPUT_TOKENS", &[Limit]),
    ("content-filter", &[Filtered]),
    ("blocked", &[Filtered]),
    ("canceled", &[Interrupted]),
    ("interrupted", &[Interrupted]),
    ("aborted", &[Interrupted]),
    ("other", &[Nothing]),
    ("unknown", &[Nothing]),
];

/// Finds the meanings of a word in a list.
pub(super) fn find(words: Words, word: &str) -> Option<&'static [Meaning]> {
    words.iter().find(|(known, _)| *known == word).map(|(_, meanings)| *meanings)
}

/// The stop reasons of a dialect.
#[derive(Debug)]
pub struct StopReasons {
    /// The vendor's words: one of these says what was on the wire, and never another one of them.
    pub own: Words,
    /// Further words that are seen in the same place: of other vendors, of newer documents, of neighbouring fields.
    pub further: Words,
    /// The meanings with which every tool call of the answer is over.
    pub ends_calls: &'static [Meaning],
    /// The calls that any other reason cuts.
    pub cut: CutCalls,
    /// Finds the stop reason that a payload carries.
    pub word_in: fn(&Value) -> Option<&str>,
}

/// The calls that a stop reason cuts which does not end them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutCalls {
    /// A limit cuts the last part of the answer, whether the end of that part was sent or not.
    LastPart,
    /// Every call.
    EveryCall,
    /// Nothing by itself: each item has a status of its own.
    ByStatus,
}

impl StopReasons {
    /// Finds the meanings of a word that this dialect has.
    pub fn find(&self, word: &str) -> Option<&'static [Meaning]> {
        find(self.own, word).or_else(|| find(self.further, word))
    }

    /// Says whether a word is one of the vendor's.
    pub fn is_own(&self, word: &str) -> bool {
        find(self.own, word).is_some()
    }

    /// Finds the foremost meaning of one of the vendor's words.
    pub fn meaning(&self, word: &str) -> Option<Meaning> {
        find(self.own, word)?.first().copied()
    }

    /// Says whether every tool call of an answer is over that stops with this word of the vendor's.
    pub fn ends_calls(&self, word: &str) -> bool {
        self.meaning(word).is_some_and(|meaning| self.ends_calls.contains(&meaning))
    }

    /// Names the word for an answer that came to its own end.
    ///
    /// # Panics
    ///
    /// Never: every dialect has such a word, and the tests ask for it.
    pub fn normal(&self) -> &'static str {
        let (word, _) =
            self.own.iter().find(|(_, meanings)| meanings.contains(&Normal)).expect("every dialect has one");
        word
    }
}

/// Finds the text at a place of a payload.
pub(super) fn text_at<'v>(payload: &'v Value, pointer: &str) -> Option<&'v str> {
    payload.pointer(pointer)?.as_str()
}

/// Finds the text under a key of the first item of a list that has one there.
pub(super) fn text_in_any<'v>(payload: &'v Value, list: &str, key: &str) -> Option<&'v str> {
    payload.get(list)?.as_array()?.iter().find_map(|item| item.get(key)?.as_str())
}
