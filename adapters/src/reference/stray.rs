//! Errors that servers put outside of any event: a bare JSON object in the stream, or a field named `error`.
//!
//! The event-stream rules ignore such lines. Losing the provider's word for a failure helps nobody, so they are read.

use serde_json::{Map, Value, json};

/// Lines that belong to no event, until they make up a JSON value.
#[derive(Debug, Default)]
pub(crate) struct StrayLines {
    text: String,
}

impl StrayLines {
    /// Takes a line, and returns the object that it completes.
    pub(crate) fn push(&mut self, line: &str) -> Option<Map<String, Value>> {
        if self.text.is_empty() {
            if let Some(value) = line.strip_prefix("error:") {
                let error = serde_json::from_str(value).unwrap_or_else(|_| json!(value.trim()));
                return Some(Map::from_iter([("error".to_owned(), error)]));
            }
            if !line.trim_start().starts_with(['{', '[']) {
                return None;
            }
        }
        self.text.push_str(line);
        self.text.push('\n');
        let whole = serde_json::from_str(&self.text).ok()?;
        self.text.clear();
        match whole {
            Value::Array(items) => items.into_iter().find_map(|item| item.as_object().cloned()),
            Value::Object(object) => Some(object),
            _ => None,
        }
    }
}
