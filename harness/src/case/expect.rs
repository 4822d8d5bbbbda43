//! What a client must make of a stream: checks over named axes, at three levels.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use streamspec_adapters::contract::Site;

/// The checks of a case by level.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// A specification or vendor document says so, or breaking it makes failure look like success or repeats effects.
    pub must: Checks,
    /// Vendors agree in intent, the documents leave freedom.
    pub should: Checks,
    /// Recorded, never counted.
    pub may: Checks,
}

/// How much a check weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// See [`Expect::must`].
    Must,
    /// See [`Expect::should`].
    Should,
    /// See [`Expect::may`].
    May,
}

impl Level {
    /// The name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

/// One check for each axis that is named.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// How the answer ended for the caller.
    pub outcome: Option<OneOf<Outcome>>,
    /// The provider's error type, verbatim.
    #[serde(rename = "error.type")]
    pub error_type: Option<OneOf<String>>,
    /// The provider's error code, verbatim; numbers are compared as text.
    #[serde(rename = "error.code")]
    pub error_code: Option<OneOf<String>>,
    /// The status the error is equivalent to, or `not-guessed` where no document knows one.
    #[serde(rename = "error.status")]
    pub error_status: Option<StatusCheck>,
    /// The SDK's class.
    #[serde(rename = "error.class")]
    pub error_class: Option<ErrorClass>,
    /// What the message holds.
    #[serde(rename = "error.message")]
    pub error_message: Option<TextMatch>,
    /// The provider's request id, verbatim.
    #[serde(rename = "error.request_id")]
    pub error_request_id: Option<String>,
    /// The delay the server asked for, in seconds.
    #[serde(rename = "error.retry_after")]
    pub error_retry_after: Option<f64>,
    /// Whether the SDK calls the failure retryable.
    #[serde(rename = "error.retryable")]
    pub error_retryable: Option<bool>,
    /// Where the failure surfaces.
    #[serde(rename = "error.site")]
    pub error_site: Option<OneOf<Site>>,
    /// Whether an exception from outside the SDK's own hierarchy may escape; only `false` makes sense.
    #[serde(rename = "error.foreign")]
    pub error_foreign: Option<bool>,
    /// The text that was delivered.
    pub text: Option<TextMatch>,
    /// The tool calls that were delivered.
    pub tool_calls: Option<ToolsMatch>,
    /// The stop or finish reason; null where none was on the wire.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<OneOf<Option<String>>>")]
    pub stop_reason: Option<OneOf<Option<String>>>,
    /// How many requests the server saw.
    pub requests: Option<Bound>,
    /// The longest time to the answer, in milliseconds.
    pub elapsed: Option<Bound>,
    /// What becomes of the connection.
    pub connection: Option<Connection>,
}

/// Keeps a written `null` apart from a missing key.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Axis {
    /// [`Checks::outcome`].
    #[serde(rename = "outcome")]
    Outcome,
    /// [`Checks::error_type`].
    #[serde(rename = "error.type")]
    ErrorType,
    /// [`Checks::error_code`].
    #[serde(rename = "error.code")]
    ErrorCode,
    /// [`Checks::error_status`].
    #[serde(rename = "error.status")]
    ErrorStatus,
    /// [`Checks::error_class`].
    #[serde(rename = "error.class")]
    ErrorClass,
    /// [`Checks::error_message`].
    #[serde(rename = "error.message")]
    ErrorMessage,
    /// [`Checks::error_request_id`].
    #[serde(rename = "error.request_id")]
    ErrorRequestId,
    /// [`Checks::error_retry_after`].
    #[serde(rename = "error.retry_after")]
    ErrorRetryAfter,
    /// [`Checks::error_retryable`].
    #[serde(rename = "error.retryable")]
    ErrorRetryable,
    /// [`Checks::error_site`].
    #[serde(rename = "error.site")]
    ErrorSite,
    /// [`Checks::error_foreign`].
    #[serde(rename = "error.foreign")]
    ErrorForeign,
    /// [`Checks::text`].
    #[serde(rename = "text")]
    Text,
    /// [`Checks::tool_calls`].
    #[serde(rename = "tool_calls")]
    ToolCalls,
    /// [`Checks::stop_reason`].
    #[serde(rename = "stop_reason")]
    StopReason,
    /// [`Checks::requests`].
    #[serde(rename = "requests")]
    Requests,
    /// [`Checks::elapsed`].
    #[serde(rename = "elapsed")]
    Elapsed,
    /// [`Checks::connection`].
    #[serde(rename = "connection")]
    Connection,
    /// Whether the same stream, cut or dressed otherwise, came to the same verdict; no case names it, every variant has it.
    #[serde(rename = "variants")]
    Variants,
    /// Whether every cut of a healthy stream before its stop reason can be told from a completion; sweeps only.
    #[serde(rename = "cuts")]
    Cuts,
}

impl Axis {
    /// The name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::ErrorType => "error.type",
            Self::ErrorCode => "error.code",
            Self::ErrorStatus => "error.status",
            Self::ErrorClass => "error.class",
            Self::ErrorMessage => "error.message",
            Self::ErrorRequestId => "error.request_id",
            Self::ErrorRetryAfter => "error.retry_after",
            Self::ErrorRetryable => "error.retryable",
            Self::ErrorSite => "error.site",
            Self::ErrorForeign => "error.foreign",
            Self::Text => "text",
            Self::ToolCalls => "tool_calls",
            Self::StopReason => "stop_reason",
            Self::Requests => "requests",
            Self::Elapsed => "elapsed",
            Self::Connection => "connection",
            Self::Variants => "variants",
            Self::Cuts => "cuts",
        }
    }
}

