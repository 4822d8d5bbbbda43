//! An SDK of a view with its surfaces and their trials.

use std::collections::{BTreeMap, BTreeSet};

use super::{Count, Known, Row, known};
use crate::deviation::{self, KnownError};
use crate::id::{SurfaceId, Variant};
use crate::judge::Status;
use crate::record::{CaseRecord, SdkRecord, Statement, TrialRecord, statements};

/// One SDK with its trials.
#[derive(Debug)]
pub struct Sdk<'a> {
    /// Its record.
    pub record: &'a SdkRecord,
    /// The known deviations with their reasons, each statement once.
    pub known: Vec<Known>,
    /// The variants in which its trials were run again.
    pub variant_runs: BTreeSet<Variant>,
    /// The surfaces that have trials, by name.
    pub surfaces: Vec<Surface<'a>>,
    /// The statements of its list that match nothing, where every case was run on every surface.
    pub unused: Vec<Statement<'a>>,
}

/// One surface with its trials.
#[derive(Debug)]
pub struct Surface<'a> {
    /// The name.
    pub name: &'a SurfaceId,
    /// True where it is no call of the SDK but an application's handling of it; then it is in no number of the SDK as a whole.
    pub is_handler: bool,
    /// The numbers of its trials by verdict, by group.
    pub counts: Vec<Count>,
    /// The trials, by case and variant; never empty.
    pub rows: Vec<Row<'a>>,
}

impl<'a> Sdk<'a> {
    /// Makes an SDK of trials that are sorted by surface, case and variant.
    pub(super) fn of(
        record: &'a SdkRecord,
        trials: &[&'a TrialRecord],
        cases: &BTreeMap<&'a str, &'a CaseRecord>,
        whole: bool,
    ) -> Result<Self, KnownError> {
        let (known, ids) = known::statements(&record.known);
        let list = deviation::Known::of(record.known.clone())?;
        let judged = trials.iter().any(|trial| trial.verdict.status <= Status::Fails);
        let row = |trial: &&'a TrialRecord| {
            let comparison = list.compare(trial, &record.version);
            Row::new(trial, record, cases.get(trial.case.as_str()).copied(), &ids, comparison)
        };
        let surface = |trials: &[&'a TrialRecord]| {
            Surface::of(record.is_handler(&trials[0].surface), trials.iter().map(row).collect())
        };
        let surfaces: Vec<Surface<'a>> =
            trials.chunk_by(|one, other| one.surface == other.surface).map(surface).collect();
        let compared = surfaces.iter().flat_map(|surface| &surface.rows).map(|row| (row.trial, &row.comparison));
        let unused = if whole && judged { list.unused_by(compared, &record.version) } else { Vec::new() };
        let unused = unused.into_iter().filter_map(|number| statements(&record.known).nth(number)).collect();
        let variants = trials.iter().map(|trial| trial.variant);
        Ok(Self {
            record,
            known,
            variant_runs: variants.filter(|variant| *variant != Variant::AsWritten).collect(),
            surfaces,
            unused,
        })
    }

    /// Goes through its trials, by surface, case and variant.
    pub fn rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.surfaces.iter().flat_map(|surface| &surface.rows)
    }

    /// Goes through its own surfaces, without the handlers around it.
    pub fn own(&self) -> impl Iterator<Item = &Surface<'a>> {
        self.surfaces.iter().filter(|surface| !surface.is_handler)
    }

    /// Adds up the trials of its own surfaces.
    pub fn total(&self) -> Count {
        Count::sum(self.own().flat_map(|surface| &surface.counts))
    }
}

impl<'a> Surface<'a> {
    fn of(is_handler: bool, rows: Vec<Row<'a>>) -> Self {
        let by_group = rows.chunk_by(|one, other| one.trial.case.group() == other.trial.case.group());
        let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
        for rows in by_group {
            let trial = rows[0].trial;
            let count = counts.entry(trial.case.group()).or_insert_with(|| Count::new(trial));
            for row in rows {
                count.add(row);
            }
        }
        Self { name: &rows[0].trial.surface, is_handler, counts: counts.into_values().collect(), rows }
    }
}

/// Shortens `CPython 3.11.7` to `CPython 3.11`: a patch version is a machine's trace.
pub fn without_patch(runtime: &str) -> String {
    runtime.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
