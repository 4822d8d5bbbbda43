//! The dialect of a recording: by the path of its request, or by what its events hold.

use std::collections::BTreeSet;

use serde_json::Value;
use streamspec_adapters::contract::Api;
use streamspec_adapters::dialect::{Dialect, unversioned};

use crate::codec::Decoded;

/// The word in a path that stands for the model.
const MODEL: &str = "{model}";

/// Finds the dialect whose requests go to a path, below any root and in any version.
pub(super) fn by_path(path: &str) -> Option<Api> {
    Api::ALL.into_iter().find(|api| is_asked_at(api.dialect(), path))
}

fn is_asked_at(dialect: &Dialect, path: &str) -> bool {
    let own = dialect.path.split('?').next().unwrap_or_default();
    let own = unversioned(own);
    match own.split_once(MODEL) {
        None => path.ends_with(own),
        Some((before, after)) => path.strip_suffix(after).is_some_and(|rest| rest.contains(before)),
    }
}

/// Finds the dialect that the most events are of, and at least half of them: by their names and types, by the reasons with which they
/// stop, by the word that ends the stream, and where events have no names by members that no other dialect has. None where as many are
/// of another.
pub(super) fn by_events(events: &[Decoded], own_members: impl Fn(Api) -> BTreeSet<String>) -> Option<Api> {
    let payloads: Vec<(&Decoded, Value)> = events.iter().map(|event| (event, event.payload())).collect();
    let count = |api: Api| {
        let members = own_members(api);
        payloads.iter().filter(|(event, payload)| is_of(api.dialect(), &members, event, payload)).count()
    };
    // Events of a dialect whose streams are no text are found by their frames.
    let of_text = Api::ALL.into_iter().filter(|api| api.dialect().codec.is_text());
    let counts: Vec<(usize, Api)> = of_text.map(|api| (count(api), api)).collect();
    let most = counts.iter().map(|(count, _)| *count).max().filter(|most| *most > 0 && most * 2 >= events.len())?;
    let mut first = counts.into_iter().filter(|(count, _)| *count == most).map(|(_, api)| api);
    let api = first.next()?;
    first.next().is_none().then_some(api)
}

fn is_of(dialect: &Dialect, members: &BTreeSet<String>, event: &Decoded, payload: &Value) -> bool {
    let kind = payload.get("type").and_then(Value::as_str).unwrap_or(&event.name);
    let prefixes = dialect.events.prefixes;
    prefixes.iter().any(|prefix| kind.starts_with(prefix))
        || dialect.events.sentinel == Some(event.data())
        || (dialect.stop_reasons.word_in)(payload).is_some()
        || prefixes.is_empty()
            && payload.as_object().is_some_and(|payload| payload.keys().any(|key| members.contains(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_dialect_below_any_root() {
        let check = |path: &str, api| assert_eq!(by_path(path), api, "{path}");
        for api in Api::ALL {
            let path = api.dialect().request_path();
            check(path.split('?').next().unwrap_or_default(), Some(api));
        }
        check("/openai/deployments/x/chat/completions", Some(Api::OpenaiChat));
        check(
            "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-3-pro:streamGenerateContent",
            Some(Api::GeminiGenerate),
        );
        check("/v1beta/models/gemini-3-pro:generateContent", None);
        check("/v1/responses/resp_1", None);
        check("/v1/chat", None);
        check("/", None);
    }

    #[test]
    fn events_name_their_dialect_unless_they_are_of_two() {
        let check = |lines: &[&str], expected| {
            let event = |data: &&str| Decoded { data: Some((*data).to_owned()), ..Decoded::default() };
            let events: Vec<Decoded> = lines.iter().map(event).collect();
            let members = |api| match api {
                Api::OpenaiChat => BTreeSet::from(["choices".to_owned()]),
                _ => BTreeSet::new(),
            };
            assert_eq!(by_events(&events, members), expected, "{lines:?}");
        };
        check(&["{\"type\":\"message_start\"}"], Some(Api::AnthropicMessages));
        check(&["{\"type\":\"response.created\"}"], Some(Api::OpenaiResponses));
        check(&["{\"choices\":[]}"], Some(Api::OpenaiChat));
        // Two dialects end with it.
        check(&["[DONE]"], None);
        check(&["{\"candidates\":[{\"finishReason\":\"STOP\"}]}"], Some(Api::GeminiGenerate));
        check(&["{\"error\":{\"message\":\"x\"}}"], None);
        check(&["{\"choices\":[]}", "{\"type\":\"response.created\"}"], None);
        check(&["{\"choices\":[]}", "{\"a\":1}", "{\"b\":1}"], None);
        check(&[], None);
    }
}
