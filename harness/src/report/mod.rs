//! From records to a report: one structure, from which every format is made.

mod badge;
mod compare;
mod csv;
mod file;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod overview;
mod rows;
#[cfg(test)]
mod samples;
mod sarif;
mod short;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamspec_adapters::contract::Api;
use thiserror::Error;

use crate::case::{Axis, Dispute, Level, Source};
use crate::id::{CaseId, SdkId, SurfaceId, Variant};
use crate::judge::{Check, Grade, Mode, Word};
use crate::record::{CaseRecord, Record, SdkRecord, Statement, TrialRecord};

pub use badge::{Badge, badges};
pub use compare::{Change, CompareError, Comparison, Kind, Misfit, Side, State, compare, fit};
pub use csv::csv;
pub use file::{FileError, ReportFile};
pub use github::github;
pub use html::{Pages, html};
pub use json::{json, schema};
pub use junit::junit;
pub use markdown::markdown;
pub use overview::overview;
pub use rows::{Place, Places, Row, Rows, RowsError, SdkRows, Standing, Surprise};
pub use sarif::sarif;
pub use short::short;

/// The name and version of the report's schema.
pub const SCHEMA: &str = "streamspec-report/4";

/// A compatibility report, trial by trial; [`ReportFile`] is how `compatibility.json` holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<ReportSdk>,
    /// The cases, by id.
    pub cases: Vec<ReportCase>,
    /// How many trials came to each word, by SDK, surface and group.
    pub counts: Vec<Count>,
    /// Every trial that is not a plain pass, with the checks that did not hold.
    pub results: Vec<TrialResult>,
}

/// The suite that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// The version of streamspec.
    pub version: String,
    /// The number of the rules by which it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<u32>,
    /// How many cases were run.
    pub cases: usize,
    /// How many trials were run as written.
    pub trials: usize,
    /// How many times a trial was run again with its bytes split or framed otherwise.
    pub replays: usize,
}

/// An SDK of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportSdk {
    /// The id, `anthropic-python`.
    pub id: SdkId,
    /// The package's name in its registry.
    pub package: String,
    /// The version that was loaded.
    pub version: String,
    /// The language.
    pub language: String,
    /// The runtime, without its patch version.
    pub runtime: String,
    /// The dialects.
    pub apis: Vec<Api>,
    /// The surfaces.
    pub surfaces: Vec<String>,
    /// Those that are no call of the SDK but an application's handling of it; they are in no number of the SDK as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<String>,
    /// How the bytes of its trials were split or framed when they were run again. A replay that this and the case name, and
    /// that is not in `results`, came out as the trial as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<Variant>,
    /// What is known to deviate, and why.
    pub known: Vec<Known>,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

impl ReportSdk {
    /// Whether a count is one of the SDK's own, and not of a handler around it.
    pub(crate) fn owns(&self, count: &Count) -> bool {
        count.sdk == self.id && !self.handlers.iter().any(|handler| count.surface == **handler)
    }
}

/// A known deviation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// Its name in results, made from what it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// What deviates.
    pub axis: Axis,
    /// What is seen instead.
    pub seen: Vec<String>,
    /// Why.
    pub why: String,
    /// Where it is documented or discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl From<Statement<'_>> for Known {
    fn from(Statement { entry, scope }: Statement<'_>) -> Self {
        let (seen, why, link) = (scope.observed.clone(), entry.reason.clone(), entry.link.clone());
        Self { id: String::new(), axis: scope.axis, seen, why, link }
    }
}

/// A case of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportCase {
    /// The id.
    pub id: CaseId,
    /// The dialect.
    pub api: Api,
    /// What it sends and expects, with the other combinations of its file, as a digest.
    pub digest: Option<String>,
    /// What happens on the wire.
    pub title: String,
    /// Where the expectation comes from.
    pub sources: Vec<Source>,
    /// Where maintainers have ruled otherwise.
    pub disputed: Option<Dispute>,
    /// How its bytes were split or framed when its trials were run again.
    pub replays: Vec<Variant>,
}

/// How many trials of one surface and one group came to each word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The surface's name.
    pub surface: SurfaceId,
    /// The first two folders of the cases' ids.
    pub group: String,
    /// Trials in which every MUST and SHOULD that can be seen holds.
    pub pass: usize,
    /// Trials in which only checks that maintainers have ruled otherwise on do not hold.
    pub disputed: usize,
    /// Trials in which every MUST holds and a SHOULD does not.
    pub deviates: usize,
    /// Trials in which a MUST does not hold.
    pub fails: usize,
    /// Failed trials by mode.
    pub modes: BTreeMap<Mode, usize>,
    /// Trials that say nothing about the SDK, by word; never part of the other numbers.
    pub apart: BTreeMap<Word, usize>,
    /// Replays that came to another verdict than the trial as written.
    pub cut_dependent: usize,
}

