//! Streams one answer with `async-openai`: the whole answer, or `AnswerFailed` with all that is known.
//!
//! It reads events as JSON, with the crate's feature `byot`. The crate's own types drop the error that a gateway puts beside
//! an empty list of choices, and refuse whatever a server adds, in a healthy answer too.
//!
//! The crate keeps to itself, so that this cannot tell: the headers of a response, with the request id and `Retry-After`; the
//! status of an HTTP error whose body has not the shape of `OpenAI`'s; an error that is in no event; whether an answer without
//! a finish reason was ended by `[DONE]` or cut, so that each of these has failed; and the name of an event, so that data
//! that is no JSON has failed, too. A byte order mark loses the first event.

use std::collections::BTreeMap;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::Value;

/// A whole answer, or one that a limit ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    /// The text with which the model refused to answer.
    pub refusal: String,
    /// The name and the arguments of each whole tool call; one that was cut is not among them.
    pub calls: Vec<(String, String)>,
    /// The finish reason of a completion; of a response `completed`, or why it is incomplete.
    pub reason: String,
}

/// An answer that did not come to its end. `text` is what had arrived: never take it for the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerFailed {
    pub message: String,
    pub text: String,
    pub kind: Option<String>,
    pub code: Option<String>,
    pub status: Option<u16>,
}

impl AnswerFailed {
    fn new(message: impl Into<String>, text: &str, kind: Option<String>, code: Option<String>) -> Self {
        let status = [&code, &kind].into_iter().flatten().find_map(|word| status_of(word));
        Self { message: message.into(), text: text.to_owned(), kind, code, status }
    }

    /// Makes a failure of what an error object says, or of a text in its place.
    fn from_object(error: &Value, text: &str) -> Self {
        let message =
            error.as_str().or_else(|| error["message"].as_str()).map_or_else(|| error.to_string(), str::to_owned);
        let failed = Self::new(message, text, word(&error["type"]), word(&error["code"]));
        // Some gateways send the status as a number of its own.
        let status = error["status_code"].as_u64().and_then(|status| u16::try_from(status).ok());
        Self { status: status.or(failed.status), ..failed }
    }

    fn of(error: &OpenAIError, text: &str) -> Self {
        match error {
            OpenAIError::ApiError(response) => {
                // From 500 on the crate leaves the body unread, and has it for the message.
                let body: Value = serde_json::from_str(&response.api_error.message).unwrap_or_default();
                let failed = error_in(&body).map(|object| Self::from_object(object, text)).unwrap_or_default();
                let kind = response.api_error.r#type.clone().or(failed.kind);
                let code = response.api_error.code.clone().or(failed.code);
                Self { status: Some(response.status_code.as_u16()), ..Self::new(error.to_string(), text, kind, code) }
            }
            // The body of an HTTP error whose shape the crate does not know, or what came in the stream and is no JSON.
            OpenAIError::JSONDeserialize(_, content) => {
                let body: Value = serde_json::from_str(content).unwrap_or_default();
                let failed = error_in(&body).map(|object| Self::from_object(object, text)).unwrap_or_default();
                Self { message: error.to_string(), text: text.to_owned(), ..failed }
            }
            _ => Self::new(error.to_string(), text, None, None),
        }
    }

    /// Says whether asking again can help. Nothing was done with the answer yet, so it is safe; it is useless where the
    /// request is to blame.
    pub fn is_retryable(&self) -> bool {
        let is_open = self.status.is_none_or(|status| matches!(status, 408 | 409 | 429) || status >= 500);
        is_open && !self.code.as_deref().is_some_and(is_spent)
    }
}

/// Returns the status that a code or a type stands for (<https://developers.openai.com/api/docs/guides/error-codes>):
/// an error inside the stream has none. Some gateways' code is the status itself.
fn status_of(word: &str) -> Option<u16> {
    Some(match word {
        "context_length_exceeded" | "invalid_request_error" => 400,
        "invalid_api_key" => 401,
        "model_not_found" => 404,
        "rate_limit_exceeded" | "rate_limit_error" | "slow_down" => 429,
        "server_error" => 500,
        "server_is_overloaded" => 503,
        word if is_spent(word) => 429,
        number => return number.parse().ok().filter(|status| (400..600).contains(status)),
    })
}

