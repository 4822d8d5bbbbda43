//! A few situations for every surface of every SDK that is linked in: an answer, a tool call, what an answer carries beside its
//! text, an error in the stream, an HTTP error, and a caller who stops, cancels, calls again or makes several calls at once.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::contract::{Ability, Api, Caller, Read};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{
    a_end, a_error, a_text, c_end, c_text, chunk, data, event, frames, g_text, json_answer, lines, sse,
};
use crate::native::{SDKS, manifest, missing_feature};

/// The bodies of a dialect, with all that strict types ask for.
struct Bodies {
    /// The text, without an end.
    so_far: String,
    /// From there to the end.
    end: String,
    /// From there to an error.
    error: String,
    tool: String,
    /// Thoughts, a refusal where there is one apart from the text, and the text, with its end.
    beside: String,
}

/// Lists the situations of a dialect, each with the answers that the server gives and what the caller does.
#[allow(clippy::match_wildcard_for_single_variants, reason = "a dialect that no SDK in Rust speaks needs none")]
fn situations(api: Api) -> [(&'static str, Vec<Wire>, Caller); 9] {
    let Bodies { so_far, end, error, tool, beside } = match api {
        Api::AnthropicMessages => anthropic(),
        Api::OpenaiChat => chat(),
        Api::OpenaiResponses => responses(),
        Api::GeminiGenerate => gemini(),
        Api::OllamaChat => ollama(),
        Api::BedrockConverse => converse(),
        Api::BedrockInvoke => invoke(),
        #[allow(unreachable_patterns, reason = "a dialect that no SDK in Rust speaks needs none")]
        other => panic!("there are no situations of {other}"),
    };
    let refusal = json!({ "error": { "type": "bad", "status": "bad", "message": "no", "param": null, "code": null } });
    let (refusal, own, sse): (_, _, fn(&str, End) -> Wire) = match api {
        Api::OllamaChat => (refusal, "", lines),
        Api::BedrockConverse | Api::BedrockInvoke => {
            (json!({ "message": "no" }), "x-amzn-errortype: ValidationException\r\n", frames)
        }
        _ => (refusal, "", sse),
    };
    let http = json_answer(400, &format!("retry-after: 7\r\n{own}"), &refusal);
    let pause = sse(&so_far, End::Stall);
    let [text, tool, error, beside] =
        [so_far.clone() + &end, tool, so_far + &error, beside].map(|body| sse(&body, End::Finish));
    let [all, stop] = [Read::All, Read::StopAfter(1)].map(|read| Caller { read, ..Caller::default() });
    // Long enough for a busy machine to hand over what came before the pause.
    let cancel = Caller { read: Read::CancelAfter(1_500), ..all };
    [
        ("text", vec![text.clone()], all),
        ("tool", vec![tool], all),
        ("beside", vec![beside], all),
        ("error", vec![error.clone()], all),
        ("http", vec![http], all),
        ("stop", vec![pause.clone()], stop),
        ("cancel", vec![pause], cancel),
        ("again", vec![error, text.clone()], Caller { again: true, ..all }),
        ("at once", vec![text], Caller { at_once: Some(3), ..all }),
    ]
}

fn anthropic() -> Bodies {
    let usage = |output: u32| json!({ "input_tokens": 3, "output_tokens": output });
    let message = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage(1) });
    let block = |block: Value| event(&json!({ "type": "content_block_start", "index": 0, "content_block": block }));
    let thought = json!({ "type": "thinking_delta", "thinking": "Hm." });
    let thought = block(json!({ "type": "thinking", "thinking": "", "signature": "" }))
        + &event(&json!({ "type": "content_block_delta", "index": 0, "delta": thought }));
    let end = |reason: &str| {
        let delta = json!({ "stop_reason": reason, "stop_sequence": null });
        event(&json!({ "type": "content_block_stop", "index": 0 }))
            + &event(&json!({ "type": "message_delta", "delta": delta, "usage": usage(9) }))
            + &a_end()
    };
    let piece = |json: &str| {
        let delta = json!({ "type": "input_json_delta", "partial_json": json });
        event(&json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    };
    let start = event(&json!({ "type": "message_start", "message": message }));
    let hello = block(json!({ "type": "text", "text": "" })) + &a_text("Hello");
    let call = block(json!({ "type": "tool_use", "id": "t", "name": "get_weather", "input": {} }));
    let call = call + &piece("{\"city\":") + &piece("\"Paris\"}") + &end("tool_use");
    let thought = thought + &event(&json!({ "type": "content_block_stop", "index": 0 }));
    let second = (hello.clone() + &end("end_turn")).replace("\"index\":0", "\"index\":1");
    Bodies {
        so_far: start.clone() + &hello,
        end: end("end_turn"),
        error: a_error("bad", "no"),
        tool: start.clone() + &call,
        beside: start + &thought + &second,
    }
}

