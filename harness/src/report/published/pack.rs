//! From a report to its file: what is alike becomes one.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::json;

use super::file::{CaseOf, CountOf, DifferenceOf, ReportFile, ResultOf, VariantRuns};
use super::named::Named;
use super::{Report, ReportCase, ResultCheck, TrialResult};
use crate::case::Source;
use crate::id::{CaseId, SurfaceId, TrialId, VariantRun};
use crate::report::alike::alike;
use crate::report::table::Table;
use crate::report::view::{Count, TransportDifference};

impl From<&Report> for ReportFile {
    fn from(report: &Report) -> Self {
        let mut results = Results::default();
        report.results.iter().for_each(|result| results.add(result));
        Self::of(report, results)
    }
}

impl ReportFile {
    /// Makes the file of a report whose results have been collected.
    pub(super) fn of(report: &Report, results: Results) -> Self {
        let sources = Named::of(report.cases.iter().flat_map(|case| &case.sources), |source| {
            json!(source.basis).as_str().unwrap_or_default().to_owned()
        });
        let (checks, results) = results.packed();
        Self {
            schema: report.schema.clone(),
            suite: report.suite.clone(),
            sdks: report.sdks.clone(),
            cases: cases(&report.cases, &sources),
            sources: sources.by_id,
            counts: counts(&report.counts),
            results,
            checks,
            gateways: report.gateways.clone(),
            by_transport: differences(&report.by_transport),
        }
    }
}

fn cases(cases: &[ReportCase], sources: &Named<Source>) -> Vec<CaseOf> {
    let files = alike(cases.iter().map(|case| {
        let (file, combination) = (case.id.file(), case.id.combination());
        let shared = CaseOf {
            id: file.to_owned(),
            api: case.api,
            digest: case.digest.clone(),
            title: case.title.clone(),
            sources: case.sources.iter().filter_map(|source| sources.id(source)).collect(),
            disputed: case.disputed.clone(),
            transports: case.transports.clone(),
            combinations: Vec::new(),
            variant_runs: Vec::new(),
        };
        ((shared, combination.is_some()), (combination, &case.variant_runs))
    }));
    files.into_iter().map(|((shared, _), names)| file_with(shared, &names)).collect()
}

/// Makes a case file with its combinations, each with the variants in which it was run.
fn file_with(shared: CaseOf, names: &[(Option<&str>, &Vec<VariantRun>)]) -> CaseOf {
    let of = |(variants, of): (&Vec<VariantRun>, Vec<&str>)| VariantRuns {
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
        let surfaces = surfaces.into_iter().cloned().collect();
        CountOf {
            sdk: count.sdk,
            surfaces,
            group: count.group,
            route: count.route,
            transport: count.transport,
            pass: count.pass,
            disputed: count.disputed,
            deviates: count.deviates,
            fails: count.fails,
            modes: count.modes,
            not_judged: count.not_judged,
            cut_dependent: count.cut_dependent,
            negotiated: count.negotiated.clone(),
        }
    };
    groups.into_iter().map(count).collect()
}

/// Joins what differs alike: first the surfaces of a case, then the cases.
fn differences(all: &[TransportDifference]) -> Vec<DifferenceOf> {
    let of_case = alike(all.iter().map(|TransportDifference { id, came, first, first_came }| {
        let group = DifferenceOf {
            sdk: id.sdk.clone(),
            surfaces: Vec::new(),
            route: id.route,
            transport: id.transport,
            verdict: came.status,
            mode: came.mode,
            first: *first,
            instead_of: first_came.status,
            instead_of_mode: first_came.mode,
            cases: BTreeMap::new(),
        };
        ((group, &id.case), &id.surface)
    }));
    let groups = alike(of_case.into_iter().map(|((group, case), surfaces)| {
        let surfaces = surfaces.into_iter().cloned().collect();
        // A file is one case, or has combinations.
        ((DifferenceOf { surfaces, ..group }, case.combination().is_some()), case)
    }));
    let with_cases = |((mut group, _), cases): ((DifferenceOf, bool), Vec<&CaseId>)| {
        for case in cases {
            let of = group.cases.entry(case.file().to_owned()).or_default();
            of.extend(case.combination().map(ToOwned::to_owned));
        }
        group
    };
    groups.into_iter().map(with_cases).collect()
}

