//! The values only known when a trial starts: `${nonce}`, and `${n}` inside a `repeat`.

use serde_json::{Map, Value};

/// What `${nonce}` and `${n}` stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    /// Unique to the trial.
    pub(super) nonce: &'a str,
    /// The round of the innermost `repeat`, from 0.
    pub(super) n: Option<u32>,
}

impl Values<'_> {
    /// Fills in a text.
    pub(super) fn text(&self, text: &str) -> String {
        let text = text.replace("${nonce}", self.nonce);
        match self.n {
            Some(n) => text.replace("${n}", &n.to_string()),
            None => text,
        }
    }

    /// Fills in every string of a value, keys included; a string that is exactly `${n}` becomes the number.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match (text.as_str(), self.n) {
                ("${n}", Some(n)) => n.into(),
                _ => self.text(text).into(),
            },
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => Value::Object(self.fields(fields)),
            other => other.clone(),
        }
    }

    fn fields(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        fields.iter().map(|(key, value)| (self.text(key), self.value(value))).collect()
    }
}
