//! The matrix of the README: some SDKs' surfaces by kind of breakage, over all apis they speak.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::alike::alike;
use super::markup::{code, listed, text};
use super::published::Report;
use super::view::Count;
use crate::case::GROUPS;
use crate::id::{Route, Transport, about};
use crate::judge::Mode;

/// The column of what is particular to a vendor.
const VENDORS: &str = "vendors";

/// The sum of the counts of one cell.
#[derive(Default)]
struct Cell {
    pass: usize,
    judged: usize,
    worst: Option<(Mode, usize)>,
}

impl Cell {
    fn add(&mut self, count: &Count) {
        self.pass += count.pass;
        self.judged += count.judged();
        for (&mode, &number) in &count.modes {
            let sum = number + self.worst.filter(|(worst, _)| *worst == mode).map_or(0, |(_, sum)| sum);
            if self.worst.is_none_or(|(worst, _)| worst <= mode) {
                self.worst = Some((mode, sum));
            }
        }
    }

    fn text(&self) -> String {
        let worst = self.worst.map(|(mode, number)| format!("<br>{number} {}", mode.name()));
        if self.judged == 0 {
            "–".to_owned()
        } else {
            format!("{}/{}{}", self.pass, self.judged, worst.unwrap_or_default())
        }
    }
}

/// Renders the matrix of these SDKs as Markdown: trials that pass of those that were judged, and the worst kind of
/// failure with its number. Surfaces of one SDK that came out alike share a row.
pub fn overview(report: &Report, is_shown: impl Fn(&str) -> bool) -> String {
    let mut rows: BTreeMap<(&str, String), BTreeMap<&str, Cell>> = BTreeMap::new();
    let shown = || report.counts.iter().filter(|count| is_shown(&count.sdk));
    // A surface is a row, however many transports it was run by: its numbers are those by the first of them.
    let mut transports: BTreeMap<(&str, &str, Route), BTreeSet<Transport>> = BTreeMap::new();
    for count in shown() {
        transports.entry((&count.sdk, &count.surface, count.route)).or_default().insert(count.transport);
    }
    let others: BTreeSet<Transport> = transports.values().flat_map(|all| all.iter().skip(1).copied()).collect();
    let is_first = |count: &Count| {
        transports[&(count.sdk.as_str(), count.surface.as_str(), count.route)].first() == Some(&count.transport)
    };
    for count in shown().filter(|count| is_first(count)) {
        let group = about(&count.group);
        let column = GROUPS.iter().find(|known| **known == group).copied().unwrap_or(VENDORS);
        rows.entry((&count.sdk, count.row())).or_default().entry(column).or_default().add(count);
    }
    let columns: Vec<&str> = GROUPS.into_iter().chain([VENDORS]).collect();
    let mut out = format!("| surface | {} |\n|---|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    let lines = rows.iter().map(|((sdk, surface), cells)| {
        let cell = |column: &&str| cells.get(column).map_or_else(|| "–".to_owned(), Cell::text);
        ((sdk, columns.iter().map(cell).collect::<Vec<_>>()), surface.as_str())
    });
    for ((sdk, cells), surfaces) in alike(lines) {
        let _ = writeln!(out, "| {}<br>{} | {} |", code(sdk), listed(&surfaces), cells.join(" | "));
    }
    let shown = report.sdks.iter().filter(|sdk| is_shown(&sdk.id));
    let versions: BTreeSet<String> =
        shown.map(|sdk| format!("{} {} ({})", text(&sdk.package), text(&sdk.version), text(&sdk.language))).collect();
    let _ = writeln!(out, "\n{}.", versions.into_iter().collect::<Vec<_>>().join(", "));
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|transport| transport.name()).collect();
        let differ = report.by_transport.iter().filter(|one| is_shown(&one.id.sdk)).count();
        let _ = writeln!(
            out,
            "\nEach surface is counted by one transport. Of the trials by {}, which are beside these numbers, {differ} came to another verdict.",
            names.join(" and ")
        );
    }
    out
}
