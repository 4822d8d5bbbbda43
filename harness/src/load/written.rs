//! The files of cases as they are written: fragments, repetitions and `${…}` still stand in them.
//!
//! The schemas beside the cases are generated from these types. What is left of them after loading is in
//! [`crate::case`].

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use streamspec_adapters::contract::{Api, Ask, Caller};

use super::template;
use crate::case::{
    About, Condition, DEFAULT_TIMEOUT, Dispute, End, Event, Expect, MustReason, Respond, Source, Variants,
};

/// A case file as it is written.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CaseFile {
    /// One sentence: what happens on the wire.
    pub(super) title: String,
    /// The dialect.
    pub(super) api: Api,
    /// The documents that the expectation comes from; at least one.
    pub(super) sources: Vec<Source>,
    /// Rules of `cases/rules/*.yaml` that this case tests: `S3`, `H1`, `C6`.
    #[serde(default)]
    pub(super) rules: Vec<String>,
    /// The subject, where the events of a stream do not show it: one whose parts are each well-formed and contradict each other is
    /// `malformed`. Without it the subject is found from what is sent and expected.
    #[serde(default)]
    pub(super) about: Option<About>,
    /// The ruling of maintainers that differs from the expectation, if there is one.
    #[serde(default)]
    pub(super) disputed: Option<Dispute>,
    /// The reason why a MUST may rest on issues, recordings and sources of low confidence alone.
    #[serde(default)]
    pub(super) why_must: Option<MustReason>,
    /// The kind of answer that the client asks the model for.
    #[serde(default)]
    pub(super) ask: Ask,
    /// The caller's own actions: to stop reading, to cancel, to make further calls on the same client. Without it one answer is
    /// read to the end.
    #[serde(default)]
    pub(super) caller: Caller,
    /// The timeout the SDK is configured with, in milliseconds.
    #[serde(default = "default_timeout")]
    pub(super) timeout: u64,
    /// The number of retries the SDK is configured with.
    #[serde(default)]
    pub(super) max_retries: u32,
    /// Named values: each combination is a trial of its own, `${axis.field}` stands for its values.
    #[serde(default)]
    pub(super) matrix: BTreeMap<String, Map<String, Value>>,
    /// The answer to every request; short for one of `exchanges`.
    #[serde(default)]
    pub(super) stream: Option<Vec<Step>>,
    /// The answers to the first, second, … request; the last one is repeated.
    #[serde(default)]
    pub(super) exchanges: Option<Vec<Exchange>>,
    /// The same error as a plain HTTP response, for `error.class: same-as-http`.
    #[serde(default)]
    pub(super) control: Option<Vec<Step>>,
    /// The reason why a healthy stream of this case holds what the vendor's schema does not; without it `check` refuses
    /// that.
    #[serde(default)]
    pub(super) beyond_schema: Option<String>,
    /// The variants that this case is not run in, because it is about how bytes are split or framed.
    #[serde(default)]
    pub(super) variants: Variants,
    /// The checks on what a client makes of it.
    pub(super) expect: Expect,
}

impl CaseFile {
    /// Goes through the answers.
    pub(super) fn answers(&self) -> impl Iterator<Item = &Vec<Step>> {
        let exchanges = self.exchanges.iter().flatten().map(|exchange| &exchange.steps);
        self.stream.iter().chain(exchanges)
    }
}

const fn default_timeout() -> u64 {
    DEFAULT_TIMEOUT
}

/// One of several answers: its steps, or its steps and the requests that it is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exchange {
    /// The parts that a request must have to get it; any request does where there are none.
    pub(super) when: Option<Condition>,
    /// The steps of the answer.
    pub(super) steps: Vec<Step>,
}

/// The long form of an exchange.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Conditional {
    /// The parts that a request must have to get this answer.
    when: Condition,
    /// The steps of the answer.
    steps: Vec<Step>,
}

impl JsonSchema for Exchange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Exchange".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (short, long) = (generator.subschema_for::<Vec<Step>>(), generator.subschema_for::<Conditional>());
        schemars::json_schema!({
            "description": "The steps of one answer, or its steps and the parts that a request must have to get it.",
            "anyOf": [short, long, template::schema()]
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
        let Conditional { when, steps } = Conditional::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Exchange { when: Some(when), steps })
    }
}

/// A file of fragments as it is written: steps by name, for one api.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FragmentFile {
    /// The dialect whose cases may use these fragments.
    pub(super) api: Api,
    /// The fragments, by name.
    pub(super) fragments: BTreeMap<String, Fragment>,
}

/// A named piece of a stream.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fragment {
    /// The content, in one sentence.
    pub(super) about: String,
    /// Values for `${name}` in the steps that a `use` may replace `with` others.
    #[serde(default)]
    pub(super) with: Map<String, Value>,
    /// The steps it stands for.
    pub(super) steps: Vec<Step>,
}

/// One step of an answer.
///
/// An event, a `data` and a `comment` end with a write of their own, as real servers flush them; `raw`, `hex` and
/// `json` do not, so that a case can split them with `flush` where it wants.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// The status line and the headers; without it 200, the content type of the dialect's streams, chunked. First if present.
    Respond(Respond),
    /// A named event: an `event:` line, `data:` lines, an empty line.
    Event(Event),
    /// A data-only event: a string is sent as it is (one `data:` line per line of it), anything else as compact JSON.
    Data(Value),
    /// A comment line and an empty line.
    Comment(String),
    /// Text as it is; YAML's own escapes (`"\r\n"`) give control characters.
    Raw(String),
    /// Bytes in hexadecimal; white space is ignored.
    Hex(String),
    /// A value as compact JSON with no framing of its own: the body of a plain response.
    Json(Value),
    /// A named fragment of this api.
    Use(Use),
    /// The same steps several times; `${n}` counts from 0.
    Repeat(Repeat),
    /// Ends the write and the HTTP chunk here.
    Flush,
    /// A time in milliseconds in which nothing is sent, after everything before it was written.
    Pause(u64),
    /// The end of the answer; the last step.
    End(End),
}

/// A named fragment: its name, or its name and values for its `${…}`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Use {
    /// The fragment's name.
    pub(super) name: String,
    /// Values for its `${…}`.
    pub(super) with: Map<String, Value>,
}

impl JsonSchema for Use {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Use".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A named fragment: its name, or its name and values for its `${…}`.",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {
                        "name": { "type": "string" },
                        "with": { "anyOf": [{ "type": "object" }, template::schema()] }
                    }
                }
            ]
        })
    }
}

impl<'de> Deserialize<'de> for Use {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            name: String,
            #[serde(default)]
            with: Map<String, Value>,
        }
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self { name, with: Map::new() }),
            other @ Value::Object(_) => {
                let Long { name, with } = serde_json::from_value(other).map_err(|error| {
                    serde::de::Error::custom(format!(
                        "{error}; write `use: NAME` or `use: {{ name: NAME, with: {{ … }} }}`"
                    ))
                })?;
                Ok(Self { name, with })
            }
            other => Err(serde::de::Error::custom(format!(
                "{other} does not name a fragment; write `use: NAME` or `use: {{ name: NAME, with: {{ … }} }}`"
            ))),
        }
    }
}

/// The same steps several times; in a `repeat` inside another, `${n}` counts the inner one.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    /// The number of rounds.
    pub(super) times: u32,
    /// The steps of one round.
    pub(super) steps: Vec<Step>,
}
