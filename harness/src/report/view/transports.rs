//! The trials of one case on one surface by several transports: the first of them, and what the others came to beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::{CameTo, Count};
use crate::case::Axis;
use crate::id::{Route, Transport, TrialId};
use crate::judge::{Grade, Status, Verdict};
use crate::record::{TrialPlace, TrialRecord};

/// The numbers of one surface and one group on one route, in which a case counts once, by its first transport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The numbers; the transport is the default one where there are several.
    pub count: Count,
    /// The transports by which it was run.
    pub transports: Transports,
}

/// The transports by which trials were run, and how many of the trials by another one than the first of their case came out
/// otherwise than by that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transports {
    /// The transports by which something was run.
    pub all: BTreeSet<Transport>,
    /// The number of trials that were run beside the first of their case.
    pub compared: usize,
    /// The numbers of trials beside the first of their case that came out otherwise, those that say nothing among them.
    pub otherwise: BTreeMap<Transport, usize>,
}

/// A trial that came to another verdict than the same one by the first transport.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TransportDifference {
    /// The trial.
    pub id: TrialId,
    /// Its result.
    pub came: CameTo,
    /// The first transport of its case.
    pub first: Transport,
    /// The result by that.
    pub first_came: CameTo,
}

/// The part of a trial among those of its surface, route and case by several transports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The one by the first transport; every variant run.
    First,
    /// It came out as that.
    Alike,
    /// Both say something about the SDK, and not the same.
    Unlike,
    /// It came out otherwise, and one of the two says nothing about the SDK.
    Apart,
}

/// The trials of one surface while they are folded.
#[derive(Default)]
pub(super) struct Folding {
    folded: BTreeMap<(String, Route), Folded>,
    /// The first transport of the case that is read, and what it came to.
    first: Option<(Transport, Came)>,
    differences: Vec<TransportDifference>,
    /// The cases, by their numbers, of the trials that came out otherwise.
    otherwise: BTreeSet<(u32, Route, Transport)>,
}

/// The folded numbers of a surface, the differences, and the trials that came out otherwise.
pub(super) type Ended = (Vec<Folded>, Vec<TransportDifference>, BTreeSet<(u32, Route, Transport)>);

/// The parts of a verdict that are compared: the status, the mode, and which checks do not hold in what way.
#[derive(PartialEq, Eq)]
struct Came {
    result: CameTo,
    broken: Vec<(Axis, Grade)>,
}

/// Finds the first transport of trials of one case, variant and route: the first one by which it was run.
pub(in crate::report) fn first(trials: &[TrialPlace]) -> Option<Transport> {
    trials.iter().find(|trial| was_run(trial.status)).or(trials.first()).map(|trial| trial.transport)
}

fn was_run(status: Status) -> bool {
    !matches!(status, Status::Unsupported | Status::NotRun)
}

impl Came {
    fn of(verdict: &Verdict) -> Self {
        let broken = verdict.broken_checks().map(|check| (check.axis, check.grade)).collect();
        Self { result: CameTo::of(verdict), broken }
    }
}

impl Folding {
    /// Begins with the trials of the next case, variant and route.
    pub(super) fn next(&mut self) {
        self.first = None;
    }

    /// Adds a trial, and says what part it has. The one by the first transport comes before others that were run.
    pub(super) fn add(&mut self, trial: &TrialRecord, place: &TrialPlace, first: Option<Transport>) -> Part {
        let folded = self
            .folded
            .entry((trial.case.group().to_owned(), trial.route))
            .or_insert_with(|| Folded { count: Count::new(trial), transports: Transports::default() });
        let is_first = trial.is_variant_run() || first == Some(trial.transport);
        if is_first {
            folded.count.add(trial);
        }
        if trial.is_variant_run() {
            return Part::First;
        }
        if was_run(trial.verdict.status) {
            folded.transports.all.insert(trial.transport);
        }
        let came = Came::of(&trial.verdict);
        if is_first {
            self.first = Some((trial.transport, came));
            return Part::First;
        }
        let Some((first, first_came)) = self.first.as_ref().filter(|_| was_run(trial.verdict.status)) else {
            return Part::Alike;
        };
        folded.transports.compared += 1;
        if came == *first_came {
            return Part::Alike;
        }
        *folded.transports.otherwise.entry(trial.transport).or_default() += 1;
        self.otherwise.insert((place.case, place.route, place.transport));
        if !came.result.is_judged() || !first_came.result.is_judged() {
            return Part::Apart;
        }
        let (id, came, first_came) = (trial.id(), came.result, first_came.result);
        self.differences.push(TransportDifference { id, came, first: *first, first_came });
        Part::Unlike
    }

    /// Gives the folded numbers, the differences, and the trials that came out otherwise.
    pub(super) fn ended(self) -> Ended {
        let folded = self.folded.into_values().map(|mut folded| {
            if folded.transports.all.len() > 1 {
                folded.count.transport = Transport::default();
            }
            folded
        });
        (folded.collect(), self.differences, self.otherwise)
    }
}

impl Transports {
    /// Adds up what was run in several groups of cases.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for one in all {
            sum.all.extend(&one.all);
            sum.compared += one.compared;
            one.otherwise.iter().for_each(|(by, number)| *sum.otherwise.entry(*by).or_default() += number);
        }
        sum
    }

    /// Counts the trials that came out otherwise.
    pub fn differ(&self) -> usize {
        self.otherwise.values().sum()
    }

    /// Says whether trials came out alike by several transports; nothing where there is one transport.
    pub fn in_words(&self) -> Option<String> {
        if self.all.len() < 2 {
            return None;
        }
        Some(match self.differ() {
            0 => format!("the same on {}", listed(self.all.iter())),
            1 => format!("⇄ 1 trial otherwise on {}", listed(self.otherwise.keys())),
            differ => format!("⇄ {differ} trials otherwise on {}", listed(self.otherwise.keys())),
        })
    }
}

/// Lists the names of transports: `http1, tls and h2`.
fn listed<'a>(transports: impl Iterator<Item = &'a Transport>) -> String {
    let names: Vec<&str> = transports.map(|transport| transport.name()).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
