//! From a tree to types, with every mistake reported at its place.
//!
//! Serde stops at the first mistake. To report all of them at once, the part that is wrong is cut out of the tree and
//! the rest is tried again; what is missing only because it was cut out is not reported.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment as Step;

use super::limits::MAX_PROBLEMS;
use super::problem::{Collector, Problem, Source, position};
use super::suggest;
use super::tree::{Key, Node, Origin, Segment, Span, ValueKind};

/// The files a tree was made from.
#[derive(Clone, Copy)]
pub(super) struct Files<'s> {
    /// The file itself.
    pub(super) itself: &'s Source,
    /// The fragments it uses; the file itself where there are none.
    pub(super) fragments: &'s Source,
}

impl<'s> Files<'s> {
    /// Returns the file a place lies in.
    pub(super) const fn source(&self, origin: Origin) -> &'s Source {
        match origin {
            Origin::Itself => self.itself,
            Origin::Fragments => self.fragments,
        }
    }

    /// Makes an error at a place.
    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::error(self.source(span.origin), span.range(), message)
    }
}

/// The parts that were cut out of a tree because they were wrong, by the places of the mappings and lists that lost
/// them.
#[derive(Debug, Default)]
pub(super) struct Removed(HashSet<(Span, String)>);

impl Removed {
    /// Notes that a mapping lost a key, or a list an item.
    pub(super) fn note(&mut self, parent: Span, key: &str) {
        self.0.insert((parent, key.to_owned()));
    }

    /// Returns true where nothing was cut out.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true where a mapping lost this key, or one that was probably meant to be it.
    fn lost_like(&self, parent: Span, key: &str) -> bool {
        self.0.iter().any(|(span, lost)| *span == parent && suggest::nearest(lost, [key]).is_some())
    }

    fn lost_anything(&self, parent: Span) -> bool {
        self.0.iter().any(|(span, _)| *span == parent)
    }
}

/// Makes a type of a tree; none if anything was wrong with it.
pub(super) fn read<T: DeserializeOwned>(
    mut node: Node,
    removed: &mut Removed,
    files: Files<'_>,
    problems: &mut Collector,
) -> Option<T> {
    for _ in 0..MAX_PROBLEMS {
        let error = match serde_path_to_error::deserialize::<_, T>(&node) {
            Ok(value) => return removed.is_empty().then_some(value),
            Err(error) => error,
        };
        let mut path = existing(&node, error.path().iter());
        let message = SerdeMessage::new(&error.inner().to_string());
        if let SerdeMessage::Unknown { name, .. } = &message {
            let here = node.at(&path)?.1;
            if here.get(name).is_some() {
                path.push(Segment::Key(name.clone()));
            }
        }
        let (key, here) = node.at(&path)?;
        let follows = match &message {
            SerdeMessage::Missing(field) => removed.lost_like(here.span, field),
            SerdeMessage::Unknown { .. } => false,
            SerdeMessage::Other(_) => removed.lost_anything(here.span),
        };
        if !follows {
            let item = matches!(path.last(), Some(Segment::Index(_)));
            problems.push(message.to_problem(here, message.place(key, here), item, files));
        }
        cut(&mut node, &path, removed)?;
    }
    None
}

/// Finds the part of serde's path that exists in the tree.
fn existing<'p>(root: &Node, steps: impl Iterator<Item = &'p Step>) -> Vec<Segment> {
    let mut path = Vec::new();
    for step in steps {
        path.push(match step {
            Step::Seq { index } => Segment::Index(*index),
            Step::Map { key } | Step::Enum { variant: key } => Segment::Key(key.clone()),
            Step::Unknown => break,
        });
        if root.at(&path).is_none() {
            path.pop();
            break;
        }
    }
    path
}

/// Takes the value at the end of a path out of the tree; none if that is all of it.
fn cut(root: &mut Node, path: &[Segment], removed: &mut Removed) -> Option<()> {
    let (last, before) = path.split_last()?;
    let parent = before.iter().try_fold(root, |node, segment| match (segment, &mut node.kind) {
        (Segment::Key(key), ValueKind::Map(entries)) => {
            entries.iter_mut().find(|(known, _)| known.text == *key).map(|(_, value)| value)
        }
        (Segment::Index(index), ValueKind::List(items)) => items.get_mut(*index),
        _ => None,
    })?;
    match (last, &mut parent.kind) {
        (Segment::Key(key), ValueKind::Map(entries)) => {
            entries.retain(|(known, _)| known.text != *key);
            removed.note(parent.span, key);
        }
        (Segment::Index(index), ValueKind::List(items)) => {
            items.remove(*index);
            removed.note(parent.span, "");
        }
        _ => return None,
    }
    Some(())
}

