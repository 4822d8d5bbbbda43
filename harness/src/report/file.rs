//! The shape of `compatibility.json`: a report that says once what many trials have in common.
//!
//! Combinations of one case file share an entry, surfaces that came out alike share a result, and a check that did not hold
//! stands in a table under an id made from what it says. Nothing is named by its place, so that a line which is added or
//! taken away changes no other line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use streamspec_adapters::contract::Api;
use thiserror::Error;

use super::{Count, Known, Report, ReportCase, ReportSdk, ResultCheck, SCHEMA, Suite, TrialResult};
use crate::case::{Dispute, Source};
use crate::judge::{Mode, Word};
use crate::wire::Variant;

/// A compatibility report as `compatibility.json` holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct ReportFile {
    /// `streamspec-report/2`; changes when a reader would have to.
    pub schema: String,
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<ReportSdk>,
    /// The case files, by id.
    pub cases: Vec<CaseOf>,
    /// How many trials came to each word, by SDK, surfaces and group.
    pub counts: Vec<CountOf>,
    /// Every check that did not hold in some trial, by its id in `results`.
    pub checks: BTreeMap<String, ResultCheck>,
    /// Every trial that is not a plain pass, with the checks that did not hold.
    pub results: Vec<ResultOf>,
}

/// A case file with its combinations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Case")]
pub struct CaseOf {
    /// The id of the file, `anthropic/cut/eof`.
    pub id: String,
    /// The dialect.
    pub api: Api,
    /// What happens on the wire.
    pub title: String,
    /// Where the expectation comes from.
    pub sources: Vec<Source>,
    /// Where maintainers have ruled otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Dispute>,
    /// The combinations of its matrix: `chunked` is the case `anthropic/cut/eof#chunked`. A file without any is one case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combinations: Vec<String>,
    /// How its bytes were cut or dressed when its trials were run again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<Replays>,
}

/// Which cases of a file were replayed in which ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replays {
    /// The ways.
    pub variants: Vec<Variant>,
    /// These combinations only; all of them where absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
}

/// How many trials of some surfaces and one group came to each word; the numbers are those of each surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Count")]
pub struct CountOf {
    /// The SDK's id.
    pub sdk: String,
    /// The surfaces that have these numbers.
    pub surfaces: Vec<String>,
    /// The first two folders of the cases' ids.
    pub group: String,
    /// Trials in which every MUST and SHOULD that can be seen holds.
    pub pass: usize,
    /// Trials in which every MUST holds and a SHOULD does not.
    pub deviates: usize,
    /// Trials in which a MUST does not hold.
    pub fails: usize,
    /// Failed trials by mode.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<Mode, usize>,
    /// Trials that say nothing about the SDK, by word; never part of the other numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apart: BTreeMap<Word, usize>,
    /// Replays that came to another verdict than the trial as written.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub cut_dependent: usize,
}

