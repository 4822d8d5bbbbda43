//! Workflow commands of GitHub Actions: annotations at the lines of the case files, the most harmful first.
//!
//! GitHub shows ten errors and ten warnings of a step, so what is said alike of several surfaces is said once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rows::{Place, Places, Rows, Standing, visible};
use crate::case::Level;
use crate::judge::Mode;
use crate::record::Statement;

/// The most trials that one annotation names.
const NAMED: usize = 5;

/// An annotation, ordered as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Annotation {
    severity: Severity,
    mode: Reverse<Option<Mode>>,
    file: String,
    line: usize,
    column: usize,
    title: String,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Error,
    Warning,
}

impl Severity {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What is not as listed and what broke, a command a line, and a last line that counts.
pub fn github(rows: &Rows<'_>, places: &Places) -> String {
    let mut annotations: BTreeMap<Annotation, Vec<String>> = BTreeMap::new();
    for row in rows.all() {
        let name = visible(&row.trial.name());
        if row.standing() == Standing::Fault {
            let title = format!("streamspec: {}", row.trial.verdict.word.name());
            let (file, text) = (row.file(), row.reason());
            let Place { line, column } = Place { line: 1, column: 1 };
            let (severity, mode) = (Severity::Error, Reverse(None));
            let fault = Annotation { severity, mode, file, line, column, title, text };
            annotations.entry(fault).or_default().push(name);
            continue;
        }
        if row.standing() != Standing::NotAsListed {
            continue;
        }
        for surprise in row.surprises() {
            let level = surprise.level.unwrap_or(Level::Must);
            let Place { line, column } = places.of(&row.trial.case, level, surprise.axis);
            let fails = level == Level::Must && surprise.check.is_some();
            let annotation = Annotation {
                severity: if fails { Severity::Error } else { Severity::Warning },
                mode: Reverse(row.trial.verdict.mode.filter(|_| fails)),
                file: row.file(),
                line,
                column,
                title: format!(
                    "streamspec: {}",
                    if surprise.check.is_some() { row.verdict() } else { "gone".to_owned() }
                ),
                text: surprise.text,
            };
            annotations.entry(annotation).or_default().push(name.clone());
        }
    }
    let mut out = String::new();
    for (annotation, trials) in annotations {
        let Annotation { severity, file, line, column, title, text, .. } = annotation;
        let (severity, file, title) = (severity.name(), property(&visible(&file)), property(&title));
        let message = data(&format!("{text}\n{}", named(&trials)));
        let _ = writeln!(out, "::{severity} file={file},line={line},col={column},title={title}::{message}");
    }
    for sdk in &rows.sdks {
        for Statement { scope, .. } in &sdk.unused {
            let text = format!("{} in {}: matches nothing; remove it", scope.axis, scope.cases.join(", "));
            let title = property(&visible(&format!("streamspec: known deviations of {}", sdk.sdk.id)));
            let _ = writeln!(out, "::warning title={title}::{}", data(&visible(&text)));
        }
    }
    let _ = writeln!(out, "::notice title=streamspec::{}", counted(rows));
    out
}

fn named(trials: &[String]) -> String {
    let more = trials.len().saturating_sub(NAMED);
    let named: Vec<&str> = trials.iter().take(NAMED).map(String::as_str).collect();
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    format!("{}{more}", named.join("\n"))
}

/// All trials by standing, in one sentence.
pub(super) fn counted(rows: &Rows<'_>) -> String {
    format!(
        "trials: {}; pass: {}; replays as written: {}; as listed: {}; not as listed: {}; faults: {}; not judged: {}",
        rows.all().count(),
        rows.count(Standing::Passes),
        rows.count(Standing::AsWritten),
        rows.count(Standing::AsListed),
        rows.count(Standing::NotAsListed),
        rows.count(Standing::Fault),
        rows.count(Standing::NotJudged)
    )
}

/// The message of a command, as the runner's own toolkit escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, likewise.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn annotations_point_at_lines() {
        let records = samples::records();
        let rows = Rows::from_records(&records).expect("the samples are well formed");
        insta::assert_snapshot!(github(&rows, &samples::places(&rows)));
    }

    #[test]
    fn hostile_text_starts_no_command() {
        let records = samples::hostile();
        let text = github(&Rows::from_records(&records).expect("the samples are well formed"), &Places::default());
        let own = ["::error file=cases/", "::warning file=cases/", "::notice title=streamspec::"];
        for line in text.lines() {
            assert!(own.iter().any(|start| line.starts_with(start)), "{line:?}");
            let properties = line[2..].split("::").next().unwrap_or_default();
            assert!(properties.matches(['=']).count() <= 5, "a property was smuggled in: {line:?}");
        }
        assert!(!text.contains(['\r', '\u{1b}']), "{text:?}");
        assert!(text.contains("%25"), "a percent sign is escaped: {text}");
    }

    #[test]
    fn escapes_are_the_runners() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
