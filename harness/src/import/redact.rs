//! The parts that are left out of a recording before anybody sees it: all that is not known to be harmless in a head, and keys, names of
//! organisations and repeated parts of the request in a body.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::codec::Codec;

/// The header fields of an answer that are kept; every other one may name who asked.
const KEPT: [&str; 4] = ["content-type", "retry-after", "retry-after-ms", "x-should-retry"];

/// The most labels of a host that are kept, from its end: what stands before them may be the name of a customer.
const LABELS: usize = 3;

/// Places in the data of an event at which an answer repeats what the request said.
const REPEATED: [&str; 5] = [
    "/response/instructions",
    "/response/user",
    "/response/safety_identifier",
    "/response/prompt_cache_key",
    "/response/metadata",
];

/// The word that stands for what was taken out.
const WORD: &str = "redacted";

/// The beginnings of words that are keys or name an organisation, and the fewest letters and digits that follow in one.
const SECRETS: [(&str, usize); 6] =
    [("sk-", 20), ("sk_", 20), ("AIza", 30), ("org-", 16), ("proj_", 16), ("user-", 20)];

/// Returns the header fields that are kept.
pub(super) fn fields(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let lower = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    lower.filter(|(name, _)| KEPT.contains(&name.as_str())).collect()
}

/// Returns the part of a host that names no customer; none where it is no name of the public network.
pub(super) fn host(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let is_public =
        labels.len() > 1 && labels.last().is_some_and(|last| last.chars().any(|letter| letter.is_ascii_alphabetic()));
    is_public.then(|| labels[labels.len().saturating_sub(LABELS)..].join("."))
}

/// A body from which parts were taken.
pub(super) struct Redacted {
    pub(super) bytes: Vec<u8>,
    /// The parts that were taken out, each in a word.
    pub(super) taken: Vec<&'static str>,
    /// For each part that was replaced: where it ended, and by how much what follows has moved.
    moved: Vec<(usize, isize)>,
}

impl Redacted {
    /// Returns the place of a byte that was at another one before.
    pub(super) fn place(&self, before: usize) -> usize {
        let moved = self.moved.iter().filter(|(end, _)| *end <= before).map(|(_, by)| *by);
        before.saturating_add_signed(moved.sum()).min(self.bytes.len())
    }
}

