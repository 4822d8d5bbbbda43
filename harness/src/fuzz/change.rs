//! The changes that are made to a stream, each of one kind and at a place that chance chooses.

use fastrand::Rng;
use serde_json::{Value, json};
use streamspec_adapters::codec::Rewrite;
use streamspec_adapters::contract::Api;

use super::meaning::body;
use crate::case::{End, Event, Framing, Respond, Step};
use crate::codec;

/// The time between two pieces of an event that is split, in milliseconds: a client then reads them one by one.
const BETWEEN_PIECES: u64 = 10;

/// A value under a name that no document has.
pub(super) const UNKNOWN: &str = "streamspec_unknown";

/// An event under such a name.
pub(super) const UNKNOWN_EVENT: &str = "streamspec.unknown";

/// A change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// An event is left out.
    Drop,
    /// An event comes twice.
    Duplicate,
    /// Two events that follow each other change places.
    Swap,
    /// The stream ends before an event.
    Truncate,
    /// The stream ends inside an event.
    Cut,
    /// The dialect's documented error is put behind an event; the rest of the stream follows, or the end.
    Error,
    /// A value in an event has another type.
    WrongType,
    /// Every event that ends the answer is left out.
    NoEnd,
    /// An event is sent in two pieces.
    Split,
    /// The lines of an event end otherwise.
    LineEnds,
    /// The data of an event is written in two lines.
    DataLines,
    /// A byte order mark begins the stream.
    ByteOrderMark,
    /// A comment is put between events.
    Comment,
    /// An event of an unknown type is put before another one, where the events of the dialect have names.
    UnknownEvent,
    /// An event has a field that means nothing to the dialect.
    UnknownField,
    /// The data of an event has a member that no document has.
    UnknownMember,
}

/// The effect of a change on the meaning of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The stream may mean something else, and its answer may be another one.
    Other,
    /// The stream may mean something else, and what is left of its answer is its beginning.
    Beginning,
    /// The bytes are others, and mean the same.
    Bytes,
    /// There is more in the stream, which clients ignore.
    Ignored,
}

impl Change {
    /// The changes after which the stream may mean something else.
    pub(super) const BREAKING: [Self; 8] =
        [Self::Drop, Self::Duplicate, Self::Swap, Self::Truncate, Self::Cut, Self::Error, Self::WrongType, Self::NoEnd];

    /// The changes after which it means the same: in other bytes, or with more in it. A stream has those of one kind, so that the
    /// law which it breaks is known.
    pub(super) const KEEPING: [[Self; 4]; 2] = [
        [Self::Split, Self::LineEnds, Self::DataLines, Self::ByteOrderMark],
        [Self::Comment, Self::UnknownEvent, Self::UnknownField, Self::UnknownMember],
    ];

