//! The observations of async-openai's caller.

use futures_util::future::join_all;
use serde_json::json;

use crate::contract::Api::{OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::End;
use crate::native::rig::wire::{c_end, c_text, chunk, data, event, json_answer, plain, sse};

/// Makes the whole object that the SDK's types want.
fn response(status: &str, more: &serde_json::Value) -> serde_json::Value {
    let mut response = json!({ "id": "r", "object": "response", "created_at": 1, "model": "m", "status": status,
        "output": [], "error": null, "incomplete_details": null });
    for (key, value) in more.as_object().into_iter().flatten() {
        response[key] = value.clone();
    }
    json!({ "type": format!("response.{status}"), "sequence_number": 2, "response": response })
}

fn on_chat() -> Vec<Scenario> {
    let new = |name, wire, expected| Scenario::new(name, OpenaiChat, wire, expected, &[]).surface("create-stream");
    let error = json!({ "error": { "message": "no", "type": "invalid_request_error", "param": null, "code": "bad" } });
    let tool = |name: Option<&str>, piece: &str| {
        chunk(&json!({ "tool_calls": [{ "index": 0, "function": { "name": name, "arguments": piece } }] }), None)
    };
    let call = tool(Some("get_weather"), "{\"city\":") + &tool(None, "\"Paris\"}");
    vec![
        new("text", sse(&(c_text("Hello") + &c_end("stop")), End::Finish), "returned \"Hello\" stop | 1 sent"),
        new(
            "a tool call",
            sse(&(call + &c_end("tool_calls")), End::Finish),
            "returned \"\" tool_calls get_weather(\"{\\\"city\\\":\\\"Paris\\\"}\") | 1 sent",
        ),
        new(
            "an error in the stream",
            sse(&(c_text("Hello") + &data(&error)), End::Finish),
            "raised \"Hello\" iterate: OpenAIError::JSONDeserialize invalid_request_error code=bad \
             (failed to deserialize api response: error:missing field `id`) | 1 sent",
        ),
        new(
            "an HTTP error",
            json_answer(400, "", &error),
            "raised \"\" open: OpenAIError::ApiError 400 invalid_request_error code=bad \
             (400 Bad Request invalid_request_error: no (code: bad)) | 1 sent",
        ),
        new(
            "a server error, with no retry allowed",
            plain(503, "", "down"),
            "raised \"\" open: OpenAIError::ApiError 503 (503 Service Unavailable down) | 1 sent",
        ),
        new(
            "a server error, with one retry allowed",
            plain(503, "", "down"),
            "raised \"\" open: OpenAIError::ApiError 503 (503 Service Unavailable down) | 2 sent",
        )
        .retries(1),
        new(
            "silence",
            sse(&c_text("Hello"), End::Stall),
            "raised \"Hello\" iterate: OpenAIError::StreamError \
             (stream failed: EventStream error: Transport error: error dec) | 1 sent",
        ),
    ]
}

fn on_responses() -> Vec<Scenario> {
    let new = |name, wire, expected| Scenario::new(name, OpenaiResponses, wire, expected, &[]).surface("create-stream");
    let text = event(&json!({ "type": "response.output_text.delta", "sequence_number": 1, "item_id": "i",
        "output_index": 0, "content_index": 0, "delta": "Hello" }));
    let failed = response("failed", &json!({ "error": { "code": "server_error", "message": "no" } }));
    let details = json!({ "incomplete_details": { "reason": "max_output_tokens" } });
    let flat = json!({ "type": "error", "sequence_number": 2, "code": "slow_down", "message": "no", "param": null });
    let with = |last: &serde_json::Value| sse(&(text.clone() + &event(last)), End::Finish);
    vec![
        new("completed", with(&response("completed", &json!({}))), "returned \"Hello\" completed | 1 sent"),
        new("incomplete", with(&response("incomplete", &details)), "returned \"Hello\" max_output_tokens | 1 sent"),
        new(
            "failed",
            with(&failed),
            "erroritem \"Hello\" failed iterate: ResponseStreamEvent::ResponseFailed code=server_error (no) | 1 sent",
        ),
        new(
            "an error event",
            with(&flat),
            "erroritem \"Hello\" iterate: ResponseStreamEvent::ResponseError code=slow_down (no) | 1 sent",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_of_async_openai_sees() {
    let scenarios: Vec<_> = on_chat().into_iter().chain(on_responses()).collect();
    let said = join_all(scenarios.iter().map(|scenario| scenario.run("async-openai"))).await;
    for (scenario, said) in scenarios.iter().zip(said) {
        assert_eq!(said, scenario.expected, "{}", scenario.name);
    }
}
