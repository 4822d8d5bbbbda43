//! The data of the page itself, every repeated value once.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{
    CaseData, CheckData, CodeData, DefaultsData, GroupData, PageData, RowData, RunData, SdkData, VariantRunData,
    VerdictData, WayData,
};
use super::details::file_name;
use crate::deviation::Way;
use crate::id::{self, Route, SdkSurface, Transport, TrialId, Variant, by_way};
use crate::message;
use crate::record::{ReadError, TrialPlace};
use crate::report::table::Table;
use crate::report::view::{CatchRow, Catches, LONGEST_TEXT, Row, Sdk, Surface, View, without_patch};
use crate::text;

/// Collects the data of the page.
pub(super) fn page(view: &View<'_>) -> Result<PageData, ReadError> {
    let (mut sources, mut groups) = (Table::default(), Table::default());
    let cases: Vec<CaseData> = view
        .cases
        .values()
        .map(|case| CaseData {
            id: case.id.to_string(),
            group: groups.place(group(case.id.group())),
            within: case.id.within_group().to_owned(),
            file: case.id.file().to_owned(),
            combination: case.id.combination().map(ToOwned::to_owned),
            api: case.api,
            title: case.title.clone(),
            sources: case.sources.iter().map(|source| sources.place(source.clone())).collect(),
            disputed: case.disputed.clone(),
        })
        .collect();
    let mut rows = Rows { places: view.cases.keys().copied().zip(0..).collect(), ..Rows::default() };
    let mut sdks = Vec::new();
    for sdk in &view.sdks {
        let catches = rows.add(view, sdk)?;
        sdks.push(sdk_data(sdk, catches));
    }
    Ok(PageData {
        suite: view.suite.clone(),
        defaults: DefaultsData {
            variant: Variant::default(),
            route: Route::default().to_string(),
            transport: Transport::default().to_string(),
        },
        ways: rows.ways.iter().map(|way| way_data(*way)).collect(),
        sdks,
        sources: sources.values,
        groups: groups.values,
        cases,
        checks: rows.checks.values,
        verdicts: rows.verdicts.values,
        rows: rows.written,
        variant_runs: rows.variant_runs,
    })
}

fn group(name: &str) -> GroupData {
    GroupData { name: name.to_owned(), about: id::about(name).to_owned(), details: file_name(name) }
}

fn sdk_data(sdk: &Sdk<'_>, catches: Vec<CatchRow>) -> SdkData {
    let record = sdk.record;
    SdkData {
        id: record.id.to_string(),
        asked: record.id.asked(),
        package: record.package.clone(),
        version: record.version.clone(),
        language: record.language.clone(),
        runtime: without_patch(&record.runtime),
        surfaces: record.surfaces.clone(),
        handlers: record.surfaces.iter().filter(|surface| record.is_handler(surface)).cloned().collect(),
        calls: record.calls.clone(),
        code: record.handlers.iter().map(CodeData::from).collect(),
        known: sdk.known.clone(),
        catches,
        not_run: record.not_run.clone(),
    }
}

/// A route and a transport with the commands that run a trial by them, with `{sdk}`, `{surface}` and `{case}` for the page to
/// fill in.
fn way_data((route, transport): Way) -> WayData {
    let any = |variant| TrialId { route, transport, ..TrialId::new("{sdk}", "{surface}", "{case}", variant) };
    let commands = Variant::every().map(|variant| (variant.to_string(), message::reproduce(&any(variant), None)));
    WayData { route: route.to_string(), transport: transport.to_string(), commands: commands.collect() }
}

/// The surfaces with their trials.
#[derive(Default)]
struct Rows<'a> {
    /// The places of the cases.
    places: BTreeMap<&'a str, usize>,
    /// The routes and transports, in the order in which they are met.
    ways: Vec<Way>,
    checks: Table<CheckData>,
    verdicts: Table<VerdictData>,
    written: Vec<RowData>,
    variant_runs: Vec<VariantRunData>,
}

impl Rows<'_> {
    /// Adds the surfaces of an SDK, and collects what its callers catch.
    fn add(&mut self, view: &View<'_>, sdk: &Sdk<'_>) -> Result<Vec<CatchRow>, ReadError> {
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
                    if !surface.is_handler {
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
