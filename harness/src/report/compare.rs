//! Two reports side by side: what was fixed, what broke, what changed, what is new and what is gone, trial by trial.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use thiserror::Error;

use super::markdown::{code, name};
use super::{Report, ReportSdk, ResultCheck, TrialResult};
use crate::case::group_of;
use crate::judge::{Mode, Word};
use crate::wire::Variant;

/// The name and version of the comparison's shape.
const SCHEMA: &str = "streamspec-comparison/1";

/// The most changes of a kind that Markdown lists.
const MOST: usize = 100;

/// What differs between two reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The name and version of this shape, `streamspec-comparison/1`.
    pub schema: &'static str,
    /// What was compared with.
    pub old: Side,
    /// What was compared.
    pub new: Side,
    /// How many changes there are of each kind.
    pub counts: BTreeMap<Kind, usize>,
    /// How many trials came out alike.
    pub unchanged: usize,
    /// Every change, by kind, SDK, surface, case and variant.
    pub changes: Vec<Change>,
}

/// One of the two reports, or one SDK of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The version of streamspec.
    pub suite: String,
    /// How many cases were run.
    pub cases: usize,
    /// The SDKs with their versions.
    pub sdks: BTreeMap<String, String>,
    /// The SDKs that were not run, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_run: BTreeMap<String, String>,
}

/// What became of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The verdict is worse: another word, or a more harmful kind of failure.
    Broken,
    /// The verdict is better.
    Fixed,
    /// The verdict is the same, and what was seen is not.
    Changed,
    /// There is a verdict only now.
    New,
    /// There is a verdict no more.
    Gone,
}

impl Kind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Broken, Self::Fixed, Self::Changed, Self::New, Self::Gone];

    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Fixed => "fixed",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// One trial that came out differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// The SDK's id; the new one where two SDKs are compared.
    pub sdk: String,
    /// The surface's name.
    pub surface: String,
    /// The case's id.
    pub case: String,
    /// How the bytes were cut or dressed.
    pub variant: Variant,
    /// How it came out before; absent where it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<State>,
    /// How it comes out now; absent where it is not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<State>,
}

/// How a trial came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    /// The overall word.
    pub verdict: Word,
    /// The kind of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Why, where no check says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The checks that did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ResultCheck>,
}

/// A report that cannot be compared.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CompareError {
    /// There is no such SDK in it.
    #[error("there is no SDK `{sdk}` in the {side} report; there are: {known}")]
    Unknown {
        /// `old` or `new`.
        side: &'static str,
        /// The id.
        sdk: String,
        /// The ids to choose from.
        known: String,
    },
    /// It says less than every trial of its cases: passes are only counted, so nothing may be missing.
    #[error(
        "the {side} report has {has} of {trials} trials of {surface} on {group}: it is of a shard or of an unfinished run; \
         `streamspec merge` the records and write the report again"
    )]
    Partial {
        /// `old` or `new`.
        side: &'static str,
        /// The SDK and its surface.
        surface: String,
        /// The group of cases.
        group: String,
        /// How many trials there are.
        has: usize,
        /// How many there should be.
        trials: usize,
    },
}

type Key = (String, String, String, Variant);

/// A report as states by trial.
struct States<'a> {
    of: BTreeMap<Key, State>,
    /// How the SDKs and the cases were replayed.
    sdks: BTreeMap<&'a str, &'a [Variant]>,
    cases: BTreeMap<&'a str, &'a [Variant]>,
}

/// Compares two reports, or one SDK of each. An SDK that is named on one side only is meant on both; two different ones
/// are compared by surface and case.
pub fn compare(old: (&Report, Option<&str>), new: (&Report, Option<&str>)) -> Result<Comparison, CompareError> {
    let ids = (old.1.or(new.1), new.1.or(old.1));
    let old_sdks = chosen("old", old.0, ids.0)?;
    let new_sdks = chosen("new", new.0, ids.1)?;
    let was = States::of("old", old.0, &old_sdks, ids.1)?;
    let now = States::of("new", new.0, &new_sdks, ids.1)?;
    let keys: BTreeSet<&Key> = was.of.keys().chain(now.of.keys()).collect();
    let (mut changes, mut unchanged) = (Vec::new(), 0);
    for key in keys {
        let (was, now) = (was.state(key), now.state(key));
        let Some(kind) = kind(was.as_ref(), now.as_ref()) else {
            unchanged += usize::from(now.is_some_and(|state| state.is_judged()));
            continue;
        };
        let (sdk, surface, case, variant) = key.clone();
        changes.push(Change { kind, sdk, surface, case, variant, was, now });
    }
    changes.sort_by_key(|change| change.kind);
    let mut counts: BTreeMap<Kind, usize> = Kind::ALL.into_iter().map(|kind| (kind, 0)).collect();
    for change in &changes {
        *counts.entry(change.kind).or_default() += 1;
    }
    let (old, new) = (side(old.0, &old_sdks), side(new.0, &new_sdks));
    Ok(Comparison { schema: SCHEMA, old, new, counts, unchanged, changes })
}