/// A message of serde, parsed.
enum SerdeMessage {
    /// A field or a word that nobody knows.
    Unknown { what: &'static str, name: String, known: Vec<String> },
    /// A field that must be there.
    Missing(String),
    /// Anything else.
    Other(String),
}

impl SerdeMessage {
    fn new(message: &str) -> Self {
        let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let unknown = |what, rest: &str| {
            let mut names = quoted(rest).into_iter();
            Self::Unknown { what, name: names.next().unwrap_or_default(), known: names.collect() }
        };
        if let Some(rest) = message.strip_prefix("unknown field ") {
            unknown("key", rest)
        } else if let Some(rest) = message.strip_prefix("unknown variant ") {
            unknown("word", rest)
        } else if let Some(rest) = message.strip_prefix("missing field ") {
            Self::Missing(quoted(rest).into_iter().next().unwrap_or_default())
        } else {
            Self::Other(message.to_owned())
        }
    }

    /// Finds the place to point at: the key, the value, or the item of a list.
    fn place(&self, key: Option<&Key>, here: &Node) -> Span {
        match (self, key, &here.kind) {
            (Self::Unknown { name, .. }, _, ValueKind::List(items)) => {
                items.iter().find(|item| item.text() == Some(name)).map_or(here.span, |item| item.span)
            }
            (Self::Unknown { name, .. }, Some(key), _) if key.text == *name && here.text() != Some(name) => key.span,
            (Self::Missing(_), Some(key), _) => key.span,
            _ => here.span,
        }
    }

    /// Makes a problem of it, and names the place of a `${…}` that the value came through.
    fn to_problem(&self, here: &Node, span: Span, item: bool, files: Files<'_>) -> Problem {
        let mut problem = self.problem(here, span, item, files);
        if let Some(taken_by) = here.taken_by {
            let source = files.source(taken_by.origin);
            let (line, _) = position(&source.text, taken_by.range().start);
            let written = source.text.get(taken_by.range()).unwrap_or_default();
            let taken = format!("`{written}` in {}:{line} has this value", source.file);
            let help = problem.help.take();
            problem.help = Some(help.map_or_else(|| taken.clone(), |help| format!("{help}\n{taken}")));
        }
        problem
    }

    fn problem(&self, here: &Node, span: Span, item: bool, files: Files<'_>) -> Problem {
        match self {
            Self::Unknown { what, name, known } => {
                let help = suggest::help(name, known.iter().map(String::as_str));
                files.error(span, format!("unknown {what} `{name}`")).help(help)
            }
            Self::Missing(field) => files.error(span, format!("`{field}` is missing")),
            Self::Other(message) => {
                let (message, help) = plain(message, here, item);
                let problem = files.error(span, message);
                if let Some(help) = help { problem.help(help) } else { problem }
            }
        }
    }
}

/// Serde's words and ours.
const WORDS: [(&str, &str); 15] = [
    ("struct variant", "a mapping"),
    ("newtype variant", "a value"),
    ("string or map", "a word, or a mapping with one key"),
    ("unit value", "null"),
    ("a sequence", "a list"),
    ("sequence", "a list"),
    ("a map", "a mapping"),
    ("map", "a mapping"),
    ("integer ", ""),
    ("floating point ", ""),
    ("boolean ", ""),
    ("a boolean", "true or false"),
    ("a string", "a string"),
    ("string ", "the string "),
    ("unit", "nothing"),
];

/// Translates a message of serde for people who write YAML, and adds a help where there is one.
fn plain(message: &str, here: &Node, item: bool) -> (String, Option<String>) {
    if message.contains("map with a single key") {
        let keys: Vec<_> = here.entries().iter().map(|(key, _)| key.text.as_str()).collect();
        let message = format!("expected exactly one key, found {}: {}", keys.len(), suggest::list(&keys));
        let help = item.then(|| "each item of a list begins with its own `- `".to_owned());
        return (message.trim_end_matches([':', ' ']).to_owned(), help);
    }
    if message.contains("unit variant, expected") {
        return (format!("`{}` needs a value", here.text().unwrap_or_default()), None);
    }
    let Some((found, expected)) = message.split_once(", expected ") else { return (message.to_owned(), None) };
    let (kind, found) = found.split_once(": ").unwrap_or(("", found));
    if !matches!(kind, "invalid type" | "invalid value" | "invalid length") {
        return (message.to_owned(), None);
    }
    let word = |text: &str| {
        let known = WORDS.iter().find(|(serde, _)| text == *serde || (serde.ends_with(' ') && text.starts_with(serde)));
        match (known, text) {
            (Some((serde, ours)), _) => text.replacen(serde, ours, 1),
            (None, "u16") => format!("a whole number from 0 to {}", u16::MAX),
            (None, "u32") => format!("a whole number from 0 to {}", u32::MAX),
            (None, "u64" | "usize") => "a whole number from 0".to_owned(),
            (None, "i64") => "a whole number".to_owned(),
            (None, "f64") => "a number".to_owned(),
            (None, text) => text.to_owned(),
        }
    };
    let mut help = None;
    if expected == "a string" && matches!(here.kind, ValueKind::Number(_) | ValueKind::Bool(_)) {
        help = Some(format!("quote it: \"{}\"", here.to_json()));
    }
    (format!("expected {}, found {}", word(expected), word(found)), help)
}
