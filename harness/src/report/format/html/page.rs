//! The data of the page itself, every repeated value once.

use super::data::{CaseData, CodeData, DefaultsData, GatewayData, GatewayWords, GroupData, PageData, SdkData, WayData};
use super::details::file_name;
use super::rows::{Rows, Told};
use crate::deviation::Way;
use crate::id::{self, Route, Transport, TrialId, Variant};
use crate::message::{Asked, reproduce, reproduce_as};
use crate::record::ReadError;
use crate::report::table::Table;
use crate::report::view::{Gateway, Sdk, View, without_patch};

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
            about: case.about,
            sources: case.sources.iter().map(|source| sources.place(source.clone())).collect(),
            disputed: case.disputed.clone(),
        })
        .collect();
    let mut rows = Rows { places: view.cases.keys().copied().zip(0..).collect(), ..Rows::default() };
    let mut sdks = Vec::new();
    for sdk in &view.sdks {
        let told = rows.add(view, sdk)?;
        sdks.push(sdk_data(sdk, told));
    }
    Ok(PageData {
        suite: view.suite.clone(),
        defaults: DefaultsData {
            variant: Variant::default(),
            route: Route::default().to_string(),
            transport: Transport::default().to_string(),
        },
        ways: rows.ways.iter().map(|way| way_data(view.invocation, *way)).collect(),
        sdks,
        sources: sources.values,
        groups: groups.values,
        cases,
        checks: rows.checks.values,
        verdicts: rows.verdicts.values,
        rows: rows.written,
        variant_runs: rows.variant_runs,
        swept: rows.sweeps.swept.values,
        spoilt: rows.sweeps.spoilt.values,
        gateways: view.gateways.iter().map(|gateway| gateway_data(view, gateway)).collect(),
        past: view.past.clone(),
        times: view.times.clone(),
        alone: view.alone.clone(),
        words: GatewayWords::all(),
    })
}

fn group(name: &str) -> GroupData {
    GroupData { name: name.to_owned(), about: id::about(name).to_owned(), details: file_name(name) }
}

fn sdk_data(sdk: &Sdk<'_>, Told { catches, seen, waits }: Told<'_>) -> SdkData {
    let record = sdk.record;
    let Asked { option, program } = Asked::of(&record.id, record.command.as_deref().unwrap_or_default());
    SdkData {
        id: record.id.to_string(),
        asked: option,
        program,
        package: record.package.clone(),
        version: record.version.clone(),
        language: record.language.clone(),
        runtime: without_patch(&record.runtime),
        surfaces: record.surfaces.clone(),
        handlers: record.surfaces.iter().filter(|surface| record.is_handler(surface)).cloned().collect(),
        calls: record.calls.clone(),
        code: record.handlers.iter().map(CodeData::from).collect(),
        known: sdk.known.clone(),
        catches: catches.rows(),
        seen: seen.rows(),
        waits: waits.rows(),
        timeout: record.configuration.get("timeout").cloned(),
        not_run: record.not_run.clone(),
    }
}

fn gateway_data(view: &View<'_>, gateway: &Gateway) -> GatewayData {
    let commands = gateway
        .findings
        .iter()
        .map(|found| reproduce(view.invocation, &found.example, view.command(&found.example.sdk), None));
    GatewayData { gateway: gateway.clone(), commands: commands.collect() }
}

/// A route and a transport with the commands that run a trial by them, with `{sdk}`, `{surface}`, `{case}` and `{program}` for the
/// page to fill in.
fn way_data(invocation: &str, (route, transport): Way) -> WayData {
    let any = |variant| TrialId { route, transport, ..TrialId::new("{sdk}", "{surface}", "{case}", variant) };
    let asked = Asked { option: "{sdk}".to_owned(), program: "{program}".to_owned() };
    let commands =
        Variant::every().map(|variant| (variant.to_string(), reproduce_as(invocation, &any(variant), &asked, None)));
    WayData { route: route.to_string(), transport: transport.to_string(), commands: commands.collect() }
}