/// How trials came out that are no plain passes: every one of these cases on every one of these surfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Result")]
pub struct ResultOf {
    /// The SDK's id.
    pub sdk: String,
    /// The case file.
    pub case: String,
    /// These of its combinations; absent where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// How the bytes were cut or dressed; as written where absent.
    #[serde(default = "as_written", skip_serializing_if = "is_as_written")]
    pub variant: Variant,
    /// The surfaces.
    pub surfaces: Vec<String>,
    /// The overall word.
    pub verdict: Word,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Why, where no check says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The checks that did not hold, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// The known deviations that cover it, by their ids in the SDK's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

const fn as_written() -> Variant {
    Variant::AsWritten
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_as_written(variant: &Variant) -> bool {
    *variant == Variant::AsWritten
}

/// A file that is no report, or one of another version.
#[derive(Debug, Error)]
pub enum FileError {
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// Written by another version of streamspec, or something else altogether.
    #[error("{}; this version of streamspec reads {SCHEMA}", said(.0.as_deref()))]
    Schema(Option<String>),
    /// The right schema, and not what it says.
    #[error("not a report: {0}")]
    Shape(serde_json::Error),
    /// A result names a check that is not there.
    #[error("not a report: {case} names the check `{check}`, which is not in `checks`")]
    Check {
        /// The case file.
        case: String,
        /// The id.
        check: String,
    },
}

fn said(schema: Option<&str>) -> String {
    match schema {
        Some(schema) if schema.starts_with("streamspec-report/") => {
            format!(
                "a report of the schema {schema}: write it again from its records, or read it with the version that wrote it"
            )
        }
        _ => "not a report of streamspec".to_owned(),
    }
}

impl Report {
    /// Reads `compatibility.json`.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(FileError::Json)?;
        let schema = value["schema"].as_str();
        if schema != Some(SCHEMA) {
            return Err(FileError::Schema(schema.map(ToOwned::to_owned)));
        }
        serde_json::from_value::<ReportFile>(value).map_err(FileError::Shape)?.try_into()
    }
}

/// Ids made from what things say: what each is about, and six digits of its digest, or more where two would be the same.
pub(super) fn ids<T: Serialize>(things: impl IntoIterator<Item = (&'static str, T)>) -> Vec<String> {
    let digest = |thing: &T| hex::encode(Sha256::digest(json!(thing).to_string()));
    let own: Vec<String> = things.into_iter().map(|(about, thing)| format!("{about}-{}", digest(&thing))).collect();
    let mut sorted: Vec<&str> = own.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    // What is alike in its beginning stands side by side.
    let id = |whole: &String| {
        let place = sorted.binary_search(&whole.as_str()).unwrap_or_default();
        let neighbours = [place.checked_sub(1), place.checked_add(1)].into_iter().flatten();
        let common = neighbours.filter_map(|place| sorted.get(place)).map(|other| common(whole, other)).max();
        let shortest = whole.rfind('-').map_or(whole.len(), |dash| dash + 1 + 6);
        whole[..shortest.max(common.unwrap_or_default() + 1).min(whole.len())].to_owned()
    };
    own.iter().map(id).collect()
}

/// How many octets two texts have in common at their beginnings; both are ASCII here.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// The case file and the combination of a case's id.
fn parts(case: &str) -> (&str, Option<&str>) {
    case.split_once('#').map_or((case, None), |(file, combination)| (file, Some(combination)))
}

fn joined(file: &str, combination: Option<&str>) -> String {
    combination.map_or_else(|| file.to_owned(), |combination| format!("{file}#{combination}"))
}

/// Cases by combination: none is the file itself.
fn all(file: &str, of: &[String]) -> Vec<String> {
    if of.is_empty() {
        return vec![file.to_owned()];
    }
    of.iter().map(|combination| joined(file, Some(combination))).collect()
}

/// Collects what came out alike: equal things become one, with the names of all of them, in the order of the first.
pub(super) fn alike<K: Serialize, N>(things: impl IntoIterator<Item = (K, N)>) -> Vec<(K, Vec<N>)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<(K, Vec<N>)> = Vec::new();
    for (thing, name) in things {
        let place = *places.entry(json!(thing).to_string()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, names)) => names.push(name),
            None => groups.push((thing, vec![name])),
        }
    }
    groups
}

impl From<&Report> for ReportFile {
    fn from(report: &Report) -> Self {
        let mut distinct: Vec<&ResultCheck> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for check in report.results.iter().flat_map(|result| &result.checks) {
            places.entry(json!(check).to_string()).or_insert_with(|| {
                distinct.push(check);
                distinct.len() - 1
            });
        }
        let ids = ids(distinct.iter().map(|check| (check.axis.name(), *check)));
        let id_of =
            |check: &ResultCheck| places.get(&json!(check).to_string()).and_then(|place| ids.get(*place)).cloned();
        Self {
            schema: report.schema.clone(),
            suite: report.suite.clone(),
            sdks: report.sdks.clone(),
            cases: cases(&report.cases),
            counts: counts(&report.counts),
            checks: ids.iter().cloned().zip(distinct.into_iter().cloned()).collect(),
            results: results(&report.results, id_of),
        }
    }
}

fn cases(cases: &[ReportCase]) -> Vec<CaseOf> {
    let files = alike(cases.iter().map(|case| {
        let (file, combination) = parts(&case.id);
        let shared = CaseOf {
            id: file.to_owned(),
            api: case.api,
            title: case.title.clone(),
            sources: case.sources.clone(),
            disputed: case.disputed.clone(),
            combinations: Vec::new(),
            replays: Vec::new(),
        };
        ((shared, combination.is_some()), (combination, &case.replays))
    }));
    files.into_iter().map(|((shared, _), names)| file_with(shared, &names)).collect()
}

