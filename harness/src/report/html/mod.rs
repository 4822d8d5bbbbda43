//! `compatibility.html`: one page that opens from disk, and beside it a file of details for each group of cases.
//!
//! The page holds every verdict, compressed, and works alone. What is large (wires, observations, checks that hold) is in
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
use std::io::Write as _;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Report;
use crate::record::{CaseRecord, Record, SdkRecord, TrialRecord};
use crate::text::RESERVED;

use findings::Finding;

pub(super) const STYLE: &str = include_str!("../../../../reports/templates/report.css");

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
        data: packed(&data::data(&told)),
    };
    Ok(Pages { page: page.render()?, details: details::details(&told) })
}

/// What the pages are made from.
struct Told<'a> {
    report: &'a Report,
    cases: BTreeMap<&'a str, &'a CaseRecord>,
    /// By SDK, surface, case and variant.
    trials: Vec<&'a TrialRecord>,
    sdks: BTreeMap<&'a str, &'a SdkRecord>,
}

impl<'a> Told<'a> {
    fn of(report: &'a Report, records: &'a [Record]) -> Self {
        let (mut cases, mut trials, mut sdks) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        for record in records {
            match record {
                Record::Case(case) => _ = cases.insert(case.id.as_str(), case),
                Record::Trial(trial) => trials.push(trial.as_ref()),
                Record::Sdk(sdk) => _ = sdks.insert(sdk.id.as_str(), sdk),
                Record::Suite(_) => {}
            }
        }
        trials.sort_unstable_by_key(|trial| (&trial.sdk, &trial.surface, &trial.case, trial.variant));
        Self { report, cases, trials, sdks }
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

/// JSON, compressed and in base64: whatever texts are in it, none of them is there for the page's markup to meet.
fn packed(value: &Value) -> String {
    let mut member = GzBuilder::new().write(Vec::new(), Compression::best());
    // Writing to a vector does not fail.
    let packed = member.write_all(value.to_string().as_bytes()).and_then(|()| member.finish());
    STANDARD.encode(packed.unwrap_or_default())
}

/// A source for the page's content security policy.
pub(super) fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// The address of a trial inside the page.
fn address(trial: &TrialRecord) -> String {
    format!("#/trial/{}", escaped(&trial.id().to_string()))
}

/// The characters that are escaped in a part of an address: all but those that separate the parts of a name.
const ADDRESS: &AsciiSet = &RESERVED.remove(b'/').remove(b':').remove(b'@');

/// A part of an address.
fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ADDRESS).to_string()
}
