//! The dialects: what is particular to one kind of request and the stream that answers it, one file each.
//!
//! A dialect is data, names, tables and the shape of a request, and the reader with which the reference client takes the events
//! of an answer. Whoever else reads a stream asks for the data and decides for itself.

mod anthropic_messages;
mod bedrock_converse;
mod bedrock_invoke;
mod cohere_chat;
mod error;
mod facts;
mod gemini_generate;
mod ollama_chat;
mod openai_chat;
mod openai_responses;
mod question;
mod stop;
mod tables;
mod translation;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use self::error::{ErrorName, Errors, StreamError, says_nothing};
pub use self::facts::{Dialect, Events, unversioned};
pub use self::question::{Ask, PROMPT, TOOL, TOOL_DESCRIPTION, parameters};
pub use self::stop::{CutCalls, Meaning, StopReasons};
pub use self::tables::TABLES;
pub use self::translation::{error_codes, error_types, is_same_status, stop_words};

/// A wire dialect: one kind of request and the stream that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// `POST /v1/messages` with `stream: true`: named events, ended by `message_stop`.
    AnthropicMessages,
    /// `POST /v1/chat/completions` with `stream: true`: data-only events, ended by `[DONE]`.
    OpenaiChat,
    /// `POST /v1/responses` with `stream: true`: typed events, ended by `response.completed` and its siblings.
    OpenaiResponses,
    /// `POST /v1beta/models/…:streamGenerateContent?alt=sse`: data-only events, ended by a finish reason.
    GeminiGenerate,
    /// `POST /api/chat` with `stream: true`: objects on lines of their own, ended by one with `done: true`.
    OllamaChat,
    /// `POST /model/…/converse-stream`: named events in frames, ended by `messageStop` and `metadata`.
    BedrockConverse,
    /// `POST /model/…/invoke-with-response-stream`: Anthropic's events in frames, ended by `message_stop`.
    BedrockInvoke,
    /// `POST /v2/chat` with `stream: true`: named events, ended by `message-end`.
    CohereChat,
}

impl Api {
    /// Every api, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::AnthropicMessages,
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::GeminiGenerate,
        Self::OllamaChat,
        Self::BedrockConverse,
        Self::BedrockInvoke,
        Self::CohereChat,
    ];

    /// Returns the dialect of this name.
    pub const fn dialect(self) -> &'static Dialect {
        match self {
            Self::AnthropicMessages => &anthropic_messages::DIALECT,
            Self::OpenaiChat => &openai_chat::DIALECT,
            Self::OpenaiResponses => &openai_responses::DIALECT,
            Self::GeminiGenerate => &gemini_generate::DIALECT,
            Self::OllamaChat => &ollama_chat::DIALECT,
            Self::BedrockConverse => &bedrock_converse::DIALECT,
            Self::BedrockInvoke => &bedrock_invoke::DIALECT,
            Self::CohereChat => &cohere_chat::DIALECT,
        }
    }

    /// Returns the name that cases, manifests and the protocol use.
    pub const fn name(self) -> &'static str {
        self.dialect().name
    }

    /// Returns the first folder of this api's cases under `cases/`.
    pub const fn folder(self) -> &'static str {
        self.dialect().folder
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Finds the meanings of a stop reason in any vocabulary, the first one foremost; none for a word that no vocabulary has.
pub fn meanings(word: &str) -> &'static [Meaning] {
    let of_dialects = Api::ALL.into_iter().find_map(|api| api.dialect().stop_reasons.find(word));
    of_dialects.or_else(|| stop::find(stop::UNIFIED, word)).unwrap_or_default()
}

/// Says whether data is a word that ends a stream of some dialect and is no JSON; gateways add it to the streams of others,
/// too.
pub fn is_sentinel(data: &str) -> bool {
    Api::ALL.into_iter().any(|api| api.dialect().events.sentinel == Some(data))
}

/// Says whether an error's code, or its type where it has none, means that a budget is used up, which no retry changes.
pub fn is_quota(code: &str) -> bool {
    Api::ALL.into_iter().any(|api| api.dialect().errors.quota.contains(&code))
}

/// Says whether the documents ask to retry after an error of a type, although its status does not.
pub fn is_retried(kind: &str) -> bool {
    bedrock_converse::RETRIED.contains(&kind)
}

/// Makes the tables that the kits in other languages read: the question of every request and, by the name of each dialect, the
/// facts that they ask for.
pub fn tables() -> Value {
    let table = |api: Api| (api.name().to_owned(), tables::table(api.dialect()));
    json!({ "question": question::table(), "dialects": Api::ALL.into_iter().map(table).collect::<Map<_, _>>() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Api, json};

    #[test]
    fn names_are_those_of_the_protocol() {
        for api in Api::ALL {
            assert_eq!(json!(api), api.name());
        }
    }

    #[test]
    fn a_stop_reason_means_the_same_in_every_dialect_that_has_it() {
        let mut known = BTreeMap::new();
        for api in Api::ALL {
            let reasons = &api.dialect().stop_reasons;
            for (word, meanings) in reasons.own.iter().chain(reasons.further) {
                assert!(!meanings.is_empty(), "{api}: {word}");
                assert_eq!(known.entry(word).or_insert(meanings), &meanings, "{api}: {word}");
            }
        }
    }

    #[test]
    fn an_error_has_one_status() {
        for api in Api::ALL {
            let errors = &api.dialect().errors;
            for table in [errors.types, errors.codes] {
                let names: BTreeMap<_, _> = table.iter().copied().collect();
                assert_eq!(names.len(), table.len(), "{api}: a name is listed twice");
                assert!(names.values().all(|status| (400..600).contains(status)), "{api}");
            }
        }
    }
}
