//! No SDK: reqwest and eventsource-stream by hand, as their documents show, for every api.
//!
//! The loop of the library's page leaves open what is done with an event. Here that is what the vendors' documents say and no
//! more: the data of their own events is parsed, and the loop stops where a document says that the answer is over or has
//! failed. No error is made of that, so there are no classes to tell apart: what is reported is what is in hand, of an event
//! that is an error as of a response with an error status.

use eventsource_stream::{Event, EventStreamError, Eventsource as _};
use futures_util::StreamExt as _;
use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use serde_json::Value;

use super::caller;
use super::message_event::{count, items, message_event, text};
use super::observer::{Observer, error};
use super::reading::{attribute, message_in, read_headers, read_parsed_body};
use super::request::{body, http};
use crate::contract::{Api, Call, Observation, ObservedError, Site};
use crate::dialect::is_sentinel;
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = http().read_timeout(call.timeout).build().map_err(|raised| not_sent(&raised));
    let offers = &[AnswerField::Usage, AnswerField::Thinking, AnswerField::Refusal];
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let (api, dialect) = (call.api, call.api.dialect());
    let response = send(client, call).await.map_err(|raised| not_sent(&raised))?;
    if !response.status().is_success() {
        seen.failed(refused(api, response).await);
        return Ok(());
    }
    let headers = response.headers().clone();
    let mut events = response.bytes_stream().eventsource();
    let mut failed = None;
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(event) => event,
            Err(raised) => return Err(broken(&raised)),
        };
        if is_sentinel(&event.data) {
            break;
        }
        if event.data.trim().is_empty() && event.event != "error" {
            continue;
        }
        seen.handed_over();
        let data = match serde_json::from_str(&event.data) {
            Ok(data) => data,
            Err(raised) if event.event != "error" && dialect.events.is_known(&event.event) => {
                failed = failed.or_else(|| Some(error(Site::Iterate, &["serde_json::Error"], raised.to_string())));
                break;
            }
            // What a server sends under a name of its own need not be JSON.
            Err(_) => Value::Null,
        };
        read(api, seen, &data);
        if is_failure(api, &event.event, &data) {
            failed = Some(failure(api, &event, &data, &headers));
            // A response that failed without an error may be followed by an event that says why.
            if data["type"] != "response.failed" || !data["response"]["error"].is_null() {
                break;
            }
        }
        if data["type"].as_str().is_some_and(|kind| dialect.events.ends.contains(&kind)) {
            break;
        }
        if seen.has_enough() {
            break;
        }
    }
    if let Some(failure) = failed {
        seen.failed(failure);
    }
    Ok(())
}

fn not_sent(raised: &reqwest::Error) -> ObservedError {
    error(Site::Open, &["reqwest::Error"], raised.to_string())
}

async fn send(client: &Client, call: &Call) -> Result<Response, reqwest::Error> {
    let dialect = call.api.dialect();
    let request = client.post(format!("{}{}", call.base_url, dialect.request_path()));
    let request = request.header("content-type", "application/json");
    let request = dialect.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body(call).to_string()).send().await
}

/// Reads the parts of one event that the caller can read.
#[allow(clippy::match_wildcard_for_single_variants, reason = "further dialects are none of its manifest's")]
fn read(api: Api, seen: &mut Observer, data: &Value) {
    match api {
        Api::AnthropicMessages => message_event(seen, data),
        Api::OpenaiChat => chat_chunk(seen, data),
        Api::OpenaiResponses => response_event(seen, data),
        Api::GeminiGenerate => gemini_chunk(seen, data),
        #[allow(unreachable_patterns, reason = "which dialects it speaks is said by its manifest, and held to that")]
        other => unreachable!("the manifest does not offer {other}"),
    }
}

/// Returns the choice or the candidate that was asked for.
fn first(choices: &Value) -> Option<&Value> {
    items(choices).find(|choice| choice["index"].as_u64().unwrap_or(0) == 0)
}

fn chat_chunk(seen: &mut Observer, data: &Value) {
    count(seen, &data["usage"], ["prompt_tokens", "completion_tokens"]);
    let Some(choice) = first(&data["choices"]) else { return };
    match &choice["delta"]["content"] {
        Value::Array(parts) => {
            parts
                .iter()
                .filter(|part| part["type"] == "text")
                .filter_map(|part| part["text"].as_str())
                .for_each(|text| seen.say(text));
        }
        content => seen.say(content.as_str().unwrap_or_default()),
    }
    let delta = &choice["delta"];
    seen.refuse(delta["refusal"].as_str().unwrap_or_default());
    // The two names under which vendors send the model's thoughts; one that sends both sends the same text twice.
    seen.think(delta["reasoning_content"].as_str().or_else(|| delta["reasoning"].as_str()).unwrap_or_default());
    for call in items(&delta["tool_calls"]) {
        let tool = seen.tool(&call["index"], text(&call["function"]["name"]));
        tool.extend(call["function"]["arguments"].as_str().unwrap_or_default());
    }
    seen.stop(text(&choice["finish_reason"]));
}

