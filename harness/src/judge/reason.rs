//! Stop reasons: which words of other vocabularies say what a dialect's words say, and whether one was sent.

use serde_json::Value;
use streamspec_adapters::contract::Api;
use streamspec_adapters::dialect::Meaning::{Calls, Interrupted, Normal, Nothing};
use streamspec_adapters::dialect::meanings;

use crate::codec;

/// Returns true where the stop reason that an SDK reports means what the one on the wire means.
///
/// The wire's own word does. A word of another vocabulary does where it means the same; `has_calls` says that the
/// answer holds tool calls, for which vocabularies have a word and Gemini's `STOP`, OpenAI's `completed` and many
/// servers' `stop` have none.
pub(super) fn same_reason(api: Api, wire: &str, seen: &str, has_calls: bool) -> bool {
    if wire == seen {
        return true;
    }
    if api.dialect().stop_reasons.is_own(seen) {
        return false;
    }
    let (sent, reported) = (meanings(wire), meanings(seen));
    let for_calls = has_calls && sent.contains(&Normal) && reported.contains(&Calls);
    // A vocabulary without a word for it says so.
    let unnamed = reported == [Nothing] && !sent.contains(&Normal) && !sent.contains(&Calls);
    for_calls || unnamed || reported.iter().any(|meaning| sent.contains(meaning))
}

/// Returns true for a stop reason by which an SDK or a provider says itself that the answer was broken off.
pub(super) fn says_interrupted(word: &str) -> bool {
    meanings(word).first() == Some(&Interrupted)
}

/// Returns true for a stop reason that says no more than that the answer stopped.
pub(super) fn says_nothing(word: &str) -> bool {
    meanings(word) == [Nothing]
}

/// Returns true for a stop reason that asserts a normal end; so does one that no vocabulary has.
pub(super) fn asserts_an_end(word: &str) -> bool {
    let known = meanings(word);
    known.is_empty() || known.iter().any(|meaning| matches!(meaning, Normal | Calls))
}

/// Returns true where an event stream, as far as it goes, carries a stop reason with a value.
pub fn says_stop(api: Api, body: &[u8]) -> bool {
    last_stop(api, body).is_some()
}

/// Returns the last stop reason of an event stream, as far as it goes.
pub(super) fn last_stop(api: Api, body: &[u8]) -> Option<String> {
    let word_in = api.dialect().stop_reasons.word_in;
    payloads(api, body).filter_map(|payload| word_in(&payload).map(str::to_owned)).last()
}

/// Returns every JSON payload of an event stream, or a bare body.
fn payloads(api: Api, body: &[u8]) -> impl Iterator<Item = Value> {
    let events = codec::of(api).events(body).into_iter().filter_map(|event| serde_json::from_str(event.data()).ok());
    events.chain(serde_json::from_str(&String::from_utf8_lossy(body)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_vocabularies_mean_the_same() {
        use Api::{AnthropicMessages as A, GeminiGenerate as G, OpenaiChat as C, OpenaiResponses as R};
        for (api, wire, seen, has_calls, expected) in [
            (A, "end_turn", "end_turn", false, true),
            (A, "end_turn", "stop", false, true),
            (A, "end_turn", "stop_sequence", false, false),
            (A, "stop_sequence", "stop", false, true),
            (A, "stop_sequence", "end_turn", false, false),
            (A, "tool_use", "tool-calls", true, true),
            (A, "tool_use", "toolUse", true, true),
            (A, "tool_use", "stop", true, false),
            (A, "max_tokens", "length", false, true),
            (A, "max_tokens", "stop", false, false),
            (A, "model_context_window_exceeded", "length", false, true),
            (A, "refusal", "content_filter", false, true),
            (A, "refusal", "stop", false, false),
            (A, "pause_turn", "stop", false, false),
            (A, "pause_turn", "other", false, true),
            (A, "compaction", "stop", false, false),
            (A, "compaction", "pause_turn", false, false),
            (A, "end_turn", "other", false, false),
            (A, "model_went_fishing", "stop", false, false),
            (A, "model_went_fishing", "other", false, true),
            (C, "stop", "tool_calls", true, false),
            (C, "stop", "tool-calls", true, true),
            (C, "stop", "end_turn", false, true),
            (G, "STOP", "tool_calls", true, true),
            (G, "STOP", "tool_calls", false, false),
            (G, "BLOCKLIST", "content_filter", false, true),
            (G, "SPII", "content-filter", false, true),
            (G, "SPII", "SAFETY", false, false),
            (G, "OTHER", "other", false, true),
            (G, "MALFORMED_FUNCTION_CALL", "stop", false, false),
            (R, "max_output_tokens", "incomplete", false, true),
            (R, "completed", "tool-calls", true, true),
        ] {
            assert_eq!(
                same_reason(api, wire, seen, has_calls),
                expected,
                "{api}: {wire} as {seen}, calls: {has_calls}"
            );
        }
        assert!(asserts_an_end("stop") && asserts_an_end("tool_calls") && asserts_an_end("something_new"));
        assert!(!asserts_an_end("unknown") && !asserts_an_end("other") && !asserts_an_end("length"));
    }

    #[test]
    fn stop_reasons_are_found_on_the_wire_and_not_in_texts() {
        let event = |data: &str| format!("event: x\ndata: {data}\n\n");
        for (api, body, expected) in [
            (Api::AnthropicMessages, event(r#"{"delta":{"stop_reason":null}}"#), false),
            (Api::AnthropicMessages, event(r#"{"delta":{"stop_reason" : "end_turn"}}"#), true),
            (Api::AnthropicMessages, event(r#"{"message":{"stop_reason":"tool_use"}}"#), true),
            (Api::AnthropicMessages, event(r#"{"delta":{"text":"\"stop_reason\":\"end_turn\""}}"#), false),
            (Api::AnthropicMessages, "data: {\"delta\":\ndata: {\"stop_reason\":\"end_turn\"}}\n\n".to_owned(), true),
            (Api::OpenaiChat, event(r#"{"choices":[{"finish_reason":null}]}"#), false),
            (Api::OpenaiChat, event(r#"{"choices":[{"finish_reason":"stop"}]}"#), true),
            (Api::GeminiGenerate, event(r#"{"candidates":[{"finishReason": "STOP"}]}"#), true),
            (Api::GeminiGenerate, event(r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#), true),
            (Api::OpenaiResponses, event(r#"{"type":"response.created"}"#), false),
            (Api::OpenaiResponses, event(r#"{"type":"response.completed"}"#), true),
            (Api::OpenaiResponses, event(r#"{"delta":"response.completed"}"#), false),
            (Api::OpenaiChat, r#"{"choices":[{"finish_reason":"stop"}]}"#.to_owned(), true),
        ] {
            assert_eq!(says_stop(api, body.as_bytes()), expected, "{api}: {body}");
        }
    }
}
