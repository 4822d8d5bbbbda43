//! Anthropic Messages: named events, ended by `message_stop`.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>

use serde_json::{Value, json};

use super::Codec;
use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Calls, Filtered, Limit, Normal, Paused};
use super::stop::{CutCalls, StopReasons, text_at};

const MODEL: &str = "claude-sonnet-4-6";

pub(super) static DIALECT: Dialect = Dialect {
    name: "anthropic-messages",
    folder: "anthropic",
    vendors: &[],
    model: MODEL,
    path: "/v1/messages",
    headers: &[("x-api-key", "test"), ("anthropic-version", "2023-06-01")],
    body,
    codec: Codec::Sse,
    events: Events {
        prefixes: &["message_", "content_block_"],
        always_named: true,
        pings: &["ping"],
        ends: &["message_stop"],
        sentinel: None,
    },
    // <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>, and for `compaction`
    // <https://platform.claude.com/docs/en/build-with-claude/compaction>
    stop_reasons: StopReasons {
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
            ["/delta/stop_reason", "/message/stop_reason", "/stop_reason"]
                .iter()
                .find_map(|place| text_at(payload, place))
        },
    },
    // <https://platform.claude.com/docs/en/api/errors>
    errors: Errors {
        type_member: "type",
        events: &["error"],
        places: &["/error"],
        stops: &[],
        codes: &[],
        types: &[
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
        ],
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
};

fn body(prompt: &str, ask: Ask) -> Value {
    let content = json!([{ "type": "text", "text": prompt }]);
    let messages = json!([{ "role": "user", "content": content }]);
    let body = json!({ "model": MODEL, "max_tokens": 1024, "stream": true, "messages": messages });
    declaring(body, ask, || json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "input_schema": parameters() }))
}
