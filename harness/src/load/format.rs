//! Writes a case file in its one form: the order of its fields, their indentation, the spaces in braces and brackets. Words and
//! quotation marks stay as they are written, and so does the choice between braces and lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;

use super::fragments::Fragments;
use super::problem::{Collector, Problem, Problems, Source};
use super::tree::{Key, Node, Origin, Span, ValueKind};
use super::{file, fragment_file, yaml};
use crate::case::Case;

/// The fields of a case file in groups. Within a group they stand as they are written.
const GROUPS: [&[&str]; 7] = [
    &["title"],
    &["api"],
    &["sources", "why-must", "rules", "disputed", "beyond-schema"],
    &["ask", "caller", "timeout", "max-retries", "matrix"],
    &["stream", "exchanges"],
    &["control"],
    &["expect"],
];

/// The levels of an expectation.
const LEVELS: [&str; 3] = ["must", "should", "may"];

/// Formats case files, with the fragments of their dialects at hand.
pub struct Formatter {
    root: Utf8PathBuf,
    fragments: BTreeMap<Api, Fragments>,
}

impl Formatter {
    /// Makes a formatter of the cases of a repository.
    pub fn new(root: &Utf8Path) -> Self {
        Self { root: root.to_owned(), fragments: BTreeMap::new() }
    }

    /// Formats the text of a case file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, a comment that cannot be kept, and a text that would make other cases.
    pub fn format(&mut self, name: &Utf8Path, text: &str) -> Result<String, Problems> {
        let mut problems = Collector::default();
        match self.formatted(name, text, &mut problems) {
            Some(text) if problems.count() == 0 => Ok(text),
            _ => Err(problems.finish()),
        }
    }

    fn formatted(&mut self, name: &Utf8Path, text: &str, problems: &mut Collector) -> Option<String> {
        let before = self.cases(name, text, problems)?;
        let source = Source { file: name.to_owned(), text: text.into() };
        let tree = yaml::parse(&source, Origin::Itself).map_err(|problem| problems.push(*problem)).ok()?;
        let comments = comments(&source, &tree).map_err(|problem| problems.push(*problem)).ok()?;
        let mut writer = Writer { text, comments: comments.into_iter().peekable(), out: String::new() };
        writer.file(&tree);
        let written = writer.out;
        if before != self.cases(name, &written, problems)? {
            let message = "the file is not formatted: it would make other cases then";
            let help = "this is a mistake of streamspec; please report it with the file";
            problems.push(Problem::whole_file(name, message).help(help));
            return None;
        }
        Some(written)
    }

    /// Loads the cases of a text, without the digests, in which the order of the fields counts.
    fn cases(&mut self, name: &Utf8Path, text: &str, problems: &mut Collector) -> Option<Vec<Case>> {
        let source = Source { file: name.to_owned(), text: text.into() };
        let parsed = file::parsed(source, name).map_err(|problem| problems.push(*problem)).ok()?;
        let unknown = Fragments::unknown();
        let fragments = match parsed.api {
            Some(api) => self.fragments.entry(api).or_insert_with(|| fragment_file::load(&self.root, api, problems)),
            None => &unknown,
        };
        let cases = file::cases(parsed, fragments, None, problems).cases;
        (problems.count() == 0).then(|| cases.into_iter().map(|case| Case { digest: String::new(), ..case }).collect())
    }
}

/// A comment: its place, and its words from the sign on.
type Comment = (usize, String);

/// Finds the comments, each of which has a line of its own.
fn comments(source: &Source, tree: &Node) -> Result<Vec<Comment>, Box<Problem>> {
    let mut scalars = Vec::new();
    scalar_spans(tree, &mut scalars);
    let in_scalar = |at: usize| scalars.iter().any(|span| span.range().contains(&at));
    let (mut found, mut start) = (Vec::new(), 0);
    for line in source.text.split_inclusive('\n') {
        for (at, _) in line.match_indices('#') {
            let before = &line[..at];
            let begins = before.is_empty() || before.ends_with([' ', '\t']);
            if begins && !in_scalar(start + at) {
                if !before.trim().is_empty() {
                    let message = "a comment behind something on its line cannot be kept";
                    let problem = Problem::error(source, start + at..start + line.trim_end().len(), message);
                    return Err(Box::new(problem.help("put it on a line of its own")));
                }
                found.push((start + at, line[at..].trim_end().to_owned()));
                break;
            }
        }
        start += line.len();
    }
    Ok(found)
}

