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
use async_openai::types::chat::{CreateChatCompletionRequest, CreateChatCompletionStreamResponse};
use async_openai::types::responses::{CreateResponse, OutputItem, Response, ResponseStreamEvent};
use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};
use tower::Layer as _;

use crate::contract::{Api, Ask, Call, Ended, Observation, ObservedError, Reading, Site, Told, ToolCall, Via};

/// Makes one call and says what its caller saw.
pub(super) async fn observe(call: Call) -> Observation {
    let seen = Seen::default();
    let client = match client(&call) {
        Ok(client) => client,
        Err(error) => return seen.raised(Site::Open, &error),
    };
    if call.surface == "handler" {
        return handled(&client, &call).await;
    }
    if call.api == Api::OpenaiResponses {
        let request: CreateResponse = from_json(responses_request(call.ask));
        match client.responses().create_stream(request).await {
            Ok(stream) => follow(stream, seen, Seen::response_event).await,
            Err(error) => seen.raised(Site::Open, &error),
        }
    } else {
        let request: CreateChatCompletionRequest = from_json(chat_request(call.ask));
        match client.chat().create_stream(request).await {
            Ok(stream) => follow(stream, seen, Seen::chunk).await,
            Err(error) => seen.raised(Site::Open, &error),
        }
    }
}

/// What the handler returns.
async fn handled(client: &Client<OpenAIConfig>, call: &Call) -> Observation {
    let answered = if call.api == Api::OpenaiResponses {
        handler::respond(client, from_json(responses_request(call.ask))).await.map(|response| {
            let mut seen = Seen::default();
            seen.response(&response);
            seen
        })
    } else {
        let chat = handler::chat(client, from_json(chat_request(call.ask))).await;
        chat.map(|(text, reason)| Seen { text, stop_reason: word(&reason), ..Seen::default() })
    };
    match answered {
        // It hands over no tool calls.
        Ok(seen) => Observation { tool_calls: None, ..Seen { events: 1, ..seen }.ended() },
        Err(failed) => Observation {
            ended: Ended::Raised,
            events: 0,
            error: Some(ObservedError {
                status: told(failed.status.map(i64::from)),
                retryable: told(Some(failed.is_retryable())),
                kind: told(failed.kind),
                code: told(failed.code),
                ..error(Site::Finalize, vec!["AnswerFailed".to_owned()], failed.message)
            }),
            text: Some(failed.text),
            tool_calls: None,
            stop_reason: Told::Absent,
        },
    }
}

/// The client as its documentation configures it: the base URL in the configuration, the timeout in an HTTP client of
/// one's own, the number of retries in the SDK's own retry layer.
fn client(call: &Call) -> Result<Client<OpenAIConfig>, OpenAIError> {
    let http =
        reqwest::Client::builder().no_proxy().read_timeout(call.timeout).build().map_err(OpenAIError::Reqwest)?;
    let retries = usize::try_from(call.max_retries).unwrap_or(usize::MAX);
    let service = OpenAIRetryLayer::new(retries).layer(ReqwestService::new(http));
    let config = OpenAIConfig::new().with_api_base(format!("{}/v1", call.base_url)).with_api_key("test");
    Ok(Client::with_config(config).with_http_service(service))
}

fn from_json<T: serde::de::DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("the requests below have the shape that the SDK's types describe")
}

fn chat_request(ask: Ask) -> Value {
    let mut request =
        json!({ "model": "gpt-4.1", "messages": [{ "role": "user", "content": "What is the weather in Paris?" }] });
    if ask == Ask::Tool {
        let function = json!({ "name": "get_weather", "parameters": parameters() });
        request["tools"] = json!([{ "type": "function", "function": function }]);
    }
    request
}

fn responses_request(ask: Ask) -> Value {
    let mut request = json!({ "model": "gpt-4.1", "input": "What is the weather in Paris?" });
    if ask == Ask::Tool {
        request["tools"] = json!([{ "type": "function", "name": "get_weather", "parameters": parameters() }]);
    }
    request
}

fn parameters() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

/// Takes items until the stream ends or fails, as a caller does with `while let Some(item)` and `?`.
async fn follow<T>(
    mut stream: impl Stream<Item = Result<T, OpenAIError>> + Unpin,
    mut seen: Seen,
    take: fn(&mut Seen, T),
) -> Observation {
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => {
                seen.events += 1;
                take(&mut seen, item);
            }
            // A failure that came as an item was the caller's first word of it.
            Err(_) if seen.failure.is_some() => break,
            Err(error) => return seen.raised(Site::Iterate, &error),
        }
    }
    seen.ended()
}

/// What the stream's items said so far.
#[derive(Default)]
struct Seen {
    events: u64,
    text: String,
    tools: Vec<Tool>,
    stop_reason: Option<String>,
    failure: Option<ObservedError>,
}

/// A tool call as its pieces add up.
struct Tool {
    index: u32,
    name: String,
    arguments: String,
    complete: bool,
}

