//! Translation: what one dialect has for a word of another one, as a gateway between them needs it.
//!
//! It is made of the tables of the dialects: stop reasons are translated by their meanings, types and codes of errors by the statuses
//! that the vendors' documents give them.

use serde_json::Value;

use super::error::Errors;
use super::facts::Dialect;
use super::stop::{self, Meaning, text_at};
use super::{Api, is_quota};

/// Statuses that mean the same, where vendors have different ones: 503 is `OpenAI`'s for an engine that is overloaded
/// (<https://developers.openai.com/api/docs/guides/error-codes>), 529 is Anthropic's
/// (<https://platform.claude.com/docs/en/api/errors>).
const SAME: &[&[u16]] = &[&[503, 529]];

/// The places at which the documents have the message of an error.
const MESSAGES: [&str; 4] = ["/error/message", "/message", "/error", "/delta/error"];

/// Says whether two statuses mean the same.
pub fn is_same_status(one: u16, other: u16) -> bool {
    one == other || SAME.iter().any(|same| same.contains(&one) && same.contains(&other))
}

/// Lists the words of a dialect for a stop reason of another one; none where it has no such word, or nobody knows what that
/// one means.
pub fn stop_words(word: &str, from: Api, to: Api) -> Vec<&'static str> {
    let (from, to) = (&from.dialect().stop_reasons, &to.dialect().stop_reasons);
    let Some(meaning) = from.find(word).and_then(|meanings| meanings.first()) else { return Vec::new() };
    let own = words(to.own, &[*meaning]);
    // Where no word says that the answer stops for its calls, one that ends them all does.
    if own.is_empty() && *meaning == Meaning::Calls { words(to.own, to.ends_calls) } else { own }
}

fn words(own: stop::Words, meant: &[Meaning]) -> Vec<&'static str> {
    let is_meant = |meanings: &[Meaning]| meanings.first().is_some_and(|meaning| meant.contains(meaning));
    own.iter().filter(|(_, meanings)| is_meant(meanings)).map(|(word, _)| *word).collect()
}

/// Lists the types of errors that a dialect has for a type of another one, by their statuses. A budget that is used up is another
/// error than too many requests, though both have one status.
pub fn error_types(kind: &str, from: Api, to: Api) -> Vec<&'static str> {
    let names = named(from.dialect().errors.status(Some(kind), None), to.dialect().errors.types);
    names.into_iter().filter(|name| is_quota(name) == is_quota(kind)).collect()
}

/// Lists the codes of errors that a dialect has for a code of another one, by their statuses.
pub fn error_codes(code: &str, from: Api, to: Api) -> Vec<&'static str> {
    let names = named(from.dialect().errors.status(None, Some(code)), to.dialect().errors.codes);
    names.into_iter().filter(|name| is_quota(name) == is_quota(code)).collect()
}

fn named(status: Option<u16>, names: &'static [(&'static str, u16)]) -> Vec<&'static str> {
    let is_same = |own: u16| status.is_some_and(|status| is_same_status(status, own));
    names.iter().filter(|(_, own)| is_same(*own)).map(|(name, _)| *name).collect()
}

impl Dialect {
    /// Says whether an error inside a stream has a type.
    pub const fn has_error_types(&self) -> bool {
        self.errors.example.kind.is_some()
    }

    /// Says whether errors have codes that are words.
    pub const fn has_error_codes(&self) -> bool {
        !self.errors.codes.is_empty()
    }

    /// Says whether an event that reports an error has the form in which the vendor's documents have one: the name and the type of
    /// the event, and the place of its message.
    pub fn is_own_error(&self, event: &str, payload: &Value) -> bool {
        let Self { events, errors: Errors { example, events: reporting, .. }, .. } = self;
        let kind = payload.get("type").and_then(Value::as_str);
        let documented = (example.data)("", 0);
        let has_message =
            MESSAGES.iter().all(|place| text_at(&documented, place).is_none() || text_at(payload, place).is_some());
        let is_example = documented.get("type") == payload.get("type") && has_message;
        // An event that ends an answer may say that it failed; it is named after its type.
        let is_end = kind.is_some_and(|kind| kind == event && reporting.contains(&kind) && events.is_part(kind));
        is_end || is_example && example.name.map_or(matches!(event, "" | "message"), |name| name == event)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use Api::{AnthropicMessages as A, GeminiGenerate as G, OpenaiChat as C, OpenaiResponses as R};

    #[test]
    fn a_stop_reason_is_translated_by_its_meaning() {
        for (word, from, to, expected) in [
            ("end_turn", A, C, &["stop"] as &[_]),
            ("stop_sequence", A, C, &["stop"]),
            ("max_tokens", A, C, &["length"]),
            ("model_context_window_exceeded", A, C, &["length"]),
            ("tool_use", A, C, &["tool_calls", "function_call"]),
            ("refusal", A, C, &["content_filter"]),
            ("pause_turn", A, C, &[]),
            ("something_new", A, C, &[]),
            ("length", C, A, &["max_tokens", "model_context_window_exceeded"]),
            ("tool_use", A, G, &["STOP"]),
            ("tool_calls", C, R, &["completed"]),
            ("end_turn", A, R, &["completed"]),
        ] {
            assert_eq!(stop_words(word, from, to), expected, "{word}: {from} to {to}");
        }
    }

    #[test]
    fn an_error_is_translated_by_its_status() {
        assert_eq!(error_types("overloaded_error", A, C), ["service_unavailable_error"]);
        assert_eq!(error_types("api_error", A, C), ["server_error"]);
        assert_eq!(error_types("rate_limit_error", A, G), ["RESOURCE_EXHAUSTED"]);
        assert_eq!(error_types("rate_limit_error", A, C), ["rate_limit_error"]);
        assert_eq!(error_types("service_unavailable_error", C, A), ["overloaded_error"]);
        assert_eq!(error_types("model_on_strike_error", A, C), [""; 0]);
        assert_eq!(error_codes("rate_limit_exceeded", C, R), ["rate_limit_exceeded", "slow_down"]);
        assert!(is_same_status(529, 503) && is_same_status(500, 500) && !is_same_status(500, 503));
    }

    #[test]
    fn an_error_has_the_form_of_its_dialect_alone() {
        for own in Api::ALL {
            let example = &own.dialect().errors.example;
            let payload = (example.data)("Overloaded", 3);
            let of: Vec<Api> = Api::ALL
                .into_iter()
                .filter(|api| api.dialect().is_own_error(example.name.unwrap_or_default(), &payload))
                .collect();
            // Those of chat and of Gemini have the same envelope, and differ in what is inside; the two of Bedrock have the same exceptions.
            let expected = match own {
                C | G => vec![C, G],
                Api::BedrockConverse | Api::BedrockInvoke => vec![Api::BedrockConverse, Api::BedrockInvoke],
                _ => vec![own],
            };
            assert_eq!(of, expected, "{own}");
        }
        let leaked = json!({ "type": "error", "error": { "type": "overloaded_error" } });
        assert!(!C.dialect().is_own_error("error", &leaked) && !C.dialect().is_own_error("", &leaked));
        let failed = json!({ "type": "response.failed", "response": { "error": { "code": "server_error" } } });
        assert!(R.dialect().is_own_error("response.failed", &failed) && !A.dialect().is_own_error("error", &failed));
    }
}
