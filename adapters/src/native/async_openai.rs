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
use async_openai::types::chat::{CreateChatCompletionStreamResponse, FinishReason};
use async_openai::types::responses::{OutputItem, Response, ResponseStreamEvent};
use serde_json::Value;
use tower::Layer as _;

use super::request::{http, typed};
use super::seen::{Seen, attribute, error, no_answer, word};
use crate::contract::{Api, Call, Observation, ObservedError, Site};

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let seen = Seen::default();
    let client = match client(&call) {
        Ok(client) => client,
        Err(error) => return seen.raised(describe(Site::Open, &error)),
    };
    if call.surface == "handler" {
        return handled(&client, &call).await;
    }
    if call.api == Api::OpenaiResponses {
        match client.responses().create_stream(typed(call.api, call.ask)).await {
            Ok(stream) => seen.follow(stream, response_event, describe).await,
            Err(error) => seen.raised(describe(Site::Open, &error)),
        }
    } else {
        match client.chat().create_stream(typed(call.api, call.ask)).await {
            Ok(stream) => seen.follow(stream, chunk, describe).await,
            Err(error) => seen.raised(describe(Site::Open, &error)),
        }
    }
}

/// What the handler returns, and where it fails, what it says had arrived.
async fn handled(client: &Client<OpenAIConfig>, call: &Call) -> Observation {
    let mut seen = Seen::default();
    let answered = if call.api == Api::OpenaiResponses {
        handler::respond(client, typed(call.api, call.ask)).await.map(|response| {
            seen.say(&response.output_text().unwrap_or_default());
            stopped(&mut seen, &response);
            for (index, item) in response.output.into_iter().enumerate() {
                if let OutputItem::FunctionCall(call) = item {
                    // A response that was cut is returned like a whole one; its open calls say so themselves.
                    let complete = call.status.is_none_or(|status| word(&status).as_deref() == Some("completed"));
                    whole_call(&mut seen, &index, call.name, call.arguments, complete);
                }
            }
        })
    } else {
        handler::chat(client, typed(call.api, call.ask)).await.map(|(text, calls, reason)| {
            seen.say(&text);
            let complete = matches!(reason, FinishReason::Stop | FinishReason::ToolCalls | FinishReason::FunctionCall);
            seen.stop(word(&reason));
            for (index, (name, arguments)) in calls {
                whole_call(&mut seen, &index, name, arguments, complete);
            }
        })
    };
    let Err(failed) = answered else {
        seen.handed_over();
        return seen.returned();
    };
    let described = ObservedError {
        status: attribute(failed.status.map(i64::from)),
        retryable: attribute(Some(failed.is_retryable())),
        kind: attribute(failed.kind),
        code: attribute(failed.code),
        ..error(Site::Finalize, &["AnswerFailed"], failed.message)
    };
    Observation { text: Some(failed.text), ..no_answer(described) }
}

fn whole_call(seen: &mut Seen, index: &impl ToString, name: String, arguments: String, complete: bool) {
    let tool = seen.tool(index, Some(name));
    (tool.arguments, tool.complete) = (Value::String(arguments), complete);
}

/// The client as its documentation configures it: the base URL in the configuration, the timeout in an HTTP client of
/// one's own, the number of retries in the SDK's own retry layer.
fn client(call: &Call) -> Result<Client<OpenAIConfig>, OpenAIError> {
    let http = http().read_timeout(call.timeout).build().map_err(OpenAIError::Reqwest)?;
    let retries = usize::try_from(call.max_retries).unwrap_or(usize::MAX);
    let service = OpenAIRetryLayer::new(retries).layer(ReqwestService::new(http));
    let config = OpenAIConfig::new().with_api_base(format!("{}/v1", call.base_url)).with_api_key("test");
    Ok(Client::with_config(config).with_http_service(service))
}

fn chunk(seen: &mut Seen, chunk: CreateChatCompletionStreamResponse) {
    let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return };
    seen.say(choice.delta.content.as_deref().unwrap_or_default());
    for call in choice.delta.tool_calls.into_iter().flatten() {
        let function = call.function;
        let name = function.as_ref().and_then(|function| function.name.clone());
        let piece = function.and_then(|function| function.arguments).unwrap_or_default();
        seen.tool(&call.index, name).extend(&piece);
    }
    if let Some(reason) = choice.finish_reason {
        seen.stop(word(&reason));
        seen.close_tools();
    }
}

fn response_event(seen: &mut Seen, event: ResponseStreamEvent) {
    match event {
        ResponseStreamEvent::ResponseOutputTextDelta(event) => seen.say(&event.delta),
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
            (tool.arguments, tool.complete) = (Value::String(event.arguments), true);
        }
        ResponseStreamEvent::ResponseOutputItemDone(event) => {
            if let OutputItem::FunctionCall(call) = event.item {
                let tool = seen.tool(&event.output_index, Some(call.name));
                (tool.arguments, tool.complete) = (Value::String(call.arguments), true);
            }
        }
        ResponseStreamEvent::ResponseCompleted(event) => stopped(seen, &event.response),
        ResponseStreamEvent::ResponseIncomplete(event) => stopped(seen, &event.response),
        ResponseStreamEvent::ResponseFailed(event) => {
            seen.stop(word(&event.response.status));
            failed(seen, "ResponseStreamEvent::ResponseFailed", failure_of(event.response));
        }
        ResponseStreamEvent::ResponseError(event) => {
            failed(seen, "ResponseStreamEvent::ResponseError", (event.code, event.message));
        }
        _ => {}
    }
}

fn stopped(seen: &mut Seen, response: &Response) {
    let details = response.incomplete_details.as_ref();
    seen.stop(details.map(|details| details.reason.clone()).or_else(|| word(&response.status)));
}

/// A failure that the SDK hands over as an item.
fn failed(seen: &mut Seen, variant: &str, (code, message): (Option<String>, String)) {
    let failure = error(Site::Iterate, &[variant, "ResponseStreamEvent"], message);
    seen.failed(ObservedError { code: attribute(code), ..failure });
}

fn failure_of(response: Response) -> (Option<String>, String) {
    response.error.map_or((None, String::new()), |error| (word(&error.code), error.message))
}

/// The error by its variant: only `ApiError` has a status, a type and a code.
fn describe(site: Site, raised: &OpenAIError) -> ObservedError {
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
    if let OpenAIError::ApiError(response) = raised {
        described.status = attribute(Some(i64::from(response.status_code.as_u16())));
        described.kind = attribute(response.api_error.r#type.clone());
        described.code = attribute(response.api_error.code.clone());
    }
    described
}
