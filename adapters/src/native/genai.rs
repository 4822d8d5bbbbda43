//! genai: the events of `exec_chat_stream`, and the answer that is captured for its last event.

use std::future::ready;

use futures_util::StreamExt as _;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatStream, ChatStreamEvent, StreamEnd, Tool};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, Error, ModelIden, ServiceTarget};

use super::caller;
use super::observer::{Observer, error};
use super::reading::{attribute, read_body, read_headers, read_parsed_body};
use super::request::http;
use crate::contract::{Api, Ask, Call, Observation, ObservedError, Site};
use crate::dialect::{TOOL, TOOL_DESCRIPTION, parameters};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = client(&call).map_err(|raised| describe(call.api, Site::Open, &raised));
    let offers = &[AnswerField::Usage, AnswerField::Thinking];
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let describe = |site, raised: &Error| describe(call.api, site, raised);
    let stream = open(client, call).await.map_err(|raised| describe(Site::Open, &raised))?;
    if call.surface == "final" {
        return finish(seen, stream).await.map_err(|raised| describe(Site::Finalize, &raised));
    }
    // An event of the SDK's own, which comes before anything is asked for, is no item of the answer.
    let items = stream.filter(|item| ready(!matches!(item, Ok(ChatStreamEvent::Start))));
    seen.follow(items, event, describe).await
}

fn client(call: &Call) -> Result<Client, Error> {
    let http = http(call).gzip(true).tcp_nodelay(true).build();
    let http = http.map_err(|raised| Error::ClientBuildFail { cause: raised.to_string() })?;
    Client::builder().with_reqwest(http).build()
}

/// Makes a call as the documentation configures it: its target says where, the options of the chat how long and what is
/// kept.
#[allow(clippy::match_wildcard_for_single_variants, reason = "further dialects are none of its manifest's")]
async fn open(client: &Client, call: &Call) -> Result<ChatStream, Error> {
    let (kind, version) = match call.api {
        Api::AnthropicMessages => (AdapterKind::Anthropic, "v1"),
        Api::OpenaiChat => (AdapterKind::OpenAI, "v1"),
        Api::OpenaiResponses => (AdapterKind::OpenAIResp, "v1"),
        Api::GeminiGenerate => (AdapterKind::Gemini, "v1beta"),
        #[allow(unreachable_patterns, reason = "which dialects it speaks is said by its manifest, and held to that")]
        other => unreachable!("the manifest does not offer {other}"),
    };
    let target = ServiceTarget {
        endpoint: Endpoint::from_owned(format!("{}/{version}/", call.base_url)),
        auth: AuthData::from_single("test"),
        model: ModelIden::new(kind, call.api.dialect().model),
    };
    let options = ChatOptions::default()
        .with_stream_header_timeout(call.timeout)
        .with_stream_read_timeout(call.timeout)
        .with_capture_content(call.surface == "final")
        .with_capture_reasoning_content(call.surface == "final")
        .with_capture_usage(true)
        .with_capture_tool_calls(true);
    let mut request = ChatRequest::new(vec![ChatMessage::user(call.prompt())]);
    if call.ask == Ask::Tool {
        let tool = Tool::new(TOOL).with_description(TOOL_DESCRIPTION).with_schema(parameters());
        request = request.with_tools(vec![tool]);
    }
    Ok(client.exec_chat_stream(target, request, Some(&options)).await?.stream)
}

/// Takes events for the last one, which has the captured answer; a stream that is cut may end without it.
async fn finish(seen: &mut Observer, mut stream: ChatStream) -> Result<(), Error> {
    let mut last = None;
    while let Some(item) = stream.next().await {
        if let ChatStreamEvent::End(end) = item? {
            last = Some(end);
        }
    }
    if let Some(end) = last {
        end.captured_texts().into_iter().flatten().for_each(|text| seen.say(text));
        seen.think(end.captured_reasoning_content.as_deref().unwrap_or_default());
        ended(seen, &end);
    }
    Ok(())
}

fn event(seen: &mut Observer, event: ChatStreamEvent) {
    match event {
        ChatStreamEvent::Chunk(chunk) => seen.say(&chunk.content),
        ChatStreamEvent::ReasoningChunk(chunk) => seen.think(&chunk.content),
        ChatStreamEvent::ToolCallChunk(chunk) => {
            // Each of them has the call as far as it got.
            let call = chunk.tool_call;
            seen.tool(&call.call_id, Some(call.fn_name)).arguments = call.fn_arguments;
        }
        ChatStreamEvent::End(end) => ended(seen, &end),
        _ => {}
    }
}

/// Reads the last event. It has all calls, whose ids need not differ, and they are over; one that has none takes none
/// back. It does not say what came after them; the events before it did.
fn ended(seen: &mut Observer, end: &StreamEnd) {
    let goes_on = seen.goes_on_after_tools();
    let calls = end.captured_tool_calls().unwrap_or_default();
    if !calls.is_empty() {
        seen.forget_tools();
    }
    for call in calls {
        let tool = seen.add_tool(Some(call.fn_name.clone()));
        (tool.arguments, tool.over) = (call.fn_arguments.clone(), true);
    }
    if goes_on {
        seen.other_part();
    }
    if let Some(usage) = &end.captured_usage {
        seen.count(usage.prompt_tokens, usage.completion_tokens);
    }
    seen.stop(end.captured_stop_reason.as_ref().map(|reason| reason.raw().to_owned()));
}

/// Describes the error by its variant. A failure of the connection, an HTTP error among them, is the error inside
/// `WebStream`.
fn describe(api: Api, site: Site, raised: &Error) -> ObservedError {
    let (variant, inner) = match raised {
        Error::ChatResponse { .. } => ("Error::ChatResponse", None),
        Error::StreamParse { .. } => ("Error::StreamParse", None),
        Error::WebStream { error, .. } => ("Error::WebStream", error.downcast_ref::<Error>()),
        Error::HttpError { .. } => ("Error::HttpError", None),
        Error::WebModelCall { .. } => ("Error::WebModelCall", None),
        Error::JsonValueExt(_) => ("Error::JsonValueExt", None),
        Error::SerdeJson(_) => ("Error::SerdeJson", None),
        _ => ("Error", None),
    };
    let mut described = error(site, &[variant, "Error"], raised.to_string());
    let told = inner.unwrap_or(raised);
    described.status = attribute(told.status().map(|status| i64::from(status.as_u16())));
    read_headers(&mut described, told.headers());
    if let Error::WebStream { error, .. } = raised {
        let cause = match error.as_ref() {
            error if error.is::<Error>() => "Error::HttpError",
            error if error.is::<genai::webc::StreamTimeout>() => "StreamTimeout",
            error if error.is::<reqwest::Error>() => "reqwest::Error",
            _ => "Error",
        };
        described.causes = vec![cause.to_owned()];
    }
    match told {
        Error::HttpError { body, .. } => read_body(&mut described, api, body),
        Error::ChatResponse { body, .. } => read_parsed_body(&mut described, api, body),
        _ => {}
    }
    described
}