impl Seen {
    fn chunk(&mut self, chunk: CreateChatCompletionStreamResponse) {
        let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return };
        self.text.push_str(choice.delta.content.as_deref().unwrap_or_default());
        for call in choice.delta.tool_calls.into_iter().flatten() {
            let function = call.function;
            let name = function.as_ref().and_then(|function| function.name.clone());
            let piece = function.and_then(|function| function.arguments).unwrap_or_default();
            self.tool(call.index, name).arguments.push_str(&piece);
        }
        if let Some(reason) = choice.finish_reason {
            self.stop_reason = word(&reason);
            self.tools.iter_mut().for_each(|tool| tool.complete = true);
        }
    }

    fn response_event(&mut self, event: ResponseStreamEvent) {
        match event {
            ResponseStreamEvent::ResponseOutputTextDelta(event) => self.text.push_str(&event.delta),
            ResponseStreamEvent::ResponseOutputItemAdded(event) => {
                if let OutputItem::FunctionCall(call) = event.item {
                    self.tool(event.output_index, Some(call.name));
                }
            }
            ResponseStreamEvent::ResponseFunctionCallArgumentsDelta(event) => {
                self.tool(event.output_index, None).arguments.push_str(&event.delta);
            }
            ResponseStreamEvent::ResponseFunctionCallArgumentsDone(event) => {
                let tool = self.tool(event.output_index, event.name);
                (tool.arguments, tool.complete) = (event.arguments, true);
            }
            ResponseStreamEvent::ResponseOutputItemDone(event) => {
                if let OutputItem::FunctionCall(call) = event.item {
                    let tool = self.tool(event.output_index, Some(call.name));
                    (tool.arguments, tool.complete) = (call.arguments, true);
                }
            }
            ResponseStreamEvent::ResponseCompleted(event) => self.stopped(&event.response),
            ResponseStreamEvent::ResponseIncomplete(event) => self.stopped(&event.response),
            ResponseStreamEvent::ResponseFailed(event) => {
                self.stop_reason = word(&event.response.status);
                self.failed("ResponseFailed", &failure_of(event.response));
            }
            ResponseStreamEvent::ResponseError(event) => self.failed("ResponseError", &(event.code, event.message)),
            _ => {}
        }
    }

    fn stopped(&mut self, response: &Response) {
        let details = response.incomplete_details.as_ref().map(|details| details.reason.clone());
        self.stop_reason = details.or_else(|| word(&response.status));
    }

    fn response(&mut self, response: &Response) {
        self.text = response.output_text().unwrap_or_default();
        self.stopped(response);
    }

    fn tool(&mut self, index: u32, name: Option<String>) -> &mut Tool {
        let at = self.tools.iter().position(|tool| tool.index == index).unwrap_or_else(|| {
            let (name, arguments) = (name.unwrap_or_default(), String::new());
            self.tools.push(Tool { index, name, arguments, complete: false });
            self.tools.len() - 1
        });
        &mut self.tools[at]
    }

    /// A failure that the SDK hands over as an item; the first one counts.
    fn failed(&mut self, variant: &str, (code, message): &(Option<String>, String)) {
        let class = format!("ResponseStreamEvent::{variant}");
        let error = ObservedError {
            code: told(code.clone()),
            ..error(Site::Iterate, vec![class, "ResponseStreamEvent".to_owned()], message.clone())
        };
        self.failure.get_or_insert(error);
    }

    fn ended(self) -> Observation {
        let ended = if self.failure.is_some() { Ended::ErrorItem } else { Ended::Returned };
        self.observation(ended)
    }

    fn raised(mut self, site: Site, raised: &OpenAIError) -> Observation {
        self.failure = Some(describe(site, raised));
        self.observation(Ended::Raised)
    }

    fn observation(self, ended: Ended) -> Observation {
        let tools = self.tools.into_iter().map(|tool| ToolCall {
            name: tool.name,
            arguments: Value::String(tool.arguments),
            complete: tool.complete,
        });
        Observation {
            ended,
            events: self.events,
            text: Some(self.text),
            tool_calls: Some(tools.collect()),
            stop_reason: self.stop_reason.into(),
            error: self.failure,
        }
    }
}

fn failure_of(response: Response) -> (Option<String>, String) {
    response.error.map_or((None, String::new()), |error| (word(&error.code), error.message))
}

/// The SDK's own word for a unit variant.
fn word(variant: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(variant).ok()?.as_str().map(str::to_owned)
}

/// The error by its variant: only `ApiError` has a status, a type and a code.
fn describe(site: Site, raised: &OpenAIError) -> ObservedError {
    let (variant, causes) = match raised {
        OpenAIError::Reqwest(_) => ("Reqwest", vec!["reqwest::Error"]),
        OpenAIError::ApiError(_) => ("ApiError", vec![]),
        OpenAIError::JSONDeserialize(..) => ("JSONDeserialize", vec!["serde_json::Error"]),
        OpenAIError::FileSaveError(_) => ("FileSaveError", vec![]),
        OpenAIError::FileReadError(_) => ("FileReadError", vec![]),
        OpenAIError::StreamError(inner) => match inner.as_ref() {
            StreamError::UnknownEvent(_) => ("StreamError", vec!["StreamError::UnknownEvent"]),
            StreamError::EventStream(_) => ("StreamError", vec!["StreamError::EventStream"]),
        },
        OpenAIError::Boxed(_) => ("Boxed", vec![]),
        OpenAIError::InvalidArgument(_) => ("InvalidArgument", vec![]),
    };
    let classes = vec![format!("OpenAIError::{variant}"), "OpenAIError".to_owned()];
    let mut described = error(site, classes, raised.to_string());
    described.causes = causes.into_iter().map(str::to_owned).collect();
    if let OpenAIError::ApiError(response) = raised {
        described.status = told(Some(i64::from(response.status_code.as_u16())));
        described.kind = told(response.api_error.r#type.clone());
        described.code = told(response.api_error.code.clone());
    }
    described
}

fn error(site: Site, classes: Vec<String>, message: String) -> ObservedError {
    ObservedError {
        site,
        class: classes[0].clone(),
        classes,
        message,
        status: Told::Absent,
        kind: Told::Absent,
        code: Told::Absent,
        request_id: Told::Absent,
        retry_after: Told::Absent,
        retryable: Told::Absent,
        causes: Vec::new(),
    }
}

fn told<T>(value: Option<T>) -> Told<Reading<T>> {
    value.map(|value| Reading { value, via: Via::Attribute }).into()
}
