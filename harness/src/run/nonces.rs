//! Nonces: a word for each trial, by which an observation that is another trial's is noticed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use streamspec_adapters::contract::CallOutcome;

use crate::codec::{FIRST, NonceBytes, read_spelled, spelled};

/// The nonces of a run. It keeps five bytes for each that was given out.
#[derive(Debug)]
pub(super) struct Nonces {
    of_run: String,
    given: Mutex<HashSet<NonceBytes>>,
}

impl Nonces {
    /// Begins with none, for a run with this nonce.
    pub(super) fn of(run: String) -> Self {
        Self { of_run: run, given: Mutex::default() }
    }

    /// Makes a nonce that no other trial of this run has, and no trial of another run.
    pub(super) fn of_trial(&self, name: &str) -> String {
        let digest = Sha256::digest(format!("{}\n{name}", self.of_run));
        let bytes: NonceBytes = std::array::from_fn(|at| digest[at]);
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(bytes);
        spelled(bytes)
    }

    /// Finds the fault where an observation holds the nonce of another trial: the adapter has mixed up two calls.
    pub(super) fn foreign(&self, own: &str, answer: &CallOutcome) -> Option<String> {
        let CallOutcome::Observed(observation) = answer else { return None };
        let text = serde_json::to_string(observation).unwrap_or_default();
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words = text.match_indices(FIRST).filter_map(|(at, _)| text.get(at..at + own.len()));
        let foreign =
            words.find(|word| *word != own && read_spelled(word).is_some_and(|bytes| given.contains(&bytes)))?;
        Some(format!("the observation holds `{foreign}`, the nonce of another trial, so two calls were mixed up"))
    }
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
        assert_eq!(
            read_spelled(&own).map(hex::encode).as_deref(),
            Some(&*hex::encode(&Sha256::digest("run\none")[..5]))
        );
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
