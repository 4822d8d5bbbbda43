//! The payload of an event, before the dialect reads it.

use serde_json::{Map, Value};

use super::failure::{Class, Failure, excerpt};
use crate::answer::Step;
use crate::codec::decode::Event;
use crate::contract::Api;
use crate::dialect::is_sentinel;

/// The payload of an event.
pub(crate) enum Payload {
    /// A JSON object.
    Object(Map<String, Value>),
    /// The word that ends a stream of this dialect, `[DONE]`.
    Sentinel,
    /// Nothing that the dialect reads.
    Nothing(Step),
}

/// Reads the payload of an event. Gateways add the word of one dialect to the streams of others, where it says nothing.
pub(crate) fn parse(api: Api, event: &Event) -> Result<Payload, Failure> {
    match event.data.trim_end() {
        data if api.dialect().events.sentinel == Some(data) => Ok(Payload::Sentinel),
        data if is_sentinel(data) => Ok(Payload::Nothing(Step::Ping)),
        "" if event.name != "error" => Ok(Payload::Nothing(Step::Ping)),
        _ => json(api, event),
    }
}

/// Reads a payload as JSON. The data of an event named `error` is an error, whatever it is.
pub(crate) fn json(api: Api, event: &Event) -> Result<Payload, Failure> {
    match serde_json::from_str(event.data.trim_end()) {
        Ok(Value::Object(object)) => Ok(Payload::Object(object)),
        _ if event.name == "error" => {
            let error = ("error".to_owned(), Value::String(event.data.clone()));
            Ok(Payload::Object(Map::from_iter([error])))
        }
        Ok(Value::Null) => Ok(Payload::Nothing(Step::Ping)),
        // Unknown types need not be JSON.
        _ if !api.dialect().events.is_part(&event.name) => Ok(Payload::Nothing(Step::Unknown)),
        Ok(other) => {
            Err(Failure::new(Class::Protocol, format!("an event of which the data is no JSON object: {other}")))
        }
        Err(error) => {
            let message = format!("an event that is not JSON ({error}): {}", excerpt(&event.data));
            Err(Failure::new(Class::Protocol, message))
        }
    }
}
