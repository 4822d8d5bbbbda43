//! The question of every request, which is the same in all dialects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The question to the model, where a call brings no other words.
pub const PROMPT: &str = "Say hello, or ask for the weather in Paris.";

/// The one tool that may be declared.
pub const TOOL: &str = "get_weather";

/// The description of the tool.
pub const TOOL_DESCRIPTION: &str = "The weather in a city.";

/// Returns the JSON Schema of the tool's arguments.
pub fn parameters() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

/// Makes the part of the tables that is about the question.
pub(super) fn table() -> Value {
    json!({ "prompt": PROMPT, "tool": { "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() } })
}

/// The kind of answer that the caller asks the model for; it decides what the request declares, never what the server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// A plain text answer.
    #[default]
    Text,
    /// An answer that may call the one declared tool, `get_weather(city: string)`.
    Tool,
}

impl Ask {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Text, Self::Tool];

    /// Returns it as it stands after "asked for".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Text => "an answer in text",
            Self::Tool => "an answer that may call a tool",
        }
    }
}

/// Returns the body with the tool declared, where the caller asks for an answer that may call it.
pub(super) fn declaring(mut body: Value, ask: Ask, tool: impl FnOnce() -> Value) -> Value {
    if ask == Ask::Tool {
        body["tools"] = json!([tool()]);
    }
    body
}
