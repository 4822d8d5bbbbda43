//! Where the time of a run went: set-up, starts, calls, and the waiting that cases ask for.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Serialize;

use super::Row;
use crate::id::{SdkId, TrialId};
use crate::judge::Status;
use crate::record::{Attempted, SdkRecord};

/// The number of the longest calls that are told one by one.
const LONGEST: usize = 10;

/// The time of a run, by where it went. All times are in milliseconds of wall time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimeSpent {
    /// The time of the last answer, since the first SDK was started; none where the records do not say it, or are of several runs.
    pub ended: Option<u64>,
    /// The SDKs that made calls, the one that ended last first.
    pub sdks: Vec<SdkTimes>,
    /// The longest calls, the longest first.
    pub longest: Vec<LongCall>,
}

/// The time of one SDK, by where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SdkTimes {
    /// The SDK.
    pub sdk: SdkId,
    /// Its set-up; none where the records do not say it.
    pub set_up: Option<u64>,
    /// The first start of its process; none where the records do not say it.
    pub start: Option<u64>,
    /// The number of calls, with those that others followed. A control that is not repeated is in no record.
    pub calls: usize,
    /// The sum of the times of these calls, many of which are under way at once.
    pub under_way: u64,
    /// The part of that sum for which cases make a correct client wait: pauses, timeouts, delays; none where the records do not say it.
    pub waiting: Option<u64>,
    /// The part of that sum of calls that others followed.
    pub again: u64,
    /// The stretch from its first call to its last answer; none where the records do not say it, or are of several runs.
    pub span: Option<Span>,
}

/// A stretch of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Span {
    /// The time at which the first call began, since the first SDK was started.
    pub first: u64,
    /// The time of the last answer.
    pub last: u64,
    /// The rest: the part of it in which no last call of a trial was under way. There are controls, earlier attempts, starts after a
    /// crash, and the work of streamspec.
    pub rest: u64,
}

/// A long call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LongCall {
    /// The trial.
    pub trial: TrialId,
    /// The time to its answer.
    pub took: u64,
    /// The longest time for which its case makes a correct client wait; none where the records do not say it.
    pub asks: Option<u64>,
}

/// The times of one SDK while its trials are read.
#[derive(Default)]
pub(super) struct Spending {
    calls: usize,
    under_way: u64,
    waiting: u64,
    is_waiting_known: bool,
    again: u64,
    /// The stretches of last calls.
    stretches: Vec<(u64, u64)>,
    longest: Vec<LongCall>,
}

impl Spending {
    /// Adds a trial, if a call was made for it.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        let trial = &row.trial;
        if matches!(trial.verdict.status, Status::Unsupported | Status::NotRun) {
            return;
        }
        let asks = row.case.and_then(|case| case.asks_ms);
        self.is_waiting_known |= asks.is_some();
        let waited = |took: u64| took.min(asks.unwrap_or_default());
        self.calls += 1 + trial.attempts.len();
        self.under_way += trial.took_ms;
        self.waiting += waited(trial.took_ms);
        for attempt in &trial.attempts {
            self.under_way += attempt.took_ms;
            self.again += attempt.took_ms;
            if attempt.of == Attempted::Trial {
                self.waiting += waited(attempt.took_ms);
            }
        }
        if let Some(ended) = trial.ended_ms {
            self.stretches.push((ended.saturating_sub(trial.took_ms), ended));
        }
        if self.longest.len() < LONGEST || self.longest.last().is_some_and(|least| least.took < trial.took_ms) {
            self.longest.push(LongCall { trial: trial.id(), took: trial.took_ms, asks });
            shorten(&mut self.longest);
        }
    }

    /// Adds the times to those of the run.
    pub(super) fn add_to(self, times: &mut TimeSpent, sdk: &SdkRecord, is_one_run: bool) {
        if self.calls == 0 {
            return;
        }
        times.sdks.push(SdkTimes {
            sdk: sdk.id.clone(),
            set_up: sdk.set_up_ms,
            start: sdk.start_ms,
            calls: self.calls,
            under_way: self.under_way,
            waiting: self.is_waiting_known.then_some(self.waiting),
            again: self.again,
            span: span(self.stretches).filter(|_| is_one_run),
        });
        times.longest.extend(self.longest);
        shorten(&mut times.longest);
    }
}

