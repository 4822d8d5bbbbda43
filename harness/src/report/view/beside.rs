//! The trials through a gateway beside the same ones on the direct route.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::blame::Word;
use crate::id::TrialId;
use crate::judge::{Mode, Status, Verdict};
use crate::record::TrialRecord;

/// Numbers of trials through a gateway, by how they came out beside the same ones on the direct route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Beside {
    /// As on the direct route: with the same status and kind of failure.
    pub alike: usize,
    /// Worse.
    pub worse: usize,
    /// Better.
    pub better: usize,
    /// The results side by side, those that came out otherwise first, of them what is seen most often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<SideBySide>,
}

/// Trials that have the same result on the direct route, the same one through the gateway, and the same blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SideBySide {
    /// The result on the direct route.
    pub direct: CameTo,
    /// The result through the gateway.
    pub through: CameTo,
    /// The word of the blame; absent where nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<Word>,
    /// The number of these trials; never 0.
    pub trials: usize,
    /// The first of them, through the gateway.
    pub example: TrialId,
}

/// The result of a trial, in the order of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CameTo {
    /// The status.
    pub status: Status,
    /// The kind of failure, if it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// A trial through a gateway.
pub(super) struct Through {
    pub(super) came: CameTo,
    word: Option<Word>,
    id: TrialId,
}

impl CameTo {
    pub(super) const fn of(verdict: &Verdict) -> Self {
        Self { status: verdict.status, mode: verdict.mode }
    }

    /// Says if it says something about whom it is about.
    pub(super) fn is_judged(self) -> bool {
        self.status <= Status::Fails
    }

    /// Returns the words of reports: `fails (silent)`.
    pub fn in_words(self) -> String {
        self.status.with_mode(self.mode)
    }
}

impl Through {
    pub(super) fn of(trial: &TrialRecord) -> Self {
        let word = trial.blame.as_ref().map(|blame| blame.word);
        Self { came: CameTo::of(&trial.verdict), word, id: trial.id() }
    }
}

impl Beside {
    /// Adds a trial through the gateway to those with the same results.
    pub(super) fn add(&mut self, direct: CameTo, Through { came: through, word, id }: Through) {
        match through.cmp(&direct) {
            Ordering::Equal => self.alike += 1,
            Ordering::Greater => self.worse += 1,
            Ordering::Less => self.better += 1,
        }
        let is_like = |one: &&mut SideBySide| (one.direct, one.through, one.word) == (direct, through, word);
        match self.results.iter_mut().find(is_like) {
            Some(like) => like.trials += 1,
            None => self.results.push(SideBySide { direct, through, word, trials: 1, example: id }),
        }
    }

    /// Brings the results into the order of reports.
    pub(super) fn sorted(mut self) -> Self {
        let key = |one: &SideBySide| {
            (one.direct == one.through, std::cmp::Reverse(one.trials), one.direct, one.through, one.word)
        };
        self.results.sort_by_key(key);
        self
    }
}
