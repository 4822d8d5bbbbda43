//! CSV: a row for each trial, for spreadsheets and data frames.

use std::io::{self, Write};

use super::{Format, RenderError, Sink};
use crate::report::view::{Conclusion, Row, View};

/// `trials.csv`: a row for each trial.
#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn writes(&self) -> &'static str {
        "`trials.csv`"
    }

    fn purpose(&self) -> &'static str {
        "spreadsheets and data frames: a row for each trial"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        out.file("trials.csv", &mut |file| csv(view, file))
    }
}

const HEAD: [&str; 12] = [
    "sdk",
    "version",
    "surface",
    "case",
    "variant",
    "route",
    "transport",
    "verdict",
    "mode",
    "failed_axes",
    "conclusion",
    "reason",
];

/// Writes the trials as CSV (RFC 4180) with a header line.
fn csv(view: &View<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(HEAD).map_err(io::Error::from)?;
    for row in view.rows() {
        writer.write_record(fields(&row?).map(|field| harmless(&field))).map_err(io::Error::from)?;
    }
    Ok(writer.flush()?)
}

fn fields(row: &Row<'_>) -> [String; HEAD.len()] {
    let trial = &row.trial;
    let mut axes: Vec<&str> = row.own_checks().map(|check| check.axis.name()).collect();
    axes.dedup();
    let conclusion = match row.conclusion() {
        Conclusion::Passes => "passes",
        Conclusion::AsWritten => "as-written",
        Conclusion::AsListed => "as-listed",
        Conclusion::NotAsListed => "not-as-listed",
        Conclusion::Fault => "fault",
        Conclusion::NotJudged => "not-judged",
    };
    [
        trial.sdk.to_string(),
        row.sdk.version.clone(),
        trial.surface.to_string(),
        trial.case.to_string(),
        trial.variant.name().to_owned(),
        trial.route.name().to_owned(),
        trial.transport.name().to_owned(),
        trial.verdict.status.name().to_owned(),
        trial.verdict.mode.map(|mode| mode.name().to_owned()).unwrap_or_default(),
        axes.join(" "),
        conclusion.to_owned(),
        row.reason(),
    ]
}

/// Returns a field that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe before what would
/// begin one.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_trial_is_a_row() {
        let records = samples::records();
        insta::assert_snapshot!(samples::rendered(&Csv, &samples::view(&records)));
    }

    #[test]
    fn nothing_begins_a_formula() {
        let records = samples::hostile();
        let text = samples::rendered(&Csv, &samples::view(&records));
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().map(|row| row.expect("rows are as long as the header")).collect();
        assert_eq!(rows.len(), samples::trials(&records));
        let begins = |field: &str| field.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(!rows.iter().flatten().any(begins), "{text}");
        assert!(text.contains("'=HYPERLINK("), "the hostile version is there, and tame: {text}");
    }
}
