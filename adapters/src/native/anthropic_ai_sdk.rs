//! anthropic-ai-sdk: the events of `create_message_streaming`, as its caller sees them.

use anthropic_ai_sdk::client::AnthropicClient;
use anthropic_ai_sdk::types::message::{
    ContentBlock, ContentBlockDelta, CreateMessageParams, MessageClient as _, MessageError, StreamEvent,
};

use super::caller;
use super::observer::{Observer, error, word};
use super::reading::attribute_word;
use super::request::{http_0_12, typed};
use crate::contract::{Call, Observation, ObservedError, Site};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = client(&call).map_err(|raised| describe(Site::Open, &raised));
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &AnthropicClient, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let request: CreateMessageParams = typed(call);
    let opened = client.create_message_streaming(&request).await;
    let stream = opened.map_err(|raised| describe(Site::Open, &raised))?;
    seen.follow(std::pin::pin!(stream), event, describe).await
}

/// Makes the client as its documentation configures it: the base URL with the version, the timeout in an HTTP client of
/// one's own.
fn client(call: &Call) -> Result<AnthropicClient, MessageError> {
    let http = http_0_12(call).map_err(|error| MessageError::RequestFailed(error.to_string()))?;
    AnthropicClient::builder("test", AnthropicClient::DEFAULT_API_VERSION)
        .with_api_base_url(format!("{}/v1", call.base_url))
        .with_http_client(http)
        .build()
}

fn event(seen: &mut Observer, event: StreamEvent) {
    match event {
        StreamEvent::MessageStart { message } => {
            message.content.into_iter().enumerate().for_each(|(index, block)| start(seen, index, block));
            seen.begun(message.stop_reason.as_ref().and_then(word));
            seen.count(Some(message.usage.input_tokens), Some(message.usage.output_tokens));
        }
        StreamEvent::ContentBlockStart { index, content_block } => start(seen, index, content_block),
        StreamEvent::ContentBlockDelta { index, delta } => match delta {
            ContentBlockDelta::TextDelta { text } => seen.say(&text),
            ContentBlockDelta::InputJsonDelta { partial_json } => seen.extend_tool(&index, &partial_json),
            ContentBlockDelta::ThinkingDelta { thinking } => seen.think(&thinking),
            ContentBlockDelta::SignatureDelta { .. } => {}
        },
        StreamEvent::ContentBlockStop { index } => seen.close_tool(&index),
        StreamEvent::MessageDelta { delta, usage } => {
            seen.stop(delta.stop_reason.as_ref().and_then(word));
            if let Some(usage) = usage {
                // The SDK's type says that they may be missing, and has zero for that.
                seen.count(Some(usage.input_tokens).filter(|tokens| *tokens > 0), Some(usage.output_tokens));
            }
        }
        StreamEvent::Error { error: said } => {
            let failure = error(Site::Iterate, &["StreamEvent::Error", "StreamEvent"], said.message);
            seen.failed(ObservedError { kind: attribute_word(Some(said.type_)), ..failure });
        }
        StreamEvent::MessageStop | StreamEvent::Ping => {}
    }
}

fn start(seen: &mut Observer, index: usize, block: ContentBlock) {
    seen.other_part();
    match block {
        ContentBlock::Text { text } => seen.say(&text),
        ContentBlock::ToolUse { name, input, .. } => seen.tool(&index, Some(name)).set(input),
        ContentBlock::Thinking { thinking, .. } => seen.think(&thinking),
        _ => {}
    }
}

/// Describes the error by its variant, which holds nothing but a message: the body of an HTTP error, or words of the
/// SDK's own.
fn describe(site: Site, raised: &MessageError) -> ObservedError {
    let variant = match raised {
        MessageError::RequestFailed(_) => "MessageError::RequestFailed",
        MessageError::ApiError(_) => "MessageError::ApiError",
    };
    error(site, &[variant, "MessageError"], raised.to_string())
}
