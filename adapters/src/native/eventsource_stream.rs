//! No SDK: reqwest and eventsource-stream by hand, as their documents show, for every api.
//!
//! The loop parses each event's data, and ends after `[DONE]` and after an event that is an error by the provider's
//! document: one named `error`, one with an `error` member, `response.failed`.

use eventsource_stream::{EventStreamError, Eventsource as _};
use futures_util::StreamExt as _;
use serde_json::Value;

use super::request::{body, http, model};
use super::seen::{Seen, attribute, error, in_body, number_in_body, read_headers};
use crate::contract::{Api, Call, Observation, ObservedError, Site, Told};

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let (api, mut seen) = (call.api, Seen::default());
    let response = match send(&call).await {
        Ok(response) => response,
        Err(raised) => return seen.raised(transport(Site::Open, &raised)),
    };
    if !response.status().is_success() {
        return seen.raised(refused(response).await);
    }
    let mut events = response.bytes_stream().eventsource();
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            Err(raised) => return seen.raised(broken(&raised)),
        };
        if event.data == "[DONE]" {
            break;
        }
        if event.data.trim().is_empty() {
            continue;
        }
        let data: Value = match serde_json::from_str(&event.data) {
            Ok(data) => data,
            Err(raised) => return seen.raised(error(Site::Iterate, &["serde_json::Error"], raised.to_string())),
        };
        seen.handed_over();
        read(api, &mut seen, &data);
        if is_failure(&event.event, &data) {
            seen.failed(failure(api, &data));
            break;
        }
    }
    seen.returned()
}

async fn send(call: &Call) -> Result<reqwest::Response, reqwest::Error> {
    let path = match call.api {
        Api::AnthropicMessages => "/v1/messages".to_owned(),
        Api::OpenaiChat => "/v1/chat/completions".to_owned(),
        Api::OpenaiResponses => "/v1/responses".to_owned(),
        Api::GeminiGenerate => format!("/v1beta/models/{}:streamGenerateContent?alt=sse", model(call.api)),
    };
    let client = http().read_timeout(call.timeout).build()?;
    let request = client.post(format!("{}{path}", call.base_url));
    request
        .header("content-type", "application/json")
        .header("anthropic-version", "2023-06-01")
        .body(body(call.api, call.ask).to_string())
        .send()
        .await
}

/// What the caller can read of one event.
fn read(api: Api, seen: &mut Seen, data: &Value) {
    match api {
        Api::AnthropicMessages => message_event(seen, data),
        Api::OpenaiChat => chat_chunk(seen, data),
        Api::OpenaiResponses => response_event(seen, data),
        Api::GeminiGenerate => gemini_chunk(seen, data),
    }
}

fn text(data: &Value, pointer: &str) -> Option<String> {
    data.pointer(pointer)?.as_str().map(str::to_owned)
}

fn items<'a>(data: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    data.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn message_event(seen: &mut Seen, data: &Value) {
    let index = &data["index"];
    for pointer in ["/content_block/text", "/delta/text"] {
        seen.say(&text(data, pointer).unwrap_or_default());
    }
    if data.pointer("/content_block/type").is_some_and(|kind| kind == "tool_use") {
        seen.tool(index, text(data, "/content_block/name"));
    }
    if let Some(piece) = text(data, "/delta/partial_json") {
        seen.extend_tool(index, &piece);
    }
    if data["type"] == "content_block_stop" {
        seen.close_tool(index);
    }
    seen.stop(text(data, "/delta/stop_reason"));
}

fn chat_chunk(seen: &mut Seen, data: &Value) {
    seen.say(&text(data, "/choices/0/delta/content").unwrap_or_default());
    for call in items(data, "/choices/0/delta/tool_calls") {
        let tool = seen.tool(&call["index"], text(call, "/function/name"));
        tool.extend(&text(call, "/function/arguments").unwrap_or_default());
    }
    let reason = text(data, "/choices/0/finish_reason");
    if matches!(reason.as_deref(), Some("stop" | "tool_calls" | "function_call")) {
        seen.close_tools();
    }
    seen.stop(reason);
}

