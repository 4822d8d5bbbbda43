//! The comparison of texts.

use serde_json::{Value, json};

use super::Grade;
use crate::case::TextMatch;

/// Compares a text with the one that was handed over, if the surface hands one over.
pub(super) fn text(wanted: &TextMatch, seen: Option<&str>, nonce: &str) -> (Value, Value, Grade) {
    let expected = expected_text(wanted, nonce);
    let Some(seen) = seen else { return (expected, Value::Null, Grade::NotObservable) };
    (expected, json!(seen), Grade::exact_if(wanted.holds(seen, nonce)))
}

/// Writes the expectation of a text as a case does.
pub(super) fn expected_text(wanted: &TextMatch, nonce: &str) -> Value {
    let value = match wanted {
        TextMatch::Equals(text) => json!(text),
        TextMatch::Contains(text) => json!({ "contains": text }),
        TextMatch::NotContains(text) => json!({ "not-contains": text }),
        TextMatch::StartsWith(text) => json!({ "starts-with": text }),
        TextMatch::PrefixOf(text) => json!({ "prefix-of": text }),
    };
    with_nonce(value, nonce)
}

/// Fills in the nonce everywhere in a value.
pub(super) fn with_nonce(value: Value, nonce: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${nonce}", nonce)),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, with_nonce(value, nonce))).collect(),
        other => other,
    }
}
