//! async-openai: the streams of `chat().create_stream` and `responses().create_stream`, as its caller sees them, and what a
//! handler makes of them.

#[expect(unreachable_pub, reason = "it is code of an application, shown as it is")]
#[path = "../../rust/async-openai/handler.rs"]
mod handler;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::{OpenAIError, StreamError};
use async_openai::middleware::ReqwestService;
use async_openai::middleware::retry::OpenAIRetryLayer;
use async_openai::types::chat::CreateChatCompletionStreamResponse;
use async_openai::types::responses::{
    FunctionToolCall, OutputItem, OutputMessageContent, ReasoningItem, ReasoningItemContent, Response,
    ResponseStreamEvent, SummaryPart,
};
use serde_json::Value;
use tower::Layer as _;

use super::caller;
use super::observer::{Observer, error, word};
use super::reading::{attribute, attribute_word, read_body};
use super::request::{body, http, typed};
use crate::contract::{Api, Call, Observation, ObservedError, Site};
use crate::manifest::AnswerField;

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let client = client(&call).map_err(|raised| describe(call.api, Site::Open, &raised));
    let offers: &[AnswerField] = match (call.surface.as_str(), call.api) {
        ("handler", _) => &[AnswerField::Refusal],
        (_, Api::OpenaiResponses) => &[AnswerField::Usage, AnswerField::Thinking, AnswerField::Refusal],
        _ => &[AnswerField::Usage, AnswerField::Refusal],
    };
    caller::observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await
}

async fn make(client: &Client<OpenAIConfig>, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let describe = |site, raised: &OpenAIError| describe(call.api, site, raised);
    let unopened = |raised| describe(Site::Open, &raised);
    if call.surface == "handler" {
        return handled(client, call, seen).await;
    }
    if call.api == Api::OpenaiResponses {
        let stream = client.responses().create_stream(typed(call)).await.map_err(unopened)?;
        seen.follow(stream, response_event, describe).await
    } else {
        let stream = client.chat().create_stream(typed(call)).await.map_err(unopened)?;
        seen.follow(stream, chunk, describe).await
    }
}

/// Reads the answer that the handler returns, and where it fails, the part that it says had arrived.
async fn handled(client: &Client<OpenAIConfig>, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
    let request = body(call);
    let answered = if call.api == Api::OpenaiResponses {
        handler::respond(client, &request).await
    } else {
        handler::chat(client, &request).await
    };
    let failed = match answered {
        Ok(answer) => {
            seen.handed_over();
            seen.say(&answer.text);
            seen.refuse(&answer.refusal);
            for (name, arguments) in answer.calls {
                // It hands out whole calls only.
                let tool = seen.add_tool(Some(name));
                (tool.arguments, tool.over, tool.status) =
                    (Value::String(arguments), true, Some("completed".to_owned()));
            }
            seen.stop(Some(answer.reason));
            return Ok(());
        }
        Err(failed) => failed,
    };
    seen.say(&failed.text);
    Err(ObservedError {
        status: attribute(failed.status.map(i64::from)),
        retryable: attribute(Some(failed.is_retryable())),
        kind: attribute_word(failed.kind),
        code: attribute_word(failed.code),
        ..error(Site::Finalize, &["AnswerFailed"], failed.message)
    })
}

/// Makes the client as its documentation configures it: the base URL in the configuration, the timeout in an HTTP
/// client of one's own, the number of retries in the SDK's own retry layer.
fn client(call: &Call) -> Result<Client<OpenAIConfig>, OpenAIError> {
    let http = http(call).read_timeout(call.timeout).build().map_err(OpenAIError::Reqwest)?;
    let retries = usize::try_from(call.max_retries).unwrap_or(usize::MAX);
    let service = OpenAIRetryLayer::new(retries).layer(ReqwestService::new(http));
    let config = OpenAIConfig::new().with_api_base(format!("{}/v1", call.base_url)).with_api_key("test");
    Ok(Client::with_config(config).with_http_service(service))
}

fn chunk(seen: &mut Observer, chunk: CreateChatCompletionStreamResponse) {
    if let Some(usage) = &chunk.usage {
        seen.count(Some(usage.prompt_tokens), Some(usage.completion_tokens));
    }
    let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return };
    seen.say(choice.delta.content.as_deref().unwrap_or_default());
    seen.refuse(choice.delta.refusal.as_deref().unwrap_or_default());
    for call in choice.delta.tool_calls.into_iter().flatten() {
        let function = call.function;
        let name = function.as_ref().and_then(|function| function.name.clone());
        let piece = function.and_then(|function| function.arguments).unwrap_or_default();
        seen.tool(&call.index, name).extend(&piece);
    }
    seen.stop(choice.finish_reason.as_ref().and_then(word));
}

