//! `compatibility.json`: one element a line, so that a change of behaviour is a readable diff.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::Report;

/// The report as JSON.
pub fn json(report: &Report) -> String {
    let Report { schema, suite, sdks, cases, counts, results } = report;
    let mut out = String::new();
    let _ = writeln!(out, "{{\n\"schema\": {},\n\"suite\": {},", compact(schema), compact(suite));
    array(&mut out, "sdks", sdks, ",");
    array(&mut out, "cases", cases, ",");
    array(&mut out, "counts", counts, ",");
    array(&mut out, "results", results, "");
    out.push_str("}\n");
    out
}

fn array<T: Serialize>(out: &mut String, name: &str, elements: &[T], after: &str) {
    let lines: Vec<String> = elements.iter().map(compact).collect();
    let _ = writeln!(out, "\"{name}\": [\n{}\n]{after}", lines.join(",\n"));
}

/// A report is plain data with string keys, which JSON can always hold.
fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The JSON Schema of `compatibility.json`.
pub fn schema() -> Value {
    schemars::schema_for!(Report).to_value()
}