impl TimeSpent {
    /// Brings the SDKs into the order of reports, once all of them have been added.
    pub(super) fn sorted(mut self) -> Self {
        let last = |one: &SdkTimes| one.span.map(|span| span.last);
        self.ended = self.sdks.iter().filter_map(last).max();
        self.sdks.sort_by_key(|one| (Reverse(last(one)), Reverse(one.under_way), one.sdk.clone()));
        self
    }

    /// Returns the time for which nothing but one SDK was still under way, if it ended after all others.
    pub fn held_back(&self) -> Option<(&SdkId, u64)> {
        let [last, other, ..] = self.sdks.as_slice() else { return None };
        let after = last.span?.last.saturating_sub(other.span?.last);
        (after > 0).then_some((&last.sdk, after))
    }
}

/// Keeps the longest calls.
fn shorten(calls: &mut Vec<LongCall>) {
    calls.sort_by(|one, other| other.took.cmp(&one.took).then_with(|| one.trial.cmp(&other.trial)));
    calls.truncate(LONGEST);
}

/// Measures stretches that may lie over each other; none where there are none.
fn span(mut stretches: Vec<(u64, u64)>) -> Option<Span> {
    stretches.sort_unstable();
    let first = stretches.first()?.0;
    let (mut last, mut rest) = (first, 0);
    for (began, ended) in stretches {
        rest += began.saturating_sub(last);
        last = last.max(ended);
    }
    Some(Span { first, last, rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_rest_is_what_no_call_covers() {
        let check = |stretches: &[(u64, u64)], expected| {
            assert_eq!(span(stretches.to_vec()).map(|span| (span.first, span.last, span.rest)), expected);
        };
        check(&[], None);
        check(&[(5, 9)], Some((5, 9, 0)));
        check(&[(20, 30), (0, 10), (8, 12), (9, 11)], Some((0, 30, 8)));
        check(&[(0, 100), (10, 20), (30, 40)], Some((0, 100, 0)));
    }

    #[test]
    fn times_are_added_up_by_sdk() {
        let times = samples::view(&samples::with_times()).times;
        let told = |sdk: &SdkTimes| (sdk.sdk.to_string(), sdk.calls, sdk.under_way, sdk.waiting, sdk.again);
        assert_eq!(
            times.sdks.iter().map(told).collect::<Vec<_>>(),
            [
                ("beta-typescript".to_owned(), 4, 4_000, Some(500), 0),
                ("alpha-python".to_owned(), 11, 1_600, Some(800), 700),
            ]
        );
        assert_eq!(times.ended, Some(9_000));
        assert_eq!(times.sdks[0].span, Some(Span { first: 2_000, last: 9_000, rest: 3_000 }));
        assert_eq!(times.sdks[1].span, Some(Span { first: 900, last: 1_800, rest: 0 }));
        assert_eq!((times.sdks[1].set_up, times.sdks[1].start), (Some(12_000), Some(850)));
        assert_eq!(
            times.held_back().map(|(sdk, after)| (sdk.to_string(), after)),
            Some(("beta-typescript".into(), 7_200))
        );
        assert_eq!((times.longest[0].took, times.longest[0].asks, times.longest.len()), (1_000, Some(500), 10));

        let old = samples::view(&samples::records()).times;
        assert_eq!((old.ended, old.held_back()), (None, None), "records that do not say it");
        assert!(old.sdks.iter().all(|sdk| sdk.span.is_none() && sdk.waiting.is_none() && sdk.under_way > 0));
    }
}