impl Count {
    /// How many trials say something about the SDK.
    pub const fn judged(&self) -> usize {
        self.pass + self.disputed + self.deviates + self.fails
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One trial that is not a plain pass.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The surface's name.
    pub surface: SurfaceId,
    /// The case's id.
    pub case: CaseId,
    /// How the bytes were split or framed.
    pub variant: Variant,
    /// The overall word.
    pub verdict: Word,
    /// The kind of failure.
    pub mode: Option<Mode>,
    /// Why, where no check says so.
    pub reason: Option<String>,
    /// The checks that did not hold.
    pub checks: Vec<ResultCheck>,
    /// The known deviations that cover it, by their ids in the SDK's list.
    pub known: Vec<String>,
}

/// A check that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResultCheck {
    /// What was compared.
    pub axis: Axis,
    /// How much it weighs.
    pub level: Level,
    /// What the case expects.
    pub expected: Value,
    /// What was seen; long texts are cut with a note.
    pub observed: Value,
    /// How the two compare.
    pub grade: Grade,
    /// Whether maintainers have ruled otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disputed: bool,
}

/// Records that do not make a report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// No run is in them.
    #[error("there is no run in these records")]
    Empty,
    /// They come from different suites.
    #[error("these records come from different versions of the suite, {one} and {other}; run them with one")]
    Versions {
        /// One version.
        one: String,
        /// Another one.
        other: String,
    },
    /// The same trial twice.
    #[error("{0} is recorded twice; leave out one of the files")]
    Twice(String),
}

/// How many characters of a case's digest a report keeps: enough to see a difference that nobody made on purpose.
const DIGEST: usize = 12;

/// The most characters of an observed text that a report keeps.
const LONGEST_TEXT: usize = 300;