/// The results of trials, while they are collected: of each trial only the places of what it shares with others.
#[derive(Default)]
pub(super) struct Results {
    checks: Table<ResultCheck>,
    ways: Table<Way>,
    surfaces: Table<SurfaceId>,
    cases: Table<CaseId>,
    trials: Vec<Packed>,
}

/// A way in which a trial came out, with the places of its checks. Surfaces, checks and cases of the result are empty.
#[derive(Serialize)]
struct Way {
    result: ResultOf,
    checks: Vec<u32>,
}

/// The places of one trial's parts, and its own number.
#[derive(Clone, Copy)]
struct Packed {
    way: u32,
    case: u32,
    number: u32,
    surface: u32,
}

impl Results {
    /// Adds the result of a trial.
    pub(super) fn add(&mut self, result: &TrialResult) {
        let TrialId { sdk, surface, case, variant, route, transport } = &result.id;
        let way = Way {
            result: ResultOf {
                sdk: sdk.clone(),
                variant: *variant,
                route: *route,
                transport: *transport,
                surfaces: Vec::new(),
                verdict: result.verdict,
                mode: result.mode,
                reason: result.reason.clone(),
                checks: Vec::new(),
                known: result.known.clone(),
                cases: BTreeMap::new(),
            },
            checks: result.checks.iter().map(|check| self.checks.place(check.clone())).collect(),
        };
        self.trials.push(Packed {
            way: self.ways.place(way),
            case: self.cases.place(case.clone()),
            number: u32::try_from(self.trials.len()).unwrap_or(u32::MAX),
            surface: self.surfaces.place(surface.clone()),
        });
    }

    /// Joins what is alike: first the surfaces on which a case came out in one way, then the cases.
    fn packed(mut self) -> (BTreeMap<String, ResultCheck>, Vec<ResultOf>) {
        self.trials.sort_unstable_by_key(|trial| (trial.way, trial.case, trial.number));
        let mut lists: Table<Vec<u32>> = Table::default();
        let alike = self.trials.chunk_by(|one, other| (one.way, one.case) == (other.way, other.case));
        let mut joined: Vec<Packed> = alike
            .map(|trials| {
                let surface = lists.place(trials.iter().map(|trial| trial.surface).collect());
                Packed { surface, ..trials[0] }
            })
            .collect();
        drop(self.trials);
        joined.sort_unstable_by_key(|trials| trials.number);

        let named = Named::of(self.checks.values.iter(), |check| check.axis.name().to_owned());
        let ids: Vec<Option<String>> = self.checks.values.iter().map(|check| named.id(check)).collect();
        let mut places: HashMap<(u32, u32, bool), usize> = HashMap::new();
        let mut results: Vec<ResultOf> = Vec::new();
        for Packed { way, case, surface, .. } in joined {
            let case = &self.cases.values[case as usize];
            let combination = case.combination();
            let place = *places.entry((way, surface, combination.is_some())).or_insert(results.len());
            if place == results.len() {
                let Way { result, checks } = &self.ways.values[way as usize];
                let surfaces = lists.values[surface as usize].iter();
                results.push(ResultOf {
                    surfaces: surfaces.map(|surface| self.surfaces.values[*surface as usize].clone()).collect(),
                    checks: checks.iter().filter_map(|check| ids[*check as usize].clone()).collect(),
                    ..result.clone()
                });
            }
            let combinations = results[place].cases.entry(case.file().to_owned()).or_default();
            combinations.extend(combination.map(ToOwned::to_owned));
        }
        results.sort_by(|one, other| {
            let place = |way: &ResultOf| (way.variant, way.route, way.transport, way.verdict, way.mode);
            (&one.sdk, place(one), &one.surfaces, &one.checks, &one.known, &one.reason).cmp(&(
                &other.sdk,
                place(other),
                &other.surfaces,
                &other.checks,
                &other.known,
                &other.reason,
            ))
        });
        (named.by_id, results)
    }
}
