//! Ollama's `/api/chat`: objects on lines of their own, ended by one with `done: true`.
//!
//! <https://docs.ollama.com/api/streaming>, <https://docs.ollama.com/api/chat>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Limit, Normal, Nothing};
use super::stop::{CutCalls, StopReasons, text_at};
use crate::answer::{PartialAnswer, Step};
use crate::codec::Ndjson;

const MODEL: &str = "qwen3";

pub(super) static DIALECT: Dialect = Dialect {
    name: "ollama-chat",
    folder: "ollama",
    vendors: &[],
    model: MODEL,
    path: "/api/chat",
    // A server of one's own asks for no key.
    headers: &[],
    answer_headers: &[],
    body,
    codec: &Ndjson,
    events: Events { prefixes: &[], always_named: false, pings: &[], ends: &[], sentinel: None },
    // `DoneReason` of <https://github.com/ollama/ollama/blob/main/llm/server.go>, and what `server/routes.go` sends itself.
    stop_reasons: StopReasons {
        own: &[("stop", &[Normal]), ("length", &[Limit]), ("load", &[Nothing]), ("unload", &[Nothing])],
        further: &[],
        // A call is sent whole, whatever ends the answer after it.
        ends_calls: &[Normal, Limit, Nothing],
        cut: CutCalls::ByStatus,
        word_in,
    },
    // <https://docs.ollama.com/api/errors>: a text and nothing else, so that only the status of a response tells more.
    errors: Errors {
        type_member: "type",
        events: &["error"],
        places: &["/error"],
        stops: &[],
        codes: &[],
        types: &[],
        quota: &[],
        unauthorized: ErrorName { kind: None, code: None },
        too_many: ErrorName { kind: None, code: None },
        example: StreamError { name: None, kind: None, code: None, data: |message, _| json!({ "error": message }) },
    },
    read: |_, payload, answer| Ok(read(payload, answer)),
};

/// Finds the stop reason of the object that ends the answer. Older servers end it without one, and had no other end.
fn word_in(payload: &Value) -> Option<&str> {
    let is_done = payload.get("done") == Some(&Value::Bool(true));
    let reason = text_at(payload, "/done_reason").filter(|reason| !reason.is_empty());
    is_done.then_some(reason.unwrap_or("stop"))
}

fn body(prompt: &str, ask: Ask) -> Value {
    let body = json!({ "model": MODEL, "messages": [{ "role": "user", "content": prompt }], "stream": true });
    declaring(body, ask, || {
        let function = json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() });
        json!({ "type": "function", "function": function })
    })
}

/// Takes one object into the answer. Calls come whole, but none is handed out before the answer is done.
fn read(payload: &Value, answer: &mut PartialAnswer) -> Step {
    let message = payload.get("message");
    if message.is_none() && payload.get("done").is_none() {
        return Step::Unknown;
    }
    answer.count(Some(payload), ["prompt_eval_count", "eval_count"]);
    let text = |key: &str| message.and_then(|message| message.get(key)).and_then(Value::as_str).unwrap_or_default();
    answer.text.push_str(text("content"));
    answer.thinking.push_str(text("thinking"));
    let calls = message.and_then(|message| message.get("tool_calls")).and_then(Value::as_array);
    for function in calls.into_iter().flatten().filter_map(|call| call.get("function")) {
        let key = answer.tools.count();
        answer.tools.open(key, function.get("name").and_then(Value::as_str).unwrap_or_default());
        answer.tools.settle(key, &function.get("arguments").map(Value::to_string).unwrap_or_default());
    }
    if let Some(reason) = payload.get("done_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
        answer.stop_reason = Some(reason.to_owned());
    }
    if word_in(payload).is_none() {
        return Step::Progress;
    }
    answer.finished = true;
    answer.tools.close_all();
    Step::Terminal
}
