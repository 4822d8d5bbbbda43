//! From a report to its file: what is alike becomes one.

use std::collections::BTreeMap;

use serde_json::json;

use super::file::{CaseOf, CountOf, ReportFile, ResultOf, VariantRuns};
use super::table::Table;
use super::{Report, ReportCase, ResultCheck, TrialResult};
use crate::case::Source;
use crate::id::{SurfaceId, Variant};
use crate::report::alike::alike;
use crate::report::view::Count;

impl From<&Report> for ReportFile {
    fn from(report: &Report) -> Self {
        let sources = Table::of(report.cases.iter().flat_map(|case| &case.sources), |source| {
            json!(source.basis).as_str().unwrap_or_default().to_owned()
        });
        let all = report.results.iter().flat_map(|result| &result.checks);
        let checks = Table::of(all, |check| check.axis.name().to_owned());
        Self {
            schema: report.schema.clone(),
            suite: report.suite.clone(),
            sdks: report.sdks.clone(),
            cases: cases(&report.cases, &sources),
            sources: sources.by_id,
            counts: counts(&report.counts),
            results: results(&report.results, &checks),
            checks: checks.by_id,
        }
    }
}

fn cases(cases: &[ReportCase], said: &Table<Source>) -> Vec<CaseOf> {
    let files = alike(cases.iter().map(|case| {
        let (file, combination) = (case.id.file(), case.id.combination());
        let shared = CaseOf {
            id: file.to_owned(),
            api: case.api,
            digest: case.digest.clone(),
            title: case.title.clone(),
            sources: case.sources.iter().filter_map(|source| said.id(source)).collect(),
            disputed: case.disputed.clone(),
            combinations: Vec::new(),
            variant_runs: Vec::new(),
        };
        ((shared, combination.is_some()), (combination, &case.variant_runs))
    }));
    files.into_iter().map(|((shared, _), names)| file_with(shared, &names)).collect()
}

/// A case file with its combinations, each with the variants in which it was run.
fn file_with(shared: CaseOf, names: &[(Option<&str>, &Vec<Variant>)]) -> CaseOf {
    let of = |(variants, of): (&Vec<Variant>, Vec<&str>)| VariantRuns {
        variants: variants.clone(),
        of: if of.len() == names.len() { Vec::new() } else { of.into_iter().map(ToOwned::to_owned).collect() },
    };
    let variant_runs = alike(names.iter().map(|(combination, variants)| (*variants, combination.unwrap_or_default())));
    CaseOf {
        combinations: names.iter().filter_map(|(combination, _)| combination.map(ToOwned::to_owned)).collect(),
        variant_runs: variant_runs.into_iter().filter(|(variants, _)| !variants.is_empty()).map(of).collect(),
        ..shared
    }
}

fn counts(counts: &[Count]) -> Vec<CountOf> {
    let groups =
        alike(counts.iter().map(|count| (Count { surface: SurfaceId::default(), ..count.clone() }, &count.surface)));
    let count = |(count, surfaces): (Count, Vec<&SurfaceId>)| {
        let Count { sdk, group, pass, disputed, deviates, fails, modes, not_judged, cut_dependent, .. } = count;
        let surfaces = surfaces.into_iter().cloned().collect();
        CountOf { sdk, surfaces, group, pass, disputed, deviates, fails, modes, not_judged, cut_dependent }
    };
    groups.into_iter().map(count).collect()
}

fn results(results: &[TrialResult], said: &Table<ResultCheck>) -> Vec<ResultOf> {
    let by_surfaces = alike(results.iter().map(|result| {
        let way = ResultOf {
            sdk: result.sdk.clone(),
            variant: result.variant,
            surfaces: Vec::new(),
            verdict: result.verdict,
            mode: result.mode,
            reason: result.reason.clone(),
            checks: result.checks.iter().filter_map(|check| said.id(check)).collect(),
            known: result.known.clone(),
            cases: BTreeMap::new(),
        };
        ((way, &result.case), result.surface.clone())
    }));
    let ways = alike(by_surfaces.into_iter().map(|((way, case), surfaces)| {
        let (file, combination) = (case.file(), case.combination());
        ((ResultOf { surfaces, ..way }, combination.is_some()), (file, combination))
    }));
    let mut ways: Vec<ResultOf> = ways.into_iter().map(|((way, _), cases)| way_of(way, cases)).collect();
    ways.sort_by(|one, other| {
        let place = |way: &ResultOf| (way.variant, way.verdict, way.mode);
        (&one.sdk, place(one), &one.surfaces, &one.checks, &one.known, &one.reason).cmp(&(
            &other.sdk,
            place(other),
            &other.surfaces,
            &other.checks,
            &other.known,
            &other.reason,
        ))
    });
    ways
}

/// A way with the cases that came out so.
fn way_of(mut way: ResultOf, cases: Vec<(&str, Option<&str>)>) -> ResultOf {
    for (file, combination) in cases {
        way.cases.entry(file.to_owned()).or_default().extend(combination.map(ToOwned::to_owned));
    }
    way
}
