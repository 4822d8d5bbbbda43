//! Errors inside a 200, in every shape they are seen in.

use serde_json::json;

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{
    a_end, a_error, a_start, a_stop, a_text, c_end, c_text, chunk, data, event, g_text, r_end, r_start, r_text, sse,
};
use crate::reference::Mutant;

fn anthropic(error: &str) -> Wire {
    sse(&(a_start() + &a_text("Hello") + error), End::Finish)
}

fn chat(error: &str) -> Wire {
    sse(&(c_text("Hello") + error), End::Finish)
}

fn responses(error: &str) -> Wire {
    sse(&(r_start() + &r_text("Hello") + error), End::Finish)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    [on_anthropic(), on_chat(), on_responses(), on_gemini()].into_iter().flatten().collect()
}

fn on_anthropic() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, AnthropicMessages, wire, expected, killed);
    vec![
        new(
            "overloaded after text",
            anthropic(&a_error("overloaded_error", "Overloaded")),
            "raised \"Hello\" iterate: Overloaded 529 overloaded_error id=req_head (Overloaded) | 1 sent",
            &[
                Mutant::IgnoresErrorEvent,
                Mutant::IgnoresNestedError,
                Mutant::ErrorBecomesText,
                Mutant::KeepsTransportStatus,
                Mutant::Guesses503,
                Mutant::WrongTable,
                Mutant::LosesType,
                Mutant::LosesMessage,
                Mutant::LosesRequestId,
                Mutant::OneClass,
                Mutant::TextLostOnError,
            ],
        ),
        new(
            "overloaded as the first event",
            sse(
                &(a_error("overloaded_error", "Overloaded") + &a_start() + &a_stop("end_turn") + &a_end()),
                End::Finish,
            ),
            "raised \"\" iterate: Overloaded 529 overloaded_error id=req_head (Overloaded) | 1 sent",
            &[Mutant::IgnoresFirstError, Mutant::RetriesInBand],
        ),
        new(
            "an error of unknown type",
            anthropic(&a_error("on_strike_error", "On strike")),
            "raised \"Hello\" iterate: ApiError on_strike_error id=req_head (On strike) | 1 sent",
            &[Mutant::Guesses500],
        ),
        new(
            "a number in the message",
            anthropic(&a_error("invalid_request_error", "max 429 tokens")),
            "raised \"Hello\" iterate: BadRequest 400 invalid_request_error id=req_head (max 429 tokens) | 1 sent",
            &[Mutant::StatusFromMessage],
        ),
        new(
            "an error without an event name",
            anthropic(&data(&json!({ "error": { "type": "api_error", "message": "no" } }))),
            "raised \"Hello\" iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[Mutant::IgnoresErrorField],
        ),
        new(
            "an error with a request id of its own",
            anthropic(&event(
                &json!({ "type": "error", "error": { "type": "api_error", "message": "no" }, "request_id": "req_body" }),
            )),
            "raised \"Hello\" iterate: ServerError 500 api_error id=req_body (no) | 1 sent",
            &[],
        ),
        new(
            "an error event that is not JSON",
            anthropic("event: error\ndata: upstream died\n\n"),
            "raised \"Hello\" iterate: ApiError id=req_head (upstream died) | 1 sent",
            &[],
        ),
        new(
            "a bare JSON error over several lines",
            anthropic("{\n  \"error\": {\n    \"type\": \"api_error\",\n    \"message\": \"no\"\n  }\n}\n"),
            "raised \"Hello\" iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[Mutant::IgnoresBareJson],
        ),
        Scenario::new(
            "an error while the server stays silent",
            AnthropicMessages,
            sse(&(a_start() + &a_error("api_error", "no")), End::Stall),
            "raised \"\" iterate: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[Mutant::HoldsConnection],
        ),
        new(
            "an error on the final surface",
            anthropic(&a_error("api_error", "no")),
            "raised finalize: ServerError 500 api_error id=req_head (no) | 1 sent",
            &[],
        )
        .surface("final"),
    ]
}

