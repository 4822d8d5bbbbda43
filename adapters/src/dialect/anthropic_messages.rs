//! Anthropic Messages: named events, ended by `message_stop`.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Calls, Filtered, Limit, Normal, Paused};
use super::stop::{CutCalls, StopReasons, text_at};
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::Sse;

const MODEL: &str = "claude-sonnet-4-6";

pub(super) static DIALECT: Dialect = Dialect {
    name: "anthropic-messages",
    folder: "anthropic",
    vendors: &[],
    model: MODEL,
    path: "/v1/messages",
    headers: &[("x-api-key", "test"), ("anthropic-version", "2023-06-01")],
    answer_headers: &[],
    body,
    codec: &Sse,
    events: Events {
        prefixes: &["message_", "content_block_"],
        always_named: true,
        pings: &["ping"],
        ends: &["message_stop"],
        sentinel: None,
    },
    stop_reasons: STOP_REASONS,
    errors: Errors {
        type_member: "type",
        events: &["error"],
        places: &["/error"],
        stops: &[],
        codes: &[],
        types: TYPES,
        quota: &[],
        unauthorized: ErrorName { kind: Some("authentication_error"), code: None },
        too_many: ErrorName { kind: Some("rate_limit_error"), code: None },
        // <https://platform.claude.com/docs/en/build-with-claude/streaming#error-events>
        example: StreamError {
            name: Some("error"),
            kind: Some("overloaded_error"),
            code: None,
            data: |message, _| json!({ "type": "error", "error": { "type": "overloaded_error", "message": message } }),
        },
    },
    read,
};

/// The reasons, by <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>, and for `compaction`
/// <https://platform.claude.com/docs/en/build-with-claude/compaction>.
pub(super) const STOP_REASONS: StopReasons = StopReasons {
    own: &[
        ("end_turn", &[Normal]),
        ("max_tokens", &[Limit]),
        ("stop_sequence", &[Normal]),
        ("tool_use", &[Calls]),
        ("pause_turn", &[Paused]),
        ("compaction", &[Paused]),
        ("refusal", &[Filtered]),
        ("model_context_window_exceeded", &[Limit]),
    ],
    further: &[],
    ends_calls: &[Calls],
    cut: CutCalls::LastPart,
    word_in: |payload| {
        ["/delta/stop_reason", "/message/stop_reason", "/stop_reason"].iter().find_map(|place| text_at(payload, place))
    },
};

/// The types of errors, by <https://platform.claude.com/docs/en/api/errors>.
pub(super) const TYPES: &[(&str, u16)] = &[
    ("invalid_request_error", 400),
    ("authentication_error", 401),
    ("billing_error", 402),
    ("permission_error", 403),
    ("not_found_error", 404),
    ("conflict_error", 409),
    ("request_too_large", 413),
    ("rate_limit_error", 429),
    ("api_error", 500),
    ("timeout_error", 504),
    ("overloaded_error", 529),
];

pub(super) fn body(prompt: &str, ask: Ask) -> Value {
    let content = json!([{ "type": "text", "text": prompt }]);
    let messages = json!([{ "role": "user", "content": content }]);
    let body = json!({ "model": MODEL, "max_tokens": 1024, "stream": true, "messages": messages });
    declaring(body, ask, || json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "input_schema": parameters() }))
}

/// The names of the numbers of tokens, those of the request first.
const TOKENS: [&str; 2] = ["input_tokens", "output_tokens"];

/// Takes one event into the answer.
pub(super) fn read(kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    let index = payload.get("index").and_then(Value::as_u64).unwrap_or_default();
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    match kind {
        "message_start" => {
            let id = text("/message/id").unwrap_or_default().to_owned();
            if answer.id.replace(id).is_some() {
                return Err(Trouble::Protocol("a second message_start: two answers in one stream"));
            }
            // With programmatic tool calling a message may begin with all of its content, and with its stop reason.
            let content = payload.pointer("/message/content").and_then(Value::as_array);
            for (index, block) in (0..).zip(content.into_iter().flatten()) {
                begin(index, Some(block), answer);
                answer.tools.close(index);
            }
            stop(text("/message/stop_reason"), answer);
            answer.count(payload.pointer("/message/usage"), TOKENS);
        }
        "content_block_start" => return Ok(begin(index, payload.get("content_block"), answer)),
        "content_block_delta" => match text("/delta/type") {
            Some("text_delta") => answer.text.push_str(text("/delta/text").unwrap_or_default()),
            Some("input_json_delta") => answer.tools.extend(index, text("/delta/partial_json").unwrap_or_default()),
            Some("thinking_delta") => answer.thinking.push_str(text("/delta/thinking").unwrap_or_default()),
            Some("signature_delta" | "citations_delta") => {}
            _ => return Ok(Step::UnknownPart),
        },
        "content_block_stop" => answer.tools.close(index),
        "message_delta" => {
            stop(text("/delta/stop_reason"), answer);
            answer.count(payload.get("usage"), TOKENS);
        }
        "message_stop" => return Ok(Step::Terminal),
        "ping" => return Ok(Step::Ping),
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}

/// Begins a content block. Blocks of tools that the server runs itself are parts of the answer and no calls.
fn begin(index: u64, block: Option<&Value>, answer: &mut PartialAnswer) -> Step {
    let text = |key: &str| block.and_then(|block| block.get(key)).and_then(Value::as_str);
    answer.last_part = Some(index);
    match text("type") {
        Some("text") => answer.text.push_str(text("text").unwrap_or_default()),
        Some("tool_use") => open(index, block, answer),
        Some("thinking") => answer.thinking.push_str(text("thinking").unwrap_or_default()),
        Some("redacted_thinking" | "server_tool_use" | "mcp_tool_use") => {}
        Some(kind) if kind.ends_with("_tool_result") => {}
        _ => return Step::UnknownPart,
    }
    Step::Progress
}

/// Opens a call, with the input that its block brings unless it is empty, as it is where pieces follow.
fn open(index: u64, block: Option<&Value>, answer: &mut PartialAnswer) {
    let name = block.and_then(|block| block.get("name")).and_then(Value::as_str).unwrap_or_default();
    answer.tools.open(index, name);
    let input = block.and_then(|block| block.get("input")).filter(|input| **input != json!({}) && !input.is_null());
    if let Some(input) = input {
        answer.tools.start_with(index, &input.to_string());
    }
}

/// Takes a stop reason. A limit cuts the last block, whose input is then not whole though the block has been ended:
/// <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>.
fn stop(reason: Option<&str>, answer: &mut PartialAnswer) {
    let Some(reason) = reason else { return };
    if DIALECT.stop_reasons.meaning(reason) == Some(Limit)
        && let Some(last) = answer.last_part
    {
        answer.tools.reopen(last);
    }
    answer.stop_reason = Some(reason.to_owned());
}
