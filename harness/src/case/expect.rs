//! What a client must make of a stream: checks over named axes, at three levels.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
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
    /// How long the client waited between an answer and its next request, in milliseconds: the shortest of these times.
    pub wait: Option<Bound>,
    /// The time to the answer, in milliseconds.
    pub elapsed: Option<Bound>,
    /// What becomes of the connection.
    pub connection: Option<Connection>,
    /// Several ends that will do, each with what must hold there; one of them must hold as a whole.
    pub either: Vec<Self>,
}

impl Checks {
    /// The ends that these checks accept; none where they say nothing of the end.
    pub fn outcomes(&self) -> Option<Vec<Outcome>> {
        if self.either.is_empty() {
            return self.outcome.as_ref().map(|outcome| outcome.0.clone());
        }
        let alternatives: Vec<Vec<Outcome>> =
            self.either.iter().map(|alternative| alternative.outcomes().unwrap_or(Outcome::ALL.to_vec())).collect();
        let accepted = |outcome: &Outcome| {
            self.outcome.as_ref().is_none_or(|own| own.0.contains(outcome))
                && alternatives.iter().any(|alternative| alternative.contains(outcome))
        };
        Some(Outcome::ALL.into_iter().filter(accepted).collect())
    }

    /// These checks and those of every alternative.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.either)
    }
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
    /// [`Checks::wait`].
    #[serde(rename = "wait")]
    Wait,
    /// [`Checks::elapsed`].
    #[serde(rename = "elapsed")]
    Elapsed,
    /// [`Checks::connection`].
    #[serde(rename = "connection")]
    Connection,
    /// [`Checks::either`].
    #[serde(rename = "either")]
    Either,
    /// Whether the same stream, split or framed otherwise, came to the same verdict; no case names it, every variant has it.
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
            Self::Wait => "wait",
            Self::Elapsed => "elapsed",
            Self::Connection => "connection",
            Self::Either => "either",
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
    /// There was no end before the deadline, where the case lets the client wait that long.
    Waiting,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Completed, Self::Error, Self::Incomplete, Self::Waiting];

    /// The name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Error => "error",
            Self::Incomplete => "incomplete",
            Self::Waiting => "waiting",
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
        let filled = json!({ "type": "string", "pattern": r"^\$\{.+\}$" });
        schemars::json_schema!({ "anyOf": [{ "const": "none-complete" }, filled, { "type": "array", "items": call }] })
    }
}

/// A number, or what it must lie between: `{ at-most: 2 }`, `{ at-least: 2900 }`, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// This or more.
    pub at_least: Option<u64>,
    /// This or less.
    pub at_most: Option<u64>,
}

impl Bound {
    /// Whether a number lies within.
    pub fn holds(self, number: u64) -> bool {
        self.at_least.is_none_or(|least| number >= least) && self.at_most.is_none_or(|most| number <= most)
    }

    /// The bound in the words of the case.
    pub fn as_written(self) -> Value {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) if least == most => json!(least),
            (Some(least), Some(most)) => json!({ "at-least": least, "at-most": most }),
            (Some(least), None) => json!({ "at-least": least }),
            (None, most) => json!({ "at-most": most }),
        }
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Long {
            at_least: Option<u64>,
            at_most: Option<u64>,
        }
        let value = Value::deserialize(deserializer)?;
        if let Some(number) = value.as_u64() {
            return Ok(Self { at_least: Some(number), at_most: Some(number) });
        }
        let forms = "a number, `{ at-least: NUMBER }`, `{ at-most: NUMBER }`";
        if value.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(serde::de::Error::custom(format!("{value} is none of {forms}")));
        }
        let Long { at_least, at_most } = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
        if at_least.zip(at_most).is_some_and(|(least, most)| least > most) {
            return Err(serde::de::Error::custom("nothing is at least the one and at most the other"));
        }
        Ok(Self { at_least, at_most })
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bound".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let number = json!({ "type": "integer", "minimum": 0 });
        schemars::json_schema!({
            "description": "A number, or what it must lie between.",
            "anyOf": [
                number,
                {
                    "type": "object", "minProperties": 1, "additionalProperties": false,
                    "properties": { "at-least": number, "at-most": number }
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
