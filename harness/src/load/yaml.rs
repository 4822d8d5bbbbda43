//! Reads YAML as a tree of values with their places.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{Error, Location, MessageFormatter as _, Options, Spanned, UserMessageFormatter};

use super::limits::{MAX_DEPTH, MAX_NODES};
use super::problem::{Problem, Source};
use super::tree::{Key, Node, Origin, Span, ValueKind};

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

/// Makes a problem of an error of the parser.
fn refuse(source: &Source, error: &Error) -> Problem {
    let range = error.location().map_or(0..0, |location| range(source, &location));
    let (message, help) = match error.without_snippet() {
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
                ("anchors and aliases are not allowed".to_owned(), Some("write the value out, or make it a fragment"))
            }
            BudgetBreach::Depth { .. } => (format!("the file is nested deeper than {MAX_DEPTH} levels"), None),
            BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
                (format!("the file holds more than {MAX_NODES} values"), Some("use `repeat` or a fragment"))
            }
            BudgetBreach::Documents { .. } => ("the file holds more than one document".to_owned(), Some(ONE_DOCUMENT)),
            _ => ("the file exceeds a limit of the loader".to_owned(), None),
        },
        Error::MultipleDocuments { .. } => ("the file holds more than one document".to_owned(), Some(ONE_DOCUMENT)),
        Error::UnknownAnchor { .. } => ("anchors and aliases are not allowed".to_owned(), Some("quote the value")),
        Error::MergeKeyNotAllowed { .. } => ("merge keys are not allowed".to_owned(), Some("write the keys out")),
        Error::DuplicateMappingKey { key: Some(key), .. } => (format!("duplicate key `{key}`"), None),
        Error::Eof { .. } => ("the file is empty".to_owned(), None),
        other => (UserMessageFormatter.format_message(other).into_owned(), None),
    };
    let problem = Problem::error(source, range, message);
    if let Some(help) = help { problem.help(help) } else { problem }
}

const ONE_DOCUMENT: &str = "put each document in a file of its own";

/// Finds the bytes that a location covers.
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
        Err(E::custom("`!!binary` is not allowed; bytes to be sent are written with `hex`"))
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
        Span::new(self.origin, &range(self.source, location))
    }
}
