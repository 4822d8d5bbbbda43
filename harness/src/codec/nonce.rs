//! The value that is only known when a trial starts: `${nonce}`.

use serde_json::{Map, Value};

/// The text that stands for `${nonce}` in one trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nonce<'a>(pub(crate) &'a str);

impl Nonce<'_> {
    /// Fills in a text.
    pub(crate) fn text(self, text: &str) -> String {
        text.replace("${nonce}", self.0)
    }

    /// Fills in every string of a value, keys included.
    pub(crate) fn value(self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => {
                let filled = fields.iter().map(|(key, value)| (self.text(key), self.value(value)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }
}