fn scalar_spans(node: &Node, all: &mut Vec<Span>) {
    match &node.kind {
        ValueKind::List(items) => items.iter().for_each(|item| scalar_spans(item, all)),
        ValueKind::Map(entries) => {
            for (key, value) in entries {
                all.push(key.span);
                scalar_spans(value, all);
            }
        }
        _ => all.push(node.span),
    }
}

/// Writes a tree, with the words of the text that it was read from.
struct Writer<'t> {
    text: &'t str,
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    out: String,
}

impl Writer<'_> {
    fn file(&mut self, tree: &Node) {
        let comments: Vec<Comment> = self.comments.by_ref().collect();
        let (mut fields, mut group, mut start) = (Vec::new(), 0, 0);
        for (place, (key, value)) in tree.entries().iter().enumerate() {
            // Variants stand where they are: some are about the whole case, some about its stream.
            group = GROUPS.iter().position(|group| group.contains(&key.text.as_str())).unwrap_or(group);
            // A comment goes with the field that it stands before, or in.
            let is_last = place + 1 == tree.entries().len();
            let end =
                if is_last { usize::MAX } else { self.line_after(last_scalar(value).unwrap_or(key.span.range().end)) };
            let own: Vec<Comment> = comments.iter().filter(|(at, _)| (start..end).contains(at)).cloned().collect();
            fields.push((group, key, value, own));
            start = end;
        }
        fields.sort_by_key(|(group, ..)| *group);
        for (_, key, value, own) in fields {
            self.comments = own.into_iter().peekable();
            self.entry("", 0, key, value, &[]);
            self.before(usize::MAX, 0);
        }
    }

    /// Returns the beginning of the line after a place.
    fn line_after(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |offset| at + offset + 1)
    }

    /// Writes the comments that stand before a place.
    fn before(&mut self, at: usize, indent: usize) {
        while let Some((_, words)) = self.comments.next_if(|(comment, _)| *comment < at) {
            let _ = writeln!(self.out, "{:indent$}{words}", "");
        }
    }

    /// Writes a key and its value. `first` is what stands before the key where it begins an item.
    fn entry(&mut self, first: &str, indent: usize, key: &Key, value: &Node, path: &[&str]) {
        if first.is_empty() {
            self.before(key.span.range().start, indent);
        }
        let head = if first.is_empty() { " ".repeat(indent) } else { first.to_owned() };
        let head = format!("{head}{}:", &self.text[key.span.range()]);
        if let Some(lines) = self.on_own_lines(key, value, indent) {
            let _ = writeln!(self.out, "{head}{lines}");
            return;
        }
        let path: Vec<&str> = path.iter().copied().chain([key.text.as_str()]).collect();
        self.value(&head, indent + 2, value, &path);
    }

    /// Returns the lines of a text behind `|` or `>`, or of what stands in braces or brackets below its key, moved with the key; none
    /// where the value is written otherwise.
    fn on_own_lines(&self, key: &Key, value: &Node, indent: usize) -> Option<String> {
        let Range { start, end } = key.span.range();
        let (header, rest) = self.text[end..].strip_prefix(':')?.split_once('\n')?;
        let header = header.trim();
        let is_collection = matches!(value.kind, ValueKind::List(_) | ValueKind::Map(_));
        let is_flow_below = header.is_empty() && is_collection && self.is_flow(value);
        if !(header.starts_with(['|', '>']) || is_flow_below) {
            return None;
        }
        let header = if header.is_empty() { String::new() } else { format!(" {header}") };
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let column = start - line_start;
        let is_inside =
            |line: &&str| line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() > column;
        let moved = |line: &str| match line.get(column..) {
            Some(line) if !line.is_empty() => format!("{:indent$}{line}", ""),
            _ => String::new(),
        };
        let lines: Vec<String> = rest.lines().take_while(is_inside).map(moved).collect();
        Some(format!("{header}\n{}", lines.join("\n").trim_end()))
    }

    /// Writes a value behind what stands before it on its line.
    fn value(&mut self, head: &str, indent: usize, value: &Node, path: &[&str]) {
        let is_item = head.trim_start().chars().all(|sign| sign == '-' || sign == ' ');
        if self.is_flow(value) {
            let _ = writeln!(self.out, "{head} {}", self.flow(value));
            return;
        }
        let mut first = if is_item { format!("{head} ") } else { String::new() };
        if !is_item {
            self.out.push_str(head);
            self.out.push('\n');
        }
        match &value.kind {
            ValueKind::List(items) => {
                for item in items {
                    if first.is_empty() {
                        self.before(item.span.range().start, indent);
                    }
                    let start = if first.is_empty() { " ".repeat(indent) } else { std::mem::take(&mut first) };
                    self.value(&format!("{start}-"), indent + 2, item, path);
                }
            }
            ValueKind::Map(entries) => {
                let mut entries: Vec<&(Key, Node)> = entries.iter().collect();
                if path == ["expect"] {
                    entries.sort_by_key(|(key, _)| LEVELS.iter().position(|level| *level == key.text));
                }
                for (key, value) in entries {
                    self.entry(&std::mem::take(&mut first), indent, key, value, path);
                }
            }
            _ => {}
        }
    }

    /// Says whether a value is written in one piece: in braces or brackets, or as a scalar.
    fn is_flow(&self, node: &Node) -> bool {
        match &node.kind {
            ValueKind::List(items) => items.is_empty() || self.text[node.span.range().start..].starts_with('['),
            ValueKind::Map(entries) => entries.is_empty() || self.text[node.span.range().start..].starts_with('{'),
            _ => true,
        }
    }

    /// Writes a value in one piece.
    fn flow(&self, node: &Node) -> String {
        match &node.kind {
            ValueKind::List(items) => {
                format!("[{}]", items.iter().map(|item| self.flow(item)).collect::<Vec<_>>().join(", "))
            }
            ValueKind::Map(entries) if entries.is_empty() => "{}".to_owned(),
            ValueKind::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", &self.text[key.span.range()], self.flow(value)));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
            _ => self.text[node.span.range()].trim_end().to_owned(),
        }
    }
}

