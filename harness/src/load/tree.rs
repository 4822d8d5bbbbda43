//! Values as a tree in which every value and every key has its place in the file.

use std::ops::Range;

use serde_json::{Map, Number, Value};

/// A part of the case file or of the fragments it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Span {
    /// The file.
    pub(super) origin: Origin,
    start: u32,
    end: u32,
}

impl Span {
    /// Makes the span of these bytes of a file.
    pub(super) fn new(origin: Origin, range: &Range<usize>) -> Self {
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self { origin, start: offset(range.start), end: offset(range.end) }
    }

    /// Returns the bytes of the file.
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns a part of it that begins `from` bytes after its start.
    pub(super) fn part(self, from: usize, len: usize) -> Self {
        let start = self.start.saturating_add(u32::try_from(from).unwrap_or(u32::MAX)).min(self.end);
        let end = start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX)).min(self.end);
        Self { start, end, ..self }
    }

    /// Returns the span from the start of this to the end of another, later one of the same file.
    pub(super) fn to(self, other: Self) -> Self {
        if self.origin == other.origin { Self { end: self.end.max(other.end), ..self } } else { self }
    }
}

/// One of the two files that make a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// The file itself.
    Itself,
    /// The fragments of its api.
    Fragments,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: ValueKind,
    pub(super) span: Span,
    /// The `${…}` that this value stands in for, if it was filled in.
    pub(super) taken_by: Option<Span>,
}

/// A value without its place.
#[derive(Clone, Debug)]
pub(super) enum ValueKind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) span: Span,
}

/// One step of the path to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

impl Node {
    /// Makes a value as it is written.
    pub(super) const fn new(kind: ValueKind, span: Span) -> Self {
        Self { kind, span, taken_by: None }
    }

    /// Finds the value of a key, if this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Finds a key and its value, if this is a mapping that has it.
    pub(super) fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(known, _)| known.text == key)
    }

    /// Returns the entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        if let ValueKind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// Returns the text, if this is a string.
    pub(super) fn text(&self) -> Option<&str> {
        if let ValueKind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Finds the value at the end of a path, with the key that leads to it.
    pub(super) fn at(&self, path: &[Segment]) -> Option<(Option<&Key>, &Self)> {
        path.iter().try_fold((None, self), |(_, node), segment| match (segment, &node.kind) {
            (Segment::Key(key), ValueKind::Map(_)) => node.entry(key).map(|(key, value)| (Some(key), value)),
            (Segment::Index(index), ValueKind::List(items)) => items.get(*index).map(|item| (None, item)),
            _ => None,
        })
    }

    /// Finds the place of a value together with its key; the last part of the path that exists decides.
    pub(super) fn place(&self, path: &[&str]) -> Span {
        let mut here = (self, self.span);
        for key in path {
            let Some((key, value)) = here.0.entry(key) else { break };
            here = (value, key.span);
        }
        here.1
    }

    /// Returns the value as JSON, without its places.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            ValueKind::Null => Value::Null,
            ValueKind::Bool(value) => Value::Bool(*value),
            ValueKind::Number(number) => Value::Number(number.clone()),
            ValueKind::Text(text) => Value::String(text.clone()),
            ValueKind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            ValueKind::Map(entries) => {
                let pairs = entries.iter().map(|(key, value)| (key.text.clone(), value.to_json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }
}
