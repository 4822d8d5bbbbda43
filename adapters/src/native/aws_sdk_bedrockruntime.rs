//! aws-sdk-bedrockruntime: the events of `ConverseStream`, and those of Anthropic's in the chunks of
//! `InvokeModelWithResponseStream`.
//!
//! The crate's own `Error` is what the errors of both operations and of their streams become with `into()`, so its variants
//! are the classes.

#![allow(clippy::result_large_err, reason = "an observed error is made once in a call")]

use std::collections::HashMap;
use std::sync::LazyLock;

use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{
    BehaviorVersion, Config, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ContentBlockStart, ConversationRole, ConverseStreamOutput, Message,
    ReasoningContentBlockDelta, ResponseStream, Tool, ToolConfiguration, ToolInputSchema, ToolSpecification,
    ToolUseType,
};
use aws_sdk_bedrockruntime::{Client, Error};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_types::Document;
use aws_smithy_types::event_stream::RawMessage;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};
use serde_json::Value;

use super::caller;
use super::message_event::message_event;
use super::observer::{Observer, error};
use super::reading::{attribute, attribute_word, message_in, read_parsed_body, reading, retry_after};
use crate::contract::{Api, Ask, Call, Observation, ObservedError, Site, Via};
use crate::dialect::{TOOL, TOOL_DESCRIPTION, parameters};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = Client::from_conf(config(&call));
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    caller::observe(call, Ok(client), offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let model = call.api.dialect().model;
    let failed = if call.surface == "converse" {
        let request = client.converse_stream().model_id(model).messages(message(call)).set_tool_config(tools(call));
        let answer = request.send().await.map_err(refused)?;
        seen.take(received(answer.stream).boxed(), event).await
    } else {
        let request = client.invoke_model_with_response_stream().model_id(model).content_type("application/json");
        let answer = request.body(Blob::new(call.body().to_string())).send().await.map_err(refused)?;
        seen.take(received(answer.body).map(|event| event.and_then(parsed)).boxed(), |seen, said| chunk(seen, &said))
            .await
    };
    failed.map_or(Ok(()), Err)
}

/// Returns the events that a receiver gets.
fn received<T, E>(receiver: EventReceiver<T, E>) -> impl Stream<Item = Result<T, ObservedError>>
where
    E: std::error::Error + 'static,
    Error: From<SdkError<E, RawMessage>>,
{
    unfold(receiver, |mut receiver| async {
        let next = receiver.recv().await.transpose()?;
        Some((next.map_err(|raised| describe(Site::Iterate, raised)), receiver))
    })
}

/// Configures a client with credentials that are made up. Its timeouts are those of a connection, of the wait for a response
/// and, as the protection of stalled streams, of that for more of it.
fn config(call: &Call) -> Config {
    let timeouts = TimeoutConfig::builder().connect_timeout(call.timeout).read_timeout(call.timeout).build();
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&call.base_url)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("no-id", "no-key", None, None, "made up"))
        .http_client(http(call))
        .timeout_config(timeouts)
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(call.timeout).build())
        .retry_config(RetryConfig::standard().with_max_attempts(call.max_retries.saturating_add(1)))
        .build()
}

/// Returns the HTTP client for a call. One keeps no connections, for all callers who make one call in the clear; over TLS, where it
/// trusts the certificate of the call, and for a caller who makes several calls, it is one of its own.
fn http(call: &Call) -> SharedHttpClient {
    static ALONE: LazyLock<SharedHttpClient> = LazyLock::new(|| keeping(0, None));
    match call.certificate.as_deref() {
        _ if call.caller.shares_client() => keeping(usize::MAX, call.certificate.as_deref()),
        None => ALONE.clone(),
        certificate => keeping(0, certificate),
    }
}

/// Makes the SDK's own HTTP client, on the library for TLS that all others share, which keeps so many connections and trusts this
/// authority, or those of the system.
fn keeping(connections: usize, certificate: Option<&str>) -> SharedHttpClient {
    let trusted = certificate.map_or_else(TrustStore::default, |pem| TrustStore::empty().with_pem_certificate(pem));
    let context = TlsContext::builder().with_trust_store(trusted).build().expect("nothing is read before it is used");
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context);
    builder.pool_max_idle_per_host(connections).build_https()
}

fn message(call: &Call) -> Message {
    let message = Message::builder().role(ConversationRole::User);
    message.content(ContentBlock::Text(call.prompt().to_owned())).build().expect("it has a role and content")
}

fn tools(call: &Call) -> Option<ToolConfiguration> {
    let spec = ToolSpecification::builder().name(TOOL).description(TOOL_DESCRIPTION);
    let spec = spec.input_schema(ToolInputSchema::Json(document(&parameters()))).build();
    let tools = ToolConfiguration::builder().tools(Tool::ToolSpec(spec.expect("it has a name and a schema")));
    (call.ask == Ask::Tool).then(|| tools.build().expect("it has a tool"))
}

/// Returns a part of a schema, of texts in objects and lists, as the SDK wants it.
fn document(part: &Value) -> Document {
    match part {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), document(member))).collect::<HashMap<_, _>>().into()
        }
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::String(text) => Document::String(text.clone()),
        _ => Document::Null,
    }
}

