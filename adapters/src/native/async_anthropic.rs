//! async-anthropic: the events of `messages().create_stream`, as its caller sees them.

use async_anthropic::Client;
use async_anthropic::errors::AnthropicError;
use async_anthropic::types::{ContentBlockDelta, CreateMessagesRequest, MessageContent, MessagesStreamEvent, Usage};

use super::caller;
use super::observer::{Observer, error};
use super::reading::attribute_word;
use super::request::{http_0_12, typed};
use crate::contract::{Call, Observation, ObservedError, Site};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = match http_0_12(&call) {
        Ok(http) => Client::builder()
            .http_client(http)
            .base_url(call.base_url.as_str())
            .api_key("test")
            .version("2023-06-01")
            .build()
            .map_err(|raised| error(Site::Open, &["ClientBuilderError"], raised.to_string())),
        Err(raised) => Err(describe(Site::Open, &AnthropicError::NetworkError(raised))),
    };
    let offers = &[AnswerField::Usage];
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let request: CreateMessagesRequest = typed(call);
    let stream = client.messages().create_stream(request).await;
    seen.follow(stream, event, describe).await
}

fn event(seen: &mut Observer, event: MessagesStreamEvent) {
    match event {
        MessagesStreamEvent::MessageStart { message, usage } => {
            message.content.into_iter().enumerate().for_each(|(index, block)| start(seen, index, block));
            seen.begun(message.stop_reason);
            count(seen, message.usage.or(usage));
        }
        MessagesStreamEvent::ContentBlockStart { index, content_block } => start(seen, index, content_block),
        MessagesStreamEvent::ContentBlockDelta { index, delta } => match delta {
            ContentBlockDelta::TextDelta { text } => seen.say(&text),
            ContentBlockDelta::InputJsonDelta { partial_json } => seen.extend_tool(&index, &partial_json),
        },
        MessagesStreamEvent::ContentBlockStop { index } => seen.close_tool(&index),
        MessagesStreamEvent::MessageDelta { delta, usage } => {
            seen.stop(delta.stop_reason);
            count(seen, usage);
        }
        MessagesStreamEvent::MessageStop => {}
    }
}

fn count(seen: &mut Observer, usage: Option<Usage>) {
    if let Some(usage) = usage {
        seen.count(usage.input_tokens, usage.output_tokens);
    }
}

fn start(seen: &mut Observer, index: usize, block: MessageContent) {
    seen.other_part();
    match block {
        MessageContent::Text(block) => seen.say(&block.text),
        MessageContent::ToolUse(block) => seen.tool(&index, Some(block.name)).set(block.input),
        MessageContent::ToolResult(_) => {}
    }
}

/// Describes the error by its variant: only `StreamError` has a type, which the SDK fills with words of its own where
/// the failure is not the provider's.
fn describe(site: Site, raised: &AnthropicError) -> ObservedError {
    let variant = match raised {
        AnthropicError::NetworkError(_) => "AnthropicError::NetworkError",
        AnthropicError::BadRequest(_) => "AnthropicError::BadRequest",
        AnthropicError::ApiError(_) => "AnthropicError::ApiError",
        AnthropicError::Unauthorized => "AnthropicError::Unauthorized",
        AnthropicError::DeserializationError(_) => "AnthropicError::DeserializationError",
        AnthropicError::Unknown(_) => "AnthropicError::Unknown",
        AnthropicError::UnexpectedError => "AnthropicError::UnexpectedError",
        AnthropicError::StreamError(_) => "AnthropicError::StreamError",
    };
    let mut described = error(site, &[variant, "AnthropicError"], raised.to_string());
    if let AnthropicError::StreamError(said) = raised {
        described.kind = attribute_word(Some(said.error_type.clone()));
    }
    described
}
