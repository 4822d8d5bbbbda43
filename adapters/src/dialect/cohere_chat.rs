//! Cohere's `/v2/chat`: named events, ended by `message-end`, which also says that the answer failed.
//!
//! <https://docs.cohere.com/v2/docs/streaming>, <https://docs.cohere.com/reference/chat-stream>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Calls, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_at};
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::Sse;

const MODEL: &str = "command-a-03-2025";

pub(super) static DIALECT: Dialect = Dialect {
    name: "cohere-chat",
    folder: "cohere",
    vendors: &[],
    model: MODEL,
    path: "/v2/chat",
    headers: &[("authorization", "Bearer test")],
    answer_headers: &[],
    body,
    codec: &Sse,
    // The word is the terminator of the vendor's schema, <https://github.com/cohere-ai/cohere-developer-experience>.
    events: Events {
        prefixes: &["message-", "content-", "tool-", "citation-", "debug"],
        always_named: false,
        pings: &[],
        ends: &["message-end"],
        sentinel: Some("[DONE]"),
    },
    // `ChatFinishReason` of the schema.
    stop_reasons: StopReasons {
        own: &[
            ("COMPLETE", &[Normal]),
            ("STOP_SEQUENCE", &[Normal]),
            ("MAX_TOKENS", &[Limit]),
            ("TOOL_CALL", &[Calls]),
            ("ERROR", &[Interrupted]),
            ("TIMEOUT", &[Interrupted]),
        ],
        further: &[],
        ends_calls: &[Calls],
        cut: CutCalls::LastPart,
        word_in: |payload| ["/delta/finish_reason", "/finish_reason"].iter().find_map(|place| text_at(payload, place)),
    },
    // <https://docs.cohere.com/reference/errors>: a message and nothing else, so that only the status of a response tells more.
    errors: Errors {
        type_member: "type",
        events: &["error"],
        places: &["/delta/error", "/error"],
        stops: &[("/delta/finish_reason", "ERROR"), ("/delta/finish_reason", "TIMEOUT")],
        codes: &[],
        types: &[],
        quota: &[],
        unauthorized: ErrorName { kind: None, code: None },
        too_many: ErrorName { kind: None, code: None },
        example: StreamError {
            name: Some("message-end"),
            kind: None,
            code: None,
            data: |message, _| json!({ "type": "message-end", "delta": { "error": message, "finish_reason": "ERROR" } }),
        },
    },
    read,
};

fn body(prompt: &str, ask: Ask) -> Value {
    let body = json!({ "model": MODEL, "stream": true, "messages": [{ "role": "user", "content": prompt }] });
    declaring(body, ask, || {
        let function = json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() });
        json!({ "type": "function", "function": function })
    })
}

/// Takes one event into the answer. The plan of a call is a thought of the model's, as the schema says.
fn read(kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    let index = payload.get("index").and_then(Value::as_u64).unwrap_or_default();
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let arguments = text("/delta/message/tool_calls/function/arguments").unwrap_or_default();
    match kind {
        "message-start" => {
            let id = text("/id").unwrap_or_default().to_owned();
            if answer.id.replace(id).is_some() {
                return Err(Trouble::Protocol("a second message-start: two answers in one stream"));
            }
        }
        "content-start" | "content-delta" => {
            answer.last_part = None;
            let [words, thought] = ["text", "thinking"].map(|key| text(&format!("/delta/message/content/{key}")));
            answer.text.push_str(words.unwrap_or_default());
            answer.thinking.push_str(thought.unwrap_or_default());
            if words.or(thought).is_none() {
                return Ok(Step::UnknownPart);
            }
        }
        "tool-plan-delta" => answer.thinking.push_str(text("/delta/message/tool_plan").unwrap_or_default()),
        "tool-call-start" => {
            answer.last_part = Some(index);
            answer.tools.open(index, text("/delta/message/tool_calls/function/name").unwrap_or_default());
            answer.tools.extend(index, arguments);
        }
        "tool-call-delta" => answer.tools.extend(index, arguments),
        "tool-call-end" => answer.tools.close(index),
        "content-end" | "citation-start" | "citation-end" => {}
        "message-end" => return end(payload, answer),
        "debug" => return Ok(Step::Part),
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}

/// Takes the event that ends the answer. A limit cuts the last call, as the answer is then incomplete:
/// <https://docs.cohere.com/reference/chat-stream#request.body.max_tokens>.
fn end(payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    answer.count(payload.pointer("/delta/usage/tokens"), ["input_tokens", "output_tokens"]);
    let reason = text_at(payload, "/delta/finish_reason");
    answer.stop_reason = reason.map(str::to_owned);
    if DIALECT.errors.is_in("", payload) {
        let said = text_at(payload, "/delta/error").filter(|said| !said.is_empty());
        let error = json!(
            said.map_or_else(|| format!("the answer ended with {}", reason.unwrap_or("an error")), str::to_owned)
        );
        return Err(Trouble::Error { error, envelope: Box::default() });
    }
    if reason.and_then(|reason| DIALECT.stop_reasons.meaning(reason)) == Some(Limit)
        && let Some(last) = answer.last_part
    {
        answer.tools.reopen(last);
    }
    Ok(Step::Terminal)
}