fn on_chat() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, OpenaiChat, wire, expected, killed);
    let benign = |error| data(&json!({ "choices": [{ "index": 0, "delta": { "content": "!" } }], "error": error }));
    vec![
        new(
            "an error object, then [DONE]",
            chat(
                &(data(&json!({ "error": { "message": "no", "type": "server_error", "code": "server_error" } }))
                    + "data: [DONE]\n\n"),
            ),
            "raised \"Hello\" iterate: ServerError 500 server_error code=server_error id=req_head (no) | 1 sent",
            &[Mutant::LosesCode, Mutant::IgnoresErrorField],
        ),
        new(
            "a numeric code beside the finish reason error",
            chat(&data(
                &json!({ "error": { "code": 402, "message": "no", "metadata": { "error_type": "payment_required" } },
                "choices": [{ "index": 0, "delta": { "content": "" }, "finish_reason": "error" }] }),
            )),
            "raised \"Hello\" iterate: Billing 402 payment_required code=402 id=req_head (no) | 1 sent",
            &[Mutant::LosesNumericCode],
        ),
        new(
            "an error in a chunk without choices",
            chat(&(data(&json!({ "choices": [], "error": { "code": 502, "message": "no" } })) + &c_end("stop"))),
            "raised \"Hello\" iterate: ServerError 502 code=502 id=req_head (no) | 1 sent",
            &[Mutant::IgnoresErrorWithoutChoices],
        ),
        new(
            "an error inside the choice",
            chat(&data(
                &json!({ "choices": [{ "index": 0, "error": { "code": 503, "message": "no" }, "finish_reason": "error" }] }),
            )),
            "raised \"Hello\" iterate: ServiceUnavailable 503 code=503 id=req_head (no) | 1 sent",
            &[],
        ),
        new(
            "only the finish reason error",
            chat(&(chunk(&json!({}), Some("error")) + "data: [DONE]\n\n")),
            "raised \"Hello\" error iterate: ApiError id=req_head (the provider ended the answer with the finish reason `error`) | 1 sent",
            &[Mutant::IgnoresErrorFinish],
        ),
        new(
            "a string",
            chat(&data(&json!({ "error": "upstream died" }))),
            "raised \"Hello\" iterate: ApiError id=req_head (upstream died) | 1 sent",
            &[Mutant::IgnoresStringError],
        ),
        new(
            "a field named error",
            chat("error: {\"code\":400,\"message\":\"no\",\"type\":\"invalid_request_error\"}\n\ndata: [DONE]\n\n"),
            "raised \"Hello\" iterate: BadRequest 400 invalid_request_error code=400 id=req_head (no) | 1 sent",
            &[],
        ),
        new(
            "error fields that say nothing",
            chat(&(benign(json!(null)) + &benign(json!("")) + &benign(json!({})) + &c_end("stop"))),
            "returned \"Hello!!!\" stop | 1 sent",
            &[Mutant::BenignErrorFails],
        ),
    ]
}

fn on_responses() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, OpenaiResponses, wire, expected, killed);
    let failed = |error| r_end("failed", &json!({ "error": error }));
    vec![
        new(
            "a flat error",
            responses(&event(
                &json!({ "type": "error", "code": "server_is_overloaded", "message": "no", "param": null, "sequence_number": 2 }),
            )),
            "raised \"Hello\" iterate: ServiceUnavailable 503 code=server_is_overloaded id=req_head (no) | 1 sent",
            &[Mutant::IgnoresFlatError],
        ),
        new(
            "a nested error, then response.failed",
            responses(
                &(event(
                    &json!({ "type": "error", "error": { "type": "tokens", "code": "rate_limit_exceeded", "message": "no" } }),
                ) + &failed(json!({ "code": "server_error", "message": "late" }))),
            ),
            "raised \"Hello\" iterate: RateLimited 429 tokens code=rate_limit_exceeded id=req_head (no) | 1 sent",
            &[Mutant::IgnoresNestedError],
        ),
        new(
            "response.failed",
            responses(&failed(json!({ "code": "server_error", "message": "no" }))),
            "raised \"Hello\" iterate: ServerError 500 code=server_error id=req_head (no) | 1 sent",
            &[Mutant::IgnoresFailed],
        ),
        new(
            "response.failed without an error",
            responses(&failed(json!(null))),
            "raised \"Hello\" iterate: ApiError id=req_head (the response failed) | 1 sent",
            &[],
        ),
    ]
}

fn on_gemini() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, GeminiGenerate, wire, expected, killed);
    let error = json!({ "error": { "code": 503, "message": "no", "status": "UNAVAILABLE",
        "details": [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s" }] } });
    vec![
        new(
            "a bare pretty-printed error",
            sse(&(g_text("Hello", None) + &format!("{error:#}")), End::Finish),
            "raised \"Hello\" iterate: ServiceUnavailable 503 UNAVAILABLE code=503 id=req_head after=3 (no) | 1 sent",
            &[Mutant::IgnoresBareJson, Mutant::LosesNumericCode],
        ),
        new(
            "an error in an event",
            sse(&(g_text("Hello", None) + &data(&error)), End::Finish),
            "raised \"Hello\" iterate: ServiceUnavailable 503 UNAVAILABLE code=503 id=req_head after=3 (no) | 1 sent",
            &[Mutant::IgnoresErrorField],
        ),
    ]
}
