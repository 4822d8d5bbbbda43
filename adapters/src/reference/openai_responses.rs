//! `OpenAI` Responses: typed events, ended by `response.completed`, `response.incomplete` or `response.failed`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::{Map, Value, json};

use super::answer::PartialAnswer;
use super::client::Client;
use super::errors;
use super::failure::{Class, Failure};
use super::provider::Provider;
use super::step::Step;
use crate::contract::Api;

/// Takes one event into the answer.
pub(crate) fn read(client: &Client, kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Failure> {
    let key = payload.get("output_index").and_then(Value::as_u64).unwrap_or_default();
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let call = payload.get("item").filter(|item| is_call(item));
    answer.count(payload.pointer("/response/usage"), ["input_tokens", "output_tokens"]);
    match kind {
        "response.created" => {
            let id = text("/response/id").unwrap_or_default().to_owned();
            if answer.id.replace(id).is_some() {
                return Err(Failure::new(Class::Protocol, "a second response.created: two answers in one stream"));
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
            // One vendor says why in an error event that follows.
            if payload.pointer("/response/error").is_none_or(Value::is_null) {
                answer.failed = true;
                return Ok(Step::Part);
            }
            return Err(failed(client, payload));
        }
        "ping" | "keepalive" => return Ok(Step::Ping),
        _ if kind.starts_with("response.") => return Ok(Step::Part),
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}

/// Returns the failure of a response that says why, or of one that never did.
pub(crate) fn failed(client: &Client, payload: &Value) -> Failure {
    let none = Map::new();
    let envelope = payload.as_object().unwrap_or(&none);
    let provider = match payload.pointer("/response/error") {
        Some(error) if !error.is_null() => errors::read(client, Api::OpenaiResponses, error, envelope),
        _ => Provider { message: "the response failed".to_owned(), ..Provider::default() },
    };
    (client.in_band)(client, Api::OpenaiResponses, provider)
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