    /// Returns the name, for people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Drop => "an event dropped",
            Self::Duplicate => "an event doubled",
            Self::Swap => "two events swapped",
            Self::Truncate => "cut after an event",
            Self::Cut => "cut in an event",
            Self::Error => "an error event",
            Self::WrongType => "a field of another type",
            Self::NoEnd => "no end of the answer",
            Self::Split => "an event split",
            Self::LineEnds => "other line ends",
            Self::DataLines => "two data lines",
            Self::ByteOrderMark => "a byte order mark",
            Self::Comment => "a comment",
            Self::UnknownEvent => "an unknown event",
            Self::UnknownField => "an unknown field",
            Self::UnknownMember => "an unknown member",
        }
    }

    /// Returns what it does to the meaning of a stream.
    pub(super) const fn effect(self) -> Effect {
        match self {
            Self::Drop | Self::Duplicate | Self::Swap | Self::WrongType => Effect::Other,
            Self::Truncate | Self::Cut | Self::Error | Self::NoEnd => Effect::Beginning,
            Self::Split | Self::LineEnds | Self::DataLines | Self::ByteOrderMark => Effect::Bytes,
            Self::Comment | Self::UnknownEvent | Self::UnknownField | Self::UnknownMember => Effect::Ignored,
        }
    }

    /// Says whether the streams of a dialect can have it.
    fn suits(self, api: Api) -> bool {
        let has = |rewrite: Rewrite| codec::of(api).has(rewrite);
        match self {
            Self::LineEnds => has(Rewrite::CrLf) && has(Rewrite::Cr),
            Self::ByteOrderMark => has(Rewrite::ByteOrderMark),
            // An event of several lines with names has comments, too.
            Self::Comment | Self::UnknownField | Self::DataLines => has(Rewrite::Comments),
            // Where events have no names, no document says what a client makes of one that has.
            Self::UnknownEvent => !api.dialect().events.prefixes.is_empty(),
            _ => true,
        }
    }

    /// Makes the change where the stream has a place for it.
    pub(super) fn apply(self, rng: &mut Rng, api: Api, steps: &mut Vec<Step>) -> Option<()> {
        if !self.suits(api) {
            return None;
        }
        match self {
            Self::Drop => {
                let place = any(rng, &events(steps))?;
                steps.remove(place);
            }
            Self::Duplicate => {
                let place = any(rng, &events(steps))?;
                steps.insert(place, steps[place].clone());
            }
            Self::Swap => {
                let events = events(steps);
                let first = any(rng, &(1..events.len()).collect::<Vec<_>>())?;
                steps.swap(events[first - 1], events[first]);
            }
            Self::Truncate => {
                let place = any(rng, &events(steps))?;
                steps.truncate(place);
                steps.push(end(rng, steps));
            }
            Self::Cut => cut(rng, api, steps)?,
            Self::Error => error(rng, api, steps)?,
            Self::WrongType => wrong_type(rng, api, steps)?,
            Self::NoEnd => {
                let before = steps.len();
                steps.retain(|step| !ends_answer(api, step));
                return (steps.len() < before).then_some(());
            }
            Self::Split => split(rng, api, steps)?,
            Self::LineEnds => {
                let place = any(rng, &events(steps))?;
                let text = String::from_utf8(rendered(api, &steps[place])).ok()?;
                let line_end = if rng.bool() { "\r\n" } else { "\r" };
                steps.splice(place..=place, [Step::Raw(text.replace('\n', line_end)), Step::Flush]);
            }
            Self::DataLines => {
                let place = any(rng, &events(steps))?;
                let text = String::from_utf8(rendered(api, &steps[place])).ok()?;
                let (before, after) = text.split_once("data: {")?;
                steps.splice(place..=place, [Step::Raw(format!("{before}data: {{\ndata: {after}")), Step::Flush]);
            }
            Self::ByteOrderMark => {
                let first = events(steps).first().copied().filter(|first| body(api, &steps[..*first]).is_empty())?;
                steps.insert(first, Step::Raw("\u{feff}".to_owned()));
            }
            Self::Comment => {
                let place = any(rng, &between(api, steps))?;
                steps.insert(place, Step::Comment(if rng.bool() { String::new() } else { "keep-alive".to_owned() }));
            }
            Self::UnknownEvent => {
                let place = any(rng, &between(api, steps))?;
                let name = UNKNOWN_EVENT.to_owned();
                steps.insert(place, Step::Event(Event::plain(name.clone(), json!({ "type": name }))));
            }
            Self::UnknownField => {
                let place = any(rng, &between(api, steps))?;
                let line = ["x-streamspec: 1", "x-streamspec", "id: 7", "retry: 3000"][rng.usize(..4)];
                steps.insert(place, Step::Raw(format!("{line}\n")));
            }
            Self::UnknownMember => {
                let place = any(rng, &objects(steps))?;
                data_of(&mut steps[place])?.insert(UNKNOWN.to_owned(), json!({ "a": [1, null] }));
            }
        }
        Some(())
    }
}

/// Chooses one of several places; none where there are none.
fn any(rng: &mut Rng, places: &[usize]) -> Option<usize> {
    if places.is_empty() { None } else { Some(places[rng.usize(..places.len())]) }
}

/// Finds the events.
fn events(steps: &[Step]) -> Vec<usize> {
    let is_event = |step: &Step| matches!(step, Step::Event(_) | Step::Data(_));
    (0..steps.len()).filter(|place| is_event(&steps[*place])).collect()
}

/// Finds the events of which the data is a mapping.
fn objects(steps: &[Step]) -> Vec<usize> {
    let is_object = |step: &Step| match step {
        Step::Event(event) => event.data.is_object(),
        Step::Data(data) => data.is_object(),
        _ => false,
    };
    (0..steps.len()).filter(|place| is_object(&steps[*place])).collect()
}

/// Finds the events before which nothing of an event has begun.
fn between(api: Api, steps: &[Step]) -> Vec<usize> {
    let is_whole = |place: &usize| {
        let before = body(api, &steps[..*place]);
        before.is_empty() || codec::of(api).event_ends(&before).last() == Some(&before.len())
    };
    events(steps).into_iter().filter(is_whole).collect()
}

fn data_of(step: &mut Step) -> Option<&mut serde_json::Map<String, Value>> {
    match step {
        Step::Event(event) => event.data.as_object_mut(),
        Step::Data(data) => data.as_object_mut(),
        _ => None,
    }
}

fn rendered(api: Api, step: &Step) -> Vec<u8> {
    body(api, std::slice::from_ref(step))
}

/// Makes the step that sends bytes as they are. A nonce that is filled in would break the checksum of a frame.
pub(super) fn sent(api: Api, bytes: &[u8]) -> Step {
    match std::str::from_utf8(bytes) {
        Ok(text) if codec::of(api).is_text() => Step::Raw(text.to_owned()),
        _ => Step::Hex(hex::encode(bytes)),
    }
}

