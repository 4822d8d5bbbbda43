//! rig: the items of `Model::stream`, and the response that `finish` makes of them.

use rig_core::completion::{AssistantContent, CompletionRequest, CompletionResponse, FinishReason, ToolDefinition};
use rig_core::error::ProviderError;
use rig_core::message::{EmptyToolName, ToolCall, ToolName};
use rig_core::providers::anthropic::AnthropicConfig;
use rig_core::providers::gemini::GeminiConfig;
use rig_core::providers::openai::OpenAIConfig;
use rig_core::streaming::{CompletionStream, Item, StreamEvent};
use rig_reqwest::ReqwestClient;
use serde_json::Value;

use super::request::{PROMPT, TOOL, TOOL_DESCRIPTION, http, model, parameters};
use super::seen::{Seen, attribute, error, in_body, no_answer, number_in_body, read_headers, word};
use crate::contract::{Api, Ask, Call, Observation, ObservedError, Site};

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let describe = |site, raised: &ProviderError| describe(call.api, site, raised);
    let mut seen = Seen::default();
    let mut stream = match open(&call) {
        Ok(stream) => stream,
        Err(raised) => return seen.raised(describe(Site::Open, &raised)),
    };
    if call.surface == "final" {
        return match stream.finish().await {
            Ok(response) => finished(response),
            Err(raised) => no_answer(describe(Site::Finalize, &raised)),
        };
    }
    let raised = seen.take(&mut stream, item).await;
    // The items have no stop reason; the stream itself knows it once the provider ended the answer.
    seen.stop(stream.partial().finish_reason().and_then(reason));
    match raised {
        Some(raised) => seen.raised(describe(Site::Iterate, &raised)),
        None => seen.returned(),
    }
}

/// The client as its documentation configures it: the base URL in the configuration, the timeout in the transport.
#[expect(clippy::result_large_err, reason = "the SDK's error is as large as that")]
fn open(call: &Call) -> Result<CompletionStream, ProviderError> {
    let http = http().read_timeout(call.timeout).build();
    let http = ReqwestClient::from(http.map_err(|raised| ProviderError::Request(std::sync::Arc::new(raised)))?);
    let mut request = CompletionRequest::new(PROMPT).max_tokens(1024);
    if call.ask == Ask::Tool {
        let name = ToolName::new(TOOL).map_err(|raised: EmptyToolName| ProviderError::request(raised))?;
        request = request.tool(ToolDefinition::new(name, TOOL_DESCRIPTION, parameters()));
    }
    let (root, model) = (call.base_url.as_str(), model(call.api));
    let openai = || OpenAIConfig::new("test").with_base_url(format!("{root}/v1"));
    match call.api {
        Api::AnthropicMessages => {
            AnthropicConfig::new("test").with_base_url(root).connect(http).completion(model).stream(request)
        }
        Api::OpenaiChat => openai().connect(http).chat(model).stream(request),
        Api::OpenaiResponses => openai().connect(http).responses(model).stream(request),
        Api::GeminiGenerate => {
            GeminiConfig::new("test").with_base_url(root).connect(http).completion(model).stream(request)
        }
    }
}

fn item(seen: &mut Seen, item: Item<StreamEvent>) {
    let Item::Event(event) = item else { return };
    let part = event.part().index();
    match event {
        StreamEvent::Start { name: Some(name), .. } => {
            seen.tool(&part, Some(name.to_string()));
        }
        StreamEvent::Text { text, .. } => seen.say(&text),
        StreamEvent::Arguments { json, .. } => seen.extend_tool(&part, &json),
        StreamEvent::End { content: AssistantContent::ToolCall(call), .. } => whole_call(seen, part, call),
        StreamEvent::Start { .. } | StreamEvent::Reasoning { .. } | StreamEvent::End { .. } => {}
    }
}

/// A call that the SDK calls ended; arguments that are no object are kept as the model sent them.
fn whole_call(seen: &mut Seen, part: usize, call: ToolCall) {
    let function = call.function;
    let tool = seen.tool(&part, Some(function.name.to_string()));
    tool.arguments = function.invalid_arguments.map_or(Value::Object(function.arguments), Value::String);
    tool.complete = true;
}

/// The response that a caller was given.
fn finished(response: CompletionResponse) -> Observation {
    let mut seen = Seen::default();
    seen.say(&response.text());
    seen.stop(response.finish_reason().and_then(reason));
    for (part, content) in response.choice.into_iter().enumerate() {
        if let AssistantContent::ToolCall(call) = content {
            whole_call(&mut seen, part, call);
        }
    }
    seen.returned()
}

/// The SDK's word for a reason, or the provider's where it has none.
fn reason(reason: FinishReason) -> Option<String> {
    match reason {
        FinishReason::Other(reason) => Some(reason),
        reason => word(&reason),
    }
}

/// The error by its variant, and by what the SDK keeps of the provider's reply, whose body it parses on demand.
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
    let status = raised.provider_response_status().map(|status| i64::from(status.as_u16()));
    let body = raised.provider_response_json().ok().flatten().unwrap_or_default();
    let (kind, code): (&[&str], &[&str]) = match api {
        Api::AnthropicMessages => (&["/error/type"], &[]),
        Api::OpenaiChat => (&["/error/type"], &["/error/code"]),
        Api::OpenaiResponses => (&["/error/type"], &["/error/code", "/response/error/code", "/code"]),
        Api::GeminiGenerate => (&["/error/status"], &["/error/code"]),
    };
    described.kind = in_body(&body, kind);
    described.code = in_body(&body, code);
    described.status = if status.is_some() { attribute(status) } else { number_in_body(&body, code) };
    read_headers(&mut described, raised.provider_response_headers());
    described.request_id = attribute(raised.provider_request_id().map(str::to_owned));
    described.retryable = attribute(Some(raised.is_retryable()));
    described
}
