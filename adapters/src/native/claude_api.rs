//! claude-api: the events of `messages().create_stream`, and the message that `aggregate` makes of them.

use claude_api::error::{ApiErrorKind, StreamError};
use claude_api::messages::stream::EventStream;
use claude_api::messages::{
    ContentBlock, ContentDelta, CreateMessageRequest, KnownBlock, KnownContentDelta, KnownStreamEvent, Message,
    StreamEvent, Tool,
};
use claude_api::retry::RetryPolicy;
use claude_api::{Client, Error};

use super::collected::{Collected, error, no_answer, word};
use super::reading::{attribute, attribute_word};
use super::request::http;
use crate::contract::{Ask, Call, Field, Observation, ObservedError, Site};
use crate::dialect::{PROMPT, TOOL, parameters};

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let opened = open(&call).await;
    if call.surface == "final" {
        let stream = match opened {
            Ok(stream) => stream,
            Err(error) => return no_answer(describe(Site::Open, &error)),
        };
        return match stream.aggregate().await {
            Ok(message) => finished(Collected::new(call.api), message).returned(),
            Err(error) => no_answer(describe(Site::Finalize, &error)),
        };
    }
    match opened {
        Ok(stream) => Collected::new(call.api).follow(stream, event, describe).await,
        Err(error) => Collected::new(call.api).raised(describe(Site::Open, &error)),
    }
}

/// The client as its documentation configures it; the timeout is what `ClientBuilder::timeout` sets in a client of the
/// SDK's own, over the whole answer.
async fn open(call: &Call) -> Result<EventStream, Error> {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = call.max_retries.saturating_add(1);
    let client = Client::builder()
        .api_key("test")
        .base_url(&call.base_url)
        .http_client(http().timeout(call.timeout).build()?)
        .retry(policy)
        .build()?;
    let model = call.api.dialect().model;
    let mut request = CreateMessageRequest::builder().model(model).max_tokens(1024).user(PROMPT);
    if call.ask == Ask::Tool {
        request = request.tools(vec![Tool::custom(TOOL, parameters())]);
    }
    client.messages().create_stream(request.build()?).await
}

fn event(seen: &mut Collected, event: StreamEvent) {
    let StreamEvent::Known(event) = event else { return };
    match event {
        KnownStreamEvent::MessageStart { message } => {
            message.content.into_iter().zip(0..).for_each(|(block, index)| start(seen, index, block));
            seen.begun(message.stop_reason.as_ref().and_then(word));
        }
        KnownStreamEvent::ContentBlockStart { index, content_block } => start(seen, index, content_block),
        KnownStreamEvent::ContentBlockDelta { index, delta: ContentDelta::Known(delta) } => match delta {
            KnownContentDelta::TextDelta { text } => seen.say(&text),
            KnownContentDelta::InputJsonDelta { partial_json } => seen.extend_tool(&index, &partial_json),
            _ => {}
        },
        KnownStreamEvent::ContentBlockStop { index } => seen.close_tool(&index),
        KnownStreamEvent::MessageDelta { delta, .. } => seen.stop(delta.stop_reason.as_ref().and_then(word)),
        KnownStreamEvent::Error { error: said } => {
            let failure = error(Site::Iterate, &["KnownStreamEvent::Error", "KnownStreamEvent"], said.message);
            seen.failed(ObservedError { kind: attribute_word(word(&said.kind)), ..failure });
        }
        _ => {}
    }
}

fn start(seen: &mut Collected, index: u32, block: ContentBlock) {
    seen.other_part();
    match block {
        ContentBlock::Known(KnownBlock::Text { text, .. }) => seen.say(&text),
        ContentBlock::Known(KnownBlock::ToolUse { name, input, .. }) => seen.tool(&index, Some(name)).set(input),
        _ => {}
    }
}

/// The message that a caller was given: every call in it is over.
pub(super) fn finished(mut seen: Collected, message: Message) -> Collected {
    for (block, index) in message.content.into_iter().zip(0..) {
        if let ContentBlock::Known(KnownBlock::ToolUse { name, input, .. }) = block {
            let tool = seen.tool(&index, Some(name));
            (tool.arguments, tool.over) = (input, true);
        } else {
            start(&mut seen, index, block);
        }
    }
    seen.stop(message.stop_reason.as_ref().and_then(word));
    seen
}

/// The error by its variant, and by the accessors that every variant has.
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
