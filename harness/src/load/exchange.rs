//! One of several answers as it is written: its steps, or its steps and the requests that it is for.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::written::Step;
use crate::case::Condition;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exchange {
    /// The parts that a request must have to get it; any request does where there are none.
    pub(super) when: Option<Condition>,
    /// What the server sends and does.
    pub(super) steps: Vec<Step>,
}

/// The long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// The parts that a request must have to get this answer.
    when: Condition,
    /// What the server sends and does.
    steps: Vec<Step>,
}

impl JsonSchema for Exchange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Exchange".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (short, long) = (generator.subschema_for::<Vec<Step>>(), generator.subschema_for::<Long>());
        schemars::json_schema!({
            "description": "The steps of one answer, or its steps and the parts that a request must have to get it.",
            "anyOf": [short, long]
        })
    }
}

impl<'de> Deserialize<'de> for Exchange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExchangeVisitor)
    }
}

/// Reads either form from where it stands, so that a mistake in a step is told at that step.
struct ExchangeVisitor;

impl<'de> Visitor<'de> for ExchangeVisitor {
    type Value = Exchange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of steps, or `{ when: { … }, steps: [ … ] }`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Exchange, A::Error> {
        let steps = Vec::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(Exchange { when: None, steps })
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Exchange, A::Error> {
        let Long { when, steps } = Long::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Exchange { when: Some(when), steps })
    }
}
