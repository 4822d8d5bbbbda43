//! Streams one answer with `async-openai`: the text and why it ended, or `AnswerFailed` with all that is known.

use std::collections::BTreeMap;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{CreateChatCompletionRequest, FinishReason};
use async_openai::types::responses::{CreateResponse, Response, ResponseStreamEvent, Status};
use futures_util::StreamExt as _;
use serde_json::Value;

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

    fn of(error: &OpenAIError, text: &str) -> Self {
        let word = |value: &Value| value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|n| n.to_string()));
        match error {
            OpenAIError::ApiError(response) => {
                let (kind, code) = (response.api_error.r#type.clone(), response.api_error.code.clone());
                Self { status: Some(response.status_code.as_u16()), ..Self::new(error.to_string(), text, kind, code) }
            }
            // An error object inside the stream is no chunk, so this is all that is said of it: read it ourselves.
            OpenAIError::JSONDeserialize(_, content) => {
                let told: Value = serde_json::from_str(content).unwrap_or_default();
                let told = told.get("error").unwrap_or(&told);
                Self::new(error.to_string(), text, word(&told["type"]), word(&told["code"]))
            }
            _ => Self::new(error.to_string(), text, None, None),
        }
    }

    /// Nothing was done with the answer yet, so asking again is safe; it is useless where the request is to blame.
    pub fn is_retryable(&self) -> bool {
        let is_open = self.status.is_none_or(|status| matches!(status, 408 | 409 | 429) || status >= 500);
        is_open && self.code.as_deref() != Some("insufficient_quota")
    }
}

/// The status that a code or a type stands for (<https://developers.openai.com/api/docs/guides/error-codes>): an error
/// inside the stream has none. Some gateways' code is the status itself.
fn status_of(word: &str) -> Option<u16> {
    Some(match word {
        "context_length_exceeded" | "invalid_request_error" => 400,
        "invalid_api_key" => 401,
        "model_not_found" => 404,
        "rate_limit_exceeded" | "rate_limit_error" | "insufficient_quota" => 429,
        "server_error" => 500,
        "server_is_overloaded" => 503,
        number => return number.parse().ok().filter(|status| (400..600).contains(status)),
    })
}

/// The name and the arguments of each tool call, by its index.
pub type Calls = BTreeMap<u32, (String, String)>;

/// One chat completion: its text, its tool calls and its finish reason, without which it was cut.
pub async fn chat<C: Config>(
    client: &Client<C>,
    request: CreateChatCompletionRequest,
) -> Result<(String, Calls, FinishReason), AnswerFailed> {
    let (mut text, mut calls, mut finish_reason) = (String::new(), Calls::new(), None);
    let opened = client.chat().create_stream(request).await;
    let mut stream = opened.map_err(|error| AnswerFailed::of(&error, &text))?;
    while let Some(chunk) = stream.next().await {
        for choice in chunk.map_err(|error| AnswerFailed::of(&error, &text))?.choices {
            text.push_str(choice.delta.content.as_deref().unwrap_or_default());
            for piece in choice.delta.tool_calls.into_iter().flatten() {
                let Some(function) = piece.function else { continue };
                let (name, arguments) = calls.entry(piece.index).or_default();
                name.push_str(function.name.as_deref().unwrap_or_default());
                arguments.push_str(function.arguments.as_deref().unwrap_or_default());
            }
            finish_reason = choice.finish_reason.or(finish_reason);
        }
    }
    let cut = AnswerFailed::new("the stream ended before a finish reason", &text, None, None);
    finish_reason.map(|reason| (text, calls, reason)).ok_or(cut)
}

/// One response, finished or stopped by a limit: the SDK hands a failure over as an event like any other.
pub async fn respond<C: Config>(client: &Client<C>, request: CreateResponse) -> Result<Response, AnswerFailed> {
    let mut text = String::new();
    let opened = client.responses().create_stream(request).await;
    let mut stream = opened.map_err(|error| AnswerFailed::of(&error, &text))?;
    while let Some(event) = stream.next().await {
        match event.map_err(|error| AnswerFailed::of(&error, &text))? {
            ResponseStreamEvent::ResponseOutputTextDelta(event) => text.push_str(&event.delta),
            ResponseStreamEvent::ResponseCompleted(event) => return finished(event.response, &text),
            ResponseStreamEvent::ResponseIncomplete(event) => return finished(event.response, &text),
            ResponseStreamEvent::ResponseFailed(event) => return finished(event.response, &text),
            ResponseStreamEvent::ResponseError(event) => {
                return Err(AnswerFailed::new(event.message, &text, None, event.code));
            }
            _ => {}
        }
    }
    Err(AnswerFailed::new("the stream ended before response.completed", &text, None, None))
}

fn finished(response: Response, text: &str) -> Result<Response, AnswerFailed> {
    if response.status != Status::Failed {
        return Ok(response);
    }
    let (message, code) = response.error.map(|error| (error.message, error.code)).unzip();
    let code = code.and_then(|code| serde_json::to_value(code).ok()?.as_str().map(str::to_owned));
    Err(AnswerFailed::new(message.unwrap_or_default(), text, None, code))
}
