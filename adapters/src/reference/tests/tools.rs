//! Tool calls: whole, cut, several at once.

use serde_json::{Value, json};

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::End;
use crate::native::rig::wire::{a_end, a_stop, chunk, data, event, r_end, r_start, sse};
use crate::reference::Mutant;

fn open(index: u64) -> String {
    event(&json!({ "type": "content_block_start", "index": index,
        "content_block": { "type": "tool_use", "id": "t", "name": "get_weather", "input": {} } }))
}

fn begin(block: &Value) -> String {
    event(&json!({ "type": "content_block_start", "index": 0, "content_block": block }))
}

fn piece(index: u64, json: &str) -> String {
    event(
        &json!({ "type": "content_block_delta", "index": index, "delta": { "type": "input_json_delta", "partial_json": json } }),
    )
}

fn call(index: u64, name: Option<&str>, arguments: &str) -> Value {
    json!({ "tool_calls": [{ "index": index, "function": { "name": name, "arguments": arguments } }] })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    [cut_and_whole(), whose()].into_iter().flatten().collect()
}

fn cut_and_whole() -> Vec<Scenario> {
    let new = Scenario::new;
    let half = || open(0) + &piece(0, "{\"city\":") + &piece(0, "\"Pa");
    let close = event(&json!({ "type": "content_block_stop", "index": 0 }));
    let two = chunk(&call(0, Some("get_weather"), "{\"city\":"), None)
        + &chunk(&call(1, Some("get_time"), "{}"), None)
        + &chunk(&call(0, None, "\"Paris\"}"), None)
        + &chunk(&json!({}), Some("tool_calls"))
        + "data: [DONE]\n\n";
    let item = json!({ "type": "function_call", "name": "get_weather", "arguments": "{\"city\":\"Paris\"}" });
    let delta = event(
        &json!({ "type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{\"city\":\"Pa" }),
    );
    let added = event(&json!({ "type": "response.output_item.added", "output_index": 0,
        "item": { "type": "function_call", "name": "get_weather", "arguments": "" } }));
    let gemini = |finish: Option<&str>| {
        data(&json!({ "candidates": [{ "finishReason": finish,
            "content": { "parts": [{ "functionCall": { "name": "get_weather", "args": { "city": "Paris" } } }] } }] }))
    };
    vec![
        new(
            "a whole call",
            AnthropicMessages,
            sse(&(half() + &piece(0, "ris\"}") + &a_stop("tool_use") + &a_end()), End::Finish),
            "returned \"\" tool_use get_weather({\"city\":\"Paris\"}) | 1 sent",
            &[Mutant::FirstPieceOnly, Mutant::DropsTools],
        ),
        new(
            "a call that was cut",
            AnthropicMessages,
            sse(&half(), End::Finish),
            "raised \"\" get_weather(\"{\\\"city\\\":\\\"Pa\")… iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::CutToolIsComplete, Mutant::CutToolIsEmptyObject],
        ),
        new(
            "a call that reached the limit",
            AnthropicMessages,
            sse(&(half() + &a_stop("max_tokens") + &a_end()), End::Finish),
            "returned \"\" max_tokens get_weather(\"{\\\"city\\\":\\\"Pa\")… | 1 sent",
            &[Mutant::CutToolIsComplete, Mutant::CutToolIsEmptyObject],
        ),
        new(
            "a call that claims to be whole",
            AnthropicMessages,
            sse(&(half() + &a_stop("tool_use") + &a_end()), End::Finish),
            "raised \"\" tool_use get_weather(\"{\\\"city\\\":\\\"Pa\")… iterate: ProtocolError id=req_head (the answer stops for `get_weather`, whose arguments are not ) | 1 sent",
            &[Mutant::CutToolIsEmptyObject],
        ),
        new(
            "a whole block and then nothing",
            AnthropicMessages,
            sse(&(open(0) + &close), End::Finish),
            "raised \"\" get_weather({}) iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::EofIsSuccess],
        ),
        new(
            "two calls at once",
            OpenaiChat,
            sse(&two, End::Finish),
            "returned \"\" tool_calls get_weather({\"city\":\"Paris\"}) get_time({}) | 1 sent",
            &[Mutant::MergesTools],
        ),
        new(
            "a call whose end only the response tells",
            OpenaiResponses,
            sse(&(r_start() + &added + &delta + &r_end("completed", &json!({ "output": [item] }))), End::Finish),
            "returned \"\" completed get_weather({\"city\":\"Paris\"}) | 1 sent",
            &[Mutant::DropsTools],
        ),
        new(
            "a call in a response that failed",
            OpenaiResponses,
            sse(&(r_start() + &added + &delta + &r_end("failed", &json!({ "error": null }))), End::Finish),
            "raised \"\" get_weather(\"{\\\"city\\\":\\\"Pa\")… iterate: ApiError id=req_head (the response failed) | 1 sent",
            &[Mutant::CutToolIsComplete],
        ),
        new(
            "a call of Gemini's",
            GeminiGenerate,
            sse(&gemini(Some("STOP")), End::Finish),
            "returned \"\" STOP get_weather({\"city\":\"Paris\"}) | 1 sent",
            &[Mutant::DropsTools],
        ),
        new(
            "a call before the finish reason",
            GeminiGenerate,
            sse(&gemini(None), End::Finish),
            "raised \"\" get_weather(\"{\\\"city\\\":\\\"Paris\\\"}\")… iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::CutToolIsComplete],
        ),
    ]
}

