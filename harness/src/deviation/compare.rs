//! Compares trials with a list.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

use super::list::{KnownDeviations, KnownScope};
use super::point::Point;
use crate::case::{Axis, Level};
use crate::id::Variant;
use crate::judge::{Check, Mode, Status};
use crate::record::{Scope, TrialRecord};

/// A comparison of one trial with the list. A scope is named by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Broken checks that no scope lists, by their place in the verdict.
    pub new: Vec<usize>,
    /// Broken checks that a scope lists with something else observed: the check's place and the scope's number.
    pub different: Vec<(usize, usize)>,
    /// Scopes whose check holds here.
    pub stale: Vec<usize>,
    /// Scopes that list a broken check of this trial: what makes it as listed.
    pub used: Vec<usize>,
}

impl Comparison {
    /// Says if reality equals expectation plus list.
    pub fn is_as_listed(&self) -> bool {
        self.new.is_empty() && self.different.is_empty() && self.stale.is_empty()
    }

    /// Files one broken check under what the scopes on its axis say.
    fn add<'a>(&mut self, place: usize, check: &Check, on_axis: impl Iterator<Item = (usize, &'a Scope)>) {
        let observed = check.seen();
        let (as_listed, otherwise): (Vec<_>, Vec<_>) =
            on_axis.partition(|(_, scope)| scope.observed.contains(&observed));
        match (as_listed.is_empty(), otherwise.first()) {
            (false, _) => self.used.extend(as_listed.iter().map(|(number, _)| number)),
            (true, Some((number, _))) => self.different.push((place, *number)),
            (true, None) => self.new.push(place),
        }
    }
}

impl KnownDeviations {
    /// Compares one trial at one version of the SDK with the list. Of a variant only its difference from the trial as
    /// written is compared: the rest was, there.
    pub fn compare(&self, trial: &TrialRecord, version: &str) -> Comparison {
        let mut comparison = Comparison::default();
        let scopes: Vec<_> = self.applying(trial.into(), version).collect();
        // One axis may be checked at two levels, `must: [error, incomplete]` and `should: error`; one that is broken at
        // either is what the list speaks of.
        let broken_axes: Vec<Axis> = trial.verdict.broken_checks().map(|check| check.axis).collect();
        for (place, check) in trial.verdict.checks.iter().enumerate() {
            let compared = check.axis.is_of_variants() == (trial.variant != Variant::AsWritten);
            if check.level == Level::May || !compared {
                continue;
            }
            let on_axis = scopes.iter().filter(|(_, scope)| speaks_of(scope, check));
            match check.held() {
                None => {}
                Some(true) if broken_axes.contains(&check.axis) => {}
                Some(true) => {
                    let gone = on_axis.filter(|(_, scope)| !scope.sometimes);
                    comparison.stale.extend(gone.map(|(number, _)| *number));
                }
                Some(false) => comparison.add(place, check, on_axis.copied()),
            }
        }
        comparison
    }

    /// Lists the scopes by which a call hangs at a version of the SDK.
    pub fn hangs(&self, version: &str) -> Vec<&KnownScope> {
        let says = |scope: &Scope| {
            let is_hang = scope.observed.iter().any(|observed| observed == Mode::Hang.name());
            scope.axis == Axis::Outcome && is_hang && !scope.sometimes
        };
        self.scopes.iter().filter(|known| says(&known.scope) && holds_for(&known.scope, version)).collect()
    }

    /// Finds the scopes that matched no trial of a whole run, by their numbers. What is said of variant runs that were not made
    /// cannot have matched, and neither can what is said of routes and transports that no trial took. What happens by chance matches
    /// where a trial that it covers was judged.
    pub fn unused<'a>(&self, trials: impl Iterator<Item = &'a TrialRecord>, version: &str) -> Vec<usize> {
        let compared: Vec<_> = trials.map(|trial| (trial, self.compare(trial, version))).collect();
        let usage = Usage::of(compared.iter().map(|(trial, comparison)| (*trial, comparison)));
        self.unused_in(&usage, version)
    }

    /// Finds the same of trials that were told one by one.
    pub fn unused_in(&self, usage: &Usage<'_>, version: &str) -> Vec<usize> {
        let is_taken = |number: &usize| usage.variants.has_way_of(&self.scopes[*number]);
        self.unmatched(usage, version).into_iter().filter(is_taken).collect()
    }

    /// Finds the scopes that some of the trials of a run did not match, trials that have been compared with this list already. What
    /// all of its trials leave unmatched is unused, if they took one of its routes and transports.
    pub fn unmatched_by<'a>(
        &self,
        compared: impl Iterator<Item = (&'a TrialRecord, &'a Comparison)>,
        version: &str,
    ) -> Vec<usize> {
        self.unmatched(&Usage::of(compared), version)
    }

    fn unmatched(&self, usage: &Usage<'_>, version: &str) -> Vec<usize> {
        let applies = |known: &KnownScope| {
            holds_for(&known.scope, version)
                && usage.variants.open(known).next().is_none()
                && !(known.scope.sometimes && usage.variants.has_any_of(known))
        };
        let unused = self.scopes.iter().enumerate();
        let unused = unused.filter(|(number, known)| !usage.used.contains(number) && applies(known));
        unused.map(|(number, _)| number).collect()
    }

    /// Finds the scopes whose globs, limits and versions cover a trial, with their numbers.
    fn applying(&self, point: Point<'_>, version: &str) -> impl Iterator<Item = (usize, &Scope)> {
        self.scopes.iter().enumerate().filter_map(move |(number, known)| {
            let covered = known.covers(&point) && holds_for(&known.scope, version);
            covered.then_some((number, &known.scope))
        })
    }
}