impl Axis {
    /// Whether this is about a replay or a sweep rather than about the trial as written.
    pub const fn is_of_replays(self) -> bool {
        matches!(self, Self::Variants | Self::Cuts)
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How an answer ended for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It looks like a normal completion.
    Completed,
    /// A failure was raised or handed over.
    Error,
    /// The caller can tell it from a completion without an exception.
    Incomplete,
}

impl Outcome {
    /// The name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Error => "error",
            Self::Incomplete => "incomplete",
        }
    }
}

/// One value, or a list of values each of which will do.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOf<T>(pub Vec<T>);

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for OneOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = match Value::deserialize(deserializer)? {
            Value::Array(values) => values,
            value => vec![value],
        };
        if values.is_empty() {
            return Err(serde::de::Error::custom("an empty list accepts nothing; name at least one value"));
        }
        values
            .into_iter()
            .map(|value| serde_json::from_value(value).map_err(serde::de::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for OneOf<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOf_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// What the error's status is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusCheck {
    /// This number; one that is neither it nor the response's own is contradictory.
    Equals(u16),
    /// No number but the response's own: no document knows an equivalent.
    NotGuessed,
}

impl<'de> Deserialize<'de> for StatusCheck {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
        match (number, value.as_str()) {
            (Some(number), _) => Ok(Self::Equals(number)),
            (None, Some("not-guessed")) => Ok(Self::NotGuessed),
            _ => Err(serde::de::Error::custom(format!("{value} is neither an HTTP status code nor `not-guessed`"))),
        }
    }
}

impl JsonSchema for StatusCheck {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StatusCheck".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An HTTP status code, or not-guessed.",
            "anyOf": [{ "type": "integer", "minimum": 100, "maximum": 999 }, { "const": "not-guessed" }]
        })
    }
}

/// What the error's class is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// The class the same SDK raises for the case's `control`.
    SameAsHttp,
}

/// A text, in full or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    /// The whole text; written as a plain string.
    Equals(String),
    /// A part of it: `{ contains: … }`.
    Contains(String),
    /// Its beginning: `{ starts-with: … }`.
    StartsWith(String),
    /// A beginning of this: `{ prefix-of: … }`; the empty text is one.
    PrefixOf(String),
}

impl<'de> Deserialize<'de> for TextMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Part {
            Contains(String),
            StartsWith(String),
            PrefixOf(String),
        }
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::Equals(text)),
            other => match serde_json::from_value(other).map_err(serde::de::Error::custom)? {
                Part::Contains(text) => Ok(Self::Contains(text)),
                Part::StartsWith(text) => Ok(Self::StartsWith(text)),
                Part::PrefixOf(text) => Ok(Self::PrefixOf(text)),
            },
        }
    }
}

impl JsonSchema for TextMatch {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TextMatch".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let part = |key: &str| {
            serde_json::json!({
                "type": "object", "required": [key], "additionalProperties": false, "properties": { key: { "type": "string" } }
            })
        };
        schemars::json_schema!({
            "description": "A whole text, or a part of one.",
            "anyOf": [{ "type": "string" }, part("contains"), part("starts-with"), part("prefix-of")]
        })
    }
}

/// The tool calls that were delivered.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolsMatch {
    /// None was handed over as complete: `none-complete`.
    NoneComplete,
    /// These and no others were handed over as complete: `[{ name: …, arguments: … }]`.
    Complete(Vec<ToolExpected>),
}

/// A tool call that must be handed over as complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolExpected {
    /// The tool's name.
    pub name: String,
    /// The arguments, compared as JSON values.
    pub arguments: Value,
}

impl<'de> Deserialize<'de> for ToolsMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == "none-complete" => Ok(Self::NoneComplete),
            other @ Value::Array(_) => {
                serde_json::from_value(other).map(Self::Complete).map_err(serde::de::Error::custom)
            }
            other => Err(serde::de::Error::custom(format!("{other} is neither `none-complete` nor a list of calls"))),
        }
    }
}

impl JsonSchema for ToolsMatch {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ToolsMatch".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let call = generator.subschema_for::<ToolExpected>();
        schemars::json_schema!({ "anyOf": [{ "const": "none-complete" }, { "type": "array", "items": call }] })
    }
}

/// A number, or its greatest value: `{ at-most: 2 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Exactly this.
    Equals(u64),
    /// This or less.
    AtMost(u64),
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Long {
            AtMost(u64),
        }
        let value = Value::deserialize(deserializer)?;
        if let Some(number) = value.as_u64() {
            return Ok(Self::Equals(number));
        }
        if !value.is_object() {
            return Err(serde::de::Error::custom(format!("{value} is neither a number nor `{{ at-most: NUMBER }}`")));
        }
        match serde_json::from_value(value).map_err(serde::de::Error::custom)? {
            Long::AtMost(number) => Ok(Self::AtMost(number)),
        }
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bound".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number, or its greatest value.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                {
                    "type": "object", "required": ["at-most"], "additionalProperties": false,
                    "properties": { "at-most": { "type": "integer", "minimum": 0 } }
                }
            ]
        })
    }
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// The client lets go of it soon after its caller was told of the failure, though the server keeps it open.
    Released,
}
