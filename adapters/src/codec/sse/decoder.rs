//! An incremental decoder for `text/event-stream` that follows the WHATWG rules to the letter: bytes in, events out.
//!
//! The rules are those of <https://html.spec.whatwg.org/multipage/server-sent-events.html>. It has two stages: bytes to lines,
//! and lines to events. At the end of the stream what is pending is discarded, except that a last line without an end may be a
//! stray one.

mod fields;
mod lines;

pub(crate) use self::fields::Fields;
pub(crate) use self::lines::Lines;
use crate::codec::decode::{Decode, Item, text};

/// The stage that cuts bytes into lines.
pub(crate) trait CutLines: Send {
    /// Takes some bytes and returns the lines that they complete, without their ends.
    fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>>;

    /// Returns the line that has not ended yet.
    fn pending(&self) -> &[u8];
}

/// The stage that makes events of lines.
pub(crate) trait TakeLine: Send {
    /// Takes one line and returns what it completes. A blank line dispatches the event before it.
    fn line(&mut self, line: &[u8]) -> Vec<Item>;

    /// Returns the fields as they are now.
    fn fields(&self) -> &Fields;
}

/// Both stages, one after the other.
#[derive(Debug)]
pub(crate) struct Decoder<L = Lines, F = Fields> {
    pub(crate) lines: L,
    pub(crate) fields: F,
    /// A line has been read, so a byte order mark is data from here on.
    pub(crate) begun: bool,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::of(Lines::default(), Fields::default())
    }
}

impl<L: CutLines, F: TakeLine> Decoder<L, F> {
    pub(crate) const fn of(lines: L, fields: F) -> Self {
        Self { lines, fields, begun: false }
    }
}

impl<L: CutLines, F: TakeLine> Decode for Decoder<L, F> {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item> {
        let mut items = Vec::new();
        for line in self.lines.feed(bytes) {
            let is_first = !std::mem::replace(&mut self.begun, true);
            items.extend(self.fields.line(if is_first { without_bom(&line) } else { &line }));
        }
        items
    }

    fn finish(&mut self) -> Vec<Item> {
        let line = self.lines.pending();
        let line = text(if self.begun { line } else { without_bom(line) });
        match split(&line).0 {
            "" | "event" | "data" | "id" | "retry" => Vec::new(),
            _ => vec![Item::Stray(line.into_owned())],
        }
    }

    fn arriving(&self) -> (&str, usize) {
        let (line, fields) = (self.lines.pending(), self.fields.fields());
        let of_line = if line.starts_with(b"data") { line.len() } else { 0 };
        (&fields.name, of_line + fields.data.len())
    }
}

/// Returns a line without the byte order mark that the first one may have.
fn without_bom(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

/// Returns the field's name and its value without the one space after the colon.
pub(crate) fn split(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name, value.strip_prefix(' ').unwrap_or(value))
}
