//! The trials of a view, read again from their records, and the numbers that are made of them once.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Found;
use super::gateway::Gathered;
use super::times::Spending;
use super::transports::{Ended, Folding, Part, first};
use super::{Conclusion, Count, Row, Sdk, Surface, View};
use crate::deviation::{Point, Usage};
use crate::id::{CaseId, Route, SurfaceId, Transport, Variant};
use crate::record::{ReadError, SdkRecord, TrialPlace, statements};

impl<'a> View<'a> {
    /// Reads every trial, by SDK, surface, case and variant.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, ReadError>> {
        self.rows_if(|_| true)
    }

    /// Reads the trials that are wanted, in the same order.
    pub fn rows_if(&self, is_wanted: impl Fn(&TrialPlace) -> bool) -> impl Iterator<Item = Result<Row<'_>, ReadError>> {
        let places = self.sdks.iter().flat_map(|sdk| {
            sdk.surfaces.iter().flat_map(move |surface| surface.trials.iter().map(move |place| (sdk, place)))
        });
        places.filter(move |(_, place)| is_wanted(place)).map(move |(sdk, place)| self.row(sdk, place))
    }

    /// Reads the trials of a group of cases that are wanted, in the same order.
    pub fn rows_of_group(
        &self,
        group: &str,
        is_wanted: impl Fn(&TrialPlace) -> bool,
    ) -> impl Iterator<Item = Result<Row<'_>, ReadError>> {
        let cases: Vec<bool> = self.records.cases.iter().map(|case| case.group() == group).collect();
        self.rows_if(move |place| cases[place.case as usize] && is_wanted(place))
    }

    /// Reads a trial of an SDK.
    pub fn row<'v>(&'v self, sdk: &'v Sdk<'a>, place: &TrialPlace) -> Result<Row<'v>, ReadError> {
        let trial = self.records.trial(place)?;
        let case = self.cases.get(trial.case.as_str()).copied();
        Ok(Row::new(trial, sdk, case))
    }

    /// Reads the trials of a surface and counts them.
    pub(super) fn count(
        &self,
        sdk: &Sdk<'a>,
        surface: &Surface<'a>,
        numbers: &mut Numbers<'a>,
        gateways: &mut Gathered<'a>,
    ) -> Result<(), ReadError> {
        let mut counts: BTreeMap<(&str, Route, Transport), Count> = BTreeMap::new();
        let mut folding = Folding::default();
        let named = |place: &TrialPlace| (place.case, place.variant, place.route);
        for by_transports in surface.trials.chunk_by(|one, other| named(one) == named(other)) {
            let first = first(by_transports);
            folding.next();
            for place in by_transports {
                let case = self.records.case(place);
                let row = self.row(sdk, place)?;
                let (route, transport) = (place.route, place.transport);
                let count = counts.entry((case.group(), route, transport)).or_insert_with(|| Count::new(&row.trial));
                count.add(&row.trial);
                let part = folding.add(&row.trial, place, first);
                numbers.add(&row, (surface.name, case), surface.is_handler, part);
                gateways.add(&row, case);
            }
        }
        gateways.surface_ends();
        numbers.counts.push(counts.into_values().collect());
        numbers.folded.push(folding.ended());
        Ok(())
    }
}

/// The numbers of one SDK, while its trials are counted.
pub(super) struct Numbers<'a> {
    usage: Usage<'a>,
    conclusions: BTreeMap<Conclusion, usize>,
    /// The counts of each surface.
    counts: Vec<Vec<Count>>,
    /// The same with each case once, and what came out otherwise by other transports.
    folded: Vec<Ended>,
    is_judged: bool,
    pub(super) found: Found<'a>,
    pub(super) spending: Spending,
    pub(super) with_text: BTreeSet<&'a str>,
}

impl<'a> Numbers<'a> {
    pub(super) fn of(sdk: &'a SdkRecord) -> Self {
        Self {
            usage: Usage::default(),
            conclusions: BTreeMap::new(),
            counts: Vec::new(),
            folded: Vec::new(),
            is_judged: false,
            found: Found::new(sdk),
            spending: Spending::default(),
            with_text: BTreeSet::new(),
        }
    }

    /// Adds a trial of a surface and a case.
    fn add(&mut self, row: &Row<'_>, (surface, case): (&'a SurfaceId, &'a CaseId), is_handler: bool, part: Part) {
        let trial = &row.trial;
        let point = Point { case, surface, way: (trial.route, trial.transport) };
        self.usage.add(point, trial.variant, trial.verdict.status, row.comparison());
        *self.conclusions.entry(row.conclusion()).or_default() += 1;
        self.is_judged |= trial.is_judged();
        if !is_handler && trial.route == Route::Direct {
            self.found.add(row, case, part);
        }
        self.spending.add(row);
        if row.has_text() {
            self.with_text.insert(case);
        }
    }

    /// Gives an SDK the numbers of its trials.
    pub(super) fn of_sdk(&mut self, mut sdk: Sdk<'a>, is_whole: bool) -> Sdk<'a> {
        for (surface, counts) in sdk.surfaces.iter_mut().zip(self.counts.drain(..)) {
            surface.counts = counts;
        }
        for (surface, folded) in sdk.surfaces.iter_mut().zip(self.folded.drain(..)) {
            (surface.folded, surface.differences, surface.otherwise) = folded;
        }
        if is_whole && self.is_judged {
            let unused = sdk.list.unused_in(&self.usage, &sdk.record.version).into_iter();
            sdk.unused = unused.filter_map(|number| statements(&sdk.record.known).nth(number)).collect();
        }
        let runs = sdk.surfaces.iter().flat_map(|surface| surface.trials).map(TrialPlace::variant_run);
        sdk.variant_runs = runs.filter(|run| run.variant != Variant::AsWritten).collect();
        sdk.conclusions = std::mem::take(&mut self.conclusions);
        sdk
    }
}
