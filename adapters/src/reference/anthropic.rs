//! Anthropic Messages: named events, ended by `message_stop`.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming#event-types>

use serde_json::{Value, json};

use super::answer::Answer;
use super::failure::{Class, Failure};
use super::http::Request;
use super::reader::Step;
use crate::contract::Ask;

pub(crate) fn request(ask: Ask) -> Request {
    let mut body = json!({
        "model": "claude-sonnet-4-6",
        "max_tokens": 256,
        "messages": [{ "role": "user", "content": "What is the weather in Paris?" }],
        "stream": true
    });
    if ask == Ask::Tool {
        body["tools"] = json!([{ "name": "get_weather", "input_schema": super::tool_parameters() }]);
    }
    let headers = &[("x-api-key", "test"), ("anthropic-version", "2023-06-01")];
    Request { path: "/v1/messages", headers, body }
}

/// Takes one event into the answer.
pub(crate) fn read(kind: &str, payload: &Value, answer: &mut Answer) -> Result<Step, Failure> {
    let index = payload.get("index").and_then(Value::as_u64).unwrap_or_default();
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    match kind {
        "message_start" => {
            let id = text("/message/id").unwrap_or_default().to_owned();
            if answer.id.replace(id).is_some() {
                return Err(Failure::new(Class::Protocol, "a second message_start: two answers in one stream"));
            }
        }
        "content_block_start" => match text("/content_block/type") {
            Some("text") => answer.text.push_str(text("/content_block/text").unwrap_or_default()),
            Some("tool_use") => answer.open_tool(index, text("/content_block/name").unwrap_or_default()),
            Some("thinking" | "redacted_thinking") => {}
            _ => return Ok(Step::UnknownPart),
        },
        "content_block_delta" => match text("/delta/type") {
            Some("text_delta") => answer.text.push_str(text("/delta/text").unwrap_or_default()),
            Some("input_json_delta") => answer.extend_tool(index, text("/delta/partial_json").unwrap_or_default()),
            Some("thinking_delta" | "signature_delta" | "citations_delta") => {}
            _ => return Ok(Step::UnknownPart),
        },
        "content_block_stop" => answer.close_tool(index),
        "message_delta" => {
            if let Some(reason) = text("/delta/stop_reason") {
                answer.stop_reason = Some(reason.to_owned());
            }
        }
        "message_stop" => return Ok(Step::Terminal),
        "ping" => return Ok(Step::Ping),
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}
