//! `compatibility.json`: one element a line, so that a change of behaviour is a readable diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::file::{ReportFile, ResultOf};
use super::{Report, ReportSdk};

impl Report {
    /// Writes `compatibility.json`.
    pub fn json(&self) -> String {
        written(ReportFile::from(self))
    }
}

fn written(file: ReportFile) -> String {
    let ReportFile { schema, suite, sdks, sources, cases, counts, checks, results } = file;
    let mut out = String::new();
    let _ = writeln!(out, "{{\n\"schema\": {},\n\"suite\": {},", compact(&schema), compact(&suite));
    let sdks: Vec<String> = sdks.into_iter().map(sdk).collect();
    let _ = writeln!(out, "\"sdks\": [\n{}\n],", sdks.join(",\n"));
    table(&mut out, "sources", &sources);
    array(&mut out, "cases", &cases, ",");
    array(&mut out, "counts", &counts, ",");
    table(&mut out, "checks", &checks);
    let results: Vec<String> = results.into_iter().map(result).collect();
    let _ = writeln!(out, "\"results\": [\n{}\n]", results.join(",\n"));
    out.push_str("}\n");
    out
}

fn array<T: Serialize>(out: &mut String, name: &str, elements: &[T], after: &str) {
    let lines: Vec<String> = elements.iter().map(compact).collect();
    let _ = writeln!(out, "\"{name}\": [\n{}\n]{after}", lines.join(",\n"));
}

fn table<T: Serialize>(out: &mut String, name: &str, elements: &BTreeMap<String, T>) {
    let line = |(id, element): (&String, &T)| format!("{}: {}", compact(id), compact(element));
    let lines: Vec<String> = elements.iter().map(line).collect();
    let _ = writeln!(out, "\"{name}\": {{\n{}\n}},", lines.join(",\n"));
}

/// An SDK, with a line for each of its known deviations.
fn sdk(mut sdk: ReportSdk) -> String {
    let known: Vec<String> = std::mem::take(&mut sdk.known).iter().map(compact).collect();
    let (line, no_lines) = (compact(&sdk), "\"known\":[]");
    if known.is_empty() { line } else { line.replacen(no_lines, &format!("\"known\":[\n{}\n]", known.join(",\n")), 1) }
}

/// A way in which trials came out, with a line for each case: one that comes out otherwise moves from one way to another.
fn result(mut way: ResultOf) -> String {
    let cases = std::mem::take(&mut way.cases);
    let lines: Vec<String> = cases.iter().map(|(case, of)| format!("{}:{}", compact(case), compact(of))).collect();
    let line = compact(&way);
    format!("{}{{\n{}\n}}}}", line.strip_suffix("{}}").unwrap_or(&line), lines.join(",\n"))
}

/// A report is plain data with string keys, which JSON can always hold.
fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The JSON Schema of `compatibility.json`.
pub fn schema() -> Value {
    schemars::schema_for!(ReportFile).to_value()
}
