//! Changes of one kind that say the same: one release of an SDK moves hundreds of trials for a handful of reasons.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use super::{Change, ChangeKind, ComparedReport, Comparison, State};
use crate::id::SdkSurface;
use crate::judge::Status;
use crate::report::alike::alike;
use crate::report::published::ResultCheck;

/// Changes of one kind and one SDK that were and are the same.
pub(in crate::report) struct Group<'a> {
    pub(in crate::report) sdk: &'a str,
    pub(in crate::report) text: ChangeText,
    /// In the order of the comparison; never empty.
    pub(in crate::report) changes: Vec<&'a Change>,
}

/// The change of a trial in words: the verdicts with their reasons, and each axis that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::report) struct ChangeText {
    /// The verdict, then the reason.
    pub(in crate::report) was: Vec<String>,
    /// The same.
    pub(in crate::report) now: Vec<String>,
    pub(in crate::report) axes: Vec<AxisChange>,
}

/// One axis: what was expected, and what was and is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::report) struct AxisChange {
    pub(in crate::report) axis: &'static str,
    pub(in crate::report) expected: String,
    pub(in crate::report) was: String,
    pub(in crate::report) now: String,
}

impl Group<'_> {
    /// Lists the surfaces, by name.
    pub(in crate::report) fn surfaces(&self) -> Vec<&str> {
        self.changes.iter().map(|change| change.id.surface.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Comparison {
    /// Returns the groups of one kind, the greatest first, and how many changes of it only say that a pass is new or
    /// gone.
    pub(in crate::report) fn groups(&self, kind: ChangeKind) -> (Vec<Group<'_>>, usize) {
        let all = self.changes.iter().filter(|change| change.kind == kind);
        let (plain, others): (Vec<&Change>, Vec<&Change>) = all.partition(|change| {
            let passes = |state: Option<&State>| state.is_none_or(|state| state.verdict == Status::Pass);
            matches!(kind, ChangeKind::New | ChangeKind::Gone)
                && passes(change.was.as_ref())
                && passes(change.now.as_ref())
        });
        let key = |change: &Change| (change.id.sdk.clone(), ChangeText::of(change));
        let mut groups: Vec<Group<'_>> = alike(others.into_iter().map(|change| (key(change), change)))
            .into_iter()
            .map(|((_, text), changes)| Group { sdk: &changes[0].id.sdk, text, changes })
            .collect();
        groups.sort_by_key(|group| Reverse(group.changes.len()));
        (groups, plain.len())
    }

    /// Lists what was compared, by name, with its old and its new version.
    pub(super) fn sides(&self) -> Vec<(String, String, String)> {
        let suite = |side: &ComparedReport| format!("{}, {} cases", side.suite, side.cases);
        let mut lines = vec![("suite".to_owned(), suite(&self.old), suite(&self.new))];
        if self.old.edition.is_some() || self.new.edition.is_some() {
            let edition =
                |side: &ComparedReport| side.edition.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            lines.push(("edition".to_owned(), edition(&self.old), edition(&self.new)));
        }
        let version = |side: &ComparedReport, id: &str| match (side.not_run.get(id), side.sdks.get(id)) {
            (Some(_), _) => "not run".to_owned(),
            (None, Some(version)) => version.clone(),
            (None, None) => "–".to_owned(),
        };
        if let (Some((old, _)), Some((new, _))) = (self.old.sdks.iter().next(), self.new.sdks.iter().next())
            && (self.old.sdks.len(), self.new.sdks.len()) == (1, 1)
            && (old, &self.old.surface) != (new, &self.new.surface)
        {
            let of = |side: &ComparedReport, id: &str| match &side.surface {
                Some(surface) => SdkSurface::new(id, surface.as_str()).to_string(),
                None => id.to_owned(),
            };
            let named = |side: &ComparedReport, id: &str| format!("{} {}", of(side, id), version(side, id));
            lines.push(("SDK".to_owned(), named(&self.old, old), named(&self.new, new)));
            return lines;
        }
        let ids: BTreeSet<&String> = self.old.sdks.keys().chain(self.new.sdks.keys()).collect();
        for id in ids {
            let (old, new) = (version(&self.old, id), version(&self.new, id));
            // Of many SDKs only those are named that are not the same.
            if old != new || self.new.sdks.len() == 1 {
                lines.push((id.clone(), old, new));
            }
        }
        lines
    }

    /// Counts the changes of each kind in a sentence, and the trials that were lost.
    pub(super) fn summary(&self) -> String {
        let counts: Vec<String> =
            ChangeKind::ALL.into_iter().map(|kind| format!("{} {}", self.count(kind), kind.name())).collect();
        let lost = match self.lost().count() {
            0 => String::new(),
            lost => format!(" Lost to faults of an adapter or of streamspec itself: {lost}."),
        };
        let editions = match (&self.old.edition, &self.new.edition) {
            (old, new) if old == new => "",
            _ => " The two reports are of different editions of the suite.",
        };
        format!("{}; {} as before.{lost}{editions}", counts.join(", "), self.unchanged)
    }
}

impl ChangeText {
    fn of(change: &Change) -> Self {
        let (was, now) = (change.was.as_ref(), change.now.as_ref());
        let checks = |state: Option<&State>| state.map(|state| state.checks.clone()).unwrap_or_default();
        let (before, after) = (checks(was), checks(now));
        let mut axes = Vec::new();
        for check in before.iter().chain(&after) {
            let same = |other: &&ResultCheck| (other.axis, other.level) == (check.axis, check.level);
            let side = |state: Option<&State>, checks: &[ResultCheck]| match (checks.iter().find(same), state) {
                (Some(check), _) => seen(check),
                (None, Some(state)) if state.is_judged() => "as expected".to_owned(),
                (None, _) => "–".to_owned(),
            };
            // Where the case itself changed, what is expected today.
            let expected = after.iter().find(same).unwrap_or(check);
            let change = AxisChange {
                axis: check.axis.name(),
                expected: value(&expected.expected),
                was: side(was, &before),
                now: side(now, &after),
            };
            if change.was != change.now && !axes.contains(&change) {
                axes.push(change);
            }
        }
        Self { was: verdict(was), now: verdict(now), axes }
    }
}

fn verdict(state: Option<&State>) -> Vec<String> {
    let Some(state) = state else { return vec!["–".to_owned()] };
    std::iter::once(state.verdict.with_mode(state.mode)).chain(state.reason.clone()).collect()
}

/// Finds what was seen where a check does not hold: the value, or the grade where there is none.
pub(super) fn seen(check: &ResultCheck) -> String {
    if check.observed.is_null() { check.grade.name().to_owned() } else { value(&check.observed) }
}

fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(text) if text.is_empty() => "nothing".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
