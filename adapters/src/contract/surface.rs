//! A surface: one way of using an SDK, and what its caller gets of an answer.

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::call::Ability;
use crate::dialect::{Api, Ask};

/// One way of using one SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Surface {
    /// The dialects this surface speaks.
    pub apis: Vec<Api>,
    /// The form in which its caller gets the answer.
    pub delivers: Delivers,
    /// The fields that surfaces of this kind show and this one does not, because the SDK does not have them.
    #[serde(default)]
    pub lacks: Vec<AnswerField>,
    /// The fields that this surface shows beside those that all surfaces of its kind do.
    #[serde(default)]
    pub also_shows: Vec<AnswerField>,
    /// The kinds of answer that its caller can ask for. A case that asks for another one is unsupported.
    #[serde(default = "everything")]
    pub asks: Vec<Ask>,
    /// The abilities of its caller beside to read to the end. A case that needs another one is unsupported.
    #[serde(default)]
    pub caller: Vec<Ability>,
    /// The link to the SDK's own page that says so, if this call asks the model again by itself when it rejects an
    /// answer, an empty one for example. More requests than a case expects then say nothing about retries.
    #[serde(default)]
    pub asks_again: Option<String>,
    /// The call in the SDK's own words, `client.messages.create(stream=True)`; empty where nobody describes the surface.
    pub call: String,
    /// The first version that had it, if that is known: at an older one it is unsupported.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub since: Option<Version>,
    /// The file beside the manifest that holds the code of this surface, where that is no call of the SDK but a
    /// caller's own handling of it: what an application would write. Reports show it.
    #[serde(default)]
    pub handler: Option<String>,
}

impl Surface {
    /// Makes a surface that nobody describes. A field which an observation leaves out is a field that it does not have, so
    /// that it shows none for certain; its caller is known to read to the end, and to do nothing else.
    pub(crate) fn undescribed(apis: &[Api]) -> Self {
        Self {
            apis: apis.to_vec(),
            delivers: Delivers::Events,
            lacks: vec![AnswerField::Text, AnswerField::ToolCalls, AnswerField::StopReason],
            also_shows: Vec::new(),
            asks: everything(),
            caller: Vec::new(),
            asks_again: None,
            call: String::new(),
            since: None,
            handler: None,
        }
    }

    /// Says whether somebody describes it.
    pub fn is_described(&self) -> bool {
        !self.call.is_empty()
    }

    /// Returns the fields that every observation of this surface holds; where only the finished answer is handed over,
    /// once there is one.
    pub fn shows(&self) -> Vec<AnswerField> {
        let all: &[AnswerField] = match self.delivers {
            Delivers::Events | Delivers::Final => &[AnswerField::Text, AnswerField::ToolCalls, AnswerField::StopReason],
            Delivers::Text => &[AnswerField::Text],
        };
        let also = self.also_shows.iter().copied();
        all.iter().copied().filter(|field| !self.lacks.contains(field)).chain(also).collect()
    }
}

fn everything() -> Vec<Ask> {
    Ask::ALL.to_vec()
}

/// A part of an answer or of its failure that an observation has a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerField {
    /// The answer's text.
    Text,
    /// The tool calls.
    ToolCalls,
    /// The stop reason.
    StopReason,
    /// The numbers of tokens.
    Usage,
    /// The model's thoughts.
    Thinking,
    /// The text of a refusal, where it is apart from the answer's.
    Refusal,
    /// The notices that the answer is over, by callbacks, events or a subscriber.
    Endings,
    /// The class of an error inside the stream. Without an SDK such an error is an event, and nothing of a class of
    /// errors.
    ErrorClass,
    /// The HTTP status of a response that is refused.
    ErrorStatus,
    /// The type of the error in a response that is refused.
    ErrorType,
    /// The code of that error.
    ErrorCode,
}

impl AnswerField {
    /// Returns the name in manifests and observations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::ToolCalls => "tool_calls",
            Self::StopReason => "stop_reason",
            Self::Usage => "usage",
            Self::Thinking => "thinking",
            Self::Refusal => "refusal",
            Self::Endings => "endings",
            Self::ErrorClass => "error_class",
            Self::ErrorStatus => "error_status",
            Self::ErrorType => "error_type",
            Self::ErrorCode => "error_code",
        }
    }
}

/// The form in which the caller of a surface gets the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delivers {
    /// Events, one by one.
    Events,
    /// Pieces of text, one by one.
    Text,
    /// The finished answer only.
    Final,
}
