//! Errors: where their type stands, and the HTTP status that one is equivalent to; never a guess.

use serde_json::Value;

use crate::codec::{Codec, Decoded, Frame};

/// The errors of a dialect.
#[derive(Debug)]
pub struct Errors {
    /// The member of the error object that names its type.
    pub type_member: &'static str,
    /// Types of events which say that the answer failed; an event may have `error` for its name, too.
    pub events: &'static [&'static str],
    /// Places in the data of an event at which an error may stand.
    pub places: &'static [&'static str],
    /// Places of a stop reason, each with the word that says there that the answer failed.
    pub stops: &'static [(&'static str, &'static str)],
    /// Codes with the status that the vendor's documents give them.
    pub codes: &'static [(&'static str, u16)],
    /// Types with the status that the vendor's documents give them.
    pub types: &'static [(&'static str, u16)],
    /// Codes that say that a budget is used up, which no retry changes. Their status is 429.
    pub quota: &'static [&'static str],
    /// The error of a wrong key, whose status is 401.
    pub unauthorized: ErrorName,
    /// The error of too many requests, whose status is 429.
    pub too_many: ErrorName,
    /// An error as the vendor's documents have it inside a stream.
    pub example: StreamError,
}

/// The name of an error in the body of a plain HTTP response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorName {
    /// The error's type, where its shape has one.
    pub kind: Option<&'static str>,
    /// The error's code, where its shape has one; digits stand for a number.
    pub code: Option<&'static str>,
}

/// An error inside a stream, in an event of its own.
#[derive(Debug)]
pub struct StreamError {
    /// The name of the event; none where the dialect's events have no names.
    pub name: Option<&'static str>,
    /// The error's type, where its shape has one.
    pub kind: Option<&'static str>,
    /// The error's code, where its shape has a code that is a word.
    pub code: Option<&'static str>,
    /// Makes the data of the event from a message and the number of events that were sent before it.
    pub data: fn(&str, usize) -> Value,
}

impl StreamError {
    /// Returns the bytes of the event, in the kind of message in which a codec reports errors.
    pub fn bytes(&self, codec: &dyn Codec, data: &Value) -> Vec<u8> {
        match self.name {
            Some(name) => codec.framed(codec.kind_of_errors(), name, data, &Frame::default()),
            None => codec.event(None, data),
        }
    }
}

impl Errors {
    /// Says whether an event that was sent reports an error, by the kind of its message or by what it holds.
    pub fn are_in(&self, event: &Decoded) -> bool {
        event.kind.is_failure() || self.is_in(&event.name, &event.payload())
    }

    /// Lists the names by which the documents call a type of error: one may begin with a capital letter in some places and with a
    /// small one in others.
    pub fn names(&self, kind: &str) -> Vec<&'static str> {
        let same = |name: &&str| name.eq_ignore_ascii_case(kind);
        self.types.iter().map(|(name, _)| *name).filter(same).collect()
    }

    /// Says whether an event reports an error: by its name, by its type, by an error inside it or by a stop reason.
    pub fn is_in(&self, event: &str, payload: &Value) -> bool {
        let is_named = |name: &str| self.events.contains(&name);
        let is_at = |place: &&str| payload.pointer(place).is_some_and(|error| !says_nothing(error));
        let stops = |(place, word): &(&str, &str)| payload.pointer(place).and_then(Value::as_str) == Some(word);
        is_named(event)
            || payload.get("type").and_then(Value::as_str).is_some_and(is_named)
            || self.places.iter().any(is_at)
            || self.stops.iter().any(stops)
    }

    /// Finds the status that an error is equivalent to, first by its code; none where no document knows one.
    pub fn status(&self, kind: Option<&str>, code: Option<&str>) -> Option<u16> {
        let find =
            |table: &[(&str, u16)], name: &str| table.iter().find(|(known, _)| *known == name).map(|(_, it)| *it);
        let of_code = |code: &str| find(self.codes, code).or_else(|| self.quota.contains(&code).then_some(429));
        code.and_then(of_code).or_else(|| find(self.types, kind?))
    }
}

/// Says whether the value in the place of an error means that there is no error.
pub fn says_nothing(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Api;

    #[test]
    fn an_error_is_found_where_its_dialect_has_one_and_nowhere_else() {
        let check = |api: Api, event: &str, payload: serde_json::Value, expected: bool| {
            assert_eq!(api.dialect().errors.is_in(event, &payload), expected, "{api}: {event} {payload}");
        };
        for api in Api::ALL {
            let example = &api.dialect().errors.example;
            check(api, example.name.unwrap_or_default(), (example.data)("Overloaded", 1), true);
            // That of Converse says by the kind of a message alone that it is an error, and by the name of an exception.
            let has_words = api != Api::BedrockConverse;
            check(api, "", json!({ "type": "error" }), has_words);
            check(api, "", json!({ "error": "Overloaded" }), has_words);
            for nothing in [json!({}), json!({ "error": null }), json!({ "error": "" }), json!({ "error": {} })] {
                check(api, "", nothing, false);
            }
            let inside = json!({ "type": "response.completed", "response": { "error": { "code": "server_error" } } });
            check(api, "", inside, api == Api::OpenaiResponses);
            check(api, "", json!({ "type": "response.failed" }), api == Api::OpenaiResponses);
            for word in ["error", "stop"] {
                let stopped = json!({ "choices": [{ "finish_reason": word }] });
                check(api, "", stopped, api == Api::OpenaiChat && word == "error");
            }
        }
    }
}
