//! One verdict for all places of a sweep.

use serde_json::Value;

use super::places::Places;
use crate::case::{Axis, Level};
use crate::id::Variant;
use crate::judge::{Check, Grade, Mode, Status, Verdict};
use crate::record::SweepRecord;

/// The number of places that a sentence names.
const NAMED: usize = 3;

/// The results of the places so far.
#[derive(Debug)]
pub(super) struct Sum {
    variant: Variant,
    record: SweepRecord,
    /// The first verdict that says nothing about the SDK: something broke.
    fault: Option<Verdict>,
    worst: Option<Mode>,
    /// The grade with which the type of the error was first lost.
    lost: Option<Grade>,
}

impl Sum {
    /// Begins with no place.
    pub(super) fn new(variant: Variant, places: &Places) -> Self {
        let record = SweepRecord { places: places.all.len(), events: places.events.clone(), ..SweepRecord::default() };
        Self { variant, record, fault: None, worst: None, lost: None }
    }

    /// Takes the verdict at the next place. Returns whether it is the worst so far: the first that is broken at all, or the
    /// first that breaks a MUST.
    pub(super) fn take(&mut self, place: usize, verdict: &Verdict) -> bool {
        let breaks_must = !self.record.blind.is_empty() || !self.record.wrong.is_empty() || self.fault.is_some();
        let breaks_should = !self.record.untyped.is_empty();
        match (verdict.status, verdict.mode) {
            (Status::Pass, _) => return false,
            (Status::Fails, Some(Mode::Silent | Mode::Fabricated)) => self.record.blind.push(place),
            (Status::Fails, _) => self.record.wrong.push(place),
            (Status::Disputed | Status::Deviates, _) => {
                let grade = verdict.broken_checks().map(|check| check.grade).max_by_key(|grade| *grade != Grade::Wrong);
                self.lost = self.lost.or(grade);
                self.record.untyped.push(place);
                return !breaks_must && !breaks_should;
            }
            _ => self.fault = self.fault.take().or_else(|| Some(verdict.clone())),
        }
        self.worst = self.worst.max(verdict.mode);
        !breaks_must
    }

    /// Returns the places and what came of them.
    pub(super) fn record(&self) -> SweepRecord {
        self.record.clone()
    }

    /// Sums up. A fault at any place is the verdict: the places after it may say nothing.
    pub(super) fn verdict(&self) -> Verdict {
        if let Some(fault) = &self.fault {
            return fault.clone();
        }
        let SweepRecord { blind, wrong, untyped, .. } = &self.record;
        let (axis, told) = if self.variant.is_errors() {
            (Axis::Errors, "every error can be told from a completion, and nothing comes of it that was not sent")
        } else {
            (Axis::Cuts, "every cut can be told from a completion")
        };
        let check = |level, expected: &str, broken: &[(&[usize], &str)], grade| {
            let parts: Vec<String> = broken.iter().filter_map(|(places, what)| self.part(places, what)).collect();
            let holds = parts.is_empty();
            let observed = if holds { expected.to_owned() } else { parts.join("; ") };
            let grade = if holds { Grade::Exact } else { grade };
            Check {
                axis,
                level,
                expected: Value::from(expected),
                observed: Value::from(observed),
                grade,
                disputed: false,
            }
        };
        let musts: [(&[usize], &str); 2] = [(blind, "look complete"), (wrong, "come out wrong")];
        let mut checks = vec![check(Level::Must, told, &musts, Grade::Wrong)];
        if self.variant == Variant::ErrorEvents {
            let lost = self.lost.unwrap_or(Grade::Wrong);
            let shoulds: [(&[usize], &str); 1] = [(untyped, "lose their type")];
            let mut kept = check(Level::Should, "every error that is told keeps its type", &shoulds, lost);
            if blind.len() + wrong.len() == self.record.places {
                // No error was told.
                (kept.observed, kept.grade) = (Value::Null, Grade::NotApplicable);
            }
            checks.push(kept);
        }
        Verdict::of(checks, |_| self.worst.unwrap_or(Mode::Wrong))
    }

    /// Describes a part of the places: `2 of 9 errors look complete, the first after 0 and 331 bytes`; none where it is
    /// so at no place.
    fn part(&self, places: &[usize], what: &str) -> Option<String> {
        if places.is_empty() {
            return None;
        }
        let kind = if self.variant.is_errors() { "errors" } else { "cuts" };
        let first: Vec<String> = places.iter().take(NAMED).map(ToString::to_string).collect();
        let first = match first.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => first.concat(),
        };
        Some(format!("{} of {} {kind} {what}, the first after {first} bytes", places.len(), self.record.places))
    }
}
