//! Other bytes of an event stream that mean the same.

use super::lines::{Byte, Lines};
use crate::codec::{Content, Item, Rewrite, Span};

/// U+FEFF; a decoder strips one at the beginning (WHATWG Encoding, "UTF-8 decode").
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// A line that starts with a colon is ignored.
const COMMENT: &str = ": streamspec\n\n";
/// New event types may be added at any time, say the vendors.
const UNKNOWN_EVENT: &str = "event: streamspec.unknown\ndata: {\"type\":\"streamspec.unknown\"}\n\n";

/// Rewrites the body.
pub(super) fn rewrite(items: Vec<Item>, rewrite: Rewrite) -> Vec<Item> {
    match rewrite {
        Rewrite::CrLf => line_ends(items, b"\r\n"),
        Rewrite::Cr => line_ends(items, b"\r"),
        Rewrite::Lf => line_ends(items, b"\n"),
        Rewrite::ByteOrderMark => with_byte_order_mark(items),
        Rewrite::Comments => before_events(items, COMMENT),
        Rewrite::UnknownEvents => before_events(items, UNKNOWN_EVENT),
    }
}

/// Rewrites every line end outside opaque spans. A CRLF whose halves are in two spans is one line end.
fn line_ends(mut items: Vec<Item>, line_end: &[u8]) -> Vec<Item> {
    let mut lines = Lines::default();
    for item in &mut items {
        let Item::Span(span) = item else { continue };
        let mut bytes = Vec::with_capacity(span.bytes.len());
        for &byte in &span.bytes {
            match (lines.feed(byte), span.content) {
                (_, Content::Opaque) | (Byte::Content, _) => bytes.push(byte),
                (Byte::LineEnd, _) => bytes.extend_from_slice(line_end),
                (Byte::SecondHalf, _) => {}
            }
        }
        span.bytes = bytes;
    }
    items
}

/// Puts the mark before the first byte, if there is one.
fn with_byte_order_mark(mut items: Vec<Item>) -> Vec<Item> {
    let first = items.iter_mut().find_map(|item| match item {
        Item::Span(span) if !span.bytes.is_empty() => Some(span),
        _ => None,
    });
    if let Some(span) = first {
        span.bytes.splice(..0, BYTE_ORDER_MARK.iter().copied());
    }
    items
}

/// Slips a record of its own write in before every event, but never into a record that raw text has begun.
fn before_events(items: Vec<Item>, record: &str) -> Vec<Item> {
    let mut lines = Lines::default();
    let mut varied = Vec::with_capacity(items.len());
    for item in items {
        if let Item::Span(span) = &item {
            if span.content == Content::Event && lines.between_records() {
                varied.push(Item::Flush);
                varied.push(Item::Span(Span { bytes: record.into(), content: Content::Text }));
                varied.push(Item::Flush);
            }
            for &byte in &span.bytes {
                lines.feed(byte);
            }
        }
        varied.push(item);
    }
    varied
}
