//! Texts and values of records, cut and made safe to show.

use serde_json::Value;

use crate::judge::Check;
use crate::{message, text};

/// The longest text from outside that is shown on a line or kept of a value, in characters.
pub(in crate::report) const LONGEST_TEXT: usize = 300;

/// Describes a check with its level, what was expected and what came: `must outcome: expected error, observed
/// completed`.
pub(in crate::report) fn sentence(check: &Check) -> String {
    format!("{} {}: {}", check.level.name(), check.axis, visible(&message::sentence(check)))
}

/// Returns a text from outside on one line, with everything visible that a reader or a file format could stumble over.
pub(in crate::report) fn visible(text: &str) -> String {
    // These two are in Unicode, but in no XML document.
    text::shown(text, LONGEST_TEXT).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

/// Returns a value whose texts are not longer than so many characters, and say so where they were.
pub(in crate::report) fn cut(value: Value, longest: usize) -> Value {
    match value {
        Value::String(text) => Value::String(text::cut(&text, longest)),
        Value::Array(values) => values.into_iter().map(|value| cut(value, longest)).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, cut(value, longest))).collect(),
        other => other,
    }
}
