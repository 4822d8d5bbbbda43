//! The facts that make up a dialect.

use serde_json::Value;

use super::error::Errors;
use super::question::Ask;
use super::stop::StopReasons;
use crate::answer::Read;
use crate::codec::{Codec, Decoded};

/// One kind of request and the stream that answers it, as the vendor documents them.
#[derive(Debug)]
pub struct Dialect {
    /// The name used in cases, manifests and the protocol.
    pub name: &'static str,
    /// The first folder of its cases under `cases/`; the file of its shapes has the same name.
    pub folder: &'static str,
    /// Groups of cases that only this dialect has: the shapes of other vendors that speak it.
    pub vendors: &'static [&'static str],
    /// The model that is asked.
    pub model: &'static str,
    /// The path of a request below the base URL; `{model}` stands for the model.
    pub path: &'static str,
    /// The headers that name the key and, where the vendor has one, the version.
    pub headers: &'static [(&'static str, &'static str)],
    /// The header fields that every streamed answer has beside its content type.
    pub answer_headers: &'static [(&'static str, &'static str)],
    /// Makes the body of a request with these words that has its answer streamed.
    pub body: fn(&str, Ask) -> Value,
    /// The encoding of an answer's events.
    pub codec: &'static dyn Codec,
    /// The events of an answer.
    pub events: Events,
    /// The reasons with which an answer stops.
    pub stop_reasons: StopReasons,
    /// The errors, before and inside a stream.
    pub errors: Errors,
    /// The reader of the answer's events, for the reference client.
    pub(crate) read: Read,
}

impl Dialect {
    /// Returns the path of a request, with its model.
    pub fn request_path(&self) -> String {
        self.path.replace("{model}", self.model)
    }

    /// Says whether a request with this target asks its question, below any root and in any version.
    pub fn is_asked_at(&self, target: &str) -> bool {
        let path = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
        path(target).ends_with(unversioned(&path(&self.request_path())))
    }

    /// Says whether an event is the last of an answer.
    pub fn is_last(&self, event: &Decoded) -> bool {
        let payload = event.payload();
        let Events { ends, sentinel, .. } = &self.events;
        if ends.is_empty() && sentinel.is_none() {
            return (self.stop_reasons.word_in)(&payload).is_some();
        }
        let kind = payload.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        let is_over = |kind: &str| ends.contains(&kind) || self.errors.events.contains(&kind);
        event.kind.is_failure() || *sentinel == Some(event.data()) || is_over(kind)
    }
}

/// Returns a path without its first version, which gateways leave out or replace. A later version stays, as requests in the first one
/// are of another dialect.
pub fn unversioned(path: &str) -> &str {
    let rest = path.strip_prefix("/v1").filter(|rest| !rest.starts_with(|sign: char| sign.is_ascii_digit()));
    rest.and_then(|rest| rest.find('/').map(|end| &rest[end..])).unwrap_or(path)
}

/// The events of a dialect: their names, and those with which a stream ends.
#[derive(Debug)]
pub struct Events {
    /// The beginnings of the names of its events; none where they have no names.
    pub prefixes: &'static [&'static str],
    /// Every event that is a part of the answer has such a name.
    pub always_named: bool,
    /// Names of events which say no more than that the server lives.
    pub pings: &'static [&'static str],
    /// Types of events with which an answer that did not fail is over: nothing comes after one.
    pub ends: &'static [&'static str],
    /// Data that is no JSON and ends the stream.
    pub sentinel: Option<&'static str>,
}

impl Events {
    /// Says whether an event with this name must be a part of the answer.
    pub fn is_part(&self, name: &str) -> bool {
        let is_unnamed = matches!(name, "" | "message");
        (is_unnamed && !self.always_named) || self.has_prefix(name)
    }

    /// Says whether the vendor's documents have an event of this name; one without a name is a `message`.
    pub fn is_known(&self, name: &str) -> bool {
        matches!(name, "message" | "error") || self.pings.contains(&name) || self.has_prefix(name)
    }

    fn has_prefix(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Api;
    use super::*;

    #[test]
    fn a_question_is_asked_at_its_path_below_any_root() {
        for api in Api::ALL {
            let own = api.dialect().request_path();
            let asked = |target: &str| Api::ALL.into_iter().filter(|api| api.dialect().is_asked_at(target)).collect();
            let path = own.split('?').next().unwrap_or_default();
            let by: [Vec<Api>; 3] = [asked(&own), asked(&format!("/proxy{own}")), asked(&format!("{path}/render"))];
            assert_eq!(by, [vec![api], vec![api], vec![]], "{own}");
        }
        assert!(Api::OpenaiChat.dialect().is_asked_at("/chat/completions?x=1"));
        assert!(!Api::OpenaiChat.dialect().is_asked_at("/v1/completions"));
    }

    #[test]
    fn an_answer_ends_as_its_dialect_says() {
        let check = |api: Api, data: &Value, expected: bool| {
            let text = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
            let event = Decoded { data: Some(text), ..Decoded::default() };
            assert_eq!(api.dialect().is_last(&event), expected, "{api}: {data}");
        };
        for api in Api::ALL {
            check(api, &json!({ "type": "message_stop" }), matches!(api, Api::AnthropicMessages | Api::BedrockInvoke));
            check(api, &json!("[DONE]"), matches!(api, Api::OpenaiChat | Api::CohereChat));
            check(api, &json!({ "type": "message-end" }), api == Api::CohereChat);
            check(api, &json!({ "type": "response.completed" }), api == Api::OpenaiResponses);
            check(api, &json!({ "type": "response.failed" }), api == Api::OpenaiResponses);
            check(api, &json!({ "candidates": [{ "finishReason": "STOP" }] }), api == Api::GeminiGenerate);
            let Events { ends, sentinel, .. } = &api.dialect().events;
            let ends_with_errors = (!ends.is_empty() || sentinel.is_some()) && api != Api::BedrockConverse;
            check(api, &json!({ "type": "error" }), ends_with_errors);
            check(api, &json!({}), false);
        }
    }
}
