//! The values that checks compare with, in the forms that cases write them in.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// The end of an answer, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It looks like a normal completion.
    Completed,
    /// A failure was raised or handed over.
    Error,
    /// The caller can distinguish it from a completion, without an exception.
    Incomplete,
    /// There was no end before the deadline, where the case lets the client wait that long.
    Waiting,
    /// The caller stopped reading by itself, and nothing was raised.
    Stopped,
    /// The caller cancelled the call, and was told so.
    Cancelled,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Completed, Self::Error, Self::Incomplete, Self::Waiting, Self::Stopped, Self::Cancelled];

    /// Returns the name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Error => "error",
            Self::Incomplete => "incomplete",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Keeps a written `null` apart from a missing key.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
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

/// The expectation that the error's status is compared with.
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

/// The expectation that the error's class is compared with.
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
    /// No part of it: `{ not-contains: … }`.
    NotContains(String),
    /// Its beginning: `{ starts-with: … }`.
    StartsWith(String),
    /// A beginning of this: `{ prefix-of: … }`; the empty text is one.
    PrefixOf(String),
}

impl TextMatch {
    /// Says whether a text is what was wanted; `${nonce}` stands for this nonce.
    pub fn holds(&self, seen: &str, nonce: &str) -> bool {
        let filled = |text: &str| text.replace("${nonce}", nonce);
        match self {
            Self::Equals(whole) => seen == filled(whole),
            Self::Contains(part) => seen.contains(&filled(part)),
            Self::NotContains(part) => !seen.contains(&filled(part)),
            Self::StartsWith(start) => seen.starts_with(&filled(start)),
            Self::PrefixOf(whole) => filled(whole).starts_with(seen),
        }
    }

    /// Returns the same with another text.
    #[must_use]
    pub fn map(&self, change: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Equals(text) => Self::Equals(change(text)),
            Self::Contains(text) => Self::Contains(change(text)),
            Self::NotContains(text) => Self::NotContains(change(text)),
            Self::StartsWith(text) => Self::StartsWith(change(text)),
            Self::PrefixOf(text) => Self::PrefixOf(change(text)),
        }
    }
}

impl fmt::Display for TextMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(text) => write!(f, "{text:?}"),
            Self::Contains(text) => write!(f, "that contains {text:?}"),
            Self::NotContains(text) => write!(f, "that does not contain {text:?}"),
            Self::StartsWith(text) => write!(f, "that starts with {text:?}"),
            Self::PrefixOf(text) => write!(f, "that is a beginning of {text:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for TextMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Part {
            Contains(String),
            NotContains(String),
            StartsWith(String),
            PrefixOf(String),
        }
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::Equals(text)),
            other => match serde_json::from_value(other).map_err(serde::de::Error::custom)? {
                Part::Contains(text) => Ok(Self::Contains(text)),
                Part::NotContains(text) => Ok(Self::NotContains(text)),
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
            "anyOf": [
                { "type": "string" }, part("contains"), part("not-contains"), part("starts-with"), part("prefix-of")
            ]
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
    /// Returns true where a number lies within the bound.
    pub fn holds(self, number: u64) -> bool {
        self.at_least.is_none_or(|least| number >= least) && self.at_most.is_none_or(|most| number <= most)
    }

    /// Writes the bound in the words of the case.
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
        let forms = "a number, `{ at-least: NUMBER }`, `{ at-most: NUMBER }` or both";
        if value.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(serde::de::Error::custom(format!("{value} is not a bound; write {forms}")));
        }
        let Long { at_least, at_most } = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
        if at_least.zip(at_most).is_some_and(|(least, most)| least > most) {
            return Err(serde::de::Error::custom("`at-least` is greater than `at-most`"));
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

/// The expectation that the connection is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// The client lets go of it soon after its caller has got the failure, though the server keeps it open.
    Released,
}

/// The expectation that the notices of the end are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Endings {
    /// There is exactly one, and it says the same as the end of the call.
    Once,
    /// There is one or none, and one says the same as the end of the call.
    AtMostOnce,
}

/// The part of a request that must be the same when it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resent {
    /// Every further request has the method and the body of the first.
    Whole,
}
