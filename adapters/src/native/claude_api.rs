//! claude-api: the events of `messages().create_stream`, and the message that `aggregate` makes of them.

use claude_api::error::{ApiErrorKind, StreamError};
use claude_api::messages::stream::EventStream;
use claude_api::messages::{
    ContentBlock, ContentDelta, CreateMessageRequest, KnownBlock, KnownContentDelta, KnownStreamEvent, Message,
    StreamEvent, Tool,
};
use claude_api::retry::RetryPolicy;
use claude_api::types::Usage;
use claude_api::{Client, Error};

use super::caller;
use super::observer::{Observer, error, word};
use super::reading::{attribute, attribute_word};
use super::request::http;
use crate::contract::{Ask, Call, Field, Observation, ObservedError, Site};
use crate::dialect::{TOOL, parameters};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = client(&call).map_err(|raised| describe(Site::Open, &raised));
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let stream = open(client, call).await.map_err(|raised| describe(Site::Open, &raised))?;
    if call.surface == "final" {
        let message = stream.aggregate().await.map_err(|raised| describe(Site::Finalize, &raised))?;
        finished(seen, message);
        return Ok(());
    }
    seen.follow(stream, event, describe).await
}

/// Makes the client as its documentation configures it; the timeout is what `ClientBuilder::timeout` sets in a client
/// of the SDK's own, over the whole answer.
fn client(call: &Call) -> Result<Client, Error> {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = call.max_retries.saturating_add(1);
    Client::builder()
        .api_key("test")
        .base_url(&call.base_url)
        .http_client(http(call).timeout(call.timeout).build()?)
        .retry(policy)
        .build()
}

async fn open(client: &Client, call: &Call) -> Result<EventStream, Error> {
    let model = call.api.dialect().model;
    let mut request = CreateMessageRequest::builder().model(model).max_tokens(1024).user(call.prompt());
    if call.ask == Ask::Tool {
        request = request.tools(vec![Tool::custom(TOOL, parameters())]);
    }
    client.messages().create_stream(request.build()?).await
}

fn event(seen: &mut Observer, event: StreamEvent) {
    let StreamEvent::Known(event) = event else { return };
    match event {
        KnownStreamEvent::MessageStart { message } => {
            message.content.into_iter().zip(0..).for_each(|(block, index)| start(seen, index, block));
            seen.begun(message.stop_reason.as_ref().and_then(word));
            count(seen, &message.usage);
        }
        KnownStreamEvent::ContentBlockStart { index, content_block } => start(seen, index, content_block),
        KnownStreamEvent::ContentBlockDelta { index, delta: ContentDelta::Known(delta) } => match delta {
            KnownContentDelta::TextDelta { text } => seen.say(&text),
            KnownContentDelta::InputJsonDelta { partial_json } => seen.extend_tool(&index, &partial_json),
            KnownContentDelta::ThinkingDelta { thinking } => seen.think(&thinking),
            _ => {}
        },
        KnownStreamEvent::ContentBlockStop { index } => seen.close_tool(&index),
        KnownStreamEvent::MessageDelta { delta, usage } => {
            seen.stop(delta.stop_reason.as_ref().and_then(word));
            count(seen, &usage);
        }
        KnownStreamEvent::Error { error: said } => {
            let failure = error(Site::Iterate, &["KnownStreamEvent::Error", "KnownStreamEvent"], said.message);
            seen.failed(ObservedError { kind: attribute_word(word(&said.kind)), ..failure });
        }
        _ => {}
    }
}

fn count(seen: &mut Observer, usage: &Usage) {
    seen.count(Some(usage.input_tokens), Some(usage.output_tokens));
}

fn start(seen: &mut Observer, index: u32, block: ContentBlock) {
    seen.other_part();
    match block {
        ContentBlock::Known(KnownBlock::Text { text, .. }) => seen.say(&text),
        ContentBlock::Known(KnownBlock::ToolUse { name, input, .. }) => seen.tool(&index, Some(name)).set(input),
        ContentBlock::Known(KnownBlock::Thinking { thinking, .. }) => seen.think(&thinking),
        _ => {}
    }
}

/// Reads the message that a caller was given: every call in it is over.
pub(super) fn finished(seen: &mut Observer, message: Message) {
    count(seen, &message.usage);
    for (block, index) in message.content.into_iter().zip(0..) {
        if let ContentBlock::Known(KnownBlock::ToolUse { name, input, .. }) = block {
            let tool = seen.tool(&index, Some(name));
            (tool.arguments, tool.over) = (input, true);
        } else {
            start(seen, index, block);
        }
    }
    seen.stop(message.stop_reason.as_ref().and_then(word));
}

/// Describes the error by its variant, and by the accessors that every variant has.
fn describe(site: Site, raised: &Error) -> ObservedError {
    let (variant, kind): (&str, Option<&ApiErrorKind>) = match raised {
        Error::Api { kind, .. } => ("Error::Api", Some(kind)),
        Error::Network(_) => ("Error::Network", None),
        Error::Decode(_) => ("Error::Decode", None),
        Error::Stream(StreamError::Parse(_)) => ("StreamError::Parse", None),
        Error::Stream(StreamError::Connection(_)) => ("StreamError::Connection", None),
        Error::Stream(StreamError::Server { kind, .. }) => ("StreamError::Server", Some(kind)),
        Error::Stream(_) => ("Error::Stream", None),
        _ => ("Error", None),
    };
    let described = error(site, &[variant, "Error"], raised.to_string());
    ObservedError {
        status: attribute(raised.status().map(|status| i64::from(status.as_u16()))),
        kind: kind.map_or(Field::Absent, |kind| attribute_word(word(kind))),
        request_id: attribute_word(raised.request_id().map(str::to_owned)),
        retry_after: attribute(raised.retry_after().map(|delay| delay.as_secs_f64())),
        retryable: attribute(Some(raised.is_retryable())),
        ..described
    }
}
