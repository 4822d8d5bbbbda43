//! A case, as far as a client needs to know it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use streamspec_adapters::contract::{Api, Ask, Caller};
use streamspec_adapters::dialect::PROMPT;

use crate::case::{Axis, Case, Dispute, Level, Source};
use crate::judge::{Expected, expected};
use crate::serve::route::CASE;

/// The cases that were asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CaseList {
    /// The cases, by id.
    pub cases: Vec<CaseEntry>,
}

/// A case that is served.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CaseEntry {
    /// The id, `openai-chat/in-band/positions#after-text`.
    pub id: String,
    /// A sentence about what happens on the wire.
    pub title: String,
    /// The dialect that it speaks.
    pub api: Api,
    /// The folder that it lies in, `openai-chat/in-band`.
    pub group: String,
    /// The URL below which it is played to any client, whatever path the client appends.
    pub base_url: String,
    /// The number of answers that it has. A client that asks more often gets the last one again, or begins a new attempt.
    pub answers: usize,
    /// A request that it is made for, as a client of its dialect sends it.
    pub request: SampleRequest,
    /// The settings with which a client is to be run, as far as it has them.
    pub settings: Settings,
    /// The expectation, by levels and axes.
    pub expect: Vec<ExpectedCheck>,
    /// The documents that the expectation comes from.
    pub sources: Vec<Source>,
    /// The rules that it tests, `cases/rules` has them.
    pub rules: Vec<String>,
    /// The ruling of maintainers that differs from the expectation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Dispute>,
}

/// A request of a dialect.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SampleRequest {
    /// The path below the base URL.
    pub path: String,
    /// The body.
    pub body: Value,
}

/// The settings with which a client is to be run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Settings {
    /// The timeout of the client, in milliseconds.
    pub timeout_ms: u64,
    /// The number of times that the client may try again by itself.
    pub max_retries: u32,
    /// True where the request is to declare a tool `get_weather` with the argument `city`.
    pub declares_tool: bool,
    /// The caller's own doings, other than to make one call and to read to the end.
    #[serde(default, skip_serializing_if = "Caller::is_plain")]
    pub caller: Caller,
}

/// A check of a case.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExpectedCheck {
    /// The weight.
    pub level: Level,
    /// The thing that is compared.
    pub axis: Axis,
    /// The expected value, in the form of the case; `${nonce}` stands for the nonce of the session or the attempt.
    pub expected: Value,
}

impl CaseEntry {
    /// Makes the entry of a case that is served below a root.
    pub(in crate::serve) fn of(case: &Case, root: &str) -> Self {
        let check = |Expected { level, axis, value }| ExpectedCheck { level, axis, expected: value };
        Self {
            id: case.id.to_string(),
            title: case.title.clone(),
            api: case.api,
            group: case.id.group().to_owned(),
            base_url: format!("{root}{CASE}{}", case.id.in_path()),
            answers: case.exchanges.len(),
            request: SampleRequest {
                path: case.api.dialect().request_path(),
                body: (case.api.dialect().body)(PROMPT, case.ask),
            },
            settings: Settings {
                timeout_ms: case.timeout,
                max_retries: case.max_retries,
                declares_tool: case.ask == Ask::Tool,
                caller: case.caller,
            },
            expect: expected(case).into_iter().map(check).collect(),
            sources: case.sources.clone(),
            rules: case.rules.clone(),
            disputed: case.disputed.clone(),
        }
    }
}
