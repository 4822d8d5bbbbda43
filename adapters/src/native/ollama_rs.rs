//! ollama-rs: the parts of `send_chat_messages_stream`, as its caller sees them.

use ollama_rs::Ollama;
use ollama_rs::error::OllamaError;
use ollama_rs::generation::chat::ChatMessageResponse;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use reqwest_0_12::Url;

use super::caller;
use super::observer::{Observer, error};
use super::request::{body, http_0_12};
use crate::contract::{Call, Observation, ObservedError, Site};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    let client = client(&call).map_err(|raised| describe(Site::Open, &raised));
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

/// Makes a client.
fn client(call: &Call) -> Result<Ollama, OllamaError> {
    let url = Url::parse(&format!("{}/", call.base_url)).map_err(|raised| OllamaError::Other(raised.to_string()))?;
    Ok(Ollama::builder().url(url).reqwest_client(http_0_12(call)?).build())
}

async fn make(client: &Ollama, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let stream = client.send_chat_messages_stream(request(call)).await;
    let stream = stream.map_err(|raised| describe(Site::Open, &raised))?;
    seen.follow(stream, part, |site, ()| error(site, &["()"], "")).await
}

/// Makes the request in the SDK's own type.
fn request(call: &Call) -> ChatMessageRequest {
    serde_json::from_value(body(call)).expect("the dialect's body has the shape that the SDK's type describes")
}

/// Reads a part. The SDK hands out that the answer is `done` and not why, so that every end reads as that of an answer without a
/// reason.
fn part(seen: &mut Observer, part: ChatMessageResponse) {
    seen.say(&part.message.content);
    seen.think(part.message.thinking.as_deref().unwrap_or_default());
    for call in part.message.tool_calls {
        seen.add_tool(Some(call.function.name)).set(call.function.arguments);
    }
    if let Some(told) = part.final_data {
        seen.count(Some(told.prompt_eval_count), Some(told.eval_count));
    }
    if part.done {
        seen.close_tools();
        seen.stop(Some("stop".to_owned()));
    }
}

/// Describes the error by its variant; that of a refused response holds its body as text.
fn describe(site: Site, raised: &OllamaError) -> ObservedError {
    let variant = match raised {
        OllamaError::ToolCallError(_) => "OllamaError::ToolCallError",
        OllamaError::JsonError(_) => "OllamaError::JsonError",
        OllamaError::ReqwestError(_) => "OllamaError::ReqwestError",
        OllamaError::InternalError(_) => "OllamaError::InternalError",
        OllamaError::Other(_) => "OllamaError::Other",
    };
    error(site, &[variant, "OllamaError"], raised.to_string())
}
