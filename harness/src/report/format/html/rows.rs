//! The surfaces of the page with their trials, by each route and transport.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{CheckData, RowData, RunData, VariantRunData, VerdictData};
use crate::deviation::Way;
use crate::id::{Route, SdkSurface, Variant, by_way};
use crate::record::{ReadError, TrialPlace};
use crate::report::table::Table;
use crate::report::view::{CatchRow, Catches, LONGEST_TEXT, Row, Sdk, Surface, View};
use crate::text;

/// The surfaces with their trials.
#[derive(Default)]
pub(super) struct Rows<'a> {
    /// The places of the cases.
    pub(super) places: BTreeMap<&'a str, usize>,
    /// The routes and transports, in the order in which they are met.
    pub(super) ways: Vec<Way>,
    pub(super) checks: Table<CheckData>,
    pub(super) verdicts: Table<VerdictData>,
    pub(super) written: Vec<RowData>,
    pub(super) variant_runs: Vec<VariantRunData>,
}

impl Rows<'_> {
    /// Adds the surfaces of an SDK, and collects what its callers catch.
    pub(super) fn add(&mut self, view: &View<'_>, sdk: &Sdk<'_>) -> Result<Vec<CatchRow>, ReadError> {
        let mut catches = Catches::new(view);
        for surface in &sdk.surfaces {
            let ways: BTreeSet<Way> = surface.trials.iter().map(way_of).collect();
            for way in ways {
                self.add_row(view, sdk, surface, way, &mut catches)?;
            }
        }
        Ok(catches.rows())
    }

    /// Adds a surface by a route and a transport.
    fn add_row(
        &mut self,
        view: &View<'_>,
        sdk: &Sdk<'_>,
        surface: &Surface<'_>,
        way: Way,
        catches: &mut Catches<'_>,
    ) -> Result<(), ReadError> {
        let mut data = self.row(sdk, surface, way);
        for of_case in surface.trials.chunk_by(|one, other| one.case == other.case) {
            let (mut written, mut case, mut same) = (None, None, Vec::new());
            for place in of_case.iter().filter(|place| way_of(place) == way) {
                let is_variant_run = place.variant != Variant::AsWritten;
                if is_variant_run && !place.has_result {
                    same.push(place.variant);
                    continue;
                }
                let row = view.row(sdk, place)?;
                case = self.places.get(row.trial.case.as_str()).copied();
                let Some(case) = case else { break };
                if is_variant_run {
                    let (row_place, verdict) = (self.written.len(), self.verdict(&row, Vec::new()));
                    let variant = place.variant;
                    self.variant_runs.push(VariantRunData { row: row_place, case, variant, verdict });
                } else {
                    if !surface.is_handler && way.0 == Route::Direct {
                        catches.add(&row);
                    }
                    written = Some(row);
                }
            }
            if let (Some(row), Some(case)) = (written, case) {
                let verdict = self.verdict(&row, same);
                data.push(case, verdict);
            }
        }
        data.verdicts.shrink_to_fit();
        self.written.push(data);
        Ok(())
    }

    /// Makes a row without trials.
    fn row(&mut self, sdk: &Sdk<'_>, surface: &Surface<'_>, way: Way) -> RowData {
        let (route, transport) = way;
        let known = self.ways.iter().position(|known| *known == way);
        let place = known.unwrap_or_else(|| {
            self.ways.push(way);
            self.ways.len() - 1
        });
        let whole = SdkSurface::new(sdk.record.id.clone(), surface.name.clone());
        RowData {
            sdk: sdk.record.id.to_string(),
            surface: surface.name.to_string(),
            way: place,
            label: by_way(surface.name, route, transport),
            name: by_way(whole, route, transport),
            cases: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// Finds the place of a verdict with everything that does not hold, a MAY too.
    fn verdict(&mut self, row: &Row<'_>, same: Vec<Variant>) -> u32 {
        let verdict = &row.trial.verdict;
        let broken = verdict.checks.iter().filter(|check| check.held() == Some(false));
        let broken = broken.filter(|check| !row.trial.is_variant_run() || check.axis.is_of_variants());
        let checks = broken.map(|check| self.checks.place(CheckData::of(check, LONGEST_TEXT))).collect();
        self.verdicts.place(VerdictData {
            status: verdict.status,
            mode: verdict.mode,
            checks,
            known: row.known().into_iter().map(ToOwned::to_owned).collect(),
            same,
            reason: verdict.reason.as_deref().map(|reason| text::cut(reason, LONGEST_TEXT)),
        })
    }
}

/// Returns the route and the transport of a trial.
const fn way_of(place: &TrialPlace) -> Way {
    (place.route, place.transport)
}

impl RowData {
    fn push(&mut self, case: usize, verdict: u32) {
        match self.cases.last_mut() {
            Some(run) if run.first + run.count == case => run.count += 1,
            _ => self.cases.push(RunData { first: case, count: 1 }),
        }
        self.verdicts.push(verdict);
    }
}