/// A case file with its combinations, each with how it was replayed.
fn file_with(shared: CaseOf, names: &[(Option<&str>, &Vec<Variant>)]) -> CaseOf {
    let of = |(variants, of): (&Vec<Variant>, Vec<&str>)| Replays {
        variants: variants.clone(),
        of: if of.len() == names.len() { Vec::new() } else { of.into_iter().map(ToOwned::to_owned).collect() },
    };
    let replays = alike(names.iter().map(|(combination, variants)| (*variants, combination.unwrap_or_default())));
    CaseOf {
        combinations: names.iter().filter_map(|(combination, _)| combination.map(ToOwned::to_owned)).collect(),
        replays: replays.into_iter().filter(|(variants, _)| !variants.is_empty()).map(of).collect(),
        ..shared
    }
}

fn counts(counts: &[Count]) -> Vec<CountOf> {
    let groups = alike(counts.iter().map(|count| (Count { surface: String::new(), ..count.clone() }, &count.surface)));
    let count = |(count, surfaces): (Count, Vec<&String>)| {
        let Count { sdk, group, pass, deviates, fails, modes, apart, cut_dependent, .. } = count;
        let surfaces = surfaces.into_iter().cloned().collect();
        CountOf { sdk, surfaces, group, pass, deviates, fails, modes, apart, cut_dependent }
    };
    groups.into_iter().map(count).collect()
}

fn results(results: &[TrialResult], id_of: impl Fn(&ResultCheck) -> Option<String>) -> Vec<ResultOf> {
    let by_surfaces = alike(results.iter().map(|result| {
        let (case, combination) = parts(&result.case);
        let shared = ResultOf {
            sdk: result.sdk.clone(),
            case: case.to_owned(),
            of: combination.map(ToOwned::to_owned).into_iter().collect(),
            variant: result.variant,
            surfaces: Vec::new(),
            verdict: result.verdict,
            mode: result.mode,
            reason: result.reason.clone(),
            checks: result.checks.iter().filter_map(&id_of).collect(),
            known: result.known.clone(),
        };
        (shared, result.surface.clone())
    }));
    let by_combinations = alike(by_surfaces.into_iter().map(|(mut shared, surfaces)| {
        shared.surfaces = surfaces;
        let of = std::mem::take(&mut shared.of);
        ((shared, of.is_empty()), of)
    }));
    let mut lines: Vec<ResultOf> = by_combinations
        .into_iter()
        .map(|((shared, _), of)| ResultOf { of: of.into_iter().flatten().collect(), ..shared })
        .collect();
    lines.sort_by(|one, other| {
        (&one.sdk, &one.case, &one.of, one.variant, &one.surfaces).cmp(&(
            &other.sdk,
            &other.case,
            &other.of,
            other.variant,
            &other.surfaces,
        ))
    });
    lines
}

impl TryFrom<ReportFile> for Report {
    type Error = FileError;

    fn try_from(file: ReportFile) -> Result<Self, FileError> {
        let mut results = Vec::new();
        for result in file.results {
            let ResultOf { sdk, case, of, variant, surfaces, verdict, mode, reason, checks, known } = result;
            let check = |id: &String| {
                let missing = || FileError::Check { case: case.clone(), check: id.clone() };
                file.checks.get(id).cloned().ok_or_else(missing)
            };
            let checks = checks.iter().map(check).collect::<Result<Vec<_>, _>>()?;
            for case in all(&case, &of) {
                results.extend(surfaces.iter().map(|surface| TrialResult {
                    sdk: sdk.clone(),
                    surface: surface.clone(),
                    case: case.clone(),
                    variant,
                    verdict,
                    mode,
                    reason: reason.clone(),
                    checks: checks.clone(),
                    known: known.clone(),
                }));
            }
        }
        results.sort_by(|one, other| {
            (&one.sdk, &one.surface, &one.case, one.variant).cmp(&(
                &other.sdk,
                &other.surface,
                &other.case,
                other.variant,
            ))
        });
        let mut cases: Vec<ReportCase> = file.cases.into_iter().flat_map(case_of).collect();
        cases.sort_by(|one, other| one.id.cmp(&other.id));
        let mut counts: Vec<Count> = file.counts.into_iter().flat_map(count_of).collect();
        counts.sort_by(|one, other| {
            (&one.sdk, &one.surface, &one.group).cmp(&(&other.sdk, &other.surface, &other.group))
        });
        Ok(Self { schema: file.schema, suite: file.suite, sdks: file.sdks, cases, counts, results })
    }
}

