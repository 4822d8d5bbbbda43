//! Pieces of streams in each dialect, short but complete enough for any client.

use serde_json::{Value, json};

use super::server::{End, Wire};

/// Splits a body into the pieces it is written in.
pub(crate) const CUT: char = '¦';

/// Makes a 200 with an event stream; [`CUT`] stands between the pieces of the body.
pub(crate) fn sse(body: &str, end: End) -> Wire {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\
                Connection: close\r\nrequest-id: req_head\r\n"
        .to_owned();
    let pieces = body.split(CUT).filter(|piece| !piece.is_empty()).map(|piece| piece.as_bytes().to_vec()).collect();
    Wire { head, pieces, chunked: true, end }
}

/// Makes a 200 with lines of JSON; [`CUT`] stands between the pieces of the body.
pub(crate) fn lines(body: &str, end: End) -> Wire {
    let wire = sse(body, end);
    Wire { head: wire.head.replace("text/event-stream; charset=utf-8", "application/x-ndjson"), ..wire }
}

/// Makes a 200 with an event stream of AWS. Each line of the text is a frame in a piece of its own: the name of the event or of the
/// exception, a space, and the JSON.
pub(crate) fn frames(body: &str, end: End) -> Wire {
    let wire = sse("", end);
    let frame = |line: &str| {
        let (name, payload) = line.split_once(' ').expect("a name and JSON");
        let kind = if name.ends_with("Exception") { "exception" } else { "event" };
        let names = [(":message-type", kind), (&format!(":{kind}-type"), name), (":content-type", "application/json")];
        let text = |(name, value): (&str, &str)| {
            let [name_length, value_length] = [name, value].map(|text| u8::try_from(text.len()).expect("a short one"));
            [&[name_length], name.as_bytes(), &[7, 0, value_length], value.as_bytes()].concat()
        };
        let headers: Vec<u8> = names.into_iter().flat_map(text).collect();
        let number = |length: usize| u32::try_from(length).expect("a short frame").to_be_bytes();
        let mut bytes = [number(16 + headers.len() + payload.len()), number(headers.len())].concat();
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        bytes.extend([&headers, payload.as_bytes()].concat());
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        bytes
    };
    Wire {
        head: wire.head.replace("text/event-stream; charset=utf-8", "application/vnd.amazon.eventstream"),
        pieces: body.lines().map(frame).collect(),
        ..wire
    }
}

/// Makes Ollama's line with a piece of the text.
pub(crate) fn o_text(text: &str) -> String {
    let message = json!({ "role": "assistant", "content": text });
    format!("{}\n", json!({ "model": "qwen3", "message": message, "done": false }))
}

/// Makes Ollama's last line.
pub(crate) fn o_done(reason: &str) -> String {
    let message = json!({ "role": "assistant", "content": "" });
    let counts =
        json!({ "message": message, "done": true, "done_reason": reason, "prompt_eval_count": 8, "eval_count": 4 });
    format!("{counts}\n")
}

/// Makes Cohere's event with a piece of the text.
pub(crate) fn k_text(text: &str) -> String {
    event(&json!({ "type": "content-delta", "index": 0, "delta": { "message": { "content": { "text": text } } } }))
}

/// Returns the last event of Cohere's and the terminator.
pub(crate) fn k_end(reason: &str) -> String {
    let usage = json!({ "tokens": { "input_tokens": 8, "output_tokens": 4 } });
    event(&json!({ "type": "message-end", "delta": { "finish_reason": reason, "usage": usage } })) + "data: [DONE]\n\n"
}

/// Makes any other answer, with its length; `headers` as lines with CRLF.
pub(crate) fn plain(status: u16, headers: &str, body: impl Into<Vec<u8>>) -> Wire {
    let body = body.into();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}", body.len());
    Wire { head, pieces: vec![body], chunked: false, end: End::Finish }
}

/// Makes a plain answer with a JSON body.
pub(crate) fn json_answer(status: u16, headers: &str, body: &Value) -> Wire {
    plain(status, &format!("Content-Type: application/json\r\nrequest-id: req_head\r\n{headers}"), body.to_string())
}

/// Makes a named event whose name is its type.
pub(crate) fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().expect("a type"))
}

/// Makes a data-only event.
pub(crate) fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// Returns everything of an Anthropic message before the first text.
pub(crate) fn a_start() -> String {
    event(&json!({ "type": "message_start", "message": { "id": "msg_1", "content": [], "stop_reason": null } }))
        + &event(&json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }))
}

/// Makes a piece of text of an Anthropic message.
pub(crate) fn a_text(text: &str) -> String {
    event(&json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } }))
}

/// Returns everything of an Anthropic message from the end of the block to the stop reason.
pub(crate) fn a_stop(reason: &str) -> String {
    event(&json!({ "type": "content_block_stop", "index": 0 }))
        + &event(&json!({ "type": "message_delta", "delta": { "stop_reason": reason } }))
}

/// Returns the terminal marker of an Anthropic message.
pub(crate) fn a_end() -> String {
    event(&json!({ "type": "message_stop" }))
}

/// Makes Anthropic's error event.
pub(crate) fn a_error(kind: &str, message: &str) -> String {
    event(&json!({ "type": "error", "error": { "type": kind, "message": message } }))
}

/// Makes a chunk of a chat completion with a delta and a finish reason.
pub(crate) fn chunk(delta: &Value, finish: Option<&str>) -> String {
    data(&json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] }))
}

/// Makes a piece of text of a chat completion.
pub(crate) fn c_text(text: &str) -> String {
    chunk(&json!({ "content": text }), None)
}

/// Returns the finish reason and the terminal marker of a chat completion.
pub(crate) fn c_end(reason: &str) -> String {
    chunk(&json!({}), Some(reason)) + "data: [DONE]\n\n"
}

/// Returns everything of a response before the first text.
pub(crate) fn r_start() -> String {
    event(
        &json!({ "type": "response.created", "sequence_number": 0, "response": { "id": "r", "status": "in_progress" } }),
    )
}

/// Makes a piece of text of a response.
pub(crate) fn r_text(text: &str) -> String {
    event(&json!({ "type": "response.output_text.delta", "sequence_number": 1, "output_index": 0, "delta": text }))
}

/// Makes the event that ends a response.
pub(crate) fn r_end(status: &str, more: &Value) -> String {
    let mut response = json!({ "id": "r", "status": status, "output": [] });
    for (key, value) in more.as_object().into_iter().flatten() {
        response[key] = value.clone();
    }
    event(&json!({ "type": format!("response.{status}"), "sequence_number": 2, "response": response }))
}

/// Makes a chunk of Gemini's with a piece of text, and with the finish reason if it is the last.
pub(crate) fn g_text(text: &str, finish: Option<&str>) -> String {
    let mut candidate = json!({ "content": { "parts": [{ "text": text }], "role": "model" }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    format!("data: {}\r\n\r\n", json!({ "candidates": [candidate] }))
}
