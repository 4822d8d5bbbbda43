//! Faults in reading the payloads of events.

use serde_json::{Value, json};

use super::{DOCUMENTED, Faulty};
use crate::answer::PartialAnswer;
use crate::answer::Step;
use crate::codec::decode::Event;
use crate::contract::{Api, Field};
use crate::dialect::{Meaning, is_sentinel};
use crate::reference::client::Client;
use crate::reference::failure::{Class, Failure};
use crate::reference::payload::{self, Payload};
use crate::reference::{read, reader};

/// Makes a client that makes this of a payload that is not JSON.
const fn parsing(payload: fn(Api, &Event) -> Result<Payload, Failure>) -> Faulty {
    Faulty::of(Client { payload, ..DOCUMENTED })
}

/// Reads a payload as the documents have it; one that is not JSON is a second kind of failure.
fn malformed(api: Api, event: &Event) -> Result<Result<Payload, Failure>, Failure> {
    match payload::parse(api, event) {
        Err(failure) if serde_json::from_str::<Value>(event.data.trim_end()).is_err() => Err(failure),
        other => Ok(other),
    }
}

pub(super) const SWALLOWS_BAD_PAYLOAD: Faulty =
    parsing(|api, event| malformed(api, event).unwrap_or(Ok(Payload::Nothing(Step::Unknown))));

pub(super) const BAD_PAYLOAD_ENDS: Faulty =
    parsing(|api, event| malformed(api, event).unwrap_or(Ok(Payload::Nothing(Step::Terminal))));

// A panic without the hook's report, which would fill a run's log.
pub(super) const BAD_PAYLOAD_PANICS: Faulty = parsing(|api, event| {
    malformed(api, event).unwrap_or_else(|failure| std::panic::resume_unwind(Box::new(failure.words.message)))
});

pub(super) const EMPTY_DATA_FAILS: Faulty =
    parsing(
        |api, event| {
            if event.data.trim_end().is_empty() { payload::json(api, event) } else { payload::parse(api, event) }
        },
    );

pub(super) const NULL_DATA_FAILS: Faulty = parsing(|api, event| {
    let is_part = event.name != "error" && api.dialect().events.is_part(&event.name);
    if is_part && event.data.trim() == "null" {
        return Err(Failure::new(Class::Protocol, "an event of which the data is no JSON object: null"));
    }
    payload::parse(api, event)
});

pub(super) const DONE_IS_JSON: Faulty =
    parsing(
        |api, event| {
            if is_sentinel(event.data.trim_end()) { payload::json(api, event) } else { payload::parse(api, event) }
        },
    );

/// Returns the failure of a client that refuses what is legal.
fn unexpected<T>(kind: &str) -> Result<T, Failure> {
    Err(Failure::new(Class::Protocol, format!("unexpected event `{kind}`")))
}

pub(super) const UNKNOWN_EVENT_FAILS: Faulty = Faulty::of(Client {
    payload: |api, event| match payload::parse(api, event)? {
        Payload::Nothing(Step::Unknown) => unexpected(&event.name),
        other => Ok(other),
    },
    take_object: |client, api, name, object, answer| match reader::take_object(client, api, name, object, answer)? {
        Step::Unknown => unexpected(name),
        step => Ok(step),
    },
    ..DOCUMENTED
});

pub(super) const PING_FAILS: Faulty = Faulty::of(Client {
    take_object: |client, api, name, object, answer| match reader::take_object(client, api, name, object, answer)? {
        Step::Ping => unexpected(name),
        step => Ok(step),
    },
    ..DOCUMENTED
});

pub(super) const UNKNOWN_DELTA_FAILS: Faulty = Faulty::of(Client {
    take_object: |client, api, name, object, answer| match reader::take_object(client, api, name, object, answer)? {
        Step::UnknownPart => unexpected(name),
        step => Ok(step),
    },
    ..DOCUMENTED
});

pub(super) const EMPTY_CHOICES_FAILS: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        if api == Api::OpenaiChat && payload.get("choices") == Some(&json!([])) {
            return Err(Failure::new(Class::Protocol, "a chunk without choices"));
        }
        read(client, api, kind, payload, answer)
    },
    ..DOCUMENTED
});

pub(super) const TAKES_EVERY_CHOICE: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let choices = payload.get("choices").and_then(Value::as_array).filter(|_| api == Api::OpenaiChat);
        let mut step = None;
        for choice in choices.into_iter().flatten() {
            let mut choice = choice.clone();
            choice["index"] = json!(0);
            step = Some(read(client, api, kind, &json!({ "choices": [choice] }), answer)?);
        }
        step.map_or_else(|| read(client, api, kind, payload, answer), Ok)
    },
    ..DOCUMENTED
});

/// Returns the meaning of the stop reason that has come.
fn meaning(api: Api, answer: &PartialAnswer) -> Option<Meaning> {
    api.dialect().stop_reasons.meaning(answer.stop_reason.as_deref()?)
}

/// Checks a stop reason as the documents have it, and refuses it all the same.
fn refuse(api: Api, answer: &PartialAnswer, refused: bool) -> Result<(), Failure> {
    reader::check_reason(api, answer)?;
    match answer.stop_reason.as_deref() {
        Some(reason) if refused => Err(Failure::new(Class::Protocol, format!("the answer stopped with `{reason}`"))),
        _ => Ok(()),
    }
}

pub(super) const UNKNOWN_STOP_REASON_FAILS: Faulty = Faulty::of(Client {
    check_reason: |api, answer| {
        let known = [Meaning::Normal, Meaning::Calls, Meaning::Paused].map(Some);
        refuse(api, answer, !known.contains(&meaning(api, answer)))
    },
    ..DOCUMENTED
});

pub(super) const FILTERED_IS_ERROR: Faulty = Faulty::of(Client {
    check_reason: |api, answer| refuse(api, answer, meaning(api, answer) == Some(Meaning::Filtered)),
    ..DOCUMENTED
});

pub(super) const INCOMPLETE_IS_ERROR: Faulty = Faulty::of(Client {
    check_reason: |api, answer| refuse(api, answer, meaning(api, answer) == Some(Meaning::Limit)),
    ..DOCUMENTED
});

pub(super) const STOP_REASON_FLATTENED: Faulty = Faulty::telling(|call, mut observation| {
    if let Field::Value(reason) = &mut observation.stop_reason {
        call.api.dialect().stop_reasons.normal().clone_into(reason);
    }
    observation
});
