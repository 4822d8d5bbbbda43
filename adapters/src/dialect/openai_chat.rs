//! `OpenAI` Chat Completions and the servers that speak it: data-only chunks, ended by `[DONE]`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::{Value, json};

use super::Codec;
use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Calls, Filtered, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_in_any};

pub(super) const MODEL: &str = "gpt-5.2";

pub(super) static DIALECT: Dialect = Dialect {
    name: "openai-chat",
    folder: "openai-chat",
    vendors: &["openrouter", "azure", "deepseek", "vllm", "llama-cpp"],
    model: MODEL,
    path: "/v1/chat/completions",
    headers: &[("authorization", "Bearer test")],
    body,
    codec: Codec::Sse,
    events: Events { prefixes: &[], always_named: false, pings: &[], ends: &[], sentinel: Some("[DONE]") },
    stop_reasons: StopReasons {
        own: &[
            ("stop", &[Normal]),
            ("length", &[Limit]),
            ("tool_calls", &[Calls]),
            ("content_filter", &[Filtered]),
            ("function_call", &[Calls]),
        ],
        // Of vLLM and its kin, of OpenRouter and Mistral, of DeepSeek.
        further: &[
            ("eos_token", &[Normal]),
            ("eos", &[Normal]),
            ("error", &[Interrupted]),
            ("insufficient_system_resource", &[Interrupted]),
        ],
        ends_calls: &[Normal, Calls],
        cut: CutCalls::EveryCall,
        word_in: |payload| text_in_any(payload, "choices", "finish_reason"),
    },
    errors: ERRORS,
};

/// The errors of this vendor, by <https://developers.openai.com/api/docs/guides/error-codes>. The schema's
/// `ResponseErrorCode` has more codes; no document gives those a status.
pub(super) const ERRORS: Errors = Errors {
    type_member: "type",
    events: &["error"],
    places: &["/error"],
    // Of OpenRouter.
    stops: &[("/choices/0/finish_reason", "error")],
    codes: &[
        ("context_length_exceeded", 400),
        ("invalid_api_key", 401),
        ("unsupported_country_region_territory", 403),
        ("model_not_found", 404),
        ("rate_limit_exceeded", 429),
        ("slow_down", 429),
        ("server_error", 500),
        ("server_is_overloaded", 503),
    ],
    types: &[
        ("invalid_request_error", 400),
        ("authentication_error", 401),
        ("permission_error", 403),
        ("not_found_error", 404),
        ("rate_limit_error", 429),
        ("insufficient_quota", 429),
        ("server_error", 500),
        ("service_unavailable_error", 503),
    ],
    quota: &[
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "enforced_spend_limit_reached",
    ],
    unauthorized: ErrorName { kind: Some("invalid_request_error"), code: Some("invalid_api_key") },
    too_many: ErrorName { kind: Some("rate_limit_error"), code: Some("rate_limit_exceeded") },
    example: StreamError {
        name: None,
        kind: Some("server_error"),
        code: None,
        data: |message, _| json!({ "error": { "message": message, "type": "server_error", "param": null, "code": null } }),
    },
};

fn body(prompt: &str, ask: Ask) -> Value {
    let body = json!({ "model": MODEL, "stream": true, "messages": [{ "role": "user", "content": prompt }] });
    declaring(body, ask, || {
        let function = json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() });
        json!({ "type": "function", "function": function })
    })
}
