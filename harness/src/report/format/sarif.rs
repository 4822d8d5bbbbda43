//! SARIF 2.1.0: each check that does not hold, at its line of the case file.
//!
//! Known deviations are suppressed results, so that a viewer can show and hide them. Faults of adapters and of streamspec
//! say nothing about an SDK: they are notifications of an execution that was not successful.
//!
//! The log is written with `json!` and not with the types of the crate `serde-sarif` (0.8.0 was tried). Its builders make this file
//! no shorter, and only the level and the kind of a result have types of their own in it: the level of a notification, the kind
//! and the status of a suppression, the unit of columns and the version may be any JSON there, too. It makes its types with a
//! build script and brings eight crates with it that nothing else here needs.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Format, RenderError, Sink, write};
use crate::case::{Axis, Level};
use crate::id::SdkSurface;
use crate::record::{ReadError, Statement};
use crate::report::view::{Conclusion, Place, Row, View, reason, sentence, visible};
use crate::text::RESERVED;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// `streamspec.sarif`: each check that does not hold.
#[derive(Debug)]
pub(super) struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn writes(&self) -> &'static str {
        "`streamspec.sarif`"
    }

    fn purpose(&self) -> &'static str {
        "code scanning and editors: SARIF 2.1.0, each broken check at its line of the case file"
    }

    fn has_places(&self) -> bool {
        true
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        write(out, "streamspec.sarif", &sarif(view)?)
    }
}

/// Renders the trials as a SARIF log of one run.
fn sarif(view: &View<'_>) -> Result<String, ReadError> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for row in view.rows() {
        let row = row?;
        all.extend(results(view, &row));
        if row.conclusion() == Conclusion::Fault {
            faults.push(notification(&row));
        }
    }
    let axes: BTreeMap<Axis, usize> = {
        let mut used: Vec<Axis> = all.iter().map(|(axis, _): &(Axis, Value)| *axis).collect();
        used.sort_unstable();
        used.dedup();
        used.into_iter().enumerate().map(|(place, axis)| (axis, place)).collect()
    };
    for (axis, result) in &mut all {
        result["ruleIndex"] = json!(axes.get(axis));
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "streamspec",
                "version": visible(&view.suite.version),
                "rules": axes.keys().map(|axis| rule(*axis)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": faults.is_empty(),
                "toolExecutionNotifications": faults,
            }],
            "results": all.into_iter().map(|(_, result)| result).collect::<Vec<_>>(),
        }],
    });
    Ok(format!("{log:#}\n"))
}

/// Makes the rule of an axis: the kind of thing that a case says about a client.
fn rule(axis: Axis) -> Value {
    json!({
        "id": axis.name(),
        "shortDescription": { "text": axis.about() },
    })
}

fn results(view: &View<'_>, row: &Row<'_>) -> Vec<(Axis, Value)> {
    let mut results = Vec::new();
    if matches!(row.conclusion(), Conclusion::Fault | Conclusion::NotJudged) {
        return results;
    }
    for unlisted in row.unlisted() {
        let level = unlisted.level.unwrap_or(Level::Must);
        let name = unlisted.level.map_or("gone", Level::name);
        let severity = if level == Level::Must && unlisted.check.is_some() { "error" } else { "warning" };
        let place = view.places.of(&row.trial.case, level, unlisted.axis);
        results.push((unlisted.axis, result(row, (unlisted.axis, name), severity, &unlisted.text, place)));
    }
    for (check, entries) in row.listed() {
        let place = view.places.of(&row.trial.case, check.level, check.axis);
        let mut result = result(row, (check.axis, check.level.name()), "note", &sentence(check), place);
        result["suppressions"] = entries.into_iter().map(suppression).collect();
        results.push((check.axis, result));
    }
    results
}

fn result(row: &Row<'_>, about: (Axis, &str), severity: &str, sentence: &str, place: Place) -> Value {
    let (axis, level) = about;
    let surface = SdkSurface::new(row.sdk.id.clone(), row.trial.surface.clone()).to_string();
    let text = format!("{} on “{}”: {sentence}", visible(&surface), visible(row.title()));
    let fingerprint = Sha256::digest(format!("{}\n{level}\n{axis}", row.trial.name()));
    let fingerprint = hex::encode(&fingerprint[..16]);
    json!({
        "ruleId": axis.name(),
        "level": severity,
        "message": { "text": plain(&text) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&row.file()), "uriBaseId": "%SRCROOT%" },
                "region": { "startLine": place.line, "startColumn": place.column },
            },
            "logicalLocations": [{ "fullyQualifiedName": visible(&row.trial.name()), "kind": "function" }],
        }],
        // The first is this format's own, the second is what GitHub tells alerts apart by.
        "partialFingerprints": { "streamspecTrial/v1": fingerprint, "primaryLocationLineHash": format!("{fingerprint}:1") },
        "properties": {
            "sdk": visible(&row.sdk.id),
            "sdkVersion": visible(&row.sdk.version),
            "surface": visible(&row.trial.surface),
            "verdict": row.verdict(),
        },
    })
}

fn suppression(Statement { entry, .. }: Statement<'_>) -> Value {
    json!({ "kind": "external", "status": "accepted", "justification": visible(&reason(entry)) })
}

fn notification(row: &Row<'_>) -> Value {
    let text = format!("{}: {}: {}", visible(&row.trial.name()), row.trial.verdict.status.name(), row.reason());
    json!({ "level": "error", "message": { "text": plain(&text) } })
}

/// Escapes a text, so that nothing in it is a link (SARIF 2.1.0, 3.11.6) or a placeholder (3.11.5).
fn plain(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    text.replace('{', "{{").replace('}', "}}")
}

/// The characters that are escaped in a path.
const PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Makes a URI reference of a path: a case's name needs no escape, a hostile one does.
fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::report::view::file;

    #[test]
    fn every_check_points_at_its_line() {
        let records = samples::records();
        insta::assert_snapshot!(samples::rendered(&Sarif, &samples::with_places(&records)));
    }

    #[test]
    fn hostile_text_is_neither_link_nor_placeholder() {
        let records = samples::hostile();
        let log: Value =
            serde_json::from_str(&samples::rendered(&Sarif, &samples::view(&records))).expect("SARIF is JSON");
        let texts: Vec<&str> = log["runs"][0]["results"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|r| r["message"]["text"].as_str())
            .collect();
        assert!(!texts.is_empty());
        for text in texts {
            let bare =
                text.replace("\\\\", "").replace("\\[", "").replace("\\]", "").replace("{{", "").replace("}}", "");
            assert!(!bare.contains(['[', ']', '{', '}']), "{text}");
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        assert_eq!(file(&"../../etc/passwd".into()), "cases", "no place leads out of the cases");
        assert_eq!(file(&"/etc/passwd".into()), "cases");
        assert_eq!(file(&"anthropic/cut/eof#chunked".into()), "cases/anthropic/cut/eof.yaml");
        assert_eq!(uri("cases/a b/:: \u{e9}.yaml"), "cases/a%20b/%3A%3A%20%C3%A9.yaml");
    }
}
