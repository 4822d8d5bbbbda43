//! The adapter protocol, version 1: JSON Lines over stdin and stdout.
//!
//! The harness writes [`Request`]s, the adapter writes [`Reply`]s. Answers may come in any order; `id` ties them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::{Api, Ask, Caller, Identity, Observation, Surface};

/// The version this harness speaks.
pub const VERSION: u32 = 1;

/// Returns the JSON Schema of both kinds of lines.
pub fn schema() -> serde_json::Value {
    let mut generator = schemars::SchemaGenerator::default();
    let (request, reply) = (generator.subschema_for::<Request>(), generator.subschema_for::<Reply>());
    let definitions = generator.take_definitions(true);
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of the streamspec adapter protocol, version 1",
        "anyOf": [request, reply],
        "$defs": definitions,
    })
}

/// A line from the harness to the adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// The first line: asks who the adapter is.
    Hello {
        /// The protocol version of the harness.
        protocol: u32,
    },
    /// Asks for one call through the SDK.
    Run(Run),
    /// The last line: the adapter ends with exit status 0.
    Bye,
}

/// One call through the SDK.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Ties the answer to the question; never used twice in a process.
    pub id: u64,
    /// The dialect to speak.
    pub api: Api,
    /// The surface of the SDK to use.
    pub surface: String,
    /// Root of the server; the SDK appends its own path to it.
    pub base_url: String,
    /// The timeout to configure the SDK with, in milliseconds.
    pub timeout_ms: u64,
    /// The number of retries to configure the SDK with.
    pub max_retries: u32,
    /// The kind of answer to ask the model for.
    pub ask: Ask,
    /// The words of the question, for an adapter that says that it has the capability `prompt`; absent where they are those of
    /// every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Header fields that the client sends with the request, by their names, for an adapter that says that it has the capability
    /// `headers`; absent where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The caller's own actions; absent where it reads one answer to the end.
    #[serde(default, skip_serializing_if = "Caller::is_plain")]
    pub caller: Caller,
}

/// A line from the adapter to the harness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reply {
    /// The answer to `hello`.
    Hello(Hello),
    /// The outcome of a `run`, as the SDK's caller saw it.
    Observed {
        /// The id of the `run` this answers.
        id: u64,
        /// The observation.
        observation: Box<Observation>,
    },
    /// The adapter itself broke on this call: not a verdict about the SDK.
    Fault {
        /// The id of the `run` this answers; absent when the adapter does not know it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// A sentence about what broke.
        message: String,
    },
}

/// The answer to `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The protocol version of the adapter.
    pub protocol: u32,
    /// The SDK that is driven.
    pub sdk: crate::contract::SdkVersion,
    /// The runtime and its version.
    pub runtime: String,
    /// The dialects the adapter can be asked for.
    pub apis: Vec<Api>,
    /// Root classes of the SDK's own exceptions.
    pub error_bases: Vec<String>,
    /// The surfaces the adapter can be asked for.
    pub surfaces: Vec<String>,
    /// The settings that can be made: `timeout`, `max-retries`, `tools`, `prompt`, `headers`.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Surfaces as a manifest describes them, under the same keys, by name. Only an adapter without a manifest is asked for
    /// them; a surface that is not among them is run without being held to what it shows.
    #[serde(default)]
    pub described: BTreeMap<String, Surface>,
}

impl From<Hello> for Identity {
    fn from(hello: Hello) -> Self {
        let Hello { protocol: _, sdk, runtime, apis, error_bases, surfaces, capabilities, described } = hello;
        Self { sdk, runtime, apis, error_bases, surfaces, capabilities, described }
    }
}