fn response_event(seen: &mut Observer, data: &Value) {
    let (index, item, response) = (&data["output_index"], &data["item"], &data["response"]);
    count(seen, &response["usage"], ["input_tokens", "output_tokens"]);
    match data["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" => seen.say(data["delta"].as_str().unwrap_or_default()),
        "response.refusal.delta" => seen.refuse(data["delta"].as_str().unwrap_or_default()),
        "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
            seen.think(data["delta"].as_str().unwrap_or_default());
        }
        "response.function_call_arguments.delta" => seen.extend_tool(index, data["delta"].as_str().unwrap_or_default()),
        "response.function_call_arguments.done" => {
            let tool = seen.tool(index, text(&data["name"]));
            tool.set(data["arguments"].clone());
            tool.over = true;
        }
        "response.output_item.added" if item["type"] == "function_call" => {
            seen.tool(index, text(&item["name"])).set(item["arguments"].clone());
        }
        "response.output_item.done" => done(seen, index, item),
        "response.completed" | "response.incomplete" => {
            seen.stop(text(&response["incomplete_details"]["reason"]).or_else(|| text(&response["status"])));
            seen.summed_up(
                &parts(response, &["summary_text", "reasoning_text"], "text"),
                &parts(response, &["refusal"], "refusal"),
            );
            items(&response["output"]).enumerate().for_each(|(index, item)| done(seen, &index, item));
        }
        _ => {}
    }
}

/// Joins this member of all parts of these types in the output of a response.
fn parts(response: &Value, kinds: &[&str], member: &str) -> String {
    let all = items(&response["output"]).flat_map(|item| items(&item["summary"]).chain(items(&item["content"])));
    let of_kinds = all.filter(|part| part["type"].as_str().is_some_and(|kind| kinds.contains(&kind)));
    of_kinds.filter_map(|part| part[member].as_str()).collect()
}

/// Reads an item that is done; its status says whether it was cut.
fn done(seen: &mut Observer, index: &impl ToString, item: &Value) {
    if item["type"] == "function_call" {
        let tool = seen.tool(index, text(&item["name"]));
        tool.set(item["arguments"].clone());
        (tool.status, tool.over) = (text(&item["status"]), true);
    }
}

fn gemini_chunk(seen: &mut Observer, data: &Value) {
    count(seen, &data["usageMetadata"], ["promptTokenCount", "candidatesTokenCount"]);
    seen.stop(text(&data["promptFeedback"]["blockReason"]));
    let Some(candidate) = first(&data["candidates"]) else { return };
    for part in items(&candidate["content"]["parts"]) {
        let said = part["text"].as_str().unwrap_or_default();
        if part["thought"] == true {
            seen.think(said);
        } else {
            seen.say(said);
        }
        if let Some(call) = part.get("functionCall") {
            seen.add_tool(text(&call["name"])).set(call["args"].clone());
        }
    }
    seen.stop(text(&candidate["finishReason"]));
}

/// Says whether the vendors' documents call the event an error. An `error` member that says nothing is none.
fn is_failure(api: Api, name: &str, data: &Value) -> bool {
    let data = if let Value::Array(items) = data { items.first().unwrap_or(&Value::Null) } else { data };
    let says_something = match &data["error"] {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    let is_error = |kind: &str| api.dialect().errors.events.contains(&kind);
    says_something || name == "error" || data["type"].as_str().is_some_and(is_error)
}

/// Describes such an event, beside which its caller has the headers of the response at hand.
fn failure(api: Api, event: &Event, data: &Value, headers: &HeaderMap) -> ObservedError {
    let mut described = in_hand(Site::Iterate, data, &event.data);
    read_parsed_body(&mut described, api, data);
    read_headers(&mut described, Some(headers));
    described
}

/// Describes a response with an error status, of which its caller has the status, the headers and the body as far as it
/// comes.
async fn refused(api: Api, response: Response) -> ObservedError {
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap_or_default();
    let body = serde_json::from_str(&text).unwrap_or_default();
    let mut described = in_hand(Site::Open, &body, &text);
    described.status = attribute(Some(i64::from(status.as_u16())));
    read_headers(&mut described, Some(&headers));
    read_parsed_body(&mut described, api, &body);
    described
}

/// Describes an error by its body; where that has no message, its text is the message.
fn in_hand(site: Site, body: &Value, text: &str) -> ObservedError {
    error(site, &["serde_json::Value"], message_in(body).unwrap_or_else(|| text.to_owned()))
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
