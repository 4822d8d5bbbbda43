//! From bytes to the answer: events to payloads, payloads to errors or to the dialect, and the end of the stream.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::answer::PartialAnswer;
use super::decoder::{Decoder, Event, Item};
use super::failure::{Class, Failure};
use super::http;
use super::mutant::{Faults, Mutant};
use super::openai_responses;
use super::provider;
use super::stray::StrayLines;
use crate::contract::Api;
use crate::dialect::{Meaning, is_sentinel};

/// What an event was to the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It brought the answer forward.
    Progress,
    /// It is a part of an answer that the client has no use for.
    Part,
    /// It only says that the server lives.
    Ping,
    /// Its type is not in the documents.
    Unknown,
    /// A part of it has a type that is not in the documents.
    UnknownPart,
    /// The answer ends with it.
    Terminal,
}

/// The progress that the answer has made with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing that brings the answer forward.
    Nothing,
    /// A further piece of the answer.
    Further,
    /// The terminal marker.
    End,
}

/// Takes one event of a dialect into the answer, by its type and its payload.
pub(crate) type Read = fn(&str, &Value, &mut PartialAnswer, Faults) -> Result<Step, Failure>;

/// Reads one stream.
pub(crate) struct Reader {
    api: Api,
    read: Read,
    faults: Faults,
    decoder: Decoder,
    stray: StrayLines,
    items: VecDeque<Item>,
    /// How much data of the next event was here after the last read.
    arrived: usize,
}

impl Reader {
    pub(crate) fn new(api: Api, read: Read, faults: Faults) -> Self {
        let (decoder, stray) = (Decoder::new(faults), StrayLines::default());
        Self { api, read, faults, decoder, stray, items: VecDeque::new(), arrived: 0 }
    }

    /// Takes some bytes into the answer, up to the terminal marker.
    pub(crate) fn take(&mut self, bytes: &[u8], answer: &mut PartialAnswer) -> Result<Progress, Failure> {
        let items = self.decoder.feed(bytes);
        self.items.extend(items);
        let mut reached = if self.is_arriving() { Progress::Further } else { Progress::Nothing };
        while let Some(item) = self.items.pop_front() {
            match self.item(item, answer)? {
                Step::Terminal => return Ok(Progress::End),
                Step::Progress | Step::Part => reached = Progress::Further,
                Step::Ping | Step::Unknown | Step::UnknownPart => {}
            }
        }
        Ok(reached)
    }

    /// Whether the last read brought more of an event's data: that is progress, a comment or a ping never is.
    fn is_arriving(&mut self) -> bool {
        let (name, size) = self.decoder.arriving();
        let more = name != "ping" && size > self.arrived;
        self.arrived = size;
        more
    }

    /// Takes the end of the body, which may be in the middle of the answer.
    pub(crate) fn finish(&mut self, answer: &mut PartialAnswer) -> Result<(), Failure> {
        for item in std::mem::take(&mut self.decoder).finish() {
            if self.item(item, answer)? == Step::Terminal {
                return Ok(());
            }
        }
        self.ended(answer)
    }

    /// An answer is whole once it has its stop reason, with or without the marker that should follow.
    pub(crate) fn ended(&self, answer: &mut PartialAnswer) -> Result<(), Failure> {
        if answer.failed {
            return Err(openai_responses::failed(&Value::Null, self.faults));
        }
        if answer.stop_reason.is_some() || self.faults.has(Mutant::EofIsSuccess) {
            return Ok(());
        }
        if self.faults.has(Mutant::FabricatesStop) {
            answer.stop_reason = Some(self.normal().to_owned());
            return Ok(());
        }
        Err(Failure::new(Class::Incomplete, "the stream ended before the answer did"))
    }