fn chosen<'a>(side: &'static str, report: &'a Report, id: Option<&str>) -> Result<Vec<&'a ReportSdk>, CompareError> {
    let sdks: Vec<&ReportSdk> = report.sdks.iter().filter(|sdk| id.is_none_or(|id| sdk.id == id)).collect();
    match id {
        Some(id) if sdks.is_empty() => {
            let known = report.sdks.iter().map(|sdk| sdk.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(CompareError::Unknown { side, sdk: id.to_owned(), known })
        }
        _ => Ok(sdks),
    }
}

fn side(report: &Report, sdks: &[&ReportSdk]) -> Side {
    Side {
        suite: report.suite.version.clone(),
        cases: report.cases.len(),
        sdks: sdks.iter().map(|sdk| (sdk.id.clone(), sdk.version.clone())).collect(),
        not_run: sdks.iter().filter_map(|sdk| Some((sdk.id.clone(), sdk.not_run.clone()?))).collect(),
    }
}

impl<'a> States<'a> {
    /// The states of some SDKs, under another name if one is given. Passes are only counted in a report: what a surface
    /// has of a group and is not listed is one, provided that the numbers agree.
    fn of(
        side: &'static str,
        report: &'a Report,
        sdks: &[&'a ReportSdk],
        name: Option<&'a str>,
    ) -> Result<Self, CompareError> {
        let is_chosen = |id: &str| sdks.iter().any(|sdk| sdk.id == id);
        let named = |id: &str| name.unwrap_or(id).to_owned();
        let mut by_group: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        report.cases.iter().for_each(|case| by_group.entry(group_of(&case.id)).or_default().push(&case.id));
        let mut of = BTreeMap::new();
        for count in report.counts.iter().filter(|count| is_chosen(&count.sdk)) {
            let cases = by_group.get(count.group.as_str()).map_or(&[][..], Vec::as_slice);
            let has = count.pass + count.deviates + count.fails + count.apart.values().sum::<usize>();
            let listed = report.results.iter().filter(|result| {
                result.variant == Variant::AsWritten
                    && (&result.sdk, &result.surface) == (&count.sdk, &count.surface)
                    && group_of(&result.case) == count.group
            });
            if has != cases.len() || listed.count() != has - count.pass {
                let (surface, group) = (format!("{}/{}", count.sdk, count.surface), count.group.clone());
                return Err(CompareError::Partial { side, surface, group, has, trials: cases.len() });
            }
            for case in cases {
                let key = (named(&count.sdk), count.surface.clone(), (*case).to_owned(), Variant::AsWritten);
                of.insert(key, State::pass());
            }
        }
        for result in report.results.iter().filter(|result| is_chosen(&result.sdk)) {
            let key = (named(&result.sdk), result.surface.clone(), result.case.clone(), result.variant);
            of.insert(key, State::from(result));
        }
        let sdks = sdks.iter().map(|sdk| (name.unwrap_or(&sdk.id), sdk.replays.as_slice())).collect();
        let cases = report.cases.iter().map(|case| (case.id.as_str(), case.replays.as_slice())).collect();
        Ok(Self { of, sdks, cases })
    }

    /// How a trial came out. A replay that is not listed came out as the trial as written, if it was run.
    fn state(&self, key: &Key) -> Option<State> {
        let (sdk, surface, case, variant) = key;
        self.of.get(key).cloned().or_else(|| {
            let written = (sdk.clone(), surface.clone(), case.clone(), Variant::AsWritten);
            let has = |replays: Option<&&[Variant]>| replays.is_some_and(|replays| replays.contains(variant));
            let replayed = has(self.sdks.get(sdk.as_str())) && has(self.cases.get(case.as_str()));
            (replayed && self.of.get(&written)?.is_judged()).then(State::pass)
        })
    }
}

impl State {
    const fn pass() -> Self {
        Self { verdict: Word::Pass, mode: None, reason: None, checks: Vec::new() }
    }

    /// Whether it says something about the SDK.
    pub fn is_judged(&self) -> bool {
        self.verdict <= Word::Fails
    }

    fn is_fault(&self) -> bool {
        matches!(self.verdict, Word::AdapterFault | Word::HarnessFault)
    }
}

impl From<&TrialResult> for State {
    fn from(result: &TrialResult) -> Self {
        let TrialResult { verdict, mode, reason, checks, .. } = result.clone();
        Self { verdict, mode, reason, checks }
    }
}

fn kind(was: Option<&State>, now: Option<&State>) -> Option<Kind> {
    let judged = |state: Option<&State>| state.is_some_and(State::is_judged);
    match (was, now) {
        (Some(was), Some(now)) if was.is_judged() && now.is_judged() => {
            let harm = |state: &State| (state.verdict, state.mode);
            match harm(now).cmp(&harm(was)) {
                std::cmp::Ordering::Greater => Some(Kind::Broken),
                std::cmp::Ordering::Less => Some(Kind::Fixed),
                std::cmp::Ordering::Equal => (was.checks != now.checks).then_some(Kind::Changed),
            }
        }
        _ if judged(was) => Some(Kind::Gone),
        _ if judged(now) => Some(Kind::New),
        _ => None,
    }
}

impl Comparison {
    /// How many changes there are of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// The trials whose verdict was lost because an adapter or the harness broke: nobody can say what became of them.
    pub fn lost(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.kind == Kind::Gone && change.now.as_ref().is_some_and(State::is_fault))
    }

    /// The comparison as JSON.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The comparison as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from("# Comparison\n\n");
        self.sides(&mut out);
        let counts: Vec<String> =
            Kind::ALL.into_iter().map(|kind| format!("{} {}", self.count(kind), kind.name())).collect();
        let _ = writeln!(out, "\n{}; {} as before.", counts.join(", "), self.unchanged);
        let lost = self.lost().count();
        if lost > 0 {
            let _ = writeln!(out, "Lost to faults of an adapter or of streamspec itself: {lost}.");
        }
        for kind in Kind::ALL {
            self.list(&mut out, kind);
        }
        out
    }

    fn sides(&self, out: &mut String) {
        out.push_str("| | old | new |\n|---|---|---|\n");
        let suite = |side: &Side| format!("{}, {} cases", code(&side.suite), side.cases);
        let _ = writeln!(out, "| suite | {} | {} |", suite(&self.old), suite(&self.new));
        let version = |side: &Side, id: &str| match (side.not_run.get(id), side.sdks.get(id)) {
            (Some(_), _) => "not run".to_owned(),
            (None, Some(version)) => code(version),
            (None, None) => "–".to_owned(),
        };
        let ids: BTreeSet<&String> = self.old.sdks.keys().chain(self.new.sdks.keys()).collect();
        for id in ids {
            let (old, new) = (version(&self.old, id), version(&self.new, id));
            // Where many SDKs are compared only those are told that are not the same.
            if old != new || self.new.sdks.len() == 1 {
                let _ = writeln!(out, "| {} | {old} | {new} |", code(id));
            }
        }
    }

    fn list(&self, out: &mut String, kind: Kind) {
        let all = self.changes.iter().filter(|change| change.kind == kind);
        // What is new and passes, or is gone and passed, is only counted.
        let (plain, told): (Vec<&Change>, Vec<&Change>) = all.partition(|change| {
            let passes = |state: Option<&State>| state.is_none_or(|state| state.verdict == Word::Pass);
            matches!(kind, Kind::New | Kind::Gone) && passes(change.was.as_ref()) && passes(change.now.as_ref())
        });
        if plain.is_empty() && told.is_empty() {
            return;
        }
        let heading = kind.name();
        let _ = writeln!(out, "\n## {}{}\n", heading[..1].to_uppercase(), &heading[1..]);
        if !told.is_empty() {
            out.push_str("| trial | was | now |\n|---|---|---|\n");
        }
        for change in told.iter().take(MOST) {
            let at = if change.variant == Variant::AsWritten {
                String::new()
            } else {
                format!("@{}", change.variant.name())
            };
            let trial = format!("{}/{}::{}{at}", change.sdk, change.surface, change.case);
            let (was, now) = (cell(change.was.as_ref(), change), cell(change.now.as_ref(), change));
            let _ = writeln!(out, "| {} | {was} | {now} |", name(&trial));
        }
        let mut rest = Vec::new();
        if told.len() > MOST {
            rest.push(format!("{} more, which `--format json` lists", told.len() - MOST));
        }
        if !plain.is_empty() {
            rest.push(format!("{} that pass", plain.len()));
        }
        if !rest.is_empty() {
            let space = if told.is_empty() { "" } else { "\n" };
            let and = if told.is_empty() { "" } else { "… and " };
            let _ = writeln!(out, "{space}{and}{}.", rest.join(", "));
        }
    }
}

/// A state with the checks that are not the same on both sides.
fn cell(state: Option<&State>, change: &Change) -> String {
    let Some(state) = state else { return "–".to_owned() };
    let mode = state.mode.map(|mode| format!(" ({})", mode.name())).unwrap_or_default();
    let mut parts = vec![format!("{}{mode}", state.verdict.name())];
    let both = |check: &ResultCheck| {
        [&change.was, &change.now].into_iter().all(|side| side.as_ref().is_some_and(|side| side.checks.contains(check)))
    };
    for check in state.checks.iter().filter(|check| !both(check)) {
        let seen = match &check.observed {
            serde_json::Value::Null => check.grade.name().to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        parts.push(code(&format!("{}: {seen}", check.axis)));
    }
    if let Some(reason) = &state.reason {
        parts.push(code(reason));
    }
    parts.join("<br>")
}

#[cfg(test)]
mod tests;
