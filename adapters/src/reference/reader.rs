//! From bytes to the answer: events to payloads, payloads to errors or to the dialect, and the end of the stream.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::client::Client;
use super::errors;
use super::failure::{Class, Failure};
use super::payload::Payload;
use super::stray::StrayLines;
use crate::answer::{PartialAnswer, Progress, Step, Trouble};
use crate::codec::decode::{Decode, Event, Item};
use crate::contract::{Api, Caller};
use crate::dialect::Meaning;

/// Reads one stream.
pub(crate) struct Reader {
    client: Client,
    api: Api,
    caller: Caller,
    decoder: Box<dyn Decode>,
    stray: StrayLines,
    items: VecDeque<Item>,
    /// The size of the data of the next event that was here after the last read, in bytes.
    arrived: usize,
}

impl Reader {
    pub(crate) fn new(client: &Client, api: Api, caller: Caller) -> Self {
        let (decoder, stray) = ((client.decoder)(client, api.dialect().codec), StrayLines::default());
        Self { client: *client, api, caller, decoder, stray, items: VecDeque::new(), arrived: 0 }
    }

    /// Takes some bytes into the answer, up to the terminal marker, or to where the caller stops.
    pub(crate) fn take(&mut self, bytes: &[u8], answer: &mut PartialAnswer) -> Result<Progress, Failure> {
        let items = self.decoder.feed(bytes);
        self.items.extend(items);
        let mut reached = if self.is_arriving() { Progress::Further } else { Progress::Nothing };
        while let Some(item) = self.items.pop_front() {
            let before = answer.events;
            match self.item(item, answer)? {
                Step::Terminal => return Ok(Progress::End),
                _ if answer.events > before && (self.client.has_enough)(self.caller, answer) => {
                    answer.stopped = true;
                    return Ok(Progress::End);
                }
                Step::Progress | Step::Part => reached = Progress::Further,
                Step::Ping | Step::Unknown | Step::UnknownPart => {}
            }
        }
        Ok(reached)
    }

    /// Says whether the last read brought more of an event's data: that is progress, a comment or a ping never is.
    fn is_arriving(&mut self) -> bool {
        let (name, size) = self.decoder.arriving();
        let more = name != "ping" && size > self.arrived;
        self.arrived = size;
        more
    }

    /// Takes the end of the body, which may be in the middle of the answer.
    pub(crate) fn finish(&mut self, answer: &mut PartialAnswer) -> Result<(), Failure> {
        for item in self.decoder.finish() {
            if self.item(item, answer)? == Step::Terminal {
                return Ok(());
            }
        }
        (self.client.ended)(&self.client, self.api, answer)
    }

    fn item(&mut self, item: Item, answer: &mut PartialAnswer) -> Result<Step, Failure> {
        match item {
            Item::Event(event) => self.event(&event, answer),
            Item::Stray(line) => match self.stray.push(&line) {
                // The rules ignore such lines: only one that words an error is worth going beyond them.
                Some(object) if object.contains_key("error") || object.contains_key("message") => {
                    (self.client.take_object)(&self.client, self.api, "", object, answer)
                }
                _ => Ok(Step::Unknown),
            },
            Item::Refused(why) => Err(Failure::new(Class::Protocol, why)),
        }
    }

    fn event(&self, event: &Event, answer: &mut PartialAnswer) -> Result<Step, Failure> {
        let Self { client, api, .. } = self;
        if event.kind.is_failure() {
            return (client.take_failed)(client, *api, event);
        }
        match (client.payload)(*api, event)? {
            Payload::Object(object) => (client.take_object)(client, *api, &event.name, object, answer),
            Payload::Sentinel => Ok((client.take_sentinel)(client, *api, answer)),
            Payload::Nothing(step) => Ok(step),
        }
    }
}

/// Takes a payload, which may be an error. The name is that of its event.
pub(crate) fn take_object(
    client: &Client,
    api: Api,
    name: &str,
    object: Map<String, Value>,
    answer: &mut PartialAnswer,
) -> Result<Step, Failure> {
    match (client.find_error)(client, api, name, &object) {
        Some(provider) => Err((client.in_band)(client, api, provider)),
        None => take_part(client, api, name, object, answer),
    }
}

/// Takes a payload that is no error.
pub(crate) fn take_part(
    client: &Client,
    api: Api,
    name: &str,
    object: Map<String, Value>,
    answer: &mut PartialAnswer,
) -> Result<Step, Failure> {
    let payload = Value::Object(object);
    let kind = payload.get("type").and_then(Value::as_str).unwrap_or(name);
    answer.events += 1;
    let had_reason = answer.stop_reason.is_some();
    let step = (client.read)(client, api, kind, &payload, answer)?;
    if !had_reason {
        (client.check_reason)(api, answer)?;
    }
    if step == Step::Terminal {
        (client.ended)(client, api, answer)?;
    }
    Ok(step)
}

/// Takes the word that ends a stream of this dialect. The server has then ended the stream as it should be ended; where it has
/// not said why the answer ended, that is no failure, and no completion that the client could vouch for.
pub(crate) fn take_sentinel(client: &Client, api: Api, answer: &mut PartialAnswer) -> Step {
    answer.interrupted |= (client.ended)(client, api, answer).is_err();
    Step::Terminal
}

/// Checks that an answer which stops for its tool calls has them whole.
pub(crate) fn check_reason(api: Api, answer: &PartialAnswer) -> Result<(), Failure> {
    let meaning = answer.stop_reason.as_deref().and_then(|reason| api.dialect().stop_reasons.meaning(reason));
    match answer.tools.unfinished() {
        Some(tool) if meaning == Some(Meaning::Calls) => {
            let message = format!("the answer stops for `{tool}`, whose arguments are not whole");
            Err(Failure::new(Class::Protocol, message))
        }
        _ => Ok(()),
    }
}

/// Checks that an answer whose stream has ended is whole: it is once it has its stop reason, with or without the marker that
/// should follow, or the marker, where the dialect has one in which the reason may be left out.
pub(crate) fn ended(client: &Client, api: Api, answer: &mut PartialAnswer) -> Result<(), Failure> {
    if answer.failed {
        return Err(errors::of_trouble(client, api, Trouble::Unexplained));
    }
    if answer.stop_reason.is_some() || answer.finished {
        return Ok(());
    }
    Err(Failure::new(Class::Incomplete, "the stream ended before the answer did"))
}
