//! The payloads of events: unknown types, empty and malformed payloads, stop reasons.

use serde_json::json;

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{
    a_end, a_start, a_stop, a_text, c_end, c_text, chunk, data, event, g_text, r_end, r_start, r_text, sse,
};
use crate::reference::Mutant;

const WHOLE: &str = "returned \"Hello!\" end_turn | 1 sent";
const CHAT: &str = "returned \"Hello!\" stop | 1 sent";

fn anthropic(middle: &str) -> Wire {
    sse(&(a_start() + &a_text("Hello") + middle + &a_text("!") + &a_stop("end_turn") + &a_end()), End::Finish)
}

fn chat(middle: &str) -> Wire {
    sse(&(c_text("Hello") + middle + &c_text("!") + &c_end("stop")), End::Finish)
}

fn anthropic_stop(reason: &str) -> Wire {
    sse(&(a_start() + &a_text("Hello!") + &a_stop(reason) + &a_end()), End::Finish)
}

fn chat_stop(reason: &str) -> Wire {
    sse(&(c_text("Hello!") + &c_end(reason)), End::Finish)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    [odd_payloads(), whole_answers()].into_iter().flatten().collect()
}

fn odd_payloads() -> Vec<Scenario> {
    let new = Scenario::new;
    let usage = data(&json!({ "choices": [], "usage": { "total_tokens": 9 } }));
    let citations = event(&json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "new_delta" } }));
    vec![
        new(
            "a payload that is not JSON",
            OpenaiChat,
            chat("data: {\"cho\n\n"),
            "raised \"Hello\" iterate: ProtocolError id=req_head (an event that is not JSON (EOF while parsing a string at lin) | 1 sent",
            &[Mutant::SwallowsBadPayload, Mutant::BadPayloadEnds, Mutant::BadPayloadPanics],
        ),
        new("a whole chat answer", OpenaiChat, chat(""), CHAT, &[Mutant::DoneIsJson]),
        new("empty data", OpenaiChat, chat("data:\n\n"), CHAT, &[Mutant::EmptyDataFails]),
        new("null", OpenaiChat, chat("data: null\n\n"), CHAT, &[Mutant::NullDataFails]),
        new("[DONE] on Anthropic", AnthropicMessages, anthropic("data: [DONE]\n\n"), WHOLE, &[]),
        new(
            "[DONE] and nothing else",
            OpenaiChat,
            sse("data: [DONE]\n\n", End::Finish),
            "aborted \"\" | 1 sent",
            &[Mutant::DoneIsEnough],
        ),
        new(
            "an unknown event",
            AnthropicMessages,
            anthropic("event: news\ndata: {\"type\":\"news\"}\n\n"),
            WHOLE,
            &[Mutant::UnknownEventFails],
        ),
        new("an unknown event that is not JSON", AnthropicMessages, anthropic("event: news\ndata: hi\n\n"), WHOLE, &[]),
        new("an unknown delta", AnthropicMessages, anthropic(&citations), WHOLE, &[Mutant::UnknownDeltaFails]),
        new("a ping", AnthropicMessages, anthropic(&event(&json!({ "type": "ping" }))), WHOLE, &[Mutant::PingFails]),
        new("a usage chunk", OpenaiChat, chat(&usage), CHAT, &[Mutant::EmptyChoicesFails]),
        new("a foreign event", OpenaiChat, chat("event: tool.progress\ndata: 50 %\n\n"), CHAT, &[]),
    ]
}

fn whole_answers() -> Vec<Scenario> {
    let new = Scenario::new;
    let blocked = data(&json!({ "promptFeedback": { "blockReason": "SAFETY" } }));
    let details = json!({ "incomplete_details": { "reason": "max_output_tokens" } });
    let refused = json!({ "incomplete_details": { "reason": "content_filter" } });
    vec![
        new(
            "an unknown stop reason",
            OpenaiChat,
            chat_stop("eos_token"),
            "returned \"Hello!\" eos_token | 1 sent",
            &[Mutant::UnknownStopReasonFails, Mutant::StopReasonFlattened],
        ),
        new(
            "a refusal",
            AnthropicMessages,
            anthropic_stop("refusal"),
            "returned \"Hello!\" refusal | 1 sent",
            &[Mutant::FilteredIsError],
        ),
        new(
            "a limit",
            AnthropicMessages,
            anthropic_stop("max_tokens"),
            "returned \"Hello!\" max_tokens | 1 sent",
            &[Mutant::IncompleteIsError],
        ),
        new(
            "a paused turn",
            AnthropicMessages,
            anthropic_stop("pause_turn"),
            "returned \"Hello!\" pause_turn | 1 sent",
            &[Mutant::AsksAnewWhenPaused],
        ),
        new(
            "an incomplete response",
            OpenaiResponses,
            sse(&(r_start() + &r_text("Hello") + &r_end("incomplete", &details)), End::Finish),
            "returned \"Hello\" max_output_tokens | 1 sent",
            &[Mutant::IncompleteIsError],
        ),
        new(
            "a filtered response",
            OpenaiResponses,
            sse(&(r_start() + &r_text("Hello") + &r_end("incomplete", &refused)), End::Finish),
            "returned \"Hello\" content_filter | 1 sent",
            &[Mutant::FilteredIsError],
        ),
        new(
            "a whole response",
            OpenaiResponses,
            sse(&(r_start() + &r_text("Hello") + &r_end("completed", &json!({}))), End::Finish),
            "returned \"Hello\" completed | 1 sent",
            &[],
        ),
        new(
            "a blocked prompt",
            GeminiGenerate,
            sse(&blocked, End::Finish),
            "returned \"\" SAFETY | 1 sent",
            &[Mutant::FilteredIsError],
        ),
        new(
            "a whole answer of Gemini's",
            GeminiGenerate,
            sse(&(g_text("Hello", None) + &g_text("!", Some("STOP"))), End::Finish),
            "returned \"Hello!\" STOP | 1 sent",
            &[],
        ),
        new(
            "resources ran out",
            OpenaiChat,
            chat_stop("insufficient_system_resource"),
            "aborted \"Hello!\" insufficient_system_resource | 1 sent",
            &[],
        ),
        new(
            "two answers in one stream",
            AnthropicMessages,
            sse(&(a_start() + &a_text("Hello") + &a_start()), End::Finish),
            "raised \"Hello\" iterate: ProtocolError id=req_head (a second message_start: two answers in one stream) | 1 sent",
            &[],
        ),
        new(
            "the final surface",
            OpenaiChat,
            sse(
                &(chunk(&json!({ "role": "assistant", "content": "" }), None) + &c_text("Hello") + &c_end("length")),
                End::Finish,
            ),
            "returned \"Hello\" length | 1 sent",
            &[],
        )
        .surface("final"),
    ]
}