/// Calls that are the caller's, and what is none of them.
fn whose() -> Vec<Scenario> {
    let new = Scenario::new;
    let close = event(&json!({ "type": "content_block_stop", "index": 0 }));
    vec![
        new(
            "a call that the limit cut, whose block was ended all the same",
            AnthropicMessages,
            sse(&(open(0) + &piece(0, "{\"city\":\"Paris\"}") + &a_stop("max_tokens") + &a_end()), End::Finish),
            "returned \"\" max_tokens get_weather(\"{\\\"city\\\":\\\"Paris\\\"}\")… | 1 sent",
            &[Mutant::LimitCompletesTool],
        ),
        new(
            "a tool of the server, and a call without a name",
            AnthropicMessages,
            sse(
                &(begin(&json!({ "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} }))
                    + &close
                    + &begin(&json!({ "type": "tool_use", "id": "t", "name": "", "input": {} }))
                    + &a_stop("end_turn")
                    + &a_end()),
                End::Finish,
            ),
            "returned \"\" end_turn | 1 sent",
            &[Mutant::CountsServerTools, Mutant::NamelessToolIsOne],
        ),
        new(
            "a call whose input is in its start",
            AnthropicMessages,
            sse(
                &(begin(
                    &json!({ "type": "tool_use", "id": "t", "name": "get_weather", "input": { "city": "Paris" } }),
                ) + &a_stop("tool_use")
                    + &a_end()),
                End::Finish,
            ),
            "returned \"\" tool_use get_weather({\"city\":\"Paris\"}) | 1 sent",
            &[Mutant::LosesStartInput],
        ),
        new(
            "a failure that says why in the event that follows",
            OpenaiResponses,
            sse(
                &(r_start()
                    + &r_end("failed", &json!({ "error": null }))
                    + &event(&json!({ "type": "error", "code": "server_error", "message": "no" }))),
                End::Finish,
            ),
            "raised \"\" iterate: ServerError 500 code=server_error id=req_head (no) | 1 sent",
            &[Mutant::LosesLateReason],
        ),
        new(
            "a choice that was not asked for",
            OpenaiChat,
            sse(
                &(data(&json!({ "choices": [
                    { "index": 0, "delta": { "content": "Hello" }, "finish_reason": "stop" },
                    { "index": 1, "delta": { "content": "Bonjour" }, "finish_reason": "stop" }
                ] }))
                    + "data: [DONE]\n\n"),
                End::Finish,
            ),
            "returned \"Hello\" stop | 1 sent",
            &[Mutant::TakesEveryChoice],
        ),
    ]
}
