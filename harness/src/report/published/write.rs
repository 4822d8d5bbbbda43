//! `compatibility.json`: one element a line, so that a change of behaviour is a readable diff.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::file::{ReportFile, ResultOf};
use super::{Report, ReportSdk};

impl Report {
    /// Writes `compatibility.json`.
    pub fn json(&self) -> String {
        let mut out = Vec::new();
        // Writing to a vector does not fail.
        let _ = ReportFile::from(self).write(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

impl ReportFile {
    /// Writes the file, one element a line.
    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let Self { schema, suite, sdks, sources, cases, counts, checks, results, gateways, by_transport } = self;
        writeln!(out, "{{\n\"schema\": {},\n\"suite\": {},", compact(&schema), compact(&suite))?;
        if !gateways.is_empty() {
            lines(out, "gateways", "[]", gateways.iter().map(compact))?;
        }
        if !by_transport.is_empty() {
            lines(out, "by_transport", "[]", by_transport.iter().map(compact))?;
        }
        lines(out, "sdks", "[]", sdks.into_iter().map(sdk))?;
        lines(out, "sources", "{}", sources.iter().map(entry))?;
        lines(out, "cases", "[]", cases.iter().map(compact))?;
        lines(out, "counts", "[]", counts.iter().map(compact))?;
        lines(out, "checks", "{}", checks.iter().map(entry))?;
        lines(out, "results", "[]", results.into_iter().map(result))?;
        out.write_all(b"}\n")
    }
}

/// Writes a list or a table, by its brackets.
fn lines(out: &mut dyn Write, name: &str, brackets: &str, lines: impl Iterator<Item = String>) -> io::Result<()> {
    let (open, close) = brackets.split_at(1);
    writeln!(out, "\"{name}\": {open}")?;
    for (number, line) in lines.enumerate() {
        write!(out, "{}{line}", if number > 0 { ",\n" } else { "" })?;
    }
    // The results come last.
    writeln!(out, "\n{close}{}", if name == "results" { "" } else { "," })
}

fn entry<T: Serialize>((id, element): (&String, &T)) -> String {
    format!("{}: {}", compact(id), compact(element))
}

/// Writes an SDK, with a line for each of its known deviations.
fn sdk(mut sdk: ReportSdk) -> String {
    let known: Vec<String> = std::mem::take(&mut sdk.known).iter().map(compact).collect();
    let (line, no_lines) = (compact(&sdk), "\"known\":[]");
    if known.is_empty() { line } else { line.replacen(no_lines, &format!("\"known\":[\n{}\n]", known.join(",\n")), 1) }
}

/// Writes a way in which trials came out, with a line for each case: one that comes out otherwise moves from one way to
/// another.
fn result(mut way: ResultOf) -> String {
    let cases = std::mem::take(&mut way.cases);
    let lines: Vec<String> = cases.iter().map(|(case, of)| format!("{}:{}", compact(case), compact(of))).collect();
    let line = compact(&way);
    format!("{}{{\n{}\n}}}}", line.strip_suffix("{}}").unwrap_or(&line), lines.join(",\n"))
}

/// Writes a value on one line. A report is plain data with string keys, which JSON can always hold.
fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the JSON Schema of `compatibility.json`.
pub fn schema() -> Value {
    schemars::schema_for!(ReportFile).to_value()
}
