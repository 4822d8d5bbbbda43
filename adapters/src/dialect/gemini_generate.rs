//! Google Gemini `streamGenerateContent`: data-only responses, ended by a finish reason and the end of the body.
//!
//! <https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent>

use serde_json::{Value, json};

use super::error::{ErrorName, Errors, StreamError};
use super::facts::{Dialect, Events};
use super::question::{Ask, TOOL, TOOL_DESCRIPTION, declaring, parameters};
use super::stop::Meaning::{Filtered, Limit, Normal, Nothing};
use super::stop::{CutCalls, StopReasons, text_at, text_in_any};
use crate::answer::{PartialAnswer, Step};
use crate::codec::Sse;

pub(super) static DIALECT: Dialect = Dialect {
    name: "gemini-generate",
    folder: "gemini",
    vendors: &[],
    model: "gemini-2.5-flash",
    path: "/v1beta/models/{model}:streamGenerateContent?alt=sse",
    headers: &[("x-goog-api-key", "test")],
    answer_headers: &[],
    body,
    codec: &Sse,
    events: Events { prefixes: &[], always_named: false, pings: &[], ends: &[], sentinel: None },
    // `FinishReason` of a candidate and `BlockedReason` of a prompt.
    stop_reasons: StopReasons {
        own: &[
            ("STOP", &[Normal]),
            ("MAX_TOKENS", &[Limit]),
            ("SAFETY", &[Filtered]),
            ("RECITATION", &[Filtered]),
            ("LANGUAGE", &[Filtered]),
            // A reason that is not named, for answers and for blocked prompts.
            ("OTHER", &[Filtered, Nothing]),
            ("BLOCKLIST", &[Filtered]),
            ("PROHIBITED_CONTENT", &[Filtered]),
            ("SPII", &[Filtered]),
            ("MALFORMED_FUNCTION_CALL", &[Nothing]),
            ("UNEXPECTED_TOOL_CALL", &[Nothing]),
        ],
        further: &[
            ("IMAGE_SAFETY", &[Filtered]),
            ("IMAGE_PROHIBITED_CONTENT", &[Filtered]),
            ("IMAGE_RECITATION", &[Filtered]),
            ("MODEL_ARMOR", &[Filtered]),
            ("JAILBREAK", &[Filtered]),
            ("TOO_MANY_TOOL_CALLS", &[Nothing]),
            ("FINISH_REASON_UNSPECIFIED", &[Nothing]),
        ],
        ends_calls: &[Normal],
        cut: CutCalls::EveryCall,
        word_in: |payload| {
            text_in_any(payload, "candidates", "finishReason")
                .or_else(|| text_at(payload, "/promptFeedback/blockReason"))
        },
    },
    // <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>
    errors: Errors {
        type_member: "status",
        events: &["error"],
        places: &["/error"],
        stops: &[],
        codes: &[],
        types: &[
            ("INVALID_ARGUMENT", 400),
            ("FAILED_PRECONDITION", 400),
            ("OUT_OF_RANGE", 400),
            ("UNAUTHENTICATED", 401),
            ("PERMISSION_DENIED", 403),
            ("NOT_FOUND", 404),
            ("ALREADY_EXISTS", 409),
            ("ABORTED", 409),
            ("RESOURCE_EXHAUSTED", 429),
            ("CANCELLED", 499),
            ("UNKNOWN", 500),
            ("INTERNAL", 500),
            ("DATA_LOSS", 500),
            ("UNIMPLEMENTED", 501),
            ("UNAVAILABLE", 503),
            ("DEADLINE_EXCEEDED", 504),
        ],
        quota: &[],
        // <https://cloud.google.com/apis/design/errors>
        unauthorized: ErrorName { kind: Some("UNAUTHENTICATED"), code: Some("401") },
        too_many: ErrorName { kind: Some("RESOURCE_EXHAUSTED"), code: Some("429") },
        example: StreamError {
            name: None,
            kind: Some("UNAVAILABLE"),
            code: None,
            data: |message, _| json!({ "error": { "code": 503, "message": message, "status": "UNAVAILABLE" } }),
        },
    },
    read: |_, payload, answer| Ok(read(payload, answer)),
};

fn body(prompt: &str, ask: Ask) -> Value {
    declaring(json!({ "contents": [{ "role": "user", "parts": [{ "text": prompt }] }] }), ask, || {
        let function = json!({ "name": TOOL, "description": TOOL_DESCRIPTION, "parameters": parameters() });
        json!({ "functionDeclarations": [function] })
    })
}

/// Takes one response into the answer. Function calls come whole, but none is handed out before the finish reason.
fn read(payload: &Value, answer: &mut PartialAnswer) -> Step {
    answer.count(payload.get("usageMetadata"), ["promptTokenCount", "candidatesTokenCount"]);
    if let Some(reason) = payload.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
        answer.stop_reason = Some(reason.to_owned());
    }
    let candidates = payload.get("candidates").and_then(Value::as_array);
    let is_first = |candidate: &&Value| candidate.get("index").and_then(Value::as_u64).unwrap_or_default() == 0;
    let Some(candidate) = candidates.and_then(|candidates| candidates.iter().find(is_first)) else {
        let known = ["promptFeedback", "usageMetadata", "candidates"].iter().any(|key| payload.get(*key).is_some());
        return if known { Step::Progress } else { Step::Unknown };
    };
    for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
        let is_thought = part.get("thought").and_then(Value::as_bool).unwrap_or_default();
        let place = if is_thought { &mut answer.thinking } else { &mut answer.text };
        place.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
        if let Some(call) = part.get("functionCall") {
            let key = answer.tools.count();
            answer.tools.open(key, call.get("name").and_then(Value::as_str).unwrap_or_default());
            answer.tools.settle(key, &call.get("args").map(Value::to_string).unwrap_or_default());
        }
    }
    if let Some(reason) = candidate.get("finishReason").and_then(Value::as_str) {
        answer.stop_reason = Some(reason.to_owned());
        if DIALECT.stop_reasons.ends_calls(reason) {
            answer.tools.close_all();
        }
    }
    Step::Progress
}
