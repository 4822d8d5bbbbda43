//! The times that SDKs wait for a server that sends nothing more.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Row;
use crate::case::About;
use crate::id::SurfaceId;
use crate::judge::Mode;
use crate::record::{CaseRecord, TrialRecord};

/// Times are told in steps of so many milliseconds: what is less says more about the machine than about the SDK.
const STEP: u64 = 10;

/// The waits of one surface for a server that sends nothing more, with one timeout and without retries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Wait {
    /// The surface.
    pub surface: SurfaceId,
    /// The timeout that the SDK was given, in milliseconds; none where the records do not say it.
    pub timeout: Option<u64>,
    /// The number of calls that came to an end.
    pub ended: usize,
    /// The shortest wait of these, in milliseconds; 0 where there are none.
    pub least: u64,
    /// The one in the middle.
    pub middle: u64,
    /// The longest one.
    pub most: u64,
    /// The number of calls that had not come to an end when the suite ended them.
    pub hung: usize,
    /// The longest time that the suite waited for one of them, in milliseconds; 0 where there are none.
    pub hung_for: u64,
}

/// The waits of one SDK, while they are collected.
#[derive(Debug, Default)]
pub struct Waits {
    times: BTreeMap<(SurfaceId, Option<u64>), Times>,
}

/// The times of one surface, in milliseconds.
#[derive(Debug, Default)]
struct Times {
    ended: Vec<u64>,
    hung: Vec<u64>,
}

impl Waits {
    /// Adds a trial as written, if the server sends nothing more in it and only the SDK's timeout can end the call.
    pub fn add(&mut self, row: &Row<'_>) {
        let Some(case) = row.case.filter(|_| row.shows_wait()) else { return };
        let (trial, timeout) = (&row.trial, case.timeout);
        let times = self.times.entry((trial.surface.clone(), timeout)).or_default();
        let list = if trial.observation.is_some() { &mut times.ended } else { &mut times.hung };
        list.push(waited(trial));
    }

    /// Lists them by surface and timeout.
    pub fn rows(self) -> Vec<Wait> {
        let row = |((surface, timeout), mut times): ((SurfaceId, Option<u64>), Times)| {
            times.ended.sort_unstable();
            let at = |place: usize| times.ended.get(place).copied().unwrap_or_default();
            let (ended, hung) = (times.ended.len(), times.hung.len());
            let hung_for = times.hung.into_iter().max().unwrap_or_default();
            let (least, middle, most) = (at(0), at(ended / 2), at(ended.saturating_sub(1)));
            Wait { surface, timeout, ended, least, middle, most, hung, hung_for }
        };
        self.times.into_iter().map(row).collect()
    }
}

/// Returns the time that a trial took, in milliseconds, in steps.
pub(in crate::report) const fn waited(trial: &TrialRecord) -> u64 {
    trial.took_ms.next_multiple_of(STEP)
}

impl Row<'_> {
    /// Says whether the trial shows how long the SDK waits: the server sends nothing more, nothing is tried again, and the caller waits
    /// to the end.
    pub(in crate::report) fn shows_wait(&self) -> bool {
        let is_stall =
            |case: &CaseRecord| case.about == Some(About::Stall) && case.max_retries == 0 && case.caller.is_plain();
        let is_hang = self.trial.verdict.mode == Some(Mode::Hang);
        self.case.is_some_and(is_stall) && (self.trial.observation.is_some() || is_hang)
    }
}