/// Chooses a place inside an event, which is none inside of the nonce, and leaves the nonce in text.
fn inside(rng: &mut Rng, bytes: &[u8]) -> Option<usize> {
    const NONCE: &[u8] = b"${nonce}";
    let place = rng.usize(1..bytes.len().max(2));
    let Some(nonce) = bytes.windows(NONCE.len()).position(|part| part == NONCE) else { return Some(place) };
    let is_text = std::str::from_utf8(&bytes[..place]).is_ok() && std::str::from_utf8(&bytes[place..]).is_ok();
    (is_text && !(nonce + 1..nonce + NONCE.len()).contains(&place)).then_some(place)
}

/// Says whether a step ends the answer.
fn ends_answer(api: Api, step: &Step) -> bool {
    let dialect = api.dialect();
    if !matches!(step, Step::Event(_) | Step::Data(_)) {
        return false;
    }
    let events = codec::of(api).events(&rendered(api, step));
    events.iter().any(|event| (dialect.stop_reasons.word_in)(&event.payload()).is_some() || dialect.is_last(event))
}

/// Chooses an end that the head of an answer allows.
fn end(rng: &mut Rng, steps: &[Step]) -> Step {
    let standard = Respond::default();
    let respond = if let Some(Step::Respond(respond)) = steps.first() { respond } else { &standard };
    let ends: &[End] = match respond.framing {
        Framing::Chunked => &[End::Finish, End::Finish, End::Eof, End::Reset],
        Framing::Close => &[End::Finish, End::Reset],
        Framing::ContentLength => &[End::Finish],
    };
    Step::End(ends[rng.usize(..ends.len())])
}

fn cut(rng: &mut Rng, api: Api, steps: &mut Vec<Step>) -> Option<()> {
    let place = any(rng, &events(steps))?;
    let bytes = rendered(api, &steps[place]);
    let length = inside(rng, &bytes)?;
    steps.truncate(place);
    steps.push(sent(api, &bytes[..length]));
    steps.push(end(rng, steps));
    Some(())
}

fn split(rng: &mut Rng, api: Api, steps: &mut Vec<Step>) -> Option<()> {
    let place = any(rng, &events(steps))?;
    let bytes = rendered(api, &steps[place]);
    let length = inside(rng, &bytes)?;
    let (first, rest) = (sent(api, &bytes[..length]), sent(api, &bytes[length..]));
    steps.splice(place..=place, [first, Step::Flush, Step::Pause(BETWEEN_PIECES), rest, Step::Flush]);
    Some(())
}

fn error(rng: &mut Rng, api: Api, steps: &mut Vec<Step>) -> Option<()> {
    let place = any(rng, &between(api, steps))?;
    let example = &api.dialect().errors.example;
    let data = (example.data)("The answer broke off (${nonce})", place);
    let step = match example.name {
        Some(name) => Step::Event(Event { kind: codec::of(api).kind_of_errors(), ..Event::plain(name, data) }),
        None => Step::Data(data),
    };
    if rng.bool() {
        steps.truncate(place);
        steps.extend([step, Step::End(End::Finish)]);
    } else {
        steps.insert(place, step);
    }
    Some(())
}

/// Replaces a value anywhere in an event that neither ends the answer nor is an error.
fn wrong_type(rng: &mut Rng, api: Api, steps: &mut [Step]) -> Option<()> {
    let is_part = |place: &usize| {
        let (name, data) = match &steps[*place] {
            Step::Event(event) => (event.name.as_str(), &event.data),
            Step::Data(data) => ("", data),
            _ => return false,
        };
        !ends_answer(api, &steps[*place]) && !api.dialect().errors.is_in(name, data)
    };
    let parts: Vec<usize> = objects(steps).into_iter().filter(is_part).collect();
    let place = any(rng, &parts)?;
    let data = match &mut steps[place] {
        Step::Event(event) => &mut event.data,
        Step::Data(data) => data,
        _ => return None,
    };
    let mut pointers = Vec::new();
    list(data, "", &mut pointers);
    let pointer = any(rng, &(0..pointers.len()).collect::<Vec<_>>())?;
    let value = data.pointer_mut(&pointers[pointer])?;
    let kind = |value: &Value| std::mem::discriminant(value);
    let others = [json!(null), json!(5), json!("x"), json!([]), json!({}), json!(true)];
    let others: Vec<Value> = others.into_iter().filter(|other| kind(other) != kind(value)).collect();
    *value = others[rng.usize(..others.len())].clone();
    Some(())
}

/// Lists the places of all values inside a value.
fn list(value: &Value, at: &str, all: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inner {
        let at = format!("{at}/{key}");
        list(value, &at, all);
        all.push(at);
    }
}
