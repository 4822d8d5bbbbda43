//! Two reports side by side: what was fixed, what broke, what changed, what is new and what is gone, trial by trial.

mod error;
mod fit;
mod groups;
mod render;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use error::CompareError;
pub use fit::{Misfit, fit};
pub(super) use groups::{AxisChange, ChangeText, Group};

use who::ComparedPart;

use super::published::{Report, ReportCase, ReportSdk, ResultCheck, TrialResult};
use crate::case::{Axis, Level};
use crate::id::{CaseId, SdkSurface, TrialId, Variant, VariantRun};
use crate::judge::{Mode, Status};
use crate::record::EditionRecord;

/// The name and version of the comparison's shape.
const SCHEMA: &str = "streamspec-comparison/2";

/// The differences between two reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The name and version of this shape, `streamspec-comparison/2`.
    pub schema: &'static str,
    /// The report that was compared with.
    pub old: ComparedReport,
    /// The report that was compared.
    pub new: ComparedReport,
    /// The number of changes of each kind.
    pub counts: BTreeMap<ChangeKind, usize>,
    /// The number of trials that came out alike.
    pub unchanged: usize,
    /// Every change, by kind and the trial's identity.
    pub changes: Vec<Change>,
}

/// One of the two reports, or one SDK of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedReport {
    /// The version of streamspec.
    pub suite: String,
    /// The edition of the suite, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<EditionRecord>,
    /// The number of cases that were run.
    pub cases: usize,
    /// The SDKs with their versions.
    pub sdks: BTreeMap<String, String>,
    /// The one surface that was compared, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<String>,
    /// The SDKs that were not run, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_run: BTreeMap<String, String>,
}

/// A kind of change of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The verdict is worse: another word, or a more harmful kind of failure.
    Broken,
    /// The verdict is the same, and checks do not hold that did, beside those that did not.
    Worsened,
    /// The verdict is better.
    Fixed,
    /// The verdict is the same, and some of the checks hold that did not.
    Improved,
    /// The verdict is the same, and what was seen is not.
    Changed,
    /// There is a verdict only now.
    New,
    /// There is a verdict no more.
    Gone,
}

impl ChangeKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Broken, Self::Worsened, Self::Fixed, Self::Improved, Self::Changed, Self::New, Self::Gone];

    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Worsened => "worsened",
            Self::Fixed => "fixed",
            Self::Improved => "improved",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// One trial that came out differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The trial; the new one where two SDKs are compared.
    #[serde(flatten)]
    pub id: TrialId,
    /// The state in which it was before; absent where it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<State>,
    /// The state in which it is now; absent where it is not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<State>,
}

/// The state of a trial: its verdict with the checks that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    /// The overall word.
    pub verdict: Status,
    /// The kind of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The reason, where no check says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The checks that did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ResultCheck>,
}

/// A report as states by trial.
struct States<'a> {
    of: BTreeMap<TrialId, State>,
    /// The variants in which the SDKs and the cases were run, by route and transport.
    sdks: BTreeMap<&'a str, &'a [VariantRun]>,
    cases: BTreeMap<&'a str, &'a [VariantRun]>,
}

/// Compares two reports, or one SDK of each, or one surface of that: `anthropic-python/create-sync`. What is named on one
/// side only is meant on both; two different SDKs are compared by surface and case, two surfaces by case. A plain id is also
/// that of the one build of the SDK that a report has, `anthropic-python@local`.
pub fn compare(old: (&Report, Option<&str>), new: (&Report, Option<&str>)) -> Result<Comparison, CompareError> {
    let old_who = ComparedPart::parse(old.1.or(new.1)).resolved("old", old.0)?;
    let new_who = ComparedPart::parse(new.1.or(old.1)).resolved("new", new.0)?;
    let old_sdks = old_who.chosen("old", old.0)?;
    let new_sdks = new_who.chosen("new", new.0)?;
    let was = States::of("old", old.0, old_who, new_who)?;
    let now = States::of("new", new.0, new_who, new_who)?;
    old_who.comparable(new_who, &was, &now)?;
    let keys: BTreeSet<&TrialId> = was.of.keys().chain(now.of.keys()).collect();
    let (mut changes, mut unchanged) = (Vec::new(), 0);
    for key in keys {
        let (was, now) = (was.state(key), now.state(key));
        let Some(kind) = kind(was.as_ref(), now.as_ref()) else {
            unchanged += usize::from(now.is_some_and(|state| state.is_judged()));
            continue;
        };
        changes.push(Change { kind, id: key.clone(), was, now });
    }
    changes.sort_by_key(|change| change.kind);
    let mut counts: BTreeMap<ChangeKind, usize> = ChangeKind::ALL.into_iter().map(|kind| (kind, 0)).collect();
    for change in &changes {
        *counts.entry(change.kind).or_default() += 1;
    }
    let (old, new) = (side(old.0, &old_sdks, old_who), side(new.0, &new_sdks, new_who));
    Ok(Comparison { schema: SCHEMA, old, new, counts, unchanged, changes })
}

fn side(report: &Report, sdks: &[&ReportSdk], who: ComparedPart<'_>) -> ComparedReport {
    ComparedReport {
        suite: report.suite.version.clone(),
        edition: report.suite.edition.clone(),
        cases: report.cases.len(),
        sdks: sdks.iter().map(|sdk| (sdk.id.to_string(), sdk.version.clone())).collect(),
        surface: who.surface.map(ToOwned::to_owned),
        not_run: sdks.iter().filter_map(|sdk| Some((sdk.id.to_string(), sdk.not_run.clone()?))).collect(),
    }
}

