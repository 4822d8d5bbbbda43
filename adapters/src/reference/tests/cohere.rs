//! The events of Cohere's chat, of which the last one also says that the answer failed.

use serde_json::{Value, json};

use crate::contract::Api::CohereChat;
use crate::native::rig::Scenario;
use crate::native::rig::server::End;
use crate::native::rig::wire::{data, event, json_answer, k_end, k_text, sse};
use crate::reference::Mutant;

const WHOLE: &str = "returned \"Hello, world.\" COMPLETE usage=8/4 | 1 sent";

fn call(kind: &str, function: &Value) -> String {
    event(&json!({ "type": kind, "index": 0, "delta": { "message": { "tool_calls": { "function": function } } } }))
}

fn failed(delta: &Value) -> String {
    event(&json!({ "type": "message-end", "delta": delta }))
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let cohere =
        |name, body: &str, expected, killed| Scenario::new(name, CohereChat, sse(body, End::Finish), expected, killed);
    let whole = k_text("Hello") + &k_text(", world.") + &k_end("COMPLETE");
    let start =
        json!({ "type": "content-start", "index": 0, "delta": { "message": { "content": { "text": "Hello" } } } });
    let plan = event(&json!({ "type": "tool-plan-delta", "delta": { "message": { "tool_plan": "Hm." } } }));
    let begun = call("tool-call-start", &json!({ "name": "get_weather", "arguments": "{\"city\":" }));
    let rest = call("tool-call-delta", &json!({ "arguments": "\"Paris\"}" }));
    let ended = event(&json!({ "type": "tool-call-end", "index": 0 }));
    let unnamed = json!({ "type": "message-end", "delta": { "finish_reason": "COMPLETE" } });
    vec![
        cohere("a whole answer of Cohere's", &whole, WHOLE, &[]),
        cohere("an answer of Cohere's without its terminator", &whole.replace("data: [DONE]\n\n", ""), WHOLE, &[]),
        cohere(
            "a text in the start of its block",
            &(event(&start) + &k_text(", world.") + &k_end("COMPLETE")),
            WHOLE,
            &[Mutant::LosesStartText],
        ),
        cohere(
            "events without names, which have types",
            &(data(&start) + &data(&unnamed)),
            "returned \"Hello\" COMPLETE | 1 sent",
            &[Mutant::IgnoresTypes],
        ),
        cohere(
            "a plan and a call of Cohere's",
            &format!("{plan}{begun}{rest}{ended}{}", k_end("TOOL_CALL")),
            "returned \"\" TOOL_CALL get_weather({\"city\":\"Paris\"}) thinking=\"Hm.\" usage=8/4 | 1 sent",
            &[Mutant::LosesStartArguments, Mutant::DropsTools, Mutant::LosesThinking, Mutant::ThinkingIsText],
        ),
        cohere(
            "a call of Cohere's that the limit cuts, though it was ended",
            &format!("{begun}{rest}{ended}{}", k_end("MAX_TOKENS")),
            "returned \"\" MAX_TOKENS get_weather(\"{\\\"city\\\":\\\"Paris\\\"}\")… usage=8/4 | 1 sent",
            &[Mutant::LimitCompletesTool],
        ),
        cohere(
            "an answer of Cohere's that fails, with a message",
            &(k_text("Hello") + &failed(&json!({ "finish_reason": "ERROR", "error": "internal server error" }))),
            "raised \"Hello\" ERROR iterate: ApiError id=req_head (internal server error) | 1 sent",
            &[Mutant::IgnoresErrorFinish],
        ),
        cohere(
            "an answer of Cohere's that fails, by its error alone",
            &(k_text("Hello") + &failed(&json!({ "finish_reason": "COMPLETE", "error": "internal server error" }))),
            "raised \"Hello\" COMPLETE iterate: ApiError id=req_head (internal server error) | 1 sent",
            &[Mutant::ReasonDecides],
        ),
        cohere(
            "an answer of Cohere's that takes too long",
            &(k_text("Hello") + &failed(&json!({ "finish_reason": "TIMEOUT" }))),
            "raised \"Hello\" TIMEOUT iterate: ApiError id=req_head (the answer ended with TIMEOUT) | 1 sent",
            &[Mutant::TimeoutIsAnEnd],
        ),
        cohere(
            "the terminator of Cohere's in place of the last event",
            &(k_text("Hello") + "data: [DONE]\n\n"),
            "aborted \"Hello\" | 1 sent",
            &[Mutant::DoneIsEnough],
        ),
        Scenario::new(
            "an error of Cohere's before the stream",
            CohereChat,
            json_answer(404, "", &json!({ "message": "model 'xyz' not found" })),
            "raised \"\" open: NotFound 404 id=req_head (model 'xyz' not found) | 1 sent",
            &[Mutant::IgnoresStatus],
        ),
    ]
}
