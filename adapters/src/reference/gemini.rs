//! Google Gemini `streamGenerateContent`: data-only responses, ended by a finish reason and the end of the body.
//!
//! <https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent>

use serde_json::Value;

use super::answer::PartialAnswer;
use super::step::Step;
use crate::contract::Api;

/// Takes one response into the answer. Function calls come whole, but none is handed out before the finish reason.
pub(crate) fn read(payload: &Value, answer: &mut PartialAnswer) -> Step {
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
        if Api::GeminiGenerate.dialect().stop_reasons.ends_calls(reason) {
            answer.tools.close_all();
        }
    }
    Step::Progress
}
