//! What a caller saw, gathered while a native SDK hands it over.

use futures_util::{Stream, StreamExt as _};
use serde_json::Value;

use crate::contract::{Ended, Observation, ObservedError, Reading, Site, Told, ToolCall, Via};

/// What was handed over so far.
#[derive(Default)]
pub(super) struct Seen {
    text: String,
    tools: Vec<Tool>,
    stop_reason: Option<String>,
    failure: Option<ObservedError>,
    events: u64,
}

/// A tool call as its pieces add up.
pub(super) struct Tool {
    key: String,
    pub(super) name: String,
    /// Raw text while it is a string, any other value once the SDK parsed it.
    pub(super) arguments: Value,
    pub(super) complete: bool,
}

impl Tool {
    /// Appends a piece of raw arguments.
    pub(super) fn extend(&mut self, piece: &str) {
        let so_far = self.arguments.as_str().unwrap_or_default();
        self.arguments = Value::String(format!("{so_far}{piece}"));
    }
}

impl Seen {
    /// One more item.
    pub(super) fn handed_over(&mut self) {
        self.events += 1;
    }

    /// A piece of text.
    pub(super) fn say(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The tool call of this key, opened if it is new.
    pub(super) fn tool(&mut self, key: &impl ToString, name: Option<String>) -> &mut Tool {
        let key = key.to_string();
        let at = self.tools.iter().position(|tool| tool.key == key).unwrap_or_else(|| {
            let (name, arguments) = (name.unwrap_or_default(), Value::String(String::new()));
            self.tools.push(Tool { key, name, arguments, complete: false });
            self.tools.len() - 1
        });
        &mut self.tools[at]
    }

    /// One more tool call, which came whole.
    pub(super) fn add_tool(&mut self, name: Option<String>) -> &mut Tool {
        self.tool(&format!("whole {}", self.tools.len()), name)
    }

    /// Forgets the tool calls so far, for an event that has all of them again.
    pub(super) fn forget_tools(&mut self) {
        self.tools.clear();
    }

    /// More raw arguments of the tool call of this key, if there is one.
    pub(super) fn extend_tool(&mut self, key: &impl ToString, piece: &str) {
        let key = key.to_string();
        self.tools.iter_mut().filter(|tool| tool.key == key).for_each(|tool| tool.extend(piece));
    }

    /// The tool call of this key is finished, if there is one.
    pub(super) fn close_tool(&mut self, key: &impl ToString) {
        let key = key.to_string();
        self.tools.iter_mut().filter(|tool| tool.key == key).for_each(|tool| tool.complete = true);
    }

    /// Every tool call so far is finished.
    pub(super) fn close_tools(&mut self) {
        self.tools.iter_mut().for_each(|tool| tool.complete = true);
    }

    /// A stop reason; nothing said changes nothing.
    pub(super) fn stop(&mut self, reason: Option<String>) {
        self.stop_reason = reason.or(self.stop_reason.take());
    }

    /// A failure that came as an item; the first one counts.
    pub(super) fn failed(&mut self, error: ObservedError) {
        self.failure.get_or_insert(error);
    }

    /// The normal end.
    pub(super) fn returned(self) -> Observation {
        let ended = if self.failure.is_some() { Ended::ErrorItem } else { Ended::Returned };
        self.observation(ended)
    }

    /// An `Err`.
    pub(super) fn raised(mut self, error: ObservedError) -> Observation {
        self.failure = Some(error);
        self.observation(Ended::Raised)
    }

    /// Follows a stream to its end, which may be an `Err`.
    pub(super) async fn follow<T, E>(
        mut self,
        stream: impl Stream<Item = Result<T, E>> + Unpin,
        take: impl FnMut(&mut Self, T),
        describe: impl Fn(Site, &E) -> ObservedError,
    ) -> Observation {
        match self.take(stream, take).await {
            Some(error) => self.raised(describe(Site::Iterate, &error)),
            None => self.returned(),
        }
    }

    /// Takes items until the stream ends or fails, as a caller does with `while let Some(item)` and `?`.
    pub(super) async fn take<T, E>(
        &mut self,
        mut stream: impl Stream<Item = Result<T, E>> + Unpin,
        mut take: impl FnMut(&mut Self, T),
    ) -> Option<E> {
        while let Some(item) = stream.next().await {
            match item {
                Ok(item) => {
                    self.handed_over();
                    take(self, item);
                }
                // A failure that came as an item was the caller's first word of it.
                Err(_) if self.failure.is_some() => break,
                Err(error) => return Some(error),
            }
        }
        None
    }

    fn observation(self, ended: Ended) -> Observation {
        let tools = self.tools.into_iter().map(|tool| ToolCall {
            name: tool.name,
            arguments: tool.arguments,
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

/// A call for the finished answer that failed: nothing was handed over.
pub(super) fn no_answer(error: ObservedError) -> Observation {
    let (ended, stop_reason) = (Ended::Raised, Told::Absent);
    Observation { ended, events: 0, text: None, tool_calls: None, stop_reason, error: Some(error) }
}

/// A normal end without the finished answer that was asked for.
pub(super) fn empty_handed() -> Observation {
    let (ended, stop_reason) = (Ended::Returned, Told::Empty);
    Observation { ended, events: 0, text: None, tool_calls: None, stop_reason, error: None }
}

/// An error of which nothing but its classes and its message is known; the first class is its own.
pub(super) fn error(site: Site, classes: &[&str], message: impl Into<String>) -> ObservedError {
    let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
    ObservedError {
        site,
        class: classes.first().cloned().unwrap_or_default(),
        classes,
        message: message.into(),
        status: Told::Absent,
        kind: Told::Absent,
        code: Told::Absent,
        request_id: Told::Absent,
        retry_after: Told::Absent,
        retryable: Told::Absent,
        causes: Vec::new(),
    }
}

/// A field that the SDK has, filled or empty.
pub(super) fn told<T>(via: Via, value: Option<T>) -> Told<Reading<T>> {
    value.map(|value| Reading { value, via }).into()
}

/// The same for a field with an accessor or a variant of its own.
pub(super) fn attribute<T>(value: Option<T>) -> Told<Reading<T>> {
    told(Via::Attribute, value)
}

/// What a parsed body that the SDK exposes says at the first of these places that says anything; numbers as text.
pub(super) fn in_body(body: &Value, pointers: &[&str]) -> Told<Reading<String>> {
    let said = pointers.iter().filter_map(|pointer| body.pointer(pointer)).find_map(|said| match said {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    told(Via::Body, said)
}

/// The number at the first of these places of such a body that holds one.
pub(super) fn number_in_body(body: &Value, pointers: &[&str]) -> Told<Reading<i64>> {
    told(Via::Body, pointers.iter().find_map(|pointer| body.pointer(pointer)?.as_i64()))
}

/// The SDK's own word for a unit variant.
pub(super) fn word(variant: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(variant).ok()?.as_str().map(str::to_owned)
}

/// What a caller reads of the response's headers that an error exposes.
pub(super) fn read_headers(error: &mut ObservedError, headers: Option<&reqwest::header::HeaderMap>) {
    let text = |name: &str| headers?.get(name)?.to_str().ok().map(str::to_owned);
    error.request_id = told(Via::Header, text("request-id").or_else(|| text("x-request-id")));
    error.retry_after = told(Via::Header, text("retry-after").and_then(|seconds| seconds.parse().ok()));
}
