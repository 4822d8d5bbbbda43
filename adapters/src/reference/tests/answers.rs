//! The fields of an answer beside its text: numbers of tokens, thoughts, refusals, the notice of its end.

use serde_json::{Value, json};

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{
    a_end, a_error, a_start, a_stop, a_text, c_end, c_text, chunk, data, event, r_end, r_start, r_text, sse,
};
use crate::reference::Mutant;

pub(super) fn scenarios() -> Vec<Scenario> {
    [tokens(), thoughts(), refusals(), endings()].into_iter().flatten().collect()
}

fn finished(body: &str) -> Wire {
    sse(body, End::Finish)
}

/// Makes one chunk of Gemini's with these parts.
fn parts(parts: &Value) -> Value {
    json!({ "candidates": [{ "content": { "parts": parts, "role": "model" }, "index": 0, "finishReason": "STOP" }] })
}

fn tokens() -> Vec<Scenario> {
    let new = Scenario::new;
    let usage = json!({ "input_tokens": 12, "output_tokens": 1 });
    let message = json!({ "id": "msg_1", "content": [], "stop_reason": null, "usage": usage });
    let started = event(&json!({ "type": "message_start", "message": message })) + &a_text("Hello");
    let sum =
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 9 } });
    let chat = data(&json!({ "choices": [], "usage": { "prompt_tokens": 12, "completion_tokens": 9 } }));
    let mut gemini = parts(&json!([{ "text": "Hello" }]));
    gemini["usageMetadata"] = json!({ "promptTokenCount": 12, "candidatesTokenCount": 9 });
    vec![
        new(
            "numbers of tokens that grow",
            AnthropicMessages,
            finished(&(started.clone() + &event(&sum) + &a_end())),
            "returned \"Hello\" end_turn usage=12/9 | 1 sent",
            &[Mutant::LosesUsage, Mutant::UsageOfStartOnly],
        ),
        new(
            "numbers of tokens before an error",
            AnthropicMessages,
            finished(&(started + &a_error("api_error", "no"))),
            "raised \"Hello\" usage=12/1 iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[Mutant::LosesUsage, Mutant::InventsUsage],
        ),
        new(
            "no numbers before an error",
            AnthropicMessages,
            finished(&(a_start() + &a_text("Hello") + &a_error("api_error", "no"))),
            "raised \"Hello\" iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[Mutant::InventsUsage],
        ),
        new(
            "numbers of tokens behind the finish reason",
            OpenaiChat,
            finished(&(c_text("Hello") + &chunk(&json!({}), Some("stop")) + &chat + "data: [DONE]\n\n")),
            "returned \"Hello\" stop usage=12/9 | 1 sent",
            &[Mutant::LosesUsage],
        ),
        new(
            "numbers of tokens in the response",
            OpenaiResponses,
            finished(
                &(r_start() + &r_text("Hello") + &r_end("completed", &json!({ "usage": { "input_tokens": 12 } }))),
            ),
            "returned \"Hello\" completed usage=12/- | 1 sent",
            &[Mutant::LosesUsage],
        ),
        new(
            "numbers of tokens beside the candidates",
            GeminiGenerate,
            finished(&data(&gemini)),
            "returned \"Hello\" STOP usage=12/9 | 1 sent",
            &[Mutant::LosesUsage],
        ),
    ]
}

fn thoughts() -> Vec<Scenario> {
    const KILLED: &[Mutant] = &[Mutant::LosesThinking, Mutant::ThinkingIsText];
    let new = Scenario::new;
    let block = json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "thinking" } });
    let delta = json!({ "type": "thinking_delta", "thinking": "Hm." });
    let delta = json!({ "type": "content_block_delta", "index": 1, "delta": delta });
    let summary = json!({ "type": "response.reasoning_summary_text.delta", "sequence_number": 1, "delta": "Hm." });
    vec![
        new(
            "thoughts in a block",
            AnthropicMessages,
            finished(
                &(a_start() + &event(&block) + &event(&delta) + &a_text("Hello") + &a_stop("end_turn") + &a_end()),
            ),
            "returned \"Hello\" end_turn thinking=\"Hm.\" | 1 sent",
            KILLED,
        ),
        new(
            "thoughts in chunks",
            OpenaiChat,
            finished(
                &(chunk(&json!({ "reasoning_content": "Hm" }), None)
                    + &chunk(&json!({ "reasoning": "." }), None)
                    + &c_text("Hello")
                    + &c_end("stop")),
            ),
            "returned \"Hello\" stop thinking=\"Hm.\" | 1 sent",
            KILLED,
        ),
        new(
            "a summary of thoughts",
            OpenaiResponses,
            finished(&(r_start() + &event(&summary) + &r_text("Hello") + &r_end("completed", &json!({})))),
            "returned \"Hello\" completed thinking=\"Hm.\" | 1 sent",
            KILLED,
        ),
        new(
            "a part that is a thought",
            GeminiGenerate,
            finished(&data(&parts(&json!([{ "text": "Hm.", "thought": true }, { "text": "Hello" }])))),
            "returned \"Hello\" STOP thinking=\"Hm.\" | 1 sent",
            KILLED,
        ),
    ]
}

fn refusals() -> Vec<Scenario> {
    const KILLED: &[Mutant] = &[Mutant::LosesRefusal, Mutant::RefusalIsText];
    let piece =
        json!({ "type": "response.refusal.delta", "sequence_number": 1, "output_index": 0, "delta": "I can't." });
    vec![
        Scenario::new(
            "a refusal in a chunk",
            OpenaiChat,
            finished(&(chunk(&json!({ "refusal": "I can't." }), None) + &c_end("stop"))),
            "returned \"\" stop refusal=\"I can't.\" | 1 sent",
            KILLED,
        ),
        Scenario::new(
            "a refusal of a response",
            OpenaiResponses,
            finished(&(r_start() + &event(&piece) + &r_end("completed", &json!({})))),
            "returned \"\" completed refusal=\"I can't.\" | 1 sent",
            KILLED,
        ),
    ]
}

/// Lists the scenarios about notices. Where a line says nothing of them, exactly the notice that is due was given.
fn endings() -> Vec<Scenario> {
    let new = Scenario::new;
    vec![
        new(
            "the notice of a whole answer",
            AnthropicMessages,
            finished(&(a_start() + &a_text("Hello") + &a_stop("end_turn") + &a_end())),
            "returned \"Hello\" end_turn | 1 sent",
            &[Mutant::TellsAnEndTwice, Mutant::TellsNoEnd],
        ),
        new(
            "the notice of an error",
            AnthropicMessages,
            finished(&(a_start() + &a_text("Hello") + &a_error("api_error", "no"))),
            "raised \"Hello\" iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[
                Mutant::CompletesAfterAnError,
                Mutant::CompletesInsteadOfAnError,
                Mutant::TellsAnEndTwice,
                Mutant::TellsNoEnd,
            ],
        ),
    ]
}
