//! Nonces: a word for each trial, by which an observation that is another trial's is noticed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use streamspec_adapters::contract::CallOutcome;

/// The letters of a nonce after its first one, one for each half of a byte. All are consonants: a client that looks for a status
/// in messages finds no `403` in it, nor a word.
const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrst";

/// The letter that every nonce begins with.
const FIRST: char = 'n';

/// The bytes that the other letters of a nonce stand for.
type Bytes = [u8; 5];

/// The nonces of a run. It keeps five bytes for each that was given out.
#[derive(Debug)]
pub(super) struct Nonces {
    of_run: String,
    given: Mutex<HashSet<Bytes>>,
}

impl Nonces {
    /// Begins with none, for a run with this nonce.
    pub(super) fn of(run: String) -> Self {
        Self { of_run: run, given: Mutex::default() }
    }

    /// Makes a nonce that no other trial of this run has, and no trial of another run.
    pub(super) fn of_trial(&self, name: &str) -> String {
        let digest = Sha256::digest(format!("{}\n{name}", self.of_run));
        let bytes: Bytes = std::array::from_fn(|at| digest[at]);
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(bytes);
        let halves = bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        std::iter::once(FIRST).chain(halves.map(|half| char::from(LETTERS[usize::from(half)]))).collect()
    }

    /// Finds the fault where an observation holds the nonce of another trial: the adapter has mixed up two calls.
    pub(super) fn foreign(&self, own: &str, answer: &CallOutcome) -> Option<String> {
        let CallOutcome::Observed(observation) = answer else { return None };
        let text = serde_json::to_string(observation).unwrap_or_default();
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words = text.match_indices(FIRST).filter_map(|(at, _)| text.get(at..at + own.len()));
        let foreign = words.find(|word| *word != own && bytes(word).is_some_and(|bytes| given.contains(&bytes)))?;
        Some(format!("the observation holds `{foreign}`, the nonce of another trial, so two calls were mixed up"))
    }
}

/// Returns the bytes that a word stands for; none where it is no nonce.
fn bytes(word: &str) -> Option<Bytes> {
    let letters = word.strip_prefix(FIRST)?.bytes();
    let halves =
        letters.map(|letter| LETTERS.iter().zip(0..).find(|(known, _)| **known == letter).map(|(_, half)| half));
    let halves: Vec<u8> = halves.collect::<Option<_>>()?;
    let bytes: Vec<u8> = halves.chunks_exact(2).map(|two| two[0] << 4 | two[1]).collect();
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::liar::{completed, observed};

    #[test]
    fn a_nonce_of_another_trial_is_noticed_and_nothing_else() {
        let nonces = Nonces::of("run".to_owned());
        let (own, other) = (nonces.of_trial("one"), nonces.of_trial("other"));
        let never_given = Nonces::of("another run".to_owned()).of_trial("one");
        assert_eq!((own.len(), own == other), (11, false));
        assert_eq!(bytes(&own).map(hex::encode).as_deref(), Some(&*hex::encode(&Sha256::digest("run\none")[..5])));
        let foreign = |text: &str| nonces.foreign(&own, &completed(text));
        for innocent in ["", "n", "Hello", &own, &never_given, &other[1..], &other[..10]] {
            assert_eq!(foreign(innocent), None, "{innocent}");
        }
        for mixed_up in [other.clone(), format!("nn{other}n"), format!("{own}{other}"), format!("né {other}")] {
            assert!(foreign(&mixed_up).is_some_and(|fault| fault.contains(&other)), "{mixed_up}");
        }
        let in_error = json!({ "ended": "raised", "events": 0, "error": {
            "site": "iterate", "class": "E", "classes": ["E"], "message": other, "causes": [],
        }});
        assert!(nonces.foreign(&own, &observed(&in_error)).is_some());
    }
}
