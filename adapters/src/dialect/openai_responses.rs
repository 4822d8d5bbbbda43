//! `OpenAI` Responses: typed events, ended by `response.completed`, `response.incomplete` or `response.failed`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::{Value, json};

use super::Codec;
use super::error::{Errors, StreamError};
use super::facts::{Dialect, Events};
use super::openai_chat::{ERRORS, MODEL};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Filtered, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_at};

pub(super) static DIALECT: Dialect = Dialect {
    name: "openai-responses",
    folder: "openai-responses",
    vendors: &[],
    model: MODEL,
    path: "/v1/responses",
    headers: &[("authorization", "Bearer test")],
    body,
    codec: Codec::Sse,
    events: Events {
        prefixes: &["response."],
        always_named: false,
        pings: &[],
        ends: &["response.completed", "response.incomplete"],
        sentinel: None,
    },
    // The status of a response, or the reason for an incomplete one.
    stop_reasons: StopReasons {
        own: &[
            ("completed", &[Normal]),
            ("failed", &[Interrupted]),
            ("cancelled", &[Interrupted]),
            ("max_output_tokens", &[Limit]),
            ("content_filter", &[Filtered]),
        ],
        // The status of a response, of which the limit or the filter is the reason.
        further: &[("incomplete", &[Interrupted, Limit, Filtered])],
        ends_calls: &[Normal],
        cut: CutCalls::ByStatus,
        word_in,
    },
    errors: Errors {
        events: &["error", "response.failed"],
        places: &["/error", "/response/error"],
        stops: &[],
        // `ResponseErrorEvent` of the vendor's schema.
        example: StreamError {
            name: Some("error"),
            kind: None,
            code: Some("server_error"),
            data: |message, number| json!({ "type": "error", "code": "server_error", "message": message, "param": null, "sequence_number": number }),
        },
        ..ERRORS
    },
};

/// Finds the status of a whole response, or that which an event says by which one ends.
fn word_in(payload: &Value) -> Option<&str> {
    const ENDS: [&str; 4] = ["completed", "incomplete", "failed", "cancelled"];
    if text_at(payload, "/object") == Some("response") {
        return text_at(payload, "/status");
    }
    let status = text_at(payload, "/type")?.strip_prefix("response.")?;
    ENDS.contains(&status).then_some(status)
}

fn body(prompt: &str, ask: Ask) -> Value {
    declaring(
        json!({ "model": MODEL, "stream": true, "input": prompt }),
        ask,
        || json!({ "type": "function", "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() }),
    )
}
