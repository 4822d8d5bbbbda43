//! Finds the position of a key in a case file, to point at when a check fails.

use camino::Utf8Path;

use super::problem::{Source, line_range, position};
use super::tree::{Node, Origin, Segment};
use super::{read, yaml};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The number of characters of the line that it covers; at least 1.
    pub length: usize,
    /// The line without its end.
    pub text: String,
}

/// Finds the key at the end of a path, for example `["expect", "should", "error.status"]`, together with its value as
/// far as it stands on the same line. Items of lists are named by their number from 0.
///
/// None if the file cannot be read, or has nothing there.
pub fn locate(root: &Utf8Path, case_file: &Utf8Path, path: &[&str]) -> Option<Location> {
    let source = read::source(&root.join(case_file), case_file).ok()?;
    let tree = yaml::parse(&source, Origin::Itself).ok()?;
    find(&source, &tree, path)
}

fn find(source: &Source, tree: &Node, path: &[&str]) -> Option<Location> {
    let mut segments: Vec<Segment> = Vec::new();
    for part in path {
        let key = Segment::Key((*part).to_owned());
        segments.push(key);
        if tree.at(&segments).is_none() {
            segments.pop();
            segments.push(Segment::Index(part.parse().ok()?));
        }
    }
    let (key, value) = tree.at(&segments)?;
    let span = key.map_or(value.span, |key| key.span.to(value.span)).range();
    let line = line_range(&source.text, span.start);
    let (number, column) = position(&source.text, span.start);
    let covered = &source.text[span.start.min(line.end)..span.end.clamp(span.start.min(line.end), line.end)];
    let length = covered.trim_end().chars().count().max(1);
    Some(Location { line: number, column, length, text: source.text[line].to_owned() })
}