/// Takes out of a body what may name who asked and what was asked.
pub(super) fn body(codec: &dyn Codec, bytes: &[u8]) -> Redacted {
    let mut parts: Vec<(Range<usize>, Vec<u8>, &'static str)> = Vec::new();
    let mut start = 0;
    for end in codec.event_ends(bytes).into_iter().chain([bytes.len()]) {
        let record = &bytes[start..end];
        for (range, word) in repeated(codec, record) {
            parts.push((start + range.start..start + range.end, word, "parts of the request that the answer repeats"));
        }
        start = end;
    }
    for range in secrets(bytes) {
        if parts.iter().all(|(other, ..)| range.end <= other.start || other.end <= range.start) {
            parts.push((range, WORD.as_bytes().to_vec(), "keys and ids of organisations"));
        }
    }
    parts.sort_by_key(|(range, ..)| range.start);
    let mut redacted = Redacted { bytes: Vec::with_capacity(bytes.len()), taken: Vec::new(), moved: Vec::new() };
    let mut done = 0;
    for (range, word, what) in parts {
        redacted.bytes.extend_from_slice(&bytes[done..range.start]);
        redacted.bytes.extend_from_slice(&word);
        let by = isize::try_from(word.len()).unwrap_or_default() - isize::try_from(range.len()).unwrap_or_default();
        redacted.moved.push((range.end, by));
        if !redacted.taken.contains(&what) {
            redacted.taken.push(what);
        }
        done = range.end;
    }
    redacted.bytes.extend_from_slice(&bytes[done..]);
    redacted
}

/// Finds the values in an event that repeat the request, each with what stands for it.
fn repeated(codec: &dyn Codec, record: &[u8]) -> Vec<(Range<usize>, Vec<u8>)> {
    let events = codec.events(record);
    let [event] = events.as_slice() else { return Vec::new() };
    let payload = event.payload();
    let found = REPEATED.iter().filter_map(|place| {
        let value = payload.pointer(place).filter(|value| says_something(value))?;
        let word = if value.is_object() { "{}".to_owned() } else { format!("\"{WORD}\"") };
        let range = written(record, place.rsplit('/').next().unwrap_or_default(), value)?;
        Some((range, word.into_bytes()))
    });
    found.collect()
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => !members.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// Finds where the value of a member is written.
fn written(record: &[u8], member: &str, value: &Value) -> Option<Range<usize>> {
    let text = std::str::from_utf8(record).ok()?;
    let key = format!("\"{member}\"");
    text.match_indices(&key).find_map(|(at, _)| {
        let after = at + key.len();
        let rest = text[after..].trim_start().strip_prefix(':')?;
        let start = text.len() - rest.trim_start().len();
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        let is_it = values.next()?.ok()? == *value;
        is_it.then(|| start..start + values.byte_offset())
    })
}

/// Finds the words of a body that look like keys or name an organisation.
fn secrets(bytes: &[u8]) -> Vec<Range<usize>> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes[start..].iter().take_while(|byte| is_of_word(byte)).count();
        let word = &bytes[start..start + length];
        let is_secret = SECRETS.iter().any(|(prefix, fewest)| {
            let rest = word.strip_prefix(prefix.as_bytes()).unwrap_or_default();
            rest.len() >= *fewest && rest.iter().any(u8::is_ascii_digit)
        });
        if is_secret {
            found.push(start..start + length);
        }
        start += length.max(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use streamspec_adapters::contract::Api;

    use super::*;

    fn redacted(text: &str) -> (String, usize) {
        let redacted = body(crate::codec::of(Api::OpenaiResponses), text.as_bytes());
        let place = redacted.place(text.len());
        (String::from_utf8(redacted.bytes).expect("text"), place)
    }

    #[test]
    fn what_an_answer_repeats_of_the_request_is_taken_out() {
        let check =
            |before: &str, after: &str| assert_eq!(redacted(before), (after.to_owned(), after.len()), "{before}");
        check(
            "data: {\"response\":{\"instructions\" : \"Be \\\"kind\\\".\",\"metadata\":{\"a\":1}}}\n\ndata: 1\n\n",
            "data: {\"response\":{\"instructions\" : \"redacted\",\"metadata\":{}}}\n\ndata: 1\n\n",
        );
        for kept in [
            "data: {\"response\":{\"instructions\":null,\"metadata\":{}}}\n\n",
            "data: {\"instructions\":\"x\"}\n\n",
            "data: {\"delta\":\"{\\\"instructions\\\":\\\"x\\\"}\"}\n\n",
        ] {
            check(kept, kept);
        }
    }

    #[test]
    fn keys_are_taken_out_of_any_body() {
        let key = "abcdefghij0123456789";
        assert_eq!(redacted(&format!("for sk-{key} of org-{key}.")).0, "for redacted of redacted.");
        for kept in ["an org-chart", "ask-abcdefghij0123456789x", "sk-abcdefghijklmnopqrstuvwxyz", "user-friendly"] {
            assert_eq!(redacted(kept).0, kept);
        }
    }

    #[test]
    fn of_a_head_only_what_is_known_to_be_harmless_is_kept() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = [
            field("Retry-After", "2"),
            field("Set-Cookie", "secret"),
            field("openai-organization", "acme"),
            field("x-new", "1"),
        ];
        assert_eq!(fields(&headers), BTreeMap::from([field("retry-after", "2")]));
        let kept = |name| host(name);
        assert_eq!(kept("api.openai.com").as_deref(), Some("api.openai.com"));
        assert_eq!(kept("acme.openai.azure.com").as_deref(), Some("openai.azure.com"));
        for none in ["localhost", "127.0.0.1", "[::1]", ""] {
            assert_eq!(kept(none), None, "{none}");
        }
    }
}
