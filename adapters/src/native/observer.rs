//! The observer of a call through a native SDK.

use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};

use crate::contract::{Api, Ended, Field, Observation, ObservedError, Read, Site, ToolCall, Usage};
use crate::dialect::{CutCalls, Dialect, Meaning};
use crate::manifest::AnswerField;

/// The observer of one call: it collects what the SDK's caller sees, and makes the observation of it.
pub(super) struct Observer {
    dialect: &'static Dialect,
    text: String,
    tools: Vec<Tool>,
    /// The tool call that the answer ends with so far, by its key.
    last: Option<String>,
    stop_reason: Option<String>,
    /// True once a stop reason has said that the answer came to its end with its calls whole; no later one takes it back.
    ended_whole: bool,
    failure: Option<ObservedError>,
    events: u64,
    thinking: String,
    refusal: String,
    /// The numbers of tokens that were last told.
    usage: Usage,
    /// The fields that not every surface has, and this one has.
    offers: &'static [AnswerField],
    read: Read,
    /// True once the caller has stopped reading.
    stopped: bool,
}

/// A tool call as its pieces add up.
pub(super) struct Tool {
    key: String,
    name: String,
    /// Raw text while it is a string, any other value once the SDK parsed it.
    pub(super) arguments: Value,
    /// True once the SDK has said that the call is over.
    pub(super) over: bool,
    /// The status that the SDK gives the item in the end, in the words of Responses.
    pub(super) status: Option<String>,
}

impl Tool {
    /// Appends a piece of raw arguments, of which a parsed placeholder is no part.
    pub(super) fn extend(&mut self, piece: &str) {
        if !piece.is_empty() {
            let so_far = self.arguments.as_str().unwrap_or_default();
            self.arguments = Value::String(format!("{so_far}{piece}"));
        }
    }

    /// Sets the whole arguments; none of them say nothing new.
    pub(super) fn set(&mut self, arguments: Value) {
        if !is_empty(&arguments) {
            self.arguments = arguments;
        }
    }
}

impl Observer {
    /// Begins with nothing of an answer in this dialect.
    pub(super) fn new(api: Api) -> Self {
        Self {
            dialect: api.dialect(),
            text: String::new(),
            tools: Vec::new(),
            last: None,
            stop_reason: None,
            ended_whole: false,
            failure: None,
            events: 0,
            thinking: String::new(),
            refusal: String::new(),
            usage: Usage::default(),
            offers: &[],
            read: Read::All,
            stopped: false,
        }
    }

    /// Says that the surface also has these fields.
    pub(super) fn offering(self, offers: &'static [AnswerField]) -> Self {
        Self { offers, ..self }
    }

    /// Says that the caller reads as far as this.
    pub(super) fn read(self, read: Read) -> Self {
        Self { read, ..self }
    }

    /// Counts one more item.
    pub(super) fn handed_over(&mut self) {
        self.events += 1;
    }

