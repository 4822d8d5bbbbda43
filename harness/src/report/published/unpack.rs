//! From a report's file to the report: every trial by itself again.

use std::collections::BTreeMap;

use super::file::{CaseOf, CountOf, DifferenceOf, FileError, ReportFile, ResultOf, VariantRuns};
use super::{Report, ReportCase, TrialResult};
use crate::case::Source;
use crate::id::{CaseId, SurfaceId, TrialId, Variant, VariantRun};
use crate::report::view::{CameTo, Count, TransportDifference};

impl TryFrom<ReportFile> for Report {
    type Error = FileError;

    fn try_from(file: ReportFile) -> Result<Self, FileError> {
        let mut results = Vec::new();
        for way in file.results {
            let ResultOf { sdk, variant, route, transport, surfaces, verdict, mode, reason, checks, known, cases } =
                way;
            let check = |id: &String| {
                let case = cases.keys().next().map_or("", String::as_str);
                file.checks.get(id).cloned().ok_or_else(|| missing("check", id, case))
            };
            let checks = checks.iter().map(check).collect::<Result<Vec<_>, _>>()?;
            for case in cases.iter().flat_map(|(file, of)| all(file, of)) {
                results.extend(surfaces.iter().map(|surface| TrialResult {
                    id: TrialId {
                        sdk: sdk.clone(),
                        surface: surface.clone(),
                        case: case.clone(),
                        variant,
                        route,
                        transport,
                    },
                    verdict,
                    mode,
                    reason: reason.clone(),
                    checks: checks.clone(),
                    known: known.clone(),
                }));
            }
        }
        results.sort_by(|one, other| one.id.cmp(&other.id));
        let mut cases = Vec::new();
        for case in file.cases {
            cases.extend(cases_of(case, &file.sources)?);
        }
        cases.sort_by(|one, other| one.id.cmp(&other.id));
        let mut counts: Vec<Count> = file.counts.into_iter().flat_map(count_of).collect();
        let place = |count: &Count| {
            (count.sdk.clone(), count.surface.clone(), count.group.clone(), count.route, count.transport)
        };
        counts.sort_by_cached_key(place);
        let mut by_transport: Vec<TransportDifference> =
            file.by_transport.into_iter().flat_map(differences_of).collect();
        by_transport.sort_unstable();
        Ok(Self {
            schema: file.schema,
            suite: file.suite,
            sdks: file.sdks,
            cases,
            counts,
            results,
            gateways: file.gateways,
            by_transport,
        })
    }
}

fn cases_of(case: CaseOf, by_id: &BTreeMap<String, Source>) -> Result<Vec<ReportCase>, FileError> {
    let CaseOf { id: file, api, digest, title, sources, disputed, transports, combinations, variant_runs } = case;
    let source = |id: &String| by_id.get(id).cloned().ok_or_else(|| missing("source", id, &file));
    let sources = sources.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let run_in_variants = |combination: Option<&str>| {
        let is_of = |one: &&VariantRuns| one.of.is_empty() || one.of.iter().any(|of| Some(of.as_str()) == combination);
        let mut variants: Vec<VariantRun> =
            variant_runs.iter().filter(is_of).flat_map(|one| one.variants.iter().copied()).collect();
        variants.sort_unstable();
        variants
    };
    let one = |combination: Option<&str>| ReportCase {
        id: CaseId::of(&file, combination),
        api,
        digest: digest.clone(),
        title: title.clone(),
        sources: sources.clone(),
        disputed: disputed.clone(),
        transports: transports.clone(),
        variant_runs: run_in_variants(combination),
    };
    if combinations.is_empty() {
        return Ok(vec![one(None)]);
    }
    Ok(combinations.iter().map(|combination| one(Some(combination))).collect())
}

fn count_of(count: CountOf) -> Vec<Count> {
    let CountOf { sdk, surfaces, group, route, transport, .. } = count;
    let CountOf { pass, disputed, deviates, fails, modes, not_judged, cut_dependent, .. } = count;
    let one = |surface: SurfaceId| Count {
        sdk: sdk.clone(),
        surface,
        group: group.clone(),
        route,
        transport,
        pass,
        disputed,
        deviates,
        fails,
        modes: modes.clone(),
        not_judged: not_judged.clone(),
        cut_dependent,
    };
    surfaces.into_iter().map(one).collect()
}

fn differences_of(group: DifferenceOf) -> Vec<TransportDifference> {
    let DifferenceOf { sdk, surfaces, route, transport, verdict, mode, first, instead_of, instead_of_mode, cases } =
        group;
    let cases: Vec<CaseId> = cases.iter().flat_map(|(file, of)| all(file, of)).collect();
    let one = |(surface, case): (&SurfaceId, &CaseId)| TransportDifference {
        id: TrialId {
            sdk: sdk.clone(),
            surface: surface.clone(),
            case: case.clone(),
            variant: Variant::default(),
            route,
            transport,
        },
        came: CameTo { status: verdict, mode },
        first,
        first_came: CameTo { status: instead_of, mode: instead_of_mode },
    };
    surfaces.iter().flat_map(|surface| cases.iter().map(move |case| (surface, case))).map(one).collect()
}

fn missing(what: &'static str, id: &str, case: &str) -> FileError {
    FileError::Missing { what, id: id.to_owned(), case: case.to_owned() }
}

/// Lists cases by combination: none is the file itself.
fn all(file: &str, of: &[String]) -> Vec<CaseId> {
    if of.is_empty() {
        return vec![CaseId::of(file, None)];
    }
    of.iter().map(|combination| CaseId::of(file, Some(combination))).collect()
}
