//! rig: the items of `Model::stream`, and the response that `finish` makes of them.

use rig_core::completion::{
    AssistantContent, CompletionRequest, CompletionResponse, FinishReason, ToolDefinition, Usage,
};
use rig_core::error::ProviderError;
use rig_core::message::{EmptyToolName, ToolCall, ToolName};
use rig_core::providers::anthropic::AnthropicConfig;
use rig_core::providers::gemini::GeminiConfig;
use rig_core::providers::openai::OpenAIConfig;
use rig_core::streaming::{CompletionStream, Item, StreamEvent};
use rig_reqwest::ReqwestClient;
use serde_json::Value;

use super::caller;
use super::observer::{Observer, error, word};
use super::reading::{attribute, attribute_word, read_body, read_headers};
use super::request::http;
use crate::contract::{Api, Ask, Call, Observation, ObservedError, Site};
use crate::dialect::{TOOL, TOOL_DESCRIPTION, parameters};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let model = model(&call).map_err(|raised| describe(call.api, Site::Open, &raised));
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    caller::observe(call, model, offers, |model, call, seen| Box::pin(make(model, call, seen))).await
}

/// A model of a provider's client, whose type differs for each API, by what is asked of it.
type Model = Box<dyn Fn(CompletionRequest) -> Result<CompletionStream, ProviderError> + Send + Sync>;

async fn make(model: &Model, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let describe = |site, raised: &ProviderError| describe(call.api, site, raised);
    let opened = request(call).and_then(model);
    let mut stream = opened.map_err(|raised| describe(Site::Open, &raised))?;
    if call.surface == "final" {
        let response = stream.finish().await.map_err(|raised| describe(Site::Finalize, &raised))?;
        finished(seen, response);
        return Ok(());
    }
    let ended = seen.follow(&mut stream, item, describe).await;
    // The items have neither a stop reason nor numbers of tokens; the stream itself knows them once they have come.
    let partial = stream.partial();
    seen.stop(partial.finish_reason().and_then(reason));
    count(seen, &partial.usage);
    ended
}

#[expect(clippy::result_large_err, reason = "the SDK's error is as large as that")]
fn request(call: &Call) -> Result<CompletionRequest, ProviderError> {
    let mut request = CompletionRequest::new(call.prompt()).max_tokens(1024);
    if call.ask == Ask::Tool {
        let name = ToolName::new(TOOL).map_err(|raised: EmptyToolName| ProviderError::request(raised))?;
        request = request.tool(ToolDefinition::new(name, TOOL_DESCRIPTION, parameters()));
    }
    Ok(request)
}

/// Makes the client as its documentation configures it: the base URL in the configuration, the timeout in the
/// transport.
#[expect(clippy::result_large_err, reason = "the SDK's error is as large as that")]
#[allow(clippy::match_wildcard_for_single_variants, reason = "further dialects are none of its manifest's")]
fn model(call: &Call) -> Result<Model, ProviderError> {
    let http = http(call).read_timeout(call.timeout).build();
    let http = ReqwestClient::from(http.map_err(|raised| ProviderError::Request(std::sync::Arc::new(raised)))?);
    let (root, model) = (call.base_url.as_str(), call.api.dialect().model);
    let openai = || OpenAIConfig::new("test").with_base_url(format!("{root}/v1"));
    Ok(match call.api {
        Api::AnthropicMessages => {
            let model = AnthropicConfig::new("test").with_base_url(root).connect(http).completion(model);
            Box::new(move |request| model.stream(request))
        }
        Api::OpenaiChat => {
            let model = openai().connect(http).chat(model);
            Box::new(move |request| model.stream(request))
        }
        Api::OpenaiResponses => {
            let model = openai().connect(http).responses(model);
            Box::new(move |request| model.stream(request))
        }
        Api::GeminiGenerate => {
            let model = GeminiConfig::new("test").with_base_url(root).connect(http).completion(model);
            Box::new(move |request| model.stream(request))
        }
        #[allow(unreachable_patterns, reason = "which dialects it speaks is said by its manifest, and held to that")]
        other => unreachable!("the manifest does not offer {other}"),
    })
}

fn count(seen: &mut Observer, usage: &Usage) {
    seen.count(usage.input_tokens, usage.output_tokens);
}

fn item(seen: &mut Observer, item: Item<StreamEvent>) {
    let Item::Event(event) = item else { return };
    let part = event.part().index();
    match event {
        StreamEvent::Start { name: Some(name), .. } => {
            seen.tool(&part, Some(name.to_string()));
        }
        StreamEvent::Text { text, .. } => seen.say(&text),
        StreamEvent::Arguments { json, .. } => seen.extend_tool(&part, &json),
        StreamEvent::End { content: AssistantContent::ToolCall(call), .. } => whole_call(seen, part, call),
        StreamEvent::Reasoning { text, .. } => seen.think(&text),
        // A part whose text came in no pieces.
        StreamEvent::End { content: AssistantContent::Reasoning(thoughts), .. } => seen.summed_up(&thoughts.text, ""),
        StreamEvent::Start { .. } => seen.other_part(),
        StreamEvent::End { .. } => {}
    }
}

/// Reads a call that the SDK calls ended; arguments that are no object are kept as the model sent them. The provider's
/// item has the status where it has one.
fn whole_call(seen: &mut Observer, part: usize, call: ToolCall) {
    let function = call.function;
    let tool = seen.tool(&part, Some(function.name.to_string()));
    tool.arguments = function.invalid_arguments.map_or(Value::Object(function.arguments), Value::String);
    tool.status = call.native.and_then(|native| native.item["status"].as_str().map(str::to_owned));
    tool.over = true;
}

/// Reads the response that a caller was given.
fn finished(seen: &mut Observer, response: CompletionResponse) {
    count(seen, &response.usage);
    seen.stop(response.finish_reason().and_then(reason));
    for (part, content) in response.choice.into_iter().enumerate() {
        seen.other_part();
        match content {
            AssistantContent::ToolCall(call) => whole_call(seen, part, call),
            AssistantContent::Text(text) => seen.say(&text.text),
            AssistantContent::Reasoning(thoughts) => seen.think(&thoughts.text),
            _ => {}
        }
    }
}

/// Returns the SDK's word for a reason, or the provider's where it has none.
fn reason(reason: FinishReason) -> Option<String> {
    match reason {
        FinishReason::Other(reason) => Some(reason),
        reason => word(&reason),
    }
}

/// Describes the error by its variant, and by what the SDK keeps of the provider's reply.
fn describe(api: Api, site: Site, raised: &ProviderError) -> ObservedError {
    let variant = match raised {
        ProviderError::Http(_) => "ProviderError::Http",
        ProviderError::Json(_) => "ProviderError::Json",
        ProviderError::Request(_) => "ProviderError::Request",
        ProviderError::Response(_) => "ProviderError::Response",
        ProviderError::Provider(_) => "ProviderError::Provider",
        ProviderError::ProviderResponse(_) => "ProviderError::ProviderResponse",
        ProviderError::InvalidAuthentication(_) => "ProviderError::InvalidAuthentication",
        ProviderError::Truncated => "ProviderError::Truncated",
        _ => "ProviderError",
    };
    let mut described = error(site, &[variant, "ProviderError"], raised.to_string());
    described.status = attribute(raised.provider_response_status().map(|status| i64::from(status.as_u16())));
    described.retryable = attribute(Some(raised.is_retryable()));
    described.request_id = attribute_word(raised.provider_request_id().map(str::to_owned));
    read_headers(&mut described, raised.provider_response_headers());
    read_body(&mut described, api, raised.provider_response_body().unwrap_or_default());
    described
}