    /// Adds a piece of text.
    pub(super) fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.last = None;
        }
    }

    /// Adds a piece of the model's thoughts.
    pub(super) fn think(&mut self, text: &str) {
        self.thinking.push_str(text);
    }

    /// Adds a piece of the text of a refusal.
    pub(super) fn refuse(&mut self, text: &str) {
        self.refusal.push_str(text);
    }

    /// Takes thoughts and a refusal as the whole answer has them, of which nothing is new unless no piece of it came.
    pub(super) fn summed_up(&mut self, thinking: &str, refusal: &str) {
        for (so_far, whole) in [(&mut self.thinking, thinking), (&mut self.refusal, refusal)] {
            if so_far.is_empty() {
                whole.clone_into(so_far);
            }
        }
    }

    /// Numbers of tokens, of the request and of the answer so far; one that is left empty stays as it was.
    pub(super) fn count(&mut self, input: Option<impl TryInto<u64>>, output: Option<impl TryInto<u64>>) {
        fn number(told: Option<impl TryInto<u64>>) -> Option<u64> {
            told?.try_into().ok()
        }
        self.usage = Usage { input: number(input).or(self.usage.input), output: number(output).or(self.usage.output) };
    }

    /// Says whether the caller wants no more than it has, and stops if so.
    pub(super) fn has_enough(&mut self) -> bool {
        self.stopped |= self.read.has_enough(self.events);
        self.stopped
    }

    /// Notes a part of the answer that is no call of the caller's.
    pub(super) fn other_part(&mut self) {
        self.last = None;
    }

    /// Returns the tool call of this key, and opens it if it is new.
    pub(super) fn tool(&mut self, key: &impl ToString, name: Option<String>) -> &mut Tool {
        let key = key.to_string();
        let at = self.tools.iter().position(|tool| tool.key == key).unwrap_or_else(|| {
            let (key, arguments) = (key.clone(), Value::String(String::new()));
            self.tools.push(Tool { key, name: String::new(), arguments, over: false, status: None });
            self.tools.len() - 1
        });
        self.last = Some(key);
        let tool = &mut self.tools[at];
        if tool.name.is_empty() {
            tool.name = name.unwrap_or_default();
        }
        tool
    }

    /// Adds one more tool call, which came whole.
    pub(super) fn add_tool(&mut self, name: Option<String>) -> &mut Tool {
        self.tool(&format!("whole {}", self.tools.len()), name)
    }

    /// Says whether the answer went on after its last tool call.
    pub(super) fn goes_on_after_tools(&self) -> bool {
        !self.tools.is_empty() && self.last.is_none()
    }

    /// Forgets the tool calls so far, for an event that has all of them again.
    pub(super) fn forget_tools(&mut self) {
        self.tools.clear();
    }

    /// Adds raw arguments to the tool call of this key, if there is one.
    pub(super) fn extend_tool(&mut self, key: &impl ToString, piece: &str) {
        let key = key.to_string();
        self.tools.iter_mut().filter(|tool| tool.key == key).for_each(|tool| tool.extend(piece));
    }

    /// Ends the tool call of this key, if there is one.
    pub(super) fn close_tool(&mut self, key: &impl ToString) {
        let key = key.to_string();
        self.tools.iter_mut().filter(|tool| tool.key == key).for_each(|tool| tool.over = true);
    }

    /// Ends every tool call so far.
    pub(super) fn close_tools(&mut self) {
        self.tools.iter_mut().for_each(|tool| tool.over = true);
    }

    /// Takes a stop reason, which may end all tool calls; one that is missing or empty changes nothing.
    pub(super) fn stop(&mut self, reason: Option<String>) {
        let Some(reason) = reason.filter(|reason| !reason.is_empty()) else { return };
        let meaning = self.meaning(&reason);
        let ends_calls = self.dialect.stop_reasons.ends_calls;
        let ends_whole = meaning == Some(Meaning::Calls) || meaning.is_some_and(|it| ends_calls.contains(&it));
        // Where each item has a status, it says for itself that it is over.
        if ends_whole && self.dialect.stop_reasons.cut != CutCalls::ByStatus {
            self.close_tools();
        }
        self.ended_whole |= ends_whole;
        self.stop_reason = Some(reason);
    }

    /// Takes the stop reason of the message that an answer begins with: where there is one, that message is a whole
    /// answer.
    pub(super) fn begun(&mut self, reason: Option<String>) {
        if reason.is_some() {
            self.close_tools();
        }
        self.stop(reason);
    }

    /// Finds the meaning of a stop reason. Beside the dialect's words there are those of `OpenAI`'s chat completions, which
    /// SDKs for many providers have instead: `stop`, `length`, `tool_calls`.
    fn meaning(&self, reason: &str) -> Option<Meaning> {
        let shared = || Api::OpenaiChat.dialect().stop_reasons.meaning(reason);
        self.dialect.stop_reasons.meaning(reason).or_else(shared)
    }

    /// Says whether something has shown that a call is not the whole of it, by the table of `adapters/README.md`.
    fn is_cut(&self, tool: &Tool) -> bool {
        let reason = self.stop_reason.as_deref();
        let meaning = reason.and_then(|reason| self.meaning(reason));
        let is_last = self.last.as_ref() == Some(&tool.key);
        match self.dialect.stop_reasons.cut {
            CutCalls::LastPart => is_last && meaning == Some(Meaning::Limit),
            CutCalls::ByStatus => match tool.status.as_deref() {
                Some("incomplete") => true,
                Some("in_progress") => !self.ended_whole,
                Some(_) => false,
                // An SDK that does not hand out the status of its items tells no more than why and where the answer ends.
                None => {
                    let is_limited = matches!(meaning, Some(Meaning::Limit | Meaning::Filtered));
                    is_last && (is_limited || reason == Some("incomplete"))
                }
            },
            CutCalls::EveryCall => reason.is_some() && !self.ended_whole,
        }
    }

    /// Takes a failure that came as an item; the first one that says anything counts.
    pub(super) fn failed(&mut self, error: ObservedError) {
        if !self.knows_why() {
            self.failure = Some(error);
        }
    }

    /// Ends the call normally, or as a caller ends it who has stopped.
    pub(super) fn returned(self) -> Observation {
        let ended = match self.failure {
            Some(_) => Ended::ErrorItem,
            None if self.stopped => Ended::Stopped,
            None => Ended::Returned,
        };
        self.observation(ended)
    }

    /// Ends a call that was dropped.
    pub(super) fn cancelled(self) -> Observation {
        self.observation(Ended::Cancelled)
    }

    /// Ends the call with an `Err`; an item that has said why it failed stands.
    pub(super) fn raised(mut self, error: ObservedError) -> Observation {
        if self.knows_why() {
            return self.returned();
        }
        self.failure = Some(error);
        self.observation(Ended::Raised)
    }

    /// Says whether the failure so far has a message, a type or a code.
    fn knows_why(&self) -> bool {
        let has_word = |field: &Field<_>| matches!(field, Field::Value(_));
        let failure = self.failure.as_ref();
        failure.is_some_and(|error| !error.message.is_empty() || has_word(&error.kind) || has_word(&error.code))
    }

    /// Follows a stream to its end, which may be an `Err`.
    pub(super) async fn follow<T, E>(
        &mut self,
        stream: impl Stream<Item = Result<T, E>> + Unpin,
        take: impl FnMut(&mut Self, T),
        describe: impl Fn(Site, &E) -> ObservedError,
    ) -> Result<(), ObservedError> {
        match self.take(stream, take).await {
            Some(error) => Err(describe(Site::Iterate, &error)),
            None => Ok(()),
        }
    }

    /// Takes items until the stream ends or fails, or the caller has enough, as one does with `while let Some(item)` and `?`.
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
                    if self.has_enough() {
                        break;
                    }
                }
                Err(error) => return Some(error),
            }
        }
        None
    }

    fn observation(self, ended: Ended) -> Observation {
        // A call without a name is none.
        let named = self.tools.iter().filter(|tool| !tool.name.is_empty());
        let tool_calls = named.map(|tool| {
            let complete = tool.over && !self.is_cut(tool);
            let arguments = if complete && is_empty(&tool.arguments) { json!({}) } else { tool.arguments.clone() };
            ToolCall { name: tool.name.clone(), arguments, complete }
        });
        let offers = |field| self.offers.contains(&field);
        let told = Some(self.usage).filter(|usage| *usage != Usage::default());
        Observation {
            events: self.events,
            tool_calls: Some(tool_calls.collect()),
            text: Some(self.text),
            stop_reason: self.stop_reason.into(),
            usage: if offers(AnswerField::Usage) { told.into() } else { Field::Absent },
            thinking: offers(AnswerField::Thinking).then_some(self.thinking),
            refusal: offers(AnswerField::Refusal).then_some(self.refusal),
            error: self.failure,
            ..Observation::of(ended)
        }
    }
}

/// Says whether a value says nothing of arguments.
fn is_empty(arguments: &Value) -> bool {
    match arguments {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Makes an error of which nothing but its classes and its message is known; the first class is its own.
pub(super) fn error(site: Site, classes: &[&str], message: impl Into<String>) -> ObservedError {
    let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
    ObservedError {
        site,
        class: classes.first().cloned().unwrap_or_default(),
        classes,
        message: message.into(),
        status: Field::Absent,
        kind: Field::Absent,
        code: Field::Absent,
        request_id: Field::Absent,
        retry_after: Field::Absent,
        retryable: Field::Absent,
        causes: Vec::new(),
        unread: Vec::new(),
    }
}

/// Returns the SDK's own word for a unit variant.
pub(super) fn word(variant: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(variant).ok()?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