/// Says whether a code means that there is nothing left to spend, which waiting does not mend.
fn is_spent(code: &str) -> bool {
    matches!(
        code,
        "insufficient_quota"
            | "credit_balance_exhausted"
            | "organization_spend_limit_exceeded"
            | "organization_usage_limit_exceeded"
            | "project_spend_limit_exceeded"
    )
}

/// Asks for one chat completion, which is over at its finish reason. The request asks for a stream.
pub async fn chat<C: Config>(client: &Client<C>, request: &impl Serialize) -> Result<Answer, AnswerFailed> {
    let (mut answer, mut calls, mut odd) = (Answer::default(), BTreeMap::new(), None);
    let opened = client.chat().create_stream_byot::<_, Value>(request).await;
    let mut stream = opened.map_err(|error| AnswerFailed::of(&error, ""))?;
    while let Some(item) = stream.next().await {
        let Some(chunk) = read(item, &answer.text)? else { continue };
        let choices = chunk["choices"].as_array();
        // Only one was asked for.
        let choice = choices.into_iter().flatten().find(|choice| choice["index"].as_u64().unwrap_or(0) == 0);
        if let Some(error) = error_in(&chunk).or_else(|| error_in(choice?)) {
            return Err(AnswerFailed::from_object(error, &answer.text));
        }
        let Some(choice) = choice else {
            odd = odd.or(Some(chunk).filter(|chunk| chunk.is_object() && chunk["choices"].is_null()));
            continue;
        };
        answer.text.push_str(&text_of(&choice["delta"]["content"]));
        answer.refusal.push_str(choice["delta"]["refusal"].as_str().unwrap_or_default());
        for piece in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let (name, arguments): &mut (String, String) = calls.entry(piece["index"].as_u64()).or_default();
            name.push_str(piece["function"]["name"].as_str().unwrap_or_default());
            arguments.push_str(piece["function"]["arguments"].as_str().unwrap_or_default());
        }
        answer.reason = choice["finish_reason"].as_str().map_or(answer.reason, str::to_owned);
    }
    match answer.reason.as_str() {
        "" => return Err(cut("a finish reason", odd.as_ref(), &answer.text)),
        "error" => return Err(AnswerFailed::new("the answer ended with an error", &answer.text, None, None)),
        // With any other reason a call was cut.
        "stop" | "tool_calls" | "function_call" => answer.calls = calls.into_values().filter_map(whole).collect(),
        _ => {}
    }
    Ok(answer)
}

/// Asks for one response, completed or stopped by a limit. The request asks for a stream.
pub async fn respond<C: Config>(client: &Client<C>, request: &impl Serialize) -> Result<Answer, AnswerFailed> {
    let (mut text, mut items, mut failed, mut odd) = (String::new(), BTreeMap::new(), None, None);
    let opened = client.responses().create_stream_byot::<_, Value>(request).await;
    let mut stream = opened.map_err(|error| AnswerFailed::of(&error, ""))?;
    while let Some(item) = stream.next().await {
        let read = read(item, &text).map_err(|error| failed.take().unwrap_or(error))?;
        let Some(event) = read else { continue };
        let kind = event["type"].as_str().unwrap_or_default();
        match kind {
            "response.output_text.delta" => text.push_str(event["delta"].as_str().unwrap_or_default()),
            "response.output_item.done" => {
                items.insert(event["output_index"].as_u64(), event["item"].clone());
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = &event["response"];
                if let Some(error) = error_in(response) {
                    return Err(AnswerFailed::from_object(error, &text));
                }
                if response["status"] != "failed" {
                    return Ok(finished(kind, response, text, items.into_values().collect()));
                }
                // It does not say why, but an event after it may.
                failed = Some(AnswerFailed::new("the response failed", &text, None, None));
            }
            // The type of one that is flat is the event's own.
            "error" if error_in(&event).is_none() => {
                return Err(AnswerFailed { kind: None, ..AnswerFailed::from_object(&event, &text) });
            }
            _ => {
                if let Some(error) = error_in(&event) {
                    return Err(AnswerFailed::from_object(error, &text));
                }
                let is_odd = kind.is_empty() && event.is_object();
                odd = odd.or(is_odd.then_some(event));
            }
        }
    }
    Err(failed.unwrap_or_else(|| cut("response.completed", odd.as_ref(), &text)))
}

