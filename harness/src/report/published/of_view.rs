//! From a view to the report that is published: what is a plain pass is a number only.

use super::{Report, ReportCase, ReportSdk, ResultCheck, SCHEMA, TrialResult};
use crate::id::Variant;
use crate::judge::Check;
use crate::record::CaseRecord;
use crate::report::view::{LONGEST_TEXT, Row, Sdk, View, cut, without_patch};

/// The number of characters of a case's digest that a report keeps: enough to see a difference that nobody made on purpose.
const DIGEST: usize = 12;

impl From<&View<'_>> for Report {
    fn from(view: &View<'_>) -> Self {
        let variant_runs = view.variant_runs();
        let case = |case: &&CaseRecord| {
            report_case(case, variant_runs.get(case.id.as_str()).into_iter().flatten().copied().collect())
        };
        Self {
            schema: SCHEMA.to_owned(),
            suite: view.suite.clone(),
            sdks: view.sdks.iter().map(report_sdk).collect(),
            cases: view.cases.values().map(case).collect(),
            counts: view.surfaces().flat_map(|surface| surface.counts.iter().cloned()).collect(),
            results: view.rows().filter(|row| row.has_result()).map(result).collect(),
        }
    }
}

fn report_sdk(sdk: &Sdk<'_>) -> ReportSdk {
    let record = sdk.record;
    ReportSdk {
        id: record.id.clone(),
        package: record.package.clone(),
        version: record.version.clone(),
        language: record.language.clone(),
        runtime: without_patch(&record.runtime),
        apis: record.apis.clone(),
        surfaces: record.surfaces.clone(),
        handlers: record.surfaces.iter().filter(|surface| record.is_handler(surface)).cloned().collect(),
        variant_runs: sdk.variant_runs.iter().copied().collect(),
        known: sdk.known.clone(),
        not_run: record.not_run.clone(),
    }
}

fn report_case(case: &CaseRecord, variant_runs: Vec<Variant>) -> ReportCase {
    let CaseRecord { id, digest, api, title, sources, disputed, .. } = case;
    ReportCase {
        id: id.clone(),
        api: *api,
        digest: digest.get(..DIGEST).map(str::to_owned),
        title: title.clone(),
        sources: sources.clone(),
        disputed: disputed.clone(),
        variant_runs,
    }
}

fn result(row: &Row<'_>) -> TrialResult {
    let trial = row.trial;
    TrialResult {
        sdk: trial.sdk.clone(),
        surface: trial.surface.clone(),
        case: trial.case.clone(),
        variant: trial.variant,
        verdict: trial.verdict.status,
        mode: trial.verdict.mode,
        reason: trial.verdict.reason.clone(),
        checks: row.own_checks().map(result_check).collect(),
        known: row.known.clone(),
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
