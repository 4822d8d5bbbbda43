//! From a view to the report that is published: what is a plain pass is a number only.

use std::io::Write;

use super::file::ReportFile;
use super::pack::Results;
use super::{Report, ReportCase, ReportSdk, ResultCheck, SCHEMA, TrialResult};
use crate::id::VariantRun;
use crate::judge::Check;
use crate::record::{CaseRecord, ReadError};
use crate::report::sink::RenderError;
use crate::report::view::{LONGEST_TEXT, Row, Sdk, View, cut, without_patch};

/// The number of characters of a case's digest that a report keeps: enough to see a difference that nobody made on purpose.
const DIGEST: usize = 12;

/// Writes `compatibility.json`. Trials are read one by one, and what is alike of them becomes one at once.
pub(in crate::report) fn write(view: &View<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut results = Results::default();
    for row in view.rows_if(|place| place.has_result) {
        results.add(&result(&row?));
    }
    Ok(ReportFile::of(&report(view, Vec::new()), results).write(out)?)
}

impl Report {
    /// Makes the report of a view, trial by trial.
    pub fn of(view: &View<'_>) -> Result<Self, ReadError> {
        let rows = view.rows_if(|place| place.has_result);
        Ok(report(view, rows.map(|row| row.map(|row| result(&row))).collect::<Result<_, _>>()?))
    }
}

fn report(view: &View<'_>, results: Vec<TrialResult>) -> Report {
    let variant_runs = view.variant_runs();
    let case = |case: &&CaseRecord| {
        report_case(case, variant_runs.get(case.id.as_str()).into_iter().flatten().copied().collect())
    };
    let mut by_transport: Vec<_> = view.surfaces().flat_map(|surface| surface.differences.iter().cloned()).collect();
    by_transport.sort_unstable();
    Report {
        schema: SCHEMA.to_owned(),
        suite: view.suite.clone(),
        sdks: view.sdks.iter().map(report_sdk).collect(),
        cases: view.cases.values().map(case).collect(),
        counts: view.surfaces().flat_map(|surface| surface.counts.iter().cloned()).collect(),
        results,
        gateways: view.gateways.clone(),
        by_transport,
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

fn report_case(case: &CaseRecord, variant_runs: Vec<VariantRun>) -> ReportCase {
    let CaseRecord { id, digest, api, title, sources, disputed, transports, .. } = case;
    ReportCase {
        id: id.clone(),
        api: *api,
        digest: digest.get(..DIGEST).map(str::to_owned),
        title: title.clone(),
        sources: sources.clone(),
        disputed: disputed.clone(),
        transports: transports.clone(),
        variant_runs,
    }
}

fn result(row: &Row<'_>) -> TrialResult {
    let trial = &row.trial;
    TrialResult {
        id: trial.id(),
        verdict: trial.verdict.status,
        mode: trial.verdict.mode,
        reason: trial.verdict.reason.clone(),
        checks: row.own_checks().map(result_check).collect(),
        known: row.known().into_iter().map(ToOwned::to_owned).collect(),
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