fn response_event(seen: &mut Observer, event: ResponseStreamEvent) {
    match event {
        ResponseStreamEvent::ResponseOutputTextDelta(event) => seen.say(&event.delta),
        ResponseStreamEvent::ResponseRefusalDelta(event) => seen.refuse(&event.delta),
        ResponseStreamEvent::ResponseReasoningSummaryTextDelta(event) => seen.think(&event.delta),
        ResponseStreamEvent::ResponseReasoningTextDelta(event) => seen.think(&event.delta),
        ResponseStreamEvent::ResponseOutputItemAdded(event) => {
            if let OutputItem::FunctionCall(call) = event.item {
                seen.tool(&event.output_index, Some(call.name));
            }
        }
        ResponseStreamEvent::ResponseFunctionCallArgumentsDelta(event) => {
            seen.tool(&event.output_index, None).extend(&event.delta);
        }
        ResponseStreamEvent::ResponseFunctionCallArgumentsDone(event) => {
            let tool = seen.tool(&event.output_index, event.name);
            tool.set(Value::String(event.arguments));
            tool.over = true;
        }
        ResponseStreamEvent::ResponseOutputItemDone(event) => {
            if let OutputItem::FunctionCall(call) = event.item {
                done(seen, event.output_index, call);
            }
        }
        ResponseStreamEvent::ResponseCompleted(event) => finished(seen, event.response),
        ResponseStreamEvent::ResponseIncomplete(event) => finished(seen, event.response),
        ResponseStreamEvent::ResponseFailed(event) => {
            count(seen, &event.response);
            seen.stop(word(&event.response.status));
            failed(seen, "ResponseStreamEvent::ResponseFailed", failure_of(event.response));
        }
        ResponseStreamEvent::ResponseError(event) => {
            failed(seen, "ResponseStreamEvent::ResponseError", (event.code, event.message));
        }
        _ => {}
    }
}

/// Reads the numbers of tokens, which only a response that has ended holds.
fn count(seen: &mut Observer, response: &Response) {
    if let Some(usage) = &response.usage {
        seen.count(Some(usage.input_tokens), Some(usage.output_tokens));
    }
}

/// Reads the response as it ended: its output has everything again, and what had no event of its own.
fn finished(seen: &mut Observer, response: Response) {
    count(seen, &response);
    seen.summed_up(&thoughts(&response), &refusal(&response));
    let details = response.incomplete_details;
    seen.stop(details.map(|details| details.reason).or_else(|| word(&response.status)));
    for (item, index) in response.output.into_iter().zip(0..) {
        if let OutputItem::FunctionCall(call) = item {
            done(seen, index, call);
        }
    }
}

/// Returns the model's thoughts in the output of a response: the summary, and their text where the provider shows it.
fn thoughts(response: &Response) -> String {
    let of_item = |item: &ReasoningItem| {
        let summary = item.summary.iter().map(|SummaryPart::SummaryText(part)| part.text.as_str());
        let content = item.content.iter().flatten().map(|ReasoningItemContent::ReasoningText(part)| part.text.as_str());
        summary.chain(content).collect::<String>()
    };
    let items = response.output.iter().filter_map(|item| match item {
        OutputItem::Reasoning(item) => Some(of_item(item)),
        _ => None,
    });
    items.collect()
}

/// Returns the text of a refusal in the output of a response.
fn refusal(response: &Response) -> String {
    let messages = response.output.iter().filter_map(|item| match item {
        OutputItem::Message(message) => Some(&message.content),
        _ => None,
    });
    let refusals = messages.flatten().filter_map(|content| match content {
        OutputMessageContent::Refusal(refusal) => Some(refusal.refusal.as_str()),
        OutputMessageContent::OutputText(_) => None,
    });
    refusals.collect()
}

/// Reads a call that the SDK calls done; its status says whether it was cut.
fn done(seen: &mut Observer, index: u32, call: FunctionToolCall) {
    let tool = seen.tool(&index, Some(call.name));
    tool.set(Value::String(call.arguments));
    (tool.status, tool.over) = (call.status.as_ref().and_then(word), true);
}

/// Reads a failure that the SDK hands over as an item.
fn failed(seen: &mut Observer, variant: &str, (code, message): (Option<String>, String)) {
    let failure = error(Site::Iterate, &[variant, "ResponseStreamEvent"], message);
    seen.failed(ObservedError { code: attribute_word(code), ..failure });
}

fn failure_of(response: Response) -> (Option<String>, String) {
    response.error.map_or((None, String::new()), |error| (word(&error.code), error.message))
}

/// Describes the error by its variant: `ApiError` has a status, a type and a code, `JSONDeserialize` the raw content
/// beside serde's error.
fn describe(api: Api, site: Site, raised: &OpenAIError) -> ObservedError {
    let (variant, cause) = match raised {
        OpenAIError::Reqwest(_) => ("OpenAIError::Reqwest", Some("reqwest::Error")),
        OpenAIError::ApiError(_) => ("OpenAIError::ApiError", None),
        OpenAIError::JSONDeserialize(..) => ("OpenAIError::JSONDeserialize", Some("serde_json::Error")),
        OpenAIError::FileSaveError(_) => ("OpenAIError::FileSaveError", None),
        OpenAIError::FileReadError(_) => ("OpenAIError::FileReadError", None),
        OpenAIError::StreamError(inner) => match inner.as_ref() {
            StreamError::UnknownEvent(_) => ("OpenAIError::StreamError", Some("StreamError::UnknownEvent")),
            StreamError::EventStream(_) => ("OpenAIError::StreamError", Some("StreamError::EventStream")),
        },
        OpenAIError::Boxed(_) => ("OpenAIError::Boxed", None),
        OpenAIError::InvalidArgument(_) => ("OpenAIError::InvalidArgument", None),
    };
    let mut described = error(site, &[variant, "OpenAIError"], raised.to_string());
    described.causes = cause.map(str::to_owned).into_iter().collect();
    match raised {
        OpenAIError::ApiError(response) => {
            described.status = attribute(Some(i64::from(response.status_code.as_u16())));
            described.kind = attribute_word(response.api_error.r#type.clone());
            described.code = attribute_word(response.api_error.code.clone());
        }
        OpenAIError::JSONDeserialize(_, content) => read_body(&mut described, api, content),
        _ => {}
    }
    described
}
