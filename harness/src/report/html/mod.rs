//! `compatibility.html`: one page that opens from disk, and beside it a file of details for each group of cases.
//!
//! The page holds every verdict and works alone. What is large (wires, observations, checks that hold) is in
//! `details/<group>.js`, compressed, and is loaded when a trial is opened: a page that was opened from disk may run a
//! script beside it, but may not fetch a file. Everything that comes from records is data: the page makes text of it and
//! never markup.

mod catches;
mod data;
mod details;
mod findings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Report;
use super::file::known_of;
use crate::record::{CaseRecord, Record, TrialRecord};

use findings::Finding;

const STYLE: &str = include_str!("../../../../reports/templates/report.css");

/// The parts share one scope, in this order.
const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("../../../../reports/templates/model.js"),
    include_str!("../../../../reports/templates/overview.js"),
    include_str!("../../../../reports/templates/trial.js"),
    include_str!("../../../../reports/templates/sdk.js"),
    include_str!("../../../../reports/templates/main.js"),
);

/// The files of the report for people.
#[derive(Clone, Debug)]
pub struct Pages {
    /// `compatibility.html`.
    pub page: String,
    /// `details/<name>`, by name.
    pub details: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    summary: String,
    findings: Vec<Finding>,
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    data: String,
}

/// The report as pages, in time linear in the records.
pub fn html(report: &Report, records: &[Record]) -> Result<Pages, askama::Error> {
    let told = Told::of(report, records);
    let page = Page {
        report,
        summary: findings::summary(report),
        findings: findings::findings(&told),
        style: STYLE,
        script: SCRIPT,
        style_hash: hash(STYLE),
        script_hash: hash(SCRIPT),
        data: embedded(&data::data(&told)),
    };
    Ok(Pages { page: page.render()?, details: details::details(&told) })
}

/// What the pages are made from.
struct Told<'a> {
    report: &'a Report,
    cases: BTreeMap<&'a str, &'a CaseRecord>,
    /// By SDK, surface, case and variant.
    trials: Vec<&'a TrialRecord>,
    /// The ids of each SDK's known deviations, by their places in its list.
    known: BTreeMap<&'a str, Vec<String>>,
}

impl<'a> Told<'a> {
    fn of(report: &'a Report, records: &'a [Record]) -> Self {
        let (mut cases, mut trials, mut known) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        for record in records {
            match record {
                Record::Case(case) => _ = cases.insert(case.id.as_str(), case),
                Record::Trial(trial) => trials.push(trial.as_ref()),
                Record::Sdk(sdk) => _ = known.insert(sdk.id.as_str(), known_of(&sdk.known).1),
                Record::Suite(_) => {}
            }
        }
        trials.sort_unstable_by_key(|trial| (&trial.sdk, &trial.surface, &trial.case, trial.variant));
        Self { report, cases, trials, known }
    }
}

/// Values that are written once and named by their place.
#[derive(Default)]
struct Table {
    places: HashMap<String, usize>,
    values: Vec<Value>,
}

impl Table {
    fn place(&mut self, value: Value) -> usize {
        let next = self.values.len();
        let place = *self.places.entry(value.to_string()).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }
}

/// JSON inside a `script` element: no `<` is left, so that neither `</script>` nor `<!--` can be.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// A source for the page's content security policy.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// The address of a trial inside the page.
fn address(trial: &TrialRecord) -> String {
    let parts = [&trial.sdk, "/", &trial.surface, "/", &trial.case, "@", trial.variant.name()];
    format!("#/trial/{}", escaped(&parts.concat()))
}

/// A part of an address, as `encodeURIComponent` writes it, with its slashes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b'@' => {
                out.push(char::from(octet));
            }
            other => {
                // Writing to a string does not fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
