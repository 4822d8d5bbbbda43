//! What each surface agreed on, where the server offered several protocols.

use std::fmt::Write as _;

use crate::report::alike::alike;
use crate::report::markup::{code, listed};
use crate::report::view::{Count, Surface, View};
use crate::transport::Negotiated;

/// Writes a row for each SDK and its surfaces that agreed on the same in as many trials; nothing where there was nothing to agree on.
pub(super) fn negotiated(out: &mut String, view: &View<'_>) {
    let own = |surface: &Surface<'_>| Count::sum(&surface.counts).negotiated;
    if view.surfaces().all(|surface| own(surface).is_empty()) {
        return;
    }
    out.push_str(
        "\n## Negotiated\n\nThe trials by the transport `production`, by the protocol that client and server agreed on.\n\n",
    );
    let names = Negotiated::ALL.map(|protocol| code(protocol.name()));
    let _ = writeln!(out, "| surface | {} |\n|---|{}", names.join(" | "), "---:|".repeat(names.len()));
    for sdk in &view.sdks {
        let rows = sdk.surfaces.iter().map(|surface| {
            let numbers = own(surface);
            let numbers = Negotiated::ALL.map(|protocol| numbers.get(&protocol).copied().unwrap_or_default());
            (numbers, surface.name.as_str())
        });
        let agreed = rows.filter(|(numbers, _)| numbers.iter().any(|number| *number > 0));
        for (numbers, surfaces) in alike(agreed) {
            let cells = numbers.map(|number| number.to_string()).join(" | ");
            let _ = writeln!(out, "| {}<br>{} | {cells} |", code(&sdk.record.id), listed(&surfaces));
        }
    }
}
