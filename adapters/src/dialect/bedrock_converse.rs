//! Amazon Bedrock's `ConverseStream`: named events in frames, ended by `messageStop` and the numbers that follow it in `metadata`.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, parameters};
use super::stop::Meaning::{Calls, Filtered, Interrupted, Limit, Normal};
use super::stop::{CutCalls, StopReasons, text_at};
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::EventStream;

/// A model of which the id has no sign that a path would have to escape.
pub(super) const MODEL: &str = "anthropic.claude-sonnet-4-6";

/// A key of Bedrock's own, which is sent as it is:
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html>.
pub(super) const HEADERS: &[(&str, &str)] = &[("authorization", "Bearer test")];

pub(super) static DIALECT: Dialect = Dialect {
    name: "bedrock-converse",
    folder: "bedrock-converse",
    vendors: &[],
    model: MODEL,
    path: "/model/{model}/converse-stream",
    headers: HEADERS,
    answer_headers: &[],
    body,
    codec: &EventStream,
    events: Events {
        prefixes: &["messageSt", "contentBlock", "metadata"],
        always_named: true,
        pings: &[],
        ends: &["metadata"],
        sentinel: None,
    },
    // <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html>
    stop_reasons: StopReasons {
        own: &[
            ("end_turn", &[Normal]),
            ("tool_use", &[Calls]),
            ("max_tokens", &[Limit]),
            ("stop_sequence", &[Normal]),
            ("guardrail_intervened", &[Filtered]),
            ("content_filtered", &[Filtered]),
            ("malformed_model_output", &[Interrupted]),
            ("malformed_tool_use", &[Interrupted]),
            ("model_context_window_exceeded", &[Limit]),
        ],
        further: &[],
        ends_calls: &[Calls],
        cut: CutCalls::LastPart,
        word_in: |payload| text_at(payload, "/stopReason"),
    },
    errors: ERRORS,
    read,
};

/// The errors of the service, by its model: the names that a stream has for them, which are those of the members of its union, and
/// the names of their shapes, which a response has. `modelTimeoutException` is a member of the stream of `InvokeModelWithResponseStream`
/// alone.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html>
pub(super) const ERRORS: Errors = Errors {
    type_member: "type",
    events: &[
        "internalServerException",
        "modelStreamErrorException",
        "modelTimeoutException",
        "serviceUnavailableException",
        "throttlingException",
        "validationException",
    ],
    places: &[],
    stops: &[],
    codes: &[],
    types: TYPES,
    quota: &[],
    unauthorized: ErrorName { kind: None, code: None },
    too_many: ErrorName { kind: None, code: None },
    example: StreamError {
        name: Some("modelStreamErrorException"),
        kind: Some("modelStreamErrorException"),
        code: None,
        data: |message, _| json!({ "message": message }),
    },
};

/// The types of errors with the statuses that the service's model gives them.
const TYPES: &[(&str, u16)] = &[
    ("AccessDeniedException", 403),
    ("ConflictException", 400),
    ("InternalServerException", 500),
    ("ModelErrorException", 424),
    ("ModelNotReadyException", 429),
    ("ModelStreamErrorException", 424),
    ("ModelTimeoutException", 408),
    ("ResourceNotFoundException", 404),
    ("ServiceQuotaExceededException", 400),
    ("ServiceUnavailableException", 503),
    ("ThrottlingException", 429),
    ("ValidationException", 400),
    ("internalServerException", 500),
    ("modelStreamErrorException", 424),
    ("modelTimeoutException", 408),
    ("serviceUnavailableException", 503),
    ("throttlingException", 429),
    ("validationException", 400),
];

/// Types which the documents ask to retry, although their status does not.
pub(super) const RETRIED: &[&str] = &["ModelStreamErrorException", "modelStreamErrorException"];

fn body(prompt: &str, ask: Ask) -> Value {
    let mut body = json!({ "messages": [{ "role": "user", "content": [{ "text": prompt }] }] });
    if ask == Ask::Tool {
        let tool = json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "inputSchema": { "json": parameters() } });
        body["toolConfig"] = json!({ "tools": [{ "toolSpec": tool }] });
    }
    body
}

/// Takes one event into the answer.
fn read(kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    let index = payload.get("contentBlockIndex").and_then(Value::as_u64).unwrap_or_default();
    match kind {
        "messageStart" => {
            if answer.id.replace(String::new()).is_some() {
                return Err(Trouble::Protocol("a second messageStart: two answers in one stream"));
            }
        }
        "contentBlockStart" => {
            answer.last_part = Some(index);
            let Some(start) = payload.get("start").and_then(Value::as_object) else { return Ok(Step::Part) };
            match start.get("toolUse") {
                // The service runs a tool of its own itself.
                Some(tool) if text_at(tool, "/type") == Some("server_tool_use") => {}
                Some(tool) => answer.tools.open(index, text_at(tool, "/name").unwrap_or_default()),
                None if start.contains_key("toolResult") || start.contains_key("image") || start.is_empty() => {}
                None => return Ok(Step::UnknownPart),
            }
        }
        "contentBlockDelta" => return Ok(delta(index, payload, answer)),
        "contentBlockStop" => answer.tools.close(index),
        "messageStop" => {
            let reason = text_at(payload, "/stopReason").unwrap_or_default();
            if DIALECT.stop_reasons.meaning(reason) == Some(Limit)
                && let Some(last) = answer.last_part
            {
                answer.tools.reopen(last);
            }
            answer.interrupted = DIALECT.stop_reasons.meaning(reason) == Some(Interrupted);
            answer.stop_reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        }
        "metadata" => {
            answer.count(payload.get("usage"), ["inputTokens", "outputTokens"]);
            return Ok(Step::Terminal);
        }
        _ => return Ok(Step::Unknown),
    }
    Ok(Step::Progress)
}

/// Takes a piece of a content block. A block of text may begin with its first piece.
fn delta(index: u64, payload: &Value, answer: &mut PartialAnswer) -> Step {
    answer.last_part = Some(index);
    let Some(delta) = payload.get("delta").and_then(Value::as_object) else { return Step::UnknownPart };
    let text = |place: &str| payload.pointer(place).and_then(Value::as_str);
    if let Some(text) = text("/delta/text") {
        answer.text.push_str(text);
    } else if let Some(input) = text("/delta/toolUse/input") {
        answer.tools.extend(index, input);
    } else if let Some(reasoning) = delta.get("reasoningContent") {
        answer.thinking.push_str(text_at(reasoning, "/text").unwrap_or_default());
    } else if !["toolResult", "citation", "image"].iter().any(|part| delta.contains_key(*part)) {
        return Step::UnknownPart;
    }
    Step::Progress
}