/// The use that the trials of a run make of a list.
#[derive(Debug, Default)]
pub struct Usage<'a> {
    used: BTreeSet<usize>,
    variants: JudgedVariants<'a>,
}

impl<'a> Usage<'a> {
    fn of(compared: impl Iterator<Item = (&'a TrialRecord, &'a Comparison)>) -> Self {
        let mut usage = Self::default();
        for (trial, comparison) in compared {
            usage.add(trial.into(), trial.variant, trial.verdict.status, comparison);
        }
        usage
    }

    /// Adds a trial as it compares with the list.
    pub fn add(&mut self, point: Point<'a>, variant: Variant, status: Status, comparison: &Comparison) {
        let different = comparison.different.iter().map(|(_, number)| number);
        self.used.extend(comparison.used.iter().chain(different).chain(&comparison.stale));
        self.variants.add(point, variant, status);
    }
}

/// The trials that were judged, with the variants that were made of each.
#[derive(Debug, Default)]
pub(super) struct JudgedVariants<'a>(BTreeMap<Point<'a>, BTreeSet<Variant>>);

impl<'a> JudgedVariants<'a> {
    pub(super) fn of(trials: impl IntoIterator<Item = &'a TrialRecord>) -> Self {
        let mut all = Self::default();
        for trial in trials {
            all.add(trial.into(), trial.variant, trial.verdict.status);
        }
        all
    }

    fn add(&mut self, point: Point<'a>, variant: Variant, status: Status) {
        if status <= Status::Fails {
            self.0.entry(point).or_default().insert(variant);
        }
    }

    /// Says if a trial took a route and a transport that a scope is about.
    fn has_way_of(&self, known: &KnownScope) -> bool {
        self.0.keys().any(|point| known.may_be_on(point.way))
    }

    /// Says if a scope covers a trial.
    fn has_any_of(&self, known: &KnownScope) -> bool {
        self.0.keys().any(|point| known.covers(point))
    }

    /// Finds the trials that a scope covers and about which nothing can be said: it is about variant runs of them that were
    /// not made.
    pub(super) fn open(&self, known: &KnownScope) -> impl Iterator<Item = Point<'a>> {
        let scope = &known.scope;
        let is_open = move |made: &BTreeSet<Variant>| match scope.axis {
            Axis::Variants => {
                scope.observed.iter().any(|text| Variant::of_label(text).is_none_or(|variant| !made.contains(&variant)))
            }
            Axis::Cuts => !made.iter().any(|made| made.is_cuts()),
            Axis::Errors => !made.iter().any(|made| made.is_errors()),
            _ => false,
        };
        let covered = self.0.iter().filter(move |(point, _)| known.covers(point));
        covered.filter(move |(_, made)| is_open(made)).map(|(point, _)| *point)
    }
}

/// Says if a scope is about a check: on its axis and, of variants, about the same one.
fn speaks_of(scope: &Scope, check: &Check) -> bool {
    let is_listed = |variant| scope.observed.iter().any(|text| Variant::of_label(text) == Some(variant));
    scope.axis == check.axis
        && (check.axis != Axis::Variants || check.observed.as_str().and_then(Variant::of_label).is_some_and(is_listed))
}

/// Says if a scope speaks about a version; a version that is not semantic is covered by every scope.
fn holds_for(scope: &Scope, version: &str) -> bool {
    let within = |range: &VersionReq| Version::parse(version).map_or(true, |version| range.matches(&version));
    scope.versions.as_ref().is_none_or(within)
}
