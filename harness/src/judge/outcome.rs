//! How an answer ended for the caller, and what the wire said about it.

use streamspec_adapters::contract::{Api, Ended, Observation, Told};

use super::Evidence;
use crate::case::Outcome;

/// Stop reasons with which an SDK or a provider says itself that the answer is not a normal completion.
const INTERRUPTIONS: [&str; 8] = [
    "error",
    "failed",
    "incomplete",
    "cancelled",
    "canceled",
    "interrupted",
    "aborted",
    "insufficient_system_resource",
];

/// Words for the same reason. An SDK that speaks for several providers has one word for what each of them calls
/// otherwise, and its caller is told no less.
const SYNONYMS: [&[&str]; 4] = [
    &["end_turn", "stop", "STOP", "completed", "COMPLETE", "complete"],
    &["max_tokens", "length", "MAX_TOKENS", "max_output_tokens", "MAX_OUTPUT_TOKENS"],
    &["tool_use", "tool_calls", "tool-calls", "tool_call", "function_call"],
    &["content_filter", "content-filter", "refusal", "SAFETY"],
];

/// Whether two stop reasons say the same.
pub(super) fn same_reason(one: &str, other: &str) -> bool {
    one == other || SYNONYMS.iter().any(|words| words.contains(&one) && words.contains(&other))
}

/// How the answer ended for the caller: never the adapter's word, always derived.
///
/// A normal end without a stop reason where the surface has one is `incomplete`: a caller who looks can tell. A surface
/// without stop reasons gives its caller nothing to tell by, so its normal end is `completed`.
pub fn outcome(observation: &Observation) -> Outcome {
    match (observation.ended, &observation.stop_reason) {
        (Ended::Raised | Ended::ErrorItem, _) => Outcome::Error,
        (Ended::Aborted, _) | (Ended::Returned, Told::Empty) => Outcome::Incomplete,
        (Ended::Returned, Told::Value(reason)) if INTERRUPTIONS.contains(&reason.as_str()) => Outcome::Incomplete,
        (Ended::Returned, Told::Value(_) | Told::Absent) => Outcome::Completed,
    }
}

/// Whether any answer that was sent carried a stop reason, as far as it was written.
pub fn stop_reason_on_wire(evidence: &Evidence<'_>) -> bool {
    evidence.transcript.exchanges.iter().any(|exchange| {
        let answer = evidence.script.answer(exchange.answer);
        let content = answer.map(|answer| answer.content_within(exchange.written)).unwrap_or_default();
        says_stop(evidence.case.api, &content)
    })
}

/// Whether a body carries the dialect's stop reason with a value.
pub fn says_stop(api: Api, body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    let has_value = |key: &str| {
        body.match_indices(key).any(|(at, _)| {
            let rest = body[at + key.len()..].trim_start();
            rest.strip_prefix(':').is_some_and(|value| value.trim_start().starts_with('"'))
        })
    };
    match api {
        Api::AnthropicMessages => has_value("\"stop_reason\""),
        Api::OpenaiChat => has_value("\"finish_reason\""),
        Api::GeminiGenerate => has_value("\"finishReason\""),
        Api::OpenaiResponses => {
            ["response.completed", "response.incomplete", "response.failed"].iter().any(|name| body.contains(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(ended: Ended, stop_reason: Told<String>) -> Observation {
        Observation { ended, events: 1, text: None, tool_calls: None, stop_reason, error: None }
    }

    #[test]
    fn outcomes_are_derived() {
        let reason = |text: &str| Told::Value(text.to_owned());
        for (ended, stop, expected) in [
            (Ended::Raised, reason("end_turn"), Outcome::Error),
            (Ended::ErrorItem, Told::Absent, Outcome::Error),
            (Ended::Aborted, Told::Empty, Outcome::Incomplete),
            (Ended::Returned, Told::Empty, Outcome::Incomplete),
            (Ended::Returned, Told::Absent, Outcome::Completed),
            (Ended::Returned, reason("end_turn"), Outcome::Completed),
            (Ended::Returned, reason("error"), Outcome::Incomplete),
            (Ended::Returned, reason("something_new"), Outcome::Completed),
        ] {
            assert_eq!(outcome(&observation(ended, stop.clone())), expected, "{ended:?} {stop:?}");
        }
    }

    #[test]
    fn stop_reasons_are_found_on_the_wire() {
        for (api, body, expected) in [
            (Api::AnthropicMessages, r#"{"stop_reason":null}"#, false),
            (Api::AnthropicMessages, r#"{"stop_reason" : "end_turn"}"#, true),
            (Api::OpenaiChat, r#"{"finish_reason":null}"#, false),
            (Api::OpenaiChat, r#"{"finish_reason":"stop"}"#, true),
            (Api::GeminiGenerate, r#"{"finishReason": "STOP"}"#, true),
            (Api::OpenaiResponses, "event: response.created", false),
            (Api::OpenaiResponses, "event: response.completed", true),
        ] {
            assert_eq!(says_stop(api, body.as_bytes()), expected, "{body}");
        }
    }
}