impl<'a> States<'a> {
    /// Collects the states of some SDKs, under another name if one is given. Passes are only counted in a report: what a surface
    /// has of a group and is not listed is one, provided that the numbers agree.
    fn of(
        side: &'static str,
        report: &'a Report,
        who: ComparedPart<'_>,
        name: ComparedPart<'a>,
    ) -> Result<Self, CompareError> {
        let mut by_group: BTreeMap<&str, Vec<&ReportCase>> = BTreeMap::new();
        report.cases.iter().for_each(|case| by_group.entry(case.id.group()).or_default().push(case));
        let mut of = BTreeMap::new();
        for count in report.counts.iter().filter(|count| who.has(&count.sdk, &count.surface)) {
            let cases = by_group.get(count.group.as_str()).into_iter().flatten();
            let cases: Vec<&CaseId> =
                cases.filter(|case| case.travels_by(count.transport)).map(|case| &case.id).collect();
            let has = count.judged() + count.not_judged();
            let listed = report.results.iter().filter(|result| {
                let TrialId { sdk, surface, case, variant, route, transport } = &result.id;
                *variant == Variant::AsWritten
                    && (sdk, surface) == (&count.sdk, &count.surface)
                    && (*route, *transport) == (count.route, count.transport)
                    && case.group() == count.group
            });
            if has != cases.len() || listed.count() != has - count.pass {
                let (surface, group) =
                    (SdkSurface::new(count.sdk.clone(), count.row()).to_string(), count.group.clone());
                return Err(CompareError::Partial { side, surface, group, has, trials: cases.len() });
            }
            for case in cases {
                let (sdk, surface, route, transport) =
                    (count.sdk.clone(), count.surface.clone(), count.route, count.transport);
                let id = TrialId { route, transport, ..TrialId::new(sdk, surface, case.clone(), Variant::AsWritten) };
                of.insert(name.key(id), State::pass());
            }
        }
        for result in report.results.iter().filter(|result| who.has(&result.id.sdk, &result.id.surface)) {
            of.insert(name.key(result.id.clone()), State::from(result));
        }
        let sdks = report.sdks.iter().filter(|sdk| who.sdk.is_none_or(|id| sdk.id == id));
        let sdks = sdks.map(|sdk| (name.sdk.unwrap_or(&sdk.id), sdk.variant_runs.as_slice())).collect();
        let cases = report.cases.iter().map(|case| (case.id.as_str(), case.variant_runs.as_slice())).collect();
        Ok(Self { of, sdks, cases })
    }

    /// Finds the state of a trial. A variant run that is not listed came out as the trial as written, if it was run.
    fn state(&self, key: &TrialId) -> Option<State> {
        self.of.get(key).cloned().or_else(|| {
            let has = |runs: Option<&&[VariantRun]>| runs.is_some_and(|runs| runs.contains(&key.variant_run()));
            let run_in_variants = has(self.sdks.get(key.sdk.as_str())) && has(self.cases.get(key.case.as_str()));
            (run_in_variants && self.of.get(&key.as_written())?.is_judged()).then(State::pass)
        })
    }
}

impl State {
    const fn pass() -> Self {
        Self { verdict: Status::Pass, mode: None, reason: None, checks: Vec::new() }
    }

    /// Says whether it says something about the SDK.
    pub fn is_judged(&self) -> bool {
        self.verdict <= Status::Fails
    }

    /// Goes through the checks that do not hold.
    fn broken(&self) -> BTreeSet<(Axis, Level)> {
        self.checks.iter().map(|check| (check.axis, check.level)).collect()
    }

    /// Collects what was seen where a check does not hold: all that an SDK does about it.
    fn observed(&self) -> BTreeSet<(Axis, Level, String)> {
        self.checks.iter().map(|check| (check.axis, check.level, groups::seen(check))).collect()
    }

    fn is_lost(&self) -> bool {
        self.verdict.is_lost()
    }
}

impl From<&TrialResult> for State {
    fn from(result: &TrialResult) -> Self {
        let TrialResult { verdict, mode, reason, checks, .. } = result.clone();
        Self { verdict, mode, reason, checks }
    }
}

fn kind(was: Option<&State>, now: Option<&State>) -> Option<ChangeKind> {
    let judged = |state: Option<&State>| state.is_some_and(State::is_judged);
    match (was, now) {
        (Some(was), Some(now)) if was.is_judged() && now.is_judged() => {
            let harm = |state: &State| (state.verdict, state.mode);
            match harm(now).cmp(&harm(was)) {
                std::cmp::Ordering::Greater => Some(ChangeKind::Broken),
                std::cmp::Ordering::Less => Some(ChangeKind::Fixed),
                std::cmp::Ordering::Equal => {
                    let (before, after) = (was.broken(), now.broken());
                    if before == after {
                        (was.observed() != now.observed()).then_some(ChangeKind::Changed)
                    } else if after.is_subset(&before) {
                        Some(ChangeKind::Improved)
                    } else if before.is_subset(&after) {
                        Some(ChangeKind::Worsened)
                    } else {
                        Some(ChangeKind::Changed)
                    }
                }
            }
        }
        _ if judged(was) => Some(ChangeKind::Gone),
        _ if judged(now) => Some(ChangeKind::New),
        _ => None,
    }
}

impl Comparison {
    /// Counts the changes of a kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Finds the trials whose verdict was lost because an adapter or the harness broke, or because two attempts differed: nobody
    /// can say what became of them.
    pub fn lost(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Gone && change.now.as_ref().is_some_and(State::is_lost))
    }
}

#[cfg(test)]
mod tests;
