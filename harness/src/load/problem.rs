//! Problems of a file, with their position and the way to mend them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::limits::MAX_PROBLEMS;
use crate::text::{shown, visible};

/// A file's name and its text.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The name in messages: relative to the root of the repository where it lies below it.
    pub(super) file: Utf8PathBuf,
    /// The whole text.
    pub(super) text: Arc<str>,
}

impl Source {
    /// Makes a source that has a name only, for problems of whole files.
    pub(super) fn unread(file: &Utf8Path) -> Self {
        Self { file: file.to_owned(), text: Arc::from("") }
    }
}

/// The severity of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used as it is.
    Error,
    /// The file can be used, but something about it is probably not meant.
    Warning,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// The file, relative to the root of the repository where it lies below it.
    pub file: Utf8PathBuf,
    /// The line, counted from 1; 0 for a problem of the whole file.
    pub line: usize,
    /// The column in characters, counted from 1; 0 for a problem of the whole file.
    pub column: usize,
    /// The bytes of the file it is about; empty for a problem of the whole file.
    pub span: Range<usize>,
    /// The severity.
    pub severity: Severity,
    /// A sentence about what is wrong, lower-case, in one line.
    pub message: String,
    /// A sentence about what would be right.
    pub help: Option<String>,
    /// The file's text, to show the line.
    #[serde(skip)]
    text: Arc<str>,
}

impl Problem {
    /// Makes an error in a part of a file.
    pub(super) fn error(source: &Source, span: Range<usize>, message: impl Into<String>) -> Self {
        let text = Arc::clone(&source.text);
        let start = floor(&text, span.start);
        let end = floor(&text, span.end).max(start);
        let (line, column) = position(&text, start);
        let (file, message) = (source.file.clone(), message.into());
        Self { file, line, column, span: start..end, severity: Severity::Error, message, help: None, text }
    }

    /// Makes an error of a whole file.
    pub(super) fn whole_file(file: &Utf8Path, message: impl Into<String>) -> Self {
        let problem = Self::error(&Source::unread(file), 0..0, message);
        Self { line: 0, column: 0, ..problem }
    }

    /// Returns the same with what would be right.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Returns the same as a warning.
    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Writes the problem with its line and a caret below, as a compiler would show it.
    pub fn render(&self, coloured: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // A name of a file or of a key can hold escapes of the terminal.
        let (file, message) = (shown(self.file.as_str(), usize::MAX), visible(&self.message));
        let help = self.help.as_deref().map(visible);
        let title = level.primary_title(message.as_str());
        let main = if self.line == 0 {
            title.element(Origin::path(file.as_str()))
        } else {
            let line = line_range(&self.text, self.span.start);
            let start = self.span.start - line.start;
            let end = self.span.end.min(line.end).max(self.span.start) - line.start;
            title.element(
                Snippet::source(&self.text[line])
                    .line_start(self.line)
                    .path(file.as_str())
                    .annotation(AnnotationKind::Primary.span(start..end)),
            )
        };
        let mut groups = vec![main];
        if let Some(help) = &help {
            groups.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
        }
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&groups)
    }
}

/// Everything that is wrong with some files, by file and line.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Returns true where any of them keeps a case from running.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Returns true where there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the problems, by file and line.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Writes all of them with their lines, one after the other with an empty line between.
    pub fn render(&self, coloured: bool) -> String {
        let rendered: Vec<_> = self.0.iter().map(|problem| problem.render(coloured)).collect();
        rendered.join("\n\n")
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// Problems in any order, each only once.
#[derive(Debug, Default)]
pub(super) struct Collector {
    by_file: BTreeMap<Utf8PathBuf, Vec<Problem>>,
}

impl Collector {
    /// Adds a problem, unless the same was reported for the same place.
    pub(super) fn push(&mut self, problem: Problem) {
        let known = self.by_file.entry(problem.file.clone()).or_default();
        let is_known = known.iter().any(|other| other.span == problem.span && other.message == problem.message);
        if !is_known && known.len() < MAX_PROBLEMS {
            known.push(problem);
        }
    }

    /// Returns true where a file has an error, so that it is refused.
    pub(super) fn has_errors_in(&self, file: &Utf8Path) -> bool {
        self.by_file.get(file).is_some_and(|all| all.iter().any(|one| one.severity == Severity::Error))
    }

    /// Returns true where a problem with this message was reported for a file already.
    pub(super) fn knows_message(&self, file: &Utf8Path, message: &str) -> bool {
        self.by_file.get(file).is_some_and(|all| all.iter().any(|one| one.message == message))
    }

    /// Counts the problems that were reported.
    pub(super) fn count(&self) -> usize {
        self.by_file.values().map(Vec::len).sum()
    }

    /// Returns all of them, by file and line.
    pub(super) fn finish(self) -> Problems {
        let mut all: Vec<Problem> = self.by_file.into_values().flatten().collect();
        all.sort_by(|a, b| (&a.file, a.span.start, a.severity).cmp(&(&b.file, b.span.start, b.severity)));
        Problems(all)
    }
}

/// Finds the line and column of a byte, both counted from 1; columns are characters.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let line = line_range(text, at);
    let number = text[..line.start].matches('\n').count() + 1;
    let column = text[line.start..at.min(line.end).max(line.start)].chars().count() + 1;
    (number, column)
}

/// Finds the line around a byte, without its line end.
pub(super) fn line_range(text: &str, at: usize) -> Range<usize> {
    let at = floor(text, at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

/// Finds the nearest start of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