fn case_of(case: CaseOf) -> Vec<ReportCase> {
    let CaseOf { id: file, api, title, sources, disputed, combinations, replays } = case;
    let replayed = |combination: Option<&str>| {
        let is_of = |one: &&Replays| one.of.is_empty() || one.of.iter().any(|of| Some(of.as_str()) == combination);
        let mut variants: Vec<Variant> =
            replays.iter().filter(is_of).flat_map(|one| one.variants.iter().copied()).collect();
        variants.sort_unstable();
        variants
    };
    let one = |combination: Option<&str>| ReportCase {
        id: joined(&file, combination),
        api,
        title: title.clone(),
        sources: sources.clone(),
        disputed: disputed.clone(),
        replays: replayed(combination),
    };
    if combinations.is_empty() {
        return vec![one(None)];
    }
    combinations.iter().map(|combination| one(Some(combination))).collect()
}

fn count_of(count: CountOf) -> Vec<Count> {
    let CountOf { sdk, surfaces, group, pass, deviates, fails, modes, apart, cut_dependent } = count;
    let one = |surface: String| Count {
        sdk: sdk.clone(),
        surface,
        group: group.clone(),
        pass,
        deviates,
        fails,
        modes: modes.clone(),
        apart: apart.clone(),
        cut_dependent,
    };
    surfaces.into_iter().map(one).collect()
}

/// The known deviations of a list, each statement once, and which of them each entry makes.
pub(super) fn known_of(entries: &[crate::deviation::Entry]) -> (Vec<Known>, Vec<String>) {
    let said: Vec<Known> = entries.iter().cloned().map(Known::from).collect();
    let ids = ids(said.iter().map(|known| (known.axis.name(), known)));
    let mut once: Vec<Known> = Vec::new();
    for (id, known) in ids.iter().zip(said) {
        if !once.iter().any(|other| other.id == *id) {
            once.push(Known { id: id.clone(), ..known });
        }
    }
    (once, ids)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::{json, samples};

    fn report(records: &[crate::record::Record]) -> Report {
        Report::from_records(records).expect("the samples are well formed")
    }

    #[test]
    fn what_is_alike_is_said_once() {
        let text = json(&report(&samples::many()));
        // Sixty SDKs that fail in three ways, two of them by the same check.
        assert_eq!(text.matches("\"expected\":").count(), 2);
        insta::assert_snapshot!(json(&report(&samples::records())));
    }

    #[test]
    fn other_files_are_refused_in_words() {
        for (text, said) in [
            ("{", "not JSON: "),
            ("{}", "not a report of streamspec; this version of streamspec reads streamspec-report/2"),
            (r#"{"schema":"streamspec-report/1"}"#, "a report of the schema streamspec-report/1: write it again"),
            (r#"{"schema":"streamspec-report/2"}"#, "not a report: missing field `suite`"),
        ] {
            let refused = Report::read(text).expect_err(said).to_string();
            assert!(refused.starts_with(said), "{refused}");
        }
        let text = json(&report(&samples::records())).replacen("\"checks\":[\"", "\"checks\":[\"no-", 1);
        let refused = Report::read(&text).expect_err("a check is missing").to_string();
        assert!(refused.contains("which is not in `checks`"), "{refused}");
    }

    #[test]
    fn ids_stay_apart() {
        let some = ids((0..20_000).map(|number| ("axis", number)));
        let distinct: std::collections::BTreeSet<&String> = some.iter().collect();
        assert_eq!(distinct.len(), some.len());
        assert!(some.iter().any(|id| id.len() > "axis-".len() + 6), "no two were alike, so nothing was tested");
    }

    proptest! {
        #[test]
        fn a_report_is_read_as_it_was_written(records in samples::any_report()) {
            let written = report(&records);
            prop_assert_eq!(Report::read(&json(&written)).expect("it is one"), written);
        }
    }
}
