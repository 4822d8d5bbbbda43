//! Faults in reading the events of Cohere's chat.

use serde_json::{Value, json};

use super::{DOCUMENTED, Faulty};
use crate::answer::{PartialAnswer, Step};
use crate::contract::Api;
use crate::reference::client::Client;
use crate::reference::failure::Failure;
use crate::reference::{read, reader};

/// Reads an event of Cohere's of this type after a change of it, and any other one as documented.
fn read_changed(
    (client, api, kind): (&Client, Api, &str),
    payload: &Value,
    answer: &mut PartialAnswer,
    (changed, change): (&str, fn(&mut Value)),
) -> Result<Step, Failure> {
    let mut payload = payload.clone();
    if api == Api::CohereChat && kind == changed {
        change(&mut payload);
    }
    read(client, api, kind, &payload, answer)
}

/// Takes a text out of an event, wherever it stands.
fn empty(payload: &mut Value, place: &str) {
    if let Some(text) = payload.pointer_mut(place) {
        *text = json!("");
    }
}

pub(super) const REASON_DECIDES: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let without_error: fn(&mut Value) = |payload| empty(payload, "/delta/error");
        read_changed((client, api, kind), payload, answer, ("message-end", without_error))
    },
    ..DOCUMENTED
});

pub(super) const TIMEOUT_IS_AN_END: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        if payload.pointer("/delta/finish_reason") != Some(&json!("TIMEOUT")) {
            return read(client, api, kind, payload, answer);
        }
        let complete: fn(&mut Value) = |payload| payload["delta"] = json!({ "finish_reason": "COMPLETE" });
        read_changed((client, api, kind), payload, answer, ("message-end", complete))
    },
    ..DOCUMENTED
});

pub(super) const LOSES_START_TEXT: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let without_text: fn(&mut Value) = |payload| empty(payload, "/delta/message/content/text");
        read_changed((client, api, kind), payload, answer, ("content-start", without_text))
    },
    ..DOCUMENTED
});

pub(super) const LOSES_START_ARGUMENTS: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let without: fn(&mut Value) = |payload| empty(payload, "/delta/message/tool_calls/function/arguments");
        read_changed((client, api, kind), payload, answer, ("tool-call-start", without))
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_TYPES: Faulty = Faulty::of(Client {
    take_object: |client, api, name, mut object, answer| {
        if api == Api::CohereChat {
            object.remove("type");
        }
        reader::take_object(client, api, name, object, answer)
    },
    ..DOCUMENTED
});
