//! `OpenAI` Responses: typed events, ended by `response.completed`, `response.incomplete` or `response.failed`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::{Value, json};

use super::error::{Errors, StreamError};
use super::facts::{Dialect, Events};
use super::openai_chat::{ERRORS, MODEL};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Filtered, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_at};
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::Sse;

pub(super) static DIALECT: Dialect = Dialect {
    name: "openai-responses",
    folder: "openai-responses",
    vendors: &[],
    model: MODEL,
    path: "/v1/responses",
    headers: &[("authorization", "Bearer test")],
    answer_headers: &[],
    body,
    codec: &Sse,
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
    read,
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

/// Takes one event into the answer.
fn read(kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    let key = payload.get("output_index").and_then(Value::as_u64).unwrap_or_default();
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let call = payload.get("item").filter(|item| is_call(item));
    answer.count(payload.pointer("/response/usage"), ["input_tokens", "output_tokens"]);
    match kind {
        "response.created" => {
            let id = text("/response/id").unwrap_or_default().to_owned();
            if answer.id.replace(id).is_some() {
                return Err(Trouble::Protocol("a second response.created: two answers in one stream"));
            }
        }
        "response.output_text.delta" => answer.text.push_str(text("/delta").unwrap_or_default()),
        "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
            answer.thinking.push_str(text("/delta").unwrap_or_default());
        }
        "response.refusal.delta" => answer.refusal.push_str(text("/delta").unwrap_or_default()),
        "response.output_text.done" if answer.text.is_empty() => {
            answer.text.push_str(text("/text").unwrap_or_default());
        }
        "response.output_item.added" => {
            if let Some(call) = call {
                take_call(key, call, answer);
            }
        }
        "response.function_call_arguments.delta" => answer.tools.extend(key, text("/delta").unwrap_or_default()),
        "response.function_call_arguments.done" => {
            if let Some(arguments) = text("/arguments") {
                answer.tools.settle(key, arguments);
            }
            answer.tools.close(key);
        }
        "response.output_item.done" => {
            if let Some(call) = call {
                take_call(key, call, answer);
                match call.get("status").and_then(Value::as_str) {
                    // A call that was broken off is done as well; whether one that is in progress was, the response says.
                    Some("incomplete" | "in_progress") => answer.tools.reopen(key),
                    _ => answer.tools.close(key),
                }
            }
        }
        "response.completed" => {
            take_output(payload.pointer("/response/output"), answer);
            answer.stop_reason = Some(text("/response/status").unwrap_or("completed").to_owned());
            return Ok(Step::Terminal);
        }
        "response.incomplete" => {
            let reason = text("/response/incomplete_details/reason").unwrap_or("incomplete");
            answer.stop_reason = Some(reason.to_owned());
            let output = payload.pointer("/response/output").and_then(Value::as_array);
            for (key, call) in (0..).zip(output.into_iter().flatten()).filter(|(_, item)| is_call(item)) {
                if call.get("status").and_then(Value::as_str) == Some("completed") {
                    take_call(key, call, answer);
                    answer.tools.close(key);
                }
            }
            return Ok(Step::Terminal);
        }
        "response.cancelled" => {
            answer.interrupted = true;
            answer.stop_reason = Some("cancelled".to_owned());
            return Ok(Step::Terminal);
        }
        "response.failed" => {
            let Some(error) = payload.pointer("/response/error").filter(|error| !error.is_null()) else {
                // One vendor says why in an error event that follows.
                answer.failed = true;
                return Ok(Step::Part);
            };
            let envelope = payload.as_object().cloned().unwrap_or_default();
            return Err(Trouble::Error { error: error.clone(), envelope: Box::new(envelope) });
        }
        "ping" | "keepalive" => return Ok(Step::Ping),
        _ if kind.starts_with("response.") => return Ok(Step::Part),
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}

/// Takes from the finished response what no event of its own brought.
fn take_output(output: Option<&Value>, answer: &mut PartialAnswer) {
    let items = output.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if answer.text.is_empty() {
        let contents = items.iter().filter_map(|item| item.get("content")?.as_array()).flatten();
        let texts = contents.filter(|content| content.get("type") == Some(&json!("output_text")));
        answer.text = texts.filter_map(|content| content.get("text")?.as_str()).collect();
    }
    for (key, call) in (0..).zip(items).filter(|(_, item)| is_call(item)) {
        take_call(key, call, answer);
    }
    answer.tools.close_all();
}

/// Says whether an item is a call of a function.
fn is_call(item: &Value) -> bool {
    item.get("type").and_then(Value::as_str) == Some("function_call")
}

/// Opens a call unless it is open, and takes its arguments where the item repeats them whole.
fn take_call(key: u64, call: &Value, answer: &mut PartialAnswer) {
    let text = |name: &str| call.get(name).and_then(Value::as_str).unwrap_or_default();
    if !answer.tools.has(key) {
        answer.tools.open(key, text("name"));
    }
    if !text("arguments").is_empty() {
        answer.tools.settle(key, text("arguments"));
    }
}
