//! The value that is only known when a trial starts: `${nonce}`.

use serde_json::{Map, Value};

/// Spells a nonce in as many letters as its bytes have halves, of which five bytes are enough.
///
/// It is all consonants: a client that looks for a status in messages finds no `403` in it, nor a word.
pub(crate) fn spelled(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrst";
    let halves = bytes.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
    std::iter::once('n').chain(halves.map(|half| char::from(LETTERS[usize::from(half)]))).collect()
}

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
