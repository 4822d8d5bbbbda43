//! Faults in recognising an error.

use super::{DOCUMENTED, Faulty};
use crate::answer::{Step, Trouble};
use crate::codec::decode::{Decode, Item};
use crate::codec::sse::decoder::Decoder;
use crate::contract::Api;
use crate::dialect::says_nothing;
use crate::reference::client::Client;
use crate::reference::provider::{Provider, error_member, is_error_event};
use crate::reference::{errors, read, reader};
use serde_json::{Map, Value};

type Payload = Map<String, Value>;

const fn finding(find_error: fn(&Client, Api, &str, &Payload) -> Option<Provider>) -> Faulty {
    Faulty::of(Client { find_error, ..DOCUMENTED })
}

/// Finds an error as the documents have it, unless it is one that the client does not know.
fn find_unless(ignored: bool, client: &Client, api: Api, event: &str, payload: &Payload) -> Option<Provider> {
    if ignored { None } else { errors::find(client, api, event, payload) }
}

/// Returns the error member of a payload that says something.
fn nested(payload: &Payload) -> Option<&Value> {
    error_member(payload).filter(|error| !says_nothing(error))
}

pub(super) const IGNORES_ERROR_EVENT: Faulty =
    finding(|client, api, event, payload| find_unless(is_error_event(event, payload), client, api, event, payload));

pub(super) const IGNORES_ERROR_FIELD: Faulty = finding(|client, api, event, payload| {
    let ignored = nested(payload).is_some() && !is_error_event(event, payload);
    find_unless(ignored, client, api, event, payload)
});

pub(super) const IGNORES_FLAT_ERROR: Faulty =
    finding(|client, api, event, payload| find_unless(nested(payload).is_none(), client, api, event, payload));

pub(super) const IGNORES_NESTED_ERROR: Faulty = finding(|client, api, event, payload| {
    let ignored = nested(payload).is_some() && is_error_event(event, payload);
    find_unless(ignored, client, api, event, payload)
});

pub(super) const IGNORES_STRING_ERROR: Faulty = finding(|client, api, event, payload| {
    find_unless(nested(payload).is_some_and(Value::is_string), client, api, event, payload)
});

pub(super) const IGNORES_ERROR_WITHOUT_CHOICES: Faulty = finding(|client, api, event, payload| {
    let is_usage = payload.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty);
    find_unless(is_usage, client, api, event, payload)
});

pub(super) const BENIGN_ERROR_FAILS: Faulty = finding(|client, api, event, payload| match error_member(payload) {
    Some(error) => Some(errors::read(client, api, error, payload)),
    None => errors::find(client, api, event, payload),
});

pub(super) const IGNORES_FIRST_ERROR: Faulty = Faulty::of(Client {
    take_object: |client, api, name, object, answer| match answer.events {
        0 => reader::take_part(client, api, name, object, answer),
        _ => reader::take_object(client, api, name, object, answer),
    },
    ..DOCUMENTED
});

pub(super) const ERROR_BECOMES_TEXT: Faulty = Faulty::of(Client {
    take_object: |client, api, name, object, answer| match errors::find(client, api, name, &object) {
        Some(provider) => {
            answer.text.push_str(&provider.message);
            answer.stop_reason = Some(api.dialect().stop_reasons.normal().to_owned());
            Ok(Step::Terminal)
        }
        None => reader::take_part(client, api, name, object, answer),
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_FAILED: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        if api == Api::OpenaiResponses && kind == "response.failed" {
            answer.stop_reason = Some("completed".to_owned());
            return Ok(Step::Terminal);
        }
        read(client, api, kind, payload, answer)
    },
    ..DOCUMENTED
});

pub(super) const LOSES_LATE_REASON: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let step = read(client, api, kind, payload, answer)?;
        if answer.failed { Err(errors::of_trouble(client, api, Trouble::Unexplained)) } else { Ok(step) }
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_ERROR_FINISH: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| match read(client, api, kind, payload, answer) {
        Err(_) if matches!(answer.stop_reason.as_deref(), Some("error" | "ERROR")) => {
            answer.stop_reason = Some(api.dialect().stop_reasons.normal().to_owned());
            Ok(Step::Progress)
        }
        other => other,
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_BARE_JSON: Faulty = Faulty::with_decoder("sse", || Box::new(IgnoresBareJson(Decoder::new())));

struct IgnoresBareJson(Decoder);

impl IgnoresBareJson {
    fn known(items: Vec<Item>) -> Vec<Item> {
        let is_bare = |item: &Item| matches!(item, Item::Stray(line) if !line.starts_with("error:"));
        items.into_iter().filter(|item| !is_bare(item)).collect()
    }
}

impl Decode for IgnoresBareJson {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item> {
        Self::known(self.0.feed(bytes))
    }

    fn finish(&mut self) -> Vec<Item> {
        Self::known(self.0.finish())
    }

    fn arriving(&self) -> (&str, usize) {
        self.0.arriving()
    }
}