fn response_event(seen: &mut Seen, data: &Value) {
    let (index, kind) = (&data["output_index"], data["type"].as_str().unwrap_or_default());
    match kind {
        "response.output_text.delta" => seen.say(&text(data, "/delta").unwrap_or_default()),
        "response.function_call_arguments.delta" => seen.extend_tool(index, &text(data, "/delta").unwrap_or_default()),
        "response.output_item.added" | "response.output_item.done" if data["item"]["type"] == "function_call" => {
            let tool = seen.tool(index, text(data, "/item/name"));
            if let Some(arguments) = text(data, "/item/arguments").filter(|arguments| !arguments.is_empty()) {
                tool.arguments = Value::String(arguments);
            }
            tool.complete |= kind == "response.output_item.done" && data["item"]["status"] != "incomplete";
        }
        "response.completed" | "response.incomplete" => {
            let reason = text(data, "/response/incomplete_details/reason");
            seen.stop(reason.or_else(|| text(data, "/response/status")));
        }
        _ => {}
    }
}

fn gemini_chunk(seen: &mut Seen, data: &Value) {
    seen.stop(text(data, "/promptFeedback/blockReason"));
    for part in items(data, "/candidates/0/content/parts") {
        if part["thought"] != true {
            seen.say(&text(part, "/text").unwrap_or_default());
        }
        if let Some(call) = part.get("functionCall") {
            seen.add_tool(text(call, "/name")).arguments = call.get("args").cloned().unwrap_or_default();
        }
    }
    let reason = text(data, "/candidates/0/finishReason");
    if reason.as_deref() == Some("STOP") {
        seen.close_tools();
    }
    seen.stop(reason);
}

/// Whether the provider's document calls the event an error. An `error` member that says nothing is none.
fn is_failure(name: &str, data: &Value) -> bool {
    let says_something = match &data["error"] {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    says_something || name == "error" || data["type"] == "error" || data["type"] == "response.failed"
}

/// The error in such an event.
fn failure(api: Api, data: &Value) -> ObservedError {
    let nested =
        [data.get("error"), data.pointer("/response/error")].into_iter().flatten().find(|said| !said.is_null());
    let said = nested.filter(|said| said.is_object()).unwrap_or(data);
    let message = nested.and_then(Value::as_str).map(str::to_owned).or_else(|| text(said, "/message"));
    // The type of an event that is flat is the event's own.
    let kind: &[&str] = match api {
        _ if std::ptr::eq(said, data) => &[],
        Api::GeminiGenerate => &["/status"],
        Api::AnthropicMessages | Api::OpenaiChat | Api::OpenaiResponses => &["/type"],
    };
    ObservedError {
        status: number_in_body(said, &["/code"]),
        kind: in_body(said, kind),
        code: in_body(said, &["/code"]),
        request_id: in_body(data, &["/request_id"]),
        retry_after: Told::Empty,
        ..error(Site::Iterate, &["serde_json::Value"], message.unwrap_or_default())
    }
}

/// A response with an error status, which is the caller's to make an error of: it has the status, headers and a body.
async fn refused(response: reqwest::Response) -> ObservedError {
    let (status, headers) = (response.status(), response.headers().clone());
    let text = match response.text().await {
        Ok(text) => text,
        Err(raised) => return transport(Site::Open, &raised),
    };
    let said: Value = serde_json::from_str(&text).unwrap_or_default();
    let mut described = error(Site::Open, &["HttpError"], text);
    described.status = attribute(Some(i64::from(status.as_u16())));
    described.kind = in_body(&said, &["/error/type", "/error/status"]);
    described.code = in_body(&said, &["/error/code"]);
    read_headers(&mut described, Some(&headers));
    described
}

fn transport(site: Site, raised: &reqwest::Error) -> ObservedError {
    error(site, &["reqwest::Error"], raised.to_string())
}

fn broken(raised: &EventStreamError<reqwest::Error>) -> ObservedError {
    let (variant, cause) = match raised {
        EventStreamError::Utf8(_) => ("EventStreamError::Utf8", "FromUtf8Error"),
        EventStreamError::Parser(_) => ("EventStreamError::Parser", "nom::Error"),
        EventStreamError::Transport(_) => ("EventStreamError::Transport", "reqwest::Error"),
    };
    let described = error(Site::Iterate, &[variant, "EventStreamError"], raised.to_string());
    ObservedError { causes: vec![cause.to_owned()], ..described }
}
