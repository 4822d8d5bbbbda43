//! The trials that come to another verdict by another transport.

use std::fmt::Write as _;

use crate::report::alike::alike;
use crate::report::markup::{code, listed, text};
use crate::report::view::{Transports, View};

/// The most lines that are told one by one.
const LISTED: usize = 50;

/// Writes what differs between transports; nothing where each case was run by one.
pub(super) fn transports(out: &mut String, view: &View<'_>) {
    let all = Transports::sum(view.surfaces().flat_map(|surface| &surface.folded).map(|folded| &folded.transports));
    if all.compared == 0 {
        return;
    }
    let names = all.all.iter().map(|transport| transport.name()).collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        out,
        "\n## Transports that differ\n\nTrials were run by {names}. The matrices below count each case once, by the first of these \
         that it was run by. Of {} trials by another one, {} came out otherwise.",
        all.compared,
        all.differ()
    );
    let differences = view.surfaces().flat_map(|surface| &surface.differences);
    let rows = alike(differences.map(|one| {
        let came = (one.came.in_words(), one.first_came.in_words());
        ((&one.id.sdk, one.id.route, one.id.transport, one.first, came, &one.id.case), &one.id.surface)
    }));
    let rows = alike(rows.into_iter().map(|((sdk, route, transport, first, came, case), surfaces)| {
        ((sdk, route, transport, first, came, surfaces), case)
    }));
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| surfaces | by | comes to | instead of | cases | for example |\n|---|---|---|---|---:|---|\n");
    for ((sdk, route, transport, first, (came, first_came), surfaces), cases) in rows.iter().take(LISTED) {
        let surfaces: Vec<&str> = surfaces.iter().map(|surface| surface.as_str()).collect();
        let through = route.gateway().map(|gateway| format!(" via {}", text(gateway.as_str()))).unwrap_or_default();
        // The same verdict with other checks that do not hold.
        let came = if came == first_came { format!("{came}, by other checks") } else { came.clone() };
        let example = cases.first().map(|case| code(case)).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {}<br>{}{through} | {transport} | {came} | {first_came} on {first} | {} | {example} |",
            code(sdk),
            listed(&surfaces),
            cases.len()
        );
    }
    if rows.len() > LISTED {
        let _ = writeln!(out, "\n… and {} more lines, in compatibility.json", rows.len() - LISTED);
    }
}