fn chat() -> Bodies {
    let piece = |piece: Value| chunk(&json!({ "tool_calls": [piece] }), None);
    let open = json!({ "index": 0, "id": "t", "type": "function",
        "function": { "name": "get_weather", "arguments": "{\"city\":" } });
    let rest = json!({ "index": 0, "function": { "arguments": "\"Paris\"}" } });
    let error = data(&json!({ "error": { "message": "no", "type": "bad", "param": null, "code": "worse" } }));
    let usage = json!({ "prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12 });
    let usage = data(&json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
        "usage": usage }));
    let thought = json!({ "reasoning_content": "Hm.", "refusal": "No." });
    let end = chunk(&json!({}), Some("stop")) + &usage + "data: [DONE]\n\n";
    Bodies {
        so_far: c_text("Hello"),
        error,
        tool: piece(open) + &piece(rest) + &c_end("tool_calls"),
        beside: chunk(&thought, None) + &c_text("Hello") + &end,
        end,
    }
}

fn responses() -> Bodies {
    let response = |status: &str| {
        json!({ "id": "r", "object": "response", "created_at": 1, "model": "m", "status": status, "output": [],
            "error": null, "incomplete_details": null, "usage": { "input_tokens": 3,
            "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 }, "output_tokens": 9,
            "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 12 } })
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
    let thought =
        event(&json!({ "type": "response.reasoning_summary_text.delta", "sequence_number": 1, "item_id": "i",
            "output_index": 0, "summary_index": 0, "delta": "Hm." }))
            + &event(
                &json!({ "type": "response.refusal.delta", "sequence_number": 1, "item_id": "i", "output_index": 0,
            "content_index": 0, "delta": "No." }),
            );
    Bodies {
        so_far: hello.clone(),
        end: end("completed", 2),
        error: event(&error),
        tool: call,
        beside: thought + &hello + &end("completed", 2),
    }
}

fn ollama() -> Bodies {
    let part = |message: &Value| {
        format!(
            "{}\n",
            json!({ "model": "m", "created_at": "2026-11-20T17:21:21Z", "message": message, "done": false })
        )
    };
    let text = part(&json!({ "role": "assistant", "content": "Hello" }));
    let call = json!({ "function": { "name": "get_weather", "arguments": { "city": "Paris" } } });
    let end = json!({ "model": "m", "created_at": "2026-11-20T17:21:21Z", "message": { "role": "assistant", "content": "" },
        "done": true, "done_reason": "stop", "total_duration": 1, "load_duration": 1, "prompt_eval_count": 3,
        "prompt_eval_duration": 1, "eval_count": 9, "eval_duration": 1 });
    let end = format!("{end}\n");
    Bodies {
        error: format!("{}\n", json!({ "error": "no" })),
        tool: part(&json!({ "role": "assistant", "content": "", "tool_calls": [call] })) + &end,
        beside: part(&json!({ "role": "assistant", "content": "", "thinking": "Hm." })) + &text + &end,
        so_far: text,
        end,
    }
}

/// The body of an exception of AWS.
const EXCEPTION: &str = "throttlingException {\"message\":\"no\"}\n";

fn converse() -> Bodies {
    let event = |name: &str, payload: Value| format!("{name} {payload}\n");
    let delta = |delta: Value| event("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": delta }));
    let end = |reason: &str| {
        event("contentBlockStop", json!({ "contentBlockIndex": 0 }))
            + &event("messageStop", json!({ "stopReason": reason }))
            + &event(
                "metadata",
                json!({ "usage": { "inputTokens": 3, "outputTokens": 9, "totalTokens": 12 }, "metrics": { "latencyMs": 1 } }),
            )
    };
    let start = event("messageStart", json!({ "role": "assistant" }));
    let hello = delta(json!({ "text": "Hello" }));
    let call = json!({ "toolUse": { "toolUseId": "t", "name": "get_weather" } });
    let call = event("contentBlockStart", json!({ "contentBlockIndex": 0, "start": call }))
        + &delta(json!({ "toolUse": { "input": "{\"city\":" } }))
        + &delta(json!({ "toolUse": { "input": "\"Paris\"}" } }));
    let thought = delta(json!({ "reasoningContent": { "text": "Hm." } }))
        + &event("contentBlockStop", json!({ "contentBlockIndex": 0 }));
    let second = (hello.clone() + &end("end_turn")).replace("\"contentBlockIndex\":0", "\"contentBlockIndex\":1");
    Bodies {
        so_far: start.clone() + &hello,
        end: end("end_turn"),
        error: EXCEPTION.to_owned(),
        tool: start.clone() + &call + &end("tool_use"),
        beside: start + &thought + &second,
    }
}

/// Returns the events of Anthropic's, each in a chunk.
fn invoke() -> Bodies {
    let chunks = |body: String| -> String {
        let payloads = body.lines().filter_map(|line| line.strip_prefix("data: "));
        let chunks = payloads.map(|payload| format!("chunk {}\n", json!({ "bytes": STANDARD.encode(payload) })));
        chunks.collect::<Vec<_>>().concat()
    };
    let Bodies { so_far, end, tool, beside, .. } = anthropic();
    let [so_far, end, tool, beside] = [so_far, end, tool, beside].map(chunks);
    Bodies { so_far, end, error: EXCEPTION.to_owned(), tool, beside }
}

fn gemini() -> Bodies {
    let call = json!({ "functionCall": { "name": "get_weather", "args": { "city": "Paris" } } });
    let call = json!({ "content": { "parts": [call], "role": "model" }, "index": 0, "finishReason": "STOP" });
    let error = data(&json!({ "error": { "code": 503, "message": "no", "status": "UNAVAILABLE" } }));
    let thought = json!({ "parts": [{ "text": "Hm.", "thought": true }], "role": "model" });
    let thought = data(&json!({ "candidates": [{ "content": thought, "index": 0 }] }));
    let usage = json!({ "promptTokenCount": 3, "candidatesTokenCount": 9, "totalTokenCount": 12 });
    let end = json!({ "content": { "parts": [{ "text": "!" }], "role": "model" }, "index": 0, "finishReason": "STOP" });
    let end = data(&json!({ "candidates": [end], "usageMetadata": usage }));
    Bodies {
        so_far: g_text("Hello", None),
        error,
        tool: data(&json!({ "candidates": [call] })),
        beside: thought + &g_text("Hello", None) + &end,
        end,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_of_each_surface_sees() {
    let linked = |id: &str| missing_feature(id).is_none();
    let mut scenarios = Vec::new();
    for (id, _) in SDKS.iter().filter(|(id, _)| linked(id)) {
        for (surface, about) in manifest(id).expect(id).surfaces {
            let surface: &'static str = String::leak(surface);
            let can = |caller: &Caller| caller.needs().all(|ability: Ability| about.caller.contains(&ability));
            let all = about.apis.iter().flat_map(|api| situations(*api).map(|situation| (*api, situation)));
            let possible = all.filter(|(_, (_, _, caller))| can(caller));
            scenarios.extend(possible.map(|(api, (name, wire, caller))| {
                let first = wire[0].clone();
                let scenario = Scenario { wire, ..Scenario::new(name, api, first, "", &[]) };
                (*id, scenario.surface(surface).caller(caller).untimed())
            }));
        }
    }
    let said = join_all(scenarios.iter().map(|(id, scenario)| scenario.run(id))).await;
    let expected: BTreeSet<&str> = include_str!("surfaces.txt")
        .lines()
        .filter(|line| linked(line.split('/').next().expect("the SDK comes first")))
        .collect();
    let lines = scenarios.iter().zip(said).map(|((id, scenario), said)| {
        let line = format!("{id}/{} {} {}: {said}", scenario.surface, scenario.api, scenario.name);
        line.replace('\n', " ")
    });
    let other: Vec<_> = lines.filter(|line| !expected.contains(line.as_str())).collect();
    assert!(other.is_empty(), "not in surfaces.txt:\n{}", other.join("\n"));
    assert_eq!(scenarios.len(), expected.len());
}
