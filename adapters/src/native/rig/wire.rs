//! Pieces of streams in each dialect, short but complete enough for any client.

use serde_json::{Value, json};

use super::server::{End, Wire};

/// Splits a body into the pieces it is written in.
pub(crate) const CUT: char = '¦';

/// A 200 with an event stream; [`CUT`] stands between the pieces of the body.
pub(crate) fn sse(body: &str, end: End) -> Wire {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\
                Connection: close\r\nrequest-id: req_head\r\n"
        .to_owned();
    let pieces = body.split(CUT).filter(|piece| !piece.is_empty()).map(|piece| piece.as_bytes().to_vec()).collect();
    Wire { head, pieces, chunked: true, end }
}

/// Any other answer, with its length; `headers` as lines with CRLF.
pub(crate) fn plain(status: u16, headers: &str, body: impl Into<Vec<u8>>) -> Wire {
    let body = body.into();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}", body.len());
    Wire { head, pieces: vec![body], chunked: false, end: End::Finish }
}

/// A plain answer with a JSON body.
pub(crate) fn json_answer(status: u16, headers: &str, body: &Value) -> Wire {
    plain(status, &format!("Content-Type: application/json\r\nrequest-id: req_head\r\n{headers}"), body.to_string())
}

/// A named event whose name is its type.
pub(crate) fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().expect("a type"))
}

/// A data-only event.
pub(crate) fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// Anthropic: everything before the first text.
pub(crate) fn a_start() -> String {
    event(&json!({ "type": "message_start", "message": { "id": "msg_1", "content": [], "stop_reason": null } }))
        + &event(&json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }))
}

/// Anthropic: a piece of text.
pub(crate) fn a_text(text: &str) -> String {
    event(&json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } }))
}

/// Anthropic: everything from the end of the block to the stop reason.
pub(crate) fn a_stop(reason: &str) -> String {
    event(&json!({ "type": "content_block_stop", "index": 0 }))
        + &event(&json!({ "type": "message_delta", "delta": { "stop_reason": reason } }))
}

/// Anthropic: the terminal marker.
pub(crate) fn a_end() -> String {
    event(&json!({ "type": "message_stop" }))
}

/// Anthropic: an error event.
pub(crate) fn a_error(kind: &str, message: &str) -> String {
    event(&json!({ "type": "error", "error": { "type": kind, "message": message } }))
}

/// Chat: a chunk with a delta and a finish reason.
pub(crate) fn chunk(delta: &Value, finish: Option<&str>) -> String {
    data(&json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] }))
}

/// Chat: a piece of text.
pub(crate) fn c_text(text: &str) -> String {
    chunk(&json!({ "content": text }), None)
}

/// Chat: the finish reason and the terminal marker.
pub(crate) fn c_end(reason: &str) -> String {
    chunk(&json!({}), Some(reason)) + "data: [DONE]\n\n"
}

/// Responses: everything before the first text.
pub(crate) fn r_start() -> String {
    event(
        &json!({ "type": "response.created", "sequence_number": 0, "response": { "id": "r", "status": "in_progress" } }),
    )
}

/// Responses: a piece of text.
pub(crate) fn r_text(text: &str) -> String {
    event(&json!({ "type": "response.output_text.delta", "sequence_number": 1, "output_index": 0, "delta": text }))
}

/// Responses: the event that ends the answer.
pub(crate) fn r_end(status: &str, more: &Value) -> String {
    let mut response = json!({ "id": "r", "status": status, "output": [] });
    for (key, value) in more.as_object().into_iter().flatten() {
        response[key] = value.clone();
    }
    event(&json!({ "type": format!("response.{status}"), "sequence_number": 2, "response": response }))
}

/// Gemini: a piece of text, and the finish reason if it is the last.
pub(crate) fn g_text(text: &str, finish: Option<&str>) -> String {
    let mut candidate = json!({ "content": { "parts": [{ "text": text }], "role": "model" }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    format!("data: {}\r\n\r\n", json!({ "candidates": [candidate] }))
}
