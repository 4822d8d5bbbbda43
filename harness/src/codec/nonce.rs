//! The value that is only known when a trial starts: `${nonce}`.

use serde_json::{Map, Value};

use crate::case::Event;

/// The letters of a nonce after its first one, one for each half of a byte. All are consonants: a client that looks for a status
/// in messages finds no `403` in it, nor a word.
const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrst";

/// The letter that every nonce begins with.
pub(crate) const FIRST: char = 'n';

/// The bytes that the other letters of a nonce stand for.
pub(crate) type NonceBytes = [u8; 5];

/// Spells a nonce.
pub(crate) fn spelled(bytes: NonceBytes) -> String {
    let halves = bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    std::iter::once(FIRST).chain(halves.map(|half| char::from(LETTERS[usize::from(half)]))).collect()
}

/// Returns the bytes that a word stands for; none where it is no nonce.
pub(crate) fn read_spelled(word: &str) -> Option<NonceBytes> {
    let letters = word.strip_prefix(FIRST)?.bytes();
    let halves =
        letters.map(|letter| LETTERS.iter().zip(0..).find(|(known, _)| **known == letter).map(|(_, half)| half));
    let halves: Vec<u8> = halves.collect::<Option<_>>()?;
    let bytes: Vec<u8> = halves.chunks_exact(2).map(|two| two[0] << 4 | two[1]).collect();
    bytes.try_into().ok()
}

/// The text that stands for `${nonce}` in one trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nonce<'a>(pub(crate) &'a str);

impl Nonce<'_> {
    /// Fills in a text.
    pub(crate) fn text(self, text: &str) -> String {
        text.replace("${nonce}", self.0)
    }

    /// Fills in an event, but not what differs from the usual in its frame.
    pub(crate) fn event(self, event: &Event) -> Event {
        Event { name: self.text(&event.name), data: self.value(&event.data), ..event.clone() }
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