fn event(seen: &mut Observer, event: ConverseStreamOutput) {
    match event {
        ConverseStreamOutput::ContentBlockStart(start) => {
            seen.other_part();
            // The service runs a tool of its own itself.
            if let Some(ContentBlockStart::ToolUse(tool)) = start.start
                && tool.r#type != Some(ToolUseType::ServerToolUse)
            {
                seen.tool(&start.content_block_index, Some(tool.name));
            }
        }
        ConverseStreamOutput::ContentBlockDelta(delta) => match delta.delta {
            Some(ContentBlockDelta::Text(text)) => seen.say(&text),
            Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(thought))) => {
                // A block of thoughts has no start.
                seen.other_part();
                seen.think(&thought);
            }
            Some(ContentBlockDelta::ToolUse(piece)) => seen.extend_tool(&delta.content_block_index, &piece.input),
            _ => {}
        },
        ConverseStreamOutput::ContentBlockStop(stop) => seen.close_tool(&stop.content_block_index),
        ConverseStreamOutput::MessageStop(stop) => seen.stop(Some(stop.stop_reason.as_str().to_owned())),
        ConverseStreamOutput::Metadata(metadata) => {
            if let Some(usage) = metadata.usage {
                seen.count(Some(usage.input_tokens), Some(usage.output_tokens));
            }
        }
        _ => {}
    }
}

/// Parses the bytes of a chunk, which are JSON for the SDK's caller. There may be none, and an event that the SDK does not know has
/// none.
fn parsed(event: ResponseStream) -> Result<Value, ObservedError> {
    let ResponseStream::Chunk(part) = event else { return Ok(Value::Null) };
    let Some(bytes) = part.bytes.map(Blob::into_inner) else { return Ok(Value::Null) };
    serde_json::from_slice(&bytes).map_err(|raised| error(Site::Iterate, &["serde_json::Error"], raised.to_string()))
}

/// Reads what a chunk says, which may be an error.
fn chunk(seen: &mut Observer, said: &Value) {
    message_event(seen, said);
    if said["type"] == "error" {
        let mut failure =
            error(Site::Iterate, &["ResponseStream::Chunk", "ResponseStream"], message_in(said).unwrap_or_default());
        read_parsed_body(&mut failure, Api::BedrockInvoke, said);
        seen.failed(failure);
    }
}

/// Describes an error in the place of an answer, which may hold the response.
fn refused<E>(raised: SdkError<E>) -> ObservedError
where
    E: std::error::Error + 'static,
    Error: From<SdkError<E>>,
{
    let response = raised.raw_response();
    let status = response.map(|response| attribute(Some(i64::from(response.status().as_u16()))));
    let delay =
        response.map(|response| reading(Via::Header, response.headers().get("retry-after").and_then(retry_after)));
    let described = describe(Site::Open, raised);
    ObservedError { status: status.unwrap_or_default(), retry_after: delay.unwrap_or_default(), ..described }
}

/// Describes an error by its variant: that of `Error` for what the service says, or that of `SdkError`.
fn describe<E, R>(site: Site, raised: SdkError<E, R>) -> ObservedError
where
    E: std::error::Error + 'static,
    R: std::fmt::Debug,
    Error: From<SdkError<E, R>>,
{
    let shown = DisplayErrorContext(&raised).to_string();
    let outside = match &raised {
        SdkError::ConstructionFailure(_) => "SdkError::ConstructionFailure",
        SdkError::TimeoutError(_) => "SdkError::TimeoutError",
        SdkError::DispatchFailure(_) => "SdkError::DispatchFailure",
        SdkError::ResponseError(_) => "SdkError::ResponseError",
        SdkError::ServiceError(_) => return said(site, &raised.into(), shown),
        _ => "SdkError",
    };
    error(site, &[outside, "SdkError"], shown)
}

/// Describes an error that the service has sent. The name of its variant is the type where it has no code.
fn said(site: Site, raised: &Error, shown: String) -> ObservedError {
    let variant = match raised {
        Error::AccessDeniedException(_) => Some("AccessDeniedException"),
        Error::InternalServerException(_) => Some("InternalServerException"),
        Error::ModelErrorException(_) => Some("ModelErrorException"),
        Error::ModelNotReadyException(_) => Some("ModelNotReadyException"),
        Error::ModelStreamErrorException(_) => Some("ModelStreamErrorException"),
        Error::ModelTimeoutException(_) => Some("ModelTimeoutException"),
        Error::ResourceNotFoundException(_) => Some("ResourceNotFoundException"),
        Error::ServiceQuotaExceededException(_) => Some("ServiceQuotaExceededException"),
        Error::ServiceUnavailableException(_) => Some("ServiceUnavailableException"),
        Error::ThrottlingException(_) => Some("ThrottlingException"),
        Error::ValidationException(_) => Some("ValidationException"),
        _ => None,
    };
    let class = format!("Error::{}", variant.unwrap_or("Unhandled"));
    let message = raised.message().map_or(shown, str::to_owned);
    ObservedError {
        kind: attribute_word(raised.code().or(variant).map(str::to_owned)),
        request_id: attribute_word(raised.request_id().map(str::to_owned)),
        ..error(site, &[&class, "Error"], message)
    }
}