impl Report {
    /// Sorts, counts and leaves out what is a plain pass. The order of the records does not matter.
    pub fn from_records(records: &[Record]) -> Result<Self, ReportError> {
        let (mut versions, mut sdks, mut cases, mut trials) =
            (BTreeSet::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for record in records {
            match record {
                Record::Suite(suite) => _ = versions.insert((suite.version.clone(), suite.rules)),
                Record::Case(case) => _ = cases.insert(case.id.clone(), report_case(case)),
                Record::Sdk(sdk) => {
                    let (said, ids) = file::known_of(&sdk.known);
                    known.insert(sdk.id.as_str(), ids);
                    sdks.insert(sdk.id.clone(), report_sdk(sdk, said));
                }
                Record::Trial(trial) => {
                    let key = (&trial.sdk, &trial.surface, &trial.case, trial.variant);
                    if trials.insert(key, trial.as_ref()).is_some() {
                        return Err(ReportError::Twice(trial.name()));
                    }
                }
            }
        }
        let mut versions = versions.into_iter();
        let (version, rules) = versions.next().ok_or(ReportError::Empty)?;
        if let Some((other, other_rules)) = versions.next() {
            let name = |version, rules| format!("{version} with the rules {rules}");
            return Err(ReportError::Versions { one: name(version, rules), other: name(other, other_rules) });
        }
        let rules = (rules > 0).then_some(rules);
        let trials: Vec<&TrialRecord> = trials.into_values().collect();
        for trial in trials.iter().filter(|trial| trial.variant != Variant::AsWritten) {
            sdks.entry(trial.sdk.clone()).and_modify(|sdk: &mut ReportSdk| add(&mut sdk.replays, trial.variant));
            cases.entry(trial.case.clone()).and_modify(|case: &mut ReportCase| add(&mut case.replays, trial.variant));
        }
        let replays = trials.iter().filter(|trial| trial.variant != Variant::AsWritten).count();
        let told = trials.iter().filter(|trial| is_told(trial));
        let results = told.map(|trial| result(trial, known.get(trial.sdk.as_str()).map_or(&[], Vec::as_slice)));
        Ok(Self {
            schema: SCHEMA.to_owned(),
            suite: Suite { version, rules, cases: cases.len(), trials: trials.len() - replays, replays },
            sdks: sdks.into_values().collect(),
            cases: cases.into_values().collect(),
            counts: counts(&trials),
            results: results.collect(),
        })
    }
}

/// Adds how a case or an SDK was replayed.
fn add(replays: &mut Vec<Variant>, variant: Variant) {
    if let Err(place) = replays.binary_search(&variant) {
        replays.insert(place, variant);
    }
}

/// Whether a trial is listed: as written when it is not a pass, replayed only when the replay differs.
fn is_told(trial: &TrialRecord) -> bool {
    match trial.variant {
        Variant::AsWritten => trial.verdict.word != Word::Pass,
        _ => trial.verdict.word > Word::Fails || is_cut_dependent(trial),
    }
}

fn is_cut_dependent(trial: &TrialRecord) -> bool {
    trial.verdict.broken_checks().any(|check| check.axis.is_of_replays())
}

fn counts(trials: &[&TrialRecord]) -> Vec<Count> {
    let mut counts: BTreeMap<(&str, &str, &str), Count> = BTreeMap::new();
    for trial in trials {
        let group = trial.case.group();
        let count = counts.entry((&trial.sdk, &trial.surface, group)).or_insert_with(|| Count {
            sdk: trial.sdk.clone(),
            surface: trial.surface.clone(),
            group: group.to_owned(),
            ..Count::default()
        });
        if trial.variant != Variant::AsWritten {
            count.cut_dependent += usize::from(is_cut_dependent(trial));
            continue;
        }
        match trial.verdict.word {
            Word::Pass => count.pass += 1,
            Word::Disputed => count.disputed += 1,
            Word::Deviates => count.deviates += 1,
            Word::Fails => count.fails += 1,
            apart => *count.apart.entry(apart).or_default() += 1,
        }
        if let Some(mode) = trial.verdict.mode {
            *count.modes.entry(mode).or_default() += 1;
        }
    }
    counts.into_values().collect()
}

/// The ids of the known deviations that cover a trial.
fn known_ids(trial: &TrialRecord, ids: &[String]) -> Vec<String> {
    trial.known.iter().filter_map(|place| ids.get(*place).cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn result(trial: &TrialRecord, ids: &[String]) -> TrialResult {
    let replayed = trial.variant != Variant::AsWritten;
    let told = trial.verdict.broken_checks().filter(|check| check.axis.is_of_replays() == replayed);
    TrialResult {
        sdk: trial.sdk.clone(),
        surface: trial.surface.clone(),
        case: trial.case.clone(),
        variant: trial.variant,
        verdict: trial.verdict.word,
        mode: trial.verdict.mode,
        reason: trial.verdict.reason.clone(),
        checks: told.map(result_check).collect(),
        known: known_ids(trial, ids),
    }
}

fn result_check(check: &Check) -> ResultCheck {
    ResultCheck {
        axis: check.axis,
        level: check.level,
        expected: check.expected.clone(),
        observed: cut(check.observed.clone(), LONGEST_TEXT),
        grade: check.grade,
        disputed: check.disputed,
    }
}

/// A value whose texts are not longer than so many characters, and say so where they were.
fn cut(value: Value, longest: usize) -> Value {
    match value {
        Value::String(text) if text.chars().count() > longest => {
            let (kept, all) = (text.chars().take(longest).collect::<String>(), text.chars().count());
            Value::String(format!("{kept}… ({all} characters in all)"))
        }
        Value::Array(values) => values.into_iter().map(|value| cut(value, longest)).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, cut(value, longest))).collect(),
        other => other,
    }
}

fn report_sdk(sdk: &SdkRecord, known: Vec<Known>) -> ReportSdk {
    ReportSdk {
        id: sdk.id.clone(),
        package: sdk.package.clone(),
        version: sdk.version.clone(),
        language: sdk.language.clone(),
        runtime: without_patch(&sdk.runtime),
        apis: sdk.apis.clone(),
        surfaces: sdk.surfaces.clone(),
        handlers: sdk.surfaces.iter().filter(|surface| sdk.is_handler(surface)).cloned().collect(),
        replays: Vec::new(),
        known,
        not_run: sdk.not_run.clone(),
    }
}

fn report_case(case: &CaseRecord) -> ReportCase {
    let CaseRecord { id, digest, api, title, sources, disputed, .. } = case;
    ReportCase {
        id: id.clone(),
        api: *api,
        digest: digest.get(..DIGEST).map(str::to_owned),
        title: title.clone(),
        sources: sources.clone(),
        disputed: disputed.clone(),
        replays: Vec::new(),
    }
}

/// `CPython 3.11.7` as `CPython 3.11`: a patch version is a machine's trace.
pub(crate) fn without_patch(runtime: &str) -> String {
    runtime.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
