//! The form of an error that a gateway wrote in its client's dialect. The reader takes errors in many forms and stops at the first one;
//! other clients do not.

use serde_json::Value;

use super::{BlameEvidence, Translated, Word};
use crate::case::Axis;
use crate::codec;
use crate::judge::says_stop;
use crate::tap::TappedAnswer;

/// Finds an error that has not the form of the client's dialect, or that a good end follows; none where the dialect stayed the same.
pub(super) fn find(evidence: &BlameEvidence<'_>) -> Option<(Word, Vec<Axis>)> {
    let Translated { from, to } = evidence.translated?;
    let dialect = to.dialect();
    let is_stream = |answer: &&TappedAnswer| answer.status.is_some_and(|status| status < 400);
    let exchanges = &evidence.transcript.exchanges;
    let has_stopped = exchanges.iter().any(|exchange| says_stop(from, &exchange.content_of(evidence.script)));
    let mut found = None;
    for answer in evidence.tapped.iter().filter(is_stream) {
        let mut has_failed = false;
        for event in codec::of(to).events(&answer.content) {
            let Ok(payload) = serde_json::from_str::<Value>(event.data()) else { continue };
            if dialect.errors.is_in(&event.name, &payload) {
                has_failed = true;
                if !dialect.is_own_error(&event.name, &payload) {
                    found = found.max(Some(Word::ChangedAtTheGateway));
                }
            } else if has_failed && !has_stopped && (dialect.stop_reasons.word_in)(&payload).is_some() {
                found = found.max(Some(Word::Invented));
            }
        }
    }
    found.map(|word| (word, vec![Axis::Outcome]))
}
