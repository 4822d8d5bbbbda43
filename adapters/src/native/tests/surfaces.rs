//! One short story for every surface of every SDK that is linked in: an answer, a tool call, an error in the stream, an
//! HTTP error.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::contract::Api;
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{a_end, a_error, a_text, c_end, c_text, chunk, data, event, g_text, json_answer, sse};
use crate::native::{SDKS, manifest, missing_feature};

/// The stories of a dialect, with all that strict types ask for.
fn stories(api: Api) -> [(&'static str, Wire); 4] {
    let (text, tool, error) = match api {
        Api::AnthropicMessages => anthropic(),
        Api::OpenaiChat => chat(),
        Api::OpenaiResponses => responses(),
        Api::GeminiGenerate => gemini(),
        #[allow(unreachable_patterns, reason = "a dialect that no SDK in Rust speaks needs none")]
        other => panic!("there are no stories of {other}"),
    };
    let refusal = json!({ "error": { "type": "bad", "status": "bad", "message": "no", "param": null, "code": null } });
    let [text, tool, error] = [text, tool, error].map(|body| sse(&body, End::Finish));
    [("text", text), ("tool", tool), ("error", error), ("http", json_answer(400, "retry-after: 7\r\n", &refusal))]
}

fn anthropic() -> (String, String, String) {
    let usage = json!({ "input_tokens": 3, "output_tokens": 1 });
    let message = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage });
    let block = |block: Value| event(&json!({ "type": "content_block_start", "index": 0, "content_block": block }));
    let end = |reason: &str| {
        let delta = json!({ "stop_reason": reason, "stop_sequence": null });
        event(&json!({ "type": "content_block_stop", "index": 0 }))
            + &event(&json!({ "type": "message_delta", "delta": delta, "usage": usage }))
            + &a_end()
    };
    let piece = |json: &str| {
        let delta = json!({ "type": "input_json_delta", "partial_json": json });
        event(&json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    };
    let start = event(&json!({ "type": "message_start", "message": message }));
    let hello = start.clone() + &block(json!({ "type": "text", "text": "" })) + &a_text("Hello");
    let call = block(json!({ "type": "tool_use", "id": "t", "name": "get_weather", "input": {} }));
    let call = start + &call + &piece("{\"city\":") + &piece("\"Paris\"}") + &end("tool_use");
    (hello.clone() + &end("end_turn"), call, hello + &a_error("bad", "no"))
}

fn chat() -> (String, String, String) {
    let piece = |piece: Value| chunk(&json!({ "tool_calls": [piece] }), None);
    let open = json!({ "index": 0, "id": "t", "type": "function",
        "function": { "name": "get_weather", "arguments": "{\"city\":" } });
    let rest = json!({ "index": 0, "function": { "arguments": "\"Paris\"}" } });
    let error = data(&json!({ "error": { "message": "no", "type": "bad", "param": null, "code": "worse" } }));
    (c_text("Hello") + &c_end("stop"), piece(open) + &piece(rest) + &c_end("tool_calls"), c_text("Hello") + &error)
}

fn responses() -> (String, String, String) {
    let response = |status: &str| {
        json!({ "id": "r", "object": "response", "created_at": 1, "model": "m", "status": status, "output": [],
            "error": null, "incomplete_details": null })
    };
    let end = |status: &str, number: u32| {
        let kind = format!("response.{status}");
        event(&json!({ "type": kind, "sequence_number": number, "response": response(status) }))
    };
    let item = |status: &str, arguments: &str| {
        json!({ "type": "function_call", "id": "i", "call_id": "t", "name": "get_weather", "arguments": arguments,
            "status": status })
    };
    let whole = "{\"city\":\"Paris\"}";
    let call = event(&json!({ "type": "response.output_item.added", "sequence_number": 1, "output_index": 0,
            "item": item("in_progress", "") }))
        + &event(&json!({ "type": "response.function_call_arguments.delta", "sequence_number": 2, "item_id": "i",
            "output_index": 0, "delta": whole }))
        + &event(&json!({ "type": "response.output_item.done", "sequence_number": 3, "output_index": 0,
            "item": item("completed", whole) }))
        + &end("completed", 4);
    let hello = event(&json!({ "type": "response.output_text.delta", "sequence_number": 1, "item_id": "i",
        "output_index": 0, "content_index": 0, "delta": "Hello" }));
    let error = json!({ "type": "error", "sequence_number": 2, "code": "worse", "message": "no", "param": null });
    (hello.clone() + &end("completed", 2), call, hello + &event(&error))
}

fn gemini() -> (String, String, String) {
    let call = json!({ "functionCall": { "name": "get_weather", "args": { "city": "Paris" } } });
    let call = json!({ "content": { "parts": [call], "role": "model" }, "index": 0, "finishReason": "STOP" });
    let error = data(&json!({ "error": { "code": 503, "message": "no", "status": "UNAVAILABLE" } }));
    (g_text("Hello", Some("STOP")), data(&json!({ "candidates": [call] })), g_text("Hello", None) + &error)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_of_each_surface_sees() {
    let linked = |id: &str| missing_feature(id).is_none();
    let mut scenarios = Vec::new();
    for (id, _) in SDKS.iter().filter(|(id, _)| linked(id)) {
        for (surface, about) in manifest(id).expect(id).surfaces {
            let surface: &'static str = String::leak(surface);
            let told = about.apis.into_iter().flat_map(|api| stories(api).map(|(story, wire)| (api, story, wire)));
            scenarios.extend(
                told.map(|(api, story, wire)| {
                    (*id, Scenario::new(story, api, wire, "", &[]).surface(surface).untimed())
                }),
            );
        }
    }
    let said = join_all(scenarios.iter().map(|(id, scenario)| scenario.run(id))).await;
    let expected: BTreeSet<&str> = include_str!("surfaces.txt")
        .lines()
        .filter(|line| linked(line.split('/').next().expect("the SDK comes first")))
        .collect();
    assert_eq!(said.len(), expected.len());
    let lines = scenarios.iter().zip(said).map(|((id, scenario), said)| {
        let line = format!("{id}/{} {} {}: {said}", scenario.surface, scenario.api, scenario.name);
        line.replace('\n', " ")
    });
    let other: Vec<_> = lines.filter(|line| !expected.contains(line.as_str())).collect();
    assert!(other.is_empty(), "not in surfaces.txt:\n{}", other.join("\n"));
}
