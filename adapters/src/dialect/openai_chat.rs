//! `OpenAI` Chat Completions and the servers that speak it: data-only chunks, ended by `[DONE]`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Calls, Filtered, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_in_any};
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::Sse;

pub(super) const MODEL: &str = "gpt-5.2";

pub(super) static DIALECT: Dialect = Dialect {
    name: "openai-chat",
    folder: "openai-chat",
    vendors: &["openrouter", "azure", "deepseek", "vllm", "llama-cpp"],
    model: MODEL,
    path: "/v1/chat/completions",
    headers: &[("authorization", "Bearer test")],
    answer_headers: &[],
    body,
    codec: &Sse,
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
    read,
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

/// Takes one chunk into the answer. Choices beyond the one that was asked for are no part of it.
fn read(_: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    answer.count(payload.get("usage"), ["prompt_tokens", "completion_tokens"]);
    let Some(choices) = payload.get("choices").and_then(Value::as_array) else { return Ok(Step::Unknown) };
    let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or_default() == 0;
    for choice in choices.iter().filter(is_first) {
        take_choice(choice, answer)?;
    }
    Ok(Step::Progress)
}

/// Takes one choice of a chunk into the answer.
fn take_choice(choice: &Value, answer: &mut PartialAnswer) -> Result<(), Trouble> {
    match choice.pointer("/delta/content") {
        Some(Value::String(text)) => answer.text.push_str(text),
        // Mistral sends a list of parts, of which those of type `text` are the text.
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter(|part| part.get("type").and_then(Value::as_str) == Some("text"));
            answer.text.extend(texts.filter_map(|part| part.get("text")?.as_str()));
        }
        _ => {}
    }
    let piece = |name: &str| choice.get("delta")?.get(name)?.as_str();
    answer.refusal.push_str(piece("refusal").unwrap_or_default());
    // The two names under which vendors send the model's thoughts; one that sends both sends the same text twice.
    answer.thinking.push_str(piece("reasoning_content").or(piece("reasoning")).unwrap_or_default());
    for call in choice.pointer("/delta/tool_calls").and_then(Value::as_array).into_iter().flatten() {
        let key = call.get("index").and_then(Value::as_u64).unwrap_or_default();
        take_piece(key, call.get("function"), answer);
    }
    // The shape that `tool_calls` replaced.
    take_piece(0, choice.pointer("/delta/function_call"), answer);
    match choice.get("finish_reason").and_then(Value::as_str) {
        None => {}
        // OpenRouter and Mistral end a failed answer with this reason, the former with an error beside it.
        Some("error") => {
            answer.stop_reason = Some("error".to_owned());
            let error = json!("the provider ended the answer with the finish reason `error`");
            return Err(Trouble::Error { error, envelope: Box::default() });
        }
        Some(reason) => {
            let reasons = &DIALECT.stop_reasons;
            answer.interrupted = reasons.find(reason).is_some_and(|meanings| meanings.contains(&Interrupted));
            if reasons.ends_calls(reason) {
                answer.tools.close_all();
            }
            answer.stop_reason = Some(reason.to_owned());
        }
    }
    Ok(())
}

/// Takes a piece of a tool call, the first of which names it.
fn take_piece(key: u64, function: Option<&Value>, answer: &mut PartialAnswer) {
    let Some(function) = function else { return };
    let text = |name: &str| function.get(name).and_then(Value::as_str);
    if let Some(name) = text("name").filter(|_| !answer.tools.has(key)) {
        answer.tools.open(key, name);
    }
    answer.tools.extend(key, text("arguments").unwrap_or_default());
}
