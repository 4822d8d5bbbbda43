//! Workflow commands of GitHub Actions: annotations at the lines of the case files, the most harmful first.
//!
//! GitHub shows ten errors and ten warnings of a step, so what is said alike of several surfaces is said once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Format, RenderError, Sink};
use crate::case::Level;
use crate::judge::Mode;
use crate::record::{ReadError, Statement};
use crate::report::view::{Conclusion, Place, View, visible};

/// Workflow commands of GitHub Actions on standard output.
#[derive(Debug)]
pub(super) struct Github;

impl Format for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn writes(&self) -> &'static str {
        "standard output"
    }

    fn purpose(&self) -> &'static str {
        "annotations of GitHub Actions: what is not as listed at its line of the case file, the most harmful first"
    }

    fn has_places(&self) -> bool {
        true
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        out.print(&github(view)?);
        Ok(())
    }
}

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

/// Writes what is not as listed and what broke, a command a line, and a last line that counts.
fn github(view: &View<'_>) -> Result<String, ReadError> {
    let mut annotations: BTreeMap<Annotation, Named> = BTreeMap::new();
    for row in view.rows() {
        let row = row?;
        let name = visible(&row.trial.name());
        if row.conclusion() == Conclusion::Fault {
            let title = format!("streamspec: {}", row.trial.verdict.status.name());
            let (file, text) = (row.file(), row.reason());
            let Place { line, column } = Place::START;
            let (severity, mode) = (Severity::Error, Reverse(None));
            let fault = Annotation { severity, mode, file, line, column, title, text };
            annotations.entry(fault).or_default().add(name);
            continue;
        }
        if row.conclusion() != Conclusion::NotAsListed {
            continue;
        }
        for unlisted in row.unlisted() {
            let level = unlisted.level.unwrap_or(Level::Must);
            let Place { line, column } = view.places.of(&row.trial.case, level, unlisted.axis);
            let fails = level == Level::Must && unlisted.check.is_some();
            let annotation = Annotation {
                severity: if fails { Severity::Error } else { Severity::Warning },
                mode: Reverse(row.trial.verdict.mode.filter(|_| fails)),
                file: row.file(),
                line,
                column,
                title: format!(
                    "streamspec: {}",
                    if unlisted.check.is_some() { row.verdict() } else { "gone".to_owned() }
                ),
                text: unlisted.text,
            };
            annotations.entry(annotation).or_default().add(name.clone());
        }
    }
    let mut out = String::new();
    for (annotation, trials) in annotations {
        let Annotation { severity, file, line, column, title, text, .. } = annotation;
        let (severity, file, title) = (severity.name(), property(&visible(&file)), property(&title));
        let message = data(&format!("{text}\n{}", trials.lines()));
        let _ = writeln!(out, "::{severity} file={file},line={line},col={column},title={title}::{message}");
    }
    for sdk in &view.sdks {
        for Statement { scope, .. } in &sdk.unused {
            let text = format!("{} in {}: matches nothing; remove it", scope.axis, scope.cases.join(", "));
            let title = property(&visible(&format!("streamspec: known deviations of {}", sdk.record.id)));
            let _ = writeln!(out, "::warning title={title}::{}", data(&visible(&text)));
        }
    }
    let _ = writeln!(out, "::notice title=streamspec::{}", view.conclusions());
    Ok(out)
}

/// The trials of an annotation: the names of the first, and the number of the others.
#[derive(Default)]
struct Named {
    names: Vec<String>,
    more: usize,
}

impl Named {
    fn add(&mut self, name: String) {
        if self.names.len() < NAMED {
            self.names.push(name);
        } else {
            self.more += 1;
        }
    }

    fn lines(&self) -> String {
        let more = if self.more > 0 { format!("\nand {} more", self.more) } else { String::new() };
        format!("{}{more}", self.names.join("\n"))
    }
}

/// Escapes the message of a command, as the runner's own toolkit does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command, likewise.
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
        insta::assert_snapshot!(samples::rendered(&Github, &samples::with_places(&records)));
    }

    #[test]
    fn hostile_text_starts_no_command() {
        let records = samples::hostile();
        let text = samples::rendered(&Github, &samples::view(&records));
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