/// Returns the failure of an answer without its end. Perhaps an item that was no event of the API's says why: some
/// servers send errors in shapes of their own.
fn cut(end: &str, odd: Option<&Value>, text: &str) -> AnswerFailed {
    let message = format!("the stream ended before {end}");
    match odd {
        Some(odd) => {
            AnswerFailed { message: format!("{message}, with {odd} in it"), ..AnswerFailed::from_object(odd, text) }
        }
        None => AnswerFailed::new(message, text, None, None),
    }
}

/// Returns the answer of a response that came to its end. On some servers its output is empty or null, though it was
/// streamed.
fn finished(kind: &str, response: &Value, streamed: String, items: Vec<Value>) -> Answer {
    let output = response["output"].as_array().filter(|output| !output.is_empty()).cloned().unwrap_or(items);
    let said = |kind: &str, member: &str| -> String {
        let parts = output.iter().flat_map(|item| item["content"].as_array().into_iter().flatten());
        parts.filter(|part| part["type"] == kind).filter_map(|part| part[member].as_str()).collect()
    };
    let text = Some(said("output_text", "text")).filter(|text| !text.is_empty()).unwrap_or(streamed);
    // A call may stay in progress to the end of a response that completed; in one that did not, it was cut.
    let is_whole = |item: &&Value| match item["status"].as_str() {
        Some("in_progress") => response["status"] == "completed",
        status => status != Some("incomplete"),
    };
    let calls = output.iter().filter(|item| item["type"] == "function_call").filter(is_whole);
    let calls = calls.map(|call| [&call["name"], &call["arguments"]].map(|member| word(member).unwrap_or_default()));
    let reason = word(&response["incomplete_details"]["reason"]).or_else(|| word(&response["status"]));
    Answer {
        text,
        refusal: said("refusal", "refusal"),
        calls: calls.filter_map(|[name, arguments]| whole((name, arguments))).collect(),
        reason: reason.unwrap_or_else(|| kind.trim_start_matches("response.").to_owned()),
    }
}

/// Returns a call to make: it has a name, and where no arguments came it has none of them, as JSON.
fn whole((name, arguments): (String, String)) -> Option<(String, String)> {
    let arguments = if arguments.is_empty() { "{}".to_owned() } else { arguments };
    (!name.is_empty()).then_some((name, arguments))
}

/// Returns an event as JSON; none if there is nothing in it.
fn read(item: Result<Value, OpenAIError>, text: &str) -> Result<Option<Value>, AnswerFailed> {
    match item {
        Ok(Value::Array(items)) => Ok(items.into_iter().next()),
        Ok(event) => Ok(Some(event)),
        Err(OpenAIError::JSONDeserialize(_, content)) if content.trim().is_empty() => Ok(None),
        Err(error) => Err(AnswerFailed::of(&error, text)),
    }
}

/// Returns the error beside whatever else there is; some servers send an empty one with every piece of a healthy
/// answer.
fn error_in(value: &Value) -> Option<&Value> {
    value.get("error").filter(|error| match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    })
}

/// Returns the text of a content, which some servers send in parts.
fn text_of(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten().filter(|part| part["type"] == "text");
    content.as_str().map_or_else(|| parts.filter_map(|part| part["text"].as_str()).collect(), str::to_owned)
}

/// Returns a text, or a number as one.
fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_number().map(ToString::to_string))
}