/// Returns the end of the last scalar in a value.
fn last_scalar(node: &Node) -> Option<usize> {
    let mut spans = Vec::new();
    scalar_spans(node, &mut spans);
    spans.into_iter().map(|span| span.range().end).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::select;

    fn root() -> &'static Utf8Path {
        Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
    }

    const FORMATTED: &str = r#"title: One
api: openai-chat
sources:
  - { basis: spec, url: "https://example.com/" }
# Of the rules.
rules: [C1, C2]
stream:
  # Of the step.
  - data: { a: 1, b: [x, 'y'] }
  - raw: "a\
      b"
  - data: |-
      {
        "x": 1
      }
  - end: finish
expect:
  must:
    outcome: error
  # Of the level.
  should:
    error.foreign: false
"#;

    fn check(text: &str, expected: &str) {
        let name = Utf8Path::new("cases/openai-chat/cut/x.yaml");
        let mut formatter = Formatter::new(root());
        let once = formatter.format(name, text).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(once, expected);
        assert_eq!(formatter.format(name, &once).expect("it has its form"), once);
    }

    #[test]
    fn a_file_has_one_form_and_keeps_its_comments() {
        check(FORMATTED, FORMATTED);
        let changed = r#"
api:   openai-chat
title: One

sources:
- {basis: spec,   url: "https://example.com/"}
# Of the rules.
rules: [ C1,C2 ]
expect:
    # Of the level.
    should: { error.foreign: false }
    must:
        outcome: error
stream:
    # Of the step.
    - data: {a: 1, b: [x,'y']}
    - raw: "a\
      b"
    -   data:   |-
          {
            "x": 1
          }
    - end:   finish   
"#;
        let expected = FORMATTED.replace("  # Of the level.\n  should:\n    error.foreign: false\n", "");
        let expected = expected + "  # Of the level.\n  should: { error.foreign: false }\n";
        let name = Utf8Path::new("cases/openai-chat/cut/x.yaml");
        let formatted = Formatter::new(root()).format(name, changed).unwrap_or_else(|problems| panic!("{problems}"));
        let without =
            |text: &str| text.lines().filter(|line| !line.contains("# Of the level")).collect::<Vec<_>>().join("\n");
        assert_eq!(without(&formatted), without(&expected));
        assert_eq!(formatted.matches("# Of").count(), 3);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let name = Utf8Path::new("cases/openai-chat/cut/x.yaml");
        let check = |text: String, said: &str| {
            let problems = Formatter::new(root()).format(name, &text).expect_err("it is refused").to_string();
            assert!(problems.contains(said), "{problems}");
        };
        check(FORMATTED.replace("rules: [C1, C2]", "rules: [C1, C2] # why"), "a comment behind something on its line");
        check(FORMATTED.replace("finish", "finsh"), "finsh");
        check(FORMATTED.replace("rules", "rule"), "rule");
    }

    #[test]
    fn the_cases_are_formatted() {
        let (mut problems, mut formatter) = (Collector::default(), Formatter::new(root()));
        let files = select::below(root(), Utf8Path::new(""), &mut problems);
        for found in files.iter().step_by(29) {
            let text = fs_err::read_to_string(&found.path).expect("a file");
            let same = formatter.format(&found.name, &text).unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(same, text, "{}", found.name);
        }
    }
}
