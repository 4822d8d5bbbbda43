//! YAML as a tree in which every value and every key knows its place in the file.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{Error, Location, MessageFormatter as _, Options, Spanned, UserMessageFormatter};

use super::limits::{MAX_DEPTH, MAX_NODES};
use super::problem::{Problem, Source};

/// A part of the case file or of the fragments it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Span {
    /// Which of the files.
    pub(super) origin: Origin,
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes of the file.
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// A part of it that begins `from` bytes after its start.
    pub(super) fn part(self, from: usize, len: usize) -> Self {
        let start = self.start.saturating_add(u32::try_from(from).unwrap_or(u32::MAX)).min(self.end);
        let end = start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX)).min(self.end);
        Self { start, end, ..self }
    }

    /// From the start of this to the end of another, later one of the same file.
    pub(super) fn to(self, other: Self) -> Self {
        if self.origin == other.origin { Self { end: self.end.max(other.end), ..self } } else { self }
    }
}

/// Which of the files that make a case.
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

/// What a value is.
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

/// One step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

impl Node {
    /// A value as it is written.
    pub(super) const fn new(kind: ValueKind, span: Span) -> Self {
        Self { kind, span, taken_by: None }
    }

    /// The value of a key, if this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key and its value, if this is a mapping that has it.
    pub(super) fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(known, _)| known.text == key)
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        if let ValueKind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        if let ValueKind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The value at the end of a way, with the key that leads to it.
    pub(super) fn at(&self, way: &[Segment]) -> Option<(Option<&Key>, &Self)> {
        way.iter().try_fold((None, self), |(_, node), segment| match (segment, &node.kind) {
            (Segment::Key(key), ValueKind::Map(_)) => node.entry(key).map(|(key, value)| (Some(key), value)),
            (Segment::Index(index), ValueKind::List(items)) => items.get(*index).map(|item| (None, item)),
            _ => None,
        })
    }

    /// The place of a value together with its key; the last part of the way that exists decides.
    pub(super) fn place(&self, way: &[&str]) -> Span {
        let mut here = (self, self.span);
        for key in way {
            let Some((key, value)) = here.0.entry(key) else { break };
            here = (value, key.span);
        }
        here.1
    }

    /// The value without its places.
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

/// Reads a file's text.
///
/// One document without anchors, aliases, merge keys or tags of its own: what stands there is what is meant.
pub(super) fn parse(source: &Source, origin: Origin) -> Result<Node, Box<Problem>> {
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(&source.text, options())
        .map_err(|error| Box::new(refuse(source, &error)))?;
    let node = Placer { source, origin }.node(raw);
    match node.kind {
        // The parser takes a text without a document for null.
        ValueKind::Null => Err(Box::new(Problem::whole_file(&source.file, "the file is empty"))),
        _ => Ok(node),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: MAX_NODES * 4,
            max_documents: 1,
            max_aliases: 0,
            max_anchors: 0,
            max_merge_keys: 0,
        },
        emit_comments: false,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// The parser's complaint in our words.
fn refuse(source: &Source, error: &Error) -> Problem {
    let range = error.location().map_or(0..0, |location| range(source, &location));
    let (message, help) = match error.without_snippet() {
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
                ("anchors and aliases are not allowed".to_owned(), Some("write the value out, or make it a fragment"))
            }
            BudgetBreach::Depth { .. } => (format!("nested deeper than {MAX_DEPTH} levels"), None),
            BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
                (format!("more than {MAX_NODES} values in one file"), Some("use `repeat` or a fragment"))
            }
            BudgetBreach::Documents { .. } => ("more than one document in the file".to_owned(), Some(ONE_DOCUMENT)),
            _ => ("more than the loader takes".to_owned(), None),
        },
        Error::MultipleDocuments { .. } => ("more than one document in the file".to_owned(), Some(ONE_DOCUMENT)),
        Error::UnknownAnchor { .. } => ("anchors and aliases are not allowed".to_owned(), Some("quote the value")),
        Error::MergeKeyNotAllowed { .. } => ("merge keys are not allowed".to_owned(), Some("write the keys out")),
        Error::DuplicateMappingKey { key: Some(key), .. } => (format!("the key `{key}` is already there"), None),
        Error::Eof { .. } => ("the file is empty".to_owned(), None),
        other => (UserMessageFormatter.format_message(other).into_owned(), None),
    };
    let problem = Problem::error(source, range, message);
    if let Some(help) = help { problem.help(help) } else { problem }
}

const ONE_DOCUMENT: &str = "put each document in a file of its own";

/// The bytes a location covers.
fn range(source: &Source, location: &Location) -> Range<usize> {
    let span = location.span();
    let offset = |characters: u64| {
        let characters = usize::try_from(characters).unwrap_or(usize::MAX);
        source.text.char_indices().nth(characters).map_or(source.text.len(), |(at, _)| at)
    };
    let (start, end) = match (span.byte_offset(), span.byte_len()) {
        (Some(start), Some(len)) => {
            let length = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
            (length(start), length(start.saturating_add(len)))
        }
        _ => (offset(span.offset()), offset(span.offset().saturating_add(span.len()))),
    };
    let end = end.min(source.text.len());
    start.min(end)..end
}

/// A value as the parser hands it over.
enum Raw {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<RawKey>, Spanned<Raw>)>),
}

struct RawKey(String);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Raw, E> {
        Number::from_f64(value).map(Raw::Number).ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Raw, E> {
        Err(E::custom("`!!binary` is no value of a case; bytes to be sent are written with `hex`"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

impl<'de> Deserialize<'de> for RawKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Raw::deserialize(deserializer)? {
            Raw::Text(text) => Ok(Self(text)),
            Raw::Number(number) => Ok(Self(number.to_string())),
            Raw::Bool(value) => Ok(Self(value.to_string())),
            Raw::Null => Ok(Self("null".to_owned())),
            Raw::List(_) | Raw::Map(_) => Err(D::Error::custom("a key must be a string")),
        }
    }
}

/// Turns the parser's locations into places in the file.
struct Placer<'s> {
    source: &'s Source,
    origin: Origin,
}

impl Placer<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let mut span = self.span(&raw.referenced);
        let kind = match raw.value {
            Raw::Null => ValueKind::Null,
            Raw::Bool(value) => ValueKind::Bool(value),
            Raw::Number(number) => ValueKind::Number(number),
            Raw::Text(text) => ValueKind::Text(text),
            Raw::List(items) => ValueKind::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Map(entries) => ValueKind::Map(entries.into_iter().map(|entry| self.entry(entry)).collect()),
        };
        // The parser places a list or mapping at its beginning; it reaches at least to the end of its last value.
        let last = match &kind {
            ValueKind::List(items) => items.last().map(|item| item.span),
            ValueKind::Map(entries) => entries.last().map(|(key, value)| key.span.to(value.span)),
            _ => None,
        };
        if let Some(last) = last {
            span = span.to(last);
        }
        Node::new(kind, span)
    }

    fn entry(&self, (key, value): (Spanned<RawKey>, Spanned<Raw>)) -> (Key, Node) {
        (Key { span: self.span(&key.referenced), text: key.value.0 }, self.node(value))
    }

    fn span(&self, location: &Location) -> Span {
        let range = range(self.source, location);
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Span { origin: self.origin, start: offset(range.start), end: offset(range.end) }
    }
}