    fn normal(&self) -> &'static str {
        self.api.dialect().stop_reasons.normal()
    }

    fn item(&mut self, item: Item, answer: &mut PartialAnswer) -> Result<Step, Failure> {
        match item {
            Item::Event(event) => self.event(&event, answer),
            Item::Stray(line) => match self.stray.push(&line, self.faults) {
                // The rules ignore such lines: only one that words an error is worth going beyond them.
                Some(object) if object.contains_key("error") || object.contains_key("message") => {
                    self.object(&Event { name: String::new(), data: line }, object, answer)
                }
                _ => Ok(Step::Unknown),
            },
            Item::Refused(why) => Err(Failure::new(Class::Protocol, why)),
        }
    }

    fn event(&mut self, event: &Event, answer: &mut PartialAnswer) -> Result<Step, Failure> {
        let payload = match event.data.trim_end() {
            data if is_sentinel(data) && !self.faults.has(Mutant::DoneIsJson) => return Ok(self.done(data, answer)),
            "" if event.name != "error" && !self.faults.has(Mutant::EmptyDataFails) => return Ok(Step::Ping),
            data => serde_json::from_str(data),
        };
        match payload {
            Ok(Value::Object(object)) => self.object(event, object, answer),
            _ if event.name == "error" => {
                let envelope = Map::from_iter([("error".to_owned(), Value::String(event.data.clone()))]);
                self.object(event, envelope, answer)
            }
            Ok(Value::Null) if !self.faults.has(Mutant::NullDataFails) => Ok(Step::Ping),
            // Unknown types need not be JSON.
            _ if !self.api.dialect().events.is_part(&event.name) => self.checked(Step::Unknown, event),
            Ok(other) => Err(Failure::new(Class::Protocol, format!("an event that is no object: {other}"))),
            Err(error) => self.malformed(event, &error),
        }
    }

    fn malformed(&self, event: &Event, error: &serde_json::Error) -> Result<Step, Failure> {
        let message = format!("an event that is not JSON ({error}): {}", http::excerpt(&event.data));
        match self.faults.0 {
            Some(Mutant::SwallowsBadPayload) => Ok(Step::Unknown),
            Some(Mutant::BadPayloadEnds) => Ok(Step::Terminal),
            // A panic without the hook's report, which would fill a run's log.
            Some(Mutant::BadPayloadPanics) => std::panic::resume_unwind(Box::new(message)),
            _ => Err(Failure::new(Class::Protocol, message)),
        }
    }

    /// `[DONE]` ends a chat completion; on the other dialects gateways add it, and it says nothing.
    fn done(&self, data: &str, answer: &mut PartialAnswer) -> Step {
        if self.api.dialect().events.sentinel != Some(data) {
            return Step::Ping;
        }
        if self.faults.has(Mutant::DoneIsEnough) {
            answer.stop_reason.get_or_insert_with(|| self.normal().to_owned());
        }
        // The server has ended the stream as it should be ended, and not said why the answer did: that is no failure, and no
        // completion that the client could vouch for.
        answer.interrupted |= self.ended(answer).is_err();
        Step::Terminal
    }

    fn object(
        &mut self,
        event: &Event,
        object: Map<String, Value>,
        answer: &mut PartialAnswer,
    ) -> Result<Step, Failure> {
        let ignored = answer.events == 0 && self.faults.has(Mutant::IgnoresFirstError);
        let error = provider::find(self.api, &event.name, &object, self.faults);
        if let Some(provider) = error.filter(|_| !ignored) {
            if self.faults.has(Mutant::ErrorBecomesText) {
                answer.text.push_str(&provider.message);
                answer.stop_reason = Some(self.normal().to_owned());
                return Ok(Step::Terminal);
            }
            return Err(Failure::in_band(self.api, provider, self.faults));
        }
        let payload = Value::Object(object);
        let kind = payload.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        answer.events += 1;
        let had_reason = answer.stop_reason.is_some();
        let step = (self.read)(kind, &payload, answer, self.faults)?;
        if !had_reason {
            self.check_reason(answer)?;
        }
        if step == Step::Terminal {
            self.ended(answer)?;
        }
        self.checked(step, event)
    }

    /// An answer that stops for its tool calls must have them whole.
    fn check_reason(&self, answer: &PartialAnswer) -> Result<(), Failure> {
        let Some(reason) = answer.stop_reason.as_deref() else { return Ok(()) };
        let meaning = self.api.dialect().stop_reasons.meaning(reason);
        if let Some(tool) = answer.unfinished_tool()
            && meaning == Some(Meaning::Calls)
        {
            let message = format!("the answer stops for `{tool}`, whose arguments are not whole");
            return Err(Failure::new(Class::Protocol, message));
        }
        let refused = match self.faults.0 {
            Some(Mutant::UnknownStopReasonFails) => {
                !matches!(meaning, Some(Meaning::Normal | Meaning::Calls | Meaning::Paused))
            }
            Some(Mutant::FilteredIsError) => meaning == Some(Meaning::Filtered),
            Some(Mutant::IncompleteIsError) => meaning == Some(Meaning::Limit),
            _ => false,
        };
        if refused { Err(Failure::new(Class::Protocol, format!("the answer stopped with `{reason}`"))) } else { Ok(()) }
    }

    /// Unknown types are legal: only faulty clients refuse them.
    fn checked(&self, step: Step, event: &Event) -> Result<Step, Failure> {
        let refused = self.faults.has(match step {
            Step::Unknown => Mutant::UnknownEventFails,
            Step::UnknownPart => Mutant::UnknownDeltaFails,
            Step::Ping => Mutant::PingFails,
            Step::Progress | Step::Part | Step::Terminal => return Ok(step),
        });
        let message = || format!("unexpected event `{}`: {}", event.name, http::excerpt(&event.data));
        if refused { Err(Failure::new(Class::Protocol, message())) } else { Ok(step) }
    }
}
