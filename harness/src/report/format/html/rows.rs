//! The surfaces of the page with their trials, by each route and transport.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{CheckData, RowData, RunData, VariantRunData, VerdictData};
use super::sweeps::Sweeps;
use crate::deviation::Way;
use crate::id::{Route, SdkSurface, Transport, Variant, by_way};
use crate::record::{ReadError, TrialPlace};
use crate::report::table::Table;
use crate::report::view::{Catches, LONGEST_TEXT, Row, Sdk, Seen, Surface, View, Waits, first};
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
    pub(super) sweeps: Sweeps,
}

/// What the callers of one SDK are told, while its trials are read.
pub(super) struct Told<'a> {
    pub(super) catches: Catches<'a>,
    pub(super) seen: Seen,
    pub(super) waits: Waits,
}

impl Rows<'_> {
    /// Adds the surfaces of an SDK, and collects what its callers are told.
    pub(super) fn add<'v>(&mut self, view: &'v View<'v>, sdk: &Sdk<'_>) -> Result<Told<'v>, ReadError> {
        let mut told = Told { catches: Catches::new(view), seen: Seen::default(), waits: Waits::default() };
        for surface in &sdk.surfaces {
            let ways: BTreeSet<Way> = surface.trials.iter().map(way_of).collect();
            for way in ways {
                self.add_row(view, sdk, surface, way, &mut told)?;
            }
        }
        Ok(told)
    }

    /// Adds a surface by a route and a transport.
    fn add_row(
        &mut self,
        view: &View<'_>,
        sdk: &Sdk<'_>,
        surface: &Surface<'_>,
        way: Way,
        told: &mut Told<'_>,
    ) -> Result<(), ReadError> {
        let mut data = self.row(sdk, surface, way);
        for of_case in surface.trials.chunk_by(|one, other| one.case == other.case) {
            let (mut written, mut case, mut same) = (None, None, Vec::new());
            let mut by_transports =
                of_case.chunk_by(|one, other| (one.variant, one.route) == (other.variant, other.route));
            let written_by =
                by_transports.find(|trials| trials[0].variant == Variant::AsWritten && trials[0].route == way.0);
            let is_first = written_by.and_then(first) == Some(way.1);
            for place in of_case.iter().filter(|place| way_of(place) == way) {
                let is_variant_run = place.variant != Variant::AsWritten;
                let is_same = is_variant_run && !place.has_result;
                if is_same {
                    same.push(place.variant);
                }
                // A sweep shows its places even where it comes out as it must.
                if is_same && !place.variant.is_sweep() {
                    continue;
                }
                let row = view.row(sdk, place)?;
                case = self.places.get(row.trial.case.as_str()).copied();
                let Some(case) = case else { break };
                data.sweeps.extend(self.sweeps.add(&row.trial, case));
                if is_same {
                    continue;
                }
                if is_variant_run {
                    let (row_place, verdict) = (self.written.len(), self.verdict(&row, Vec::new()));
                    let variant = place.variant;
                    self.variant_runs.push(VariantRunData { row: row_place, case, variant, verdict });
                } else {
                    let is_otherwise = surface.is_otherwise(place);
                    if !surface.is_handler && way.0 == Route::Direct && (is_first || is_otherwise) {
                        told.add(&row);
                    }
                    written = Some((row, is_otherwise));
                }
            }
            if let (Some((row, is_otherwise)), Some(case)) = (written, case) {
                data.verdicts.push(self.verdict(&row, same));
                let lists =
                    [(&mut data.cases, true), (&mut data.behind, !is_first), (&mut data.otherwise, is_otherwise)];
                lists.into_iter().filter(|(_, is_in)| *is_in).for_each(|(list, _)| push(list, case));
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
            name: by_way(&whole, route, transport),
            folded: (transport != Transport::default()).then(|| {
                let any = Transport::default();
                (by_way(surface.name, route, any), by_way(&whole, route, any))
            }),
            cases: Vec::new(),
            verdicts: Vec::new(),
            behind: Vec::new(),
            otherwise: Vec::new(),
            sweeps: Vec::new(),
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

impl Told<'_> {
    /// Adds a trial as written.
    fn add(&mut self, row: &Row<'_>) {
        self.catches.add(row);
        self.seen.add(row);
        self.waits.add(row);
    }
}

/// Returns the route and the transport of a trial.
const fn way_of(place: &TrialPlace) -> Way {
    (place.route, place.transport)
}

/// Adds a case behind those that are in runs already.
fn push(runs: &mut Vec<RunData>, case: usize) {
    match runs.last_mut() {
        Some(run) if run.first + run.count == case => run.count += 1,
        _ => runs.push(RunData { first: case, count: 1 }),
    }
}
