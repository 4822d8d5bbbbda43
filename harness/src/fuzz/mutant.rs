//! A changed stream: a function of the number of the run and its own.

use fastrand::Rng;

use super::change::{Change, Effect};
use crate::case::{Case, Step};

/// The number of times that other changes are tried where a stream has no place for the first ones.
const TRIES: usize = 8;

/// A changed stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mutant {
    /// The place of its case among those whose streams are changed.
    pub(super) seed: usize,
    /// The steps of the answer.
    pub(super) steps: Vec<Step>,
    /// The changes, in their order.
    pub(super) changes: Vec<Change>,
}

impl Mutant {
    /// Makes the stream with a number; none where no change fits the case that chance has chosen.
    pub(super) fn new(run: u64, number: u64, seeds: &[std::sync::Arc<Case>]) -> Option<Self> {
        // Neighbouring numbers must not lead to neighbouring choices.
        let mut rng = Rng::with_seed(run ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let seed = rng.usize(..seeds.len().max(1));
        let case = seeds.get(seed)?;
        let mut steps = case.exchanges.first()?.clone();
        let breaking = [0, 1, 1, 1, 2][rng.usize(..5)];
        let keeping = if breaking == 0 { rng.usize(1..4) } else { rng.usize(..2) };
        let mut changes = Vec::new();
        let kind = Change::KEEPING[rng.usize(..2)];
        for (all, wanted) in [(&Change::BREAKING[..], breaking), (&kind[..], keeping)] {
            let (mut left, mut tries) = (wanted, TRIES);
            while left > 0 && tries > 0 {
                tries -= 1;
                let change = all[rng.usize(..all.len())];
                let mut candidate = steps.clone();
                if change.apply(&mut rng, case.api, &mut candidate).is_some() {
                    steps = candidate;
                    changes.push(change);
                    left -= 1;
                }
            }
        }
        (!changes.is_empty()).then_some(Self { seed, steps, changes })
    }

    /// Says whether it means the same as the stream of its case.
    pub(super) fn means_the_same(&self) -> bool {
        self.changes.iter().all(|change| matches!(change.effect(), Effect::Bytes | Effect::Ignored))
    }

    /// Says whether the answer in it is a beginning of that of its case.
    pub(super) fn is_a_beginning(&self) -> bool {
        self.changes.iter().all(|change| change.effect() != Effect::Other)
    }

    /// Says whether there is more in it that clients ignore.
    pub(super) fn has_more(&self) -> bool {
        self.changes.iter().any(|change| change.effect() == Effect::Ignored)
    }

    /// Names the changes.
    pub(super) fn described(&self) -> String {
        self.changes.iter().map(|change| change.name()).collect::<Vec<_>>().join(", ")
    }
}
