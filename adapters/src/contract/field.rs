//! A field of an observation, which the SDK may lack or leave empty, and the way in which its value was reached.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value and the way it was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading<T> {
    /// The value, verbatim.
    pub value: T,
    /// The way it was reached.
    pub via: Via,
}

/// The way a value was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A documented attribute, variant or method.
    Attribute,
    /// The raw body that the SDK exposes, parsed or as text.
    Body,
    /// The response headers that the SDK exposes.
    Header,
    /// Any of these, of the SDK's own error inside the platform's wrapper.
    Cause,
}

impl Via {
    /// Returns the name that observations use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Body => "body",
            Self::Header => "header",
            Self::Cause => "cause",
        }
    }
}

/// A field that the SDK does not have, has and leaves empty, or fills.
///
/// On the wire: a missing key, `null`, a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// The SDK has no such field.
    #[default]
    Absent,
    /// The SDK has the field and left it empty.
    Empty,
    /// The SDK filled the field.
    Value(T),
}

impl<T> Field<T> {
    /// Says whether the SDK has no such field.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns the value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Empty => None,
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Self::Value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}
