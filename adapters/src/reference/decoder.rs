//! An incremental decoder for `text/event-stream` that follows the WHATWG rules to the letter: bytes in, events out.
//!
//! The rules are those of <https://html.spec.whatwg.org/multipage/server-sent-events.html>. Lines are cut before they
//! are decoded: LF and CR are never part of another UTF-8 sequence, so the result cannot depend on how the bytes came.

use super::mutant::{Faults, Mutant};

/// What a decoder makes of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A dispatched event.
    Event(Event),
    /// A line whose field the rules tell to ignore; some servers put their errors there.
    Stray(String),
    /// The decoder gave up. The rules know no such thing: only faulty clients do it.
    Refused(&'static str),
}

/// A dispatched event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The value of the last `event` field; empty when there was none.
    pub(crate) name: String,
    /// The values of the `data` fields, joined with LF.
    pub(crate) data: String,
}

/// The state between two reads.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    faults: Faults,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// A CR ended the last line: an LF that follows belongs to it.
    after_cr: bool,
    /// How the line before this one ended.
    last_end: u8,
    /// A line has been read, so a byte order mark is data from here on.
    begun: bool,
    name: String,
    data: String,
    /// The last `id` that held no NUL. Nothing here resumes a stream; the rule is kept whole.
    pub(crate) last_event_id: String,
    /// The last `retry` that was a number, in milliseconds. Nothing here reconnects either.
    pub(crate) reconnection_time: Option<u64>,
}

impl Decoder {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// Takes some bytes and returns what they complete.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Vec<Item> {
        let mut items = Vec::new();
        if self.after_cr && bytes.first() == Some(&b'\n') && self.faults.has(Mutant::CrLfAcrossReads) {
            self.after_cr = false;
            self.line.push(b'\n');
            bytes = &bytes[1..];
        }
        let patched = self.faults.has(Mutant::Utf8ByChunk).then(|| String::from_utf8_lossy(bytes).into_owned());
        for &byte in patched.as_deref().map_or(bytes, str::as_bytes) {
            let continues_cr = std::mem::take(&mut self.after_cr) && byte == b'\n';
            match byte {
                b'\n' if continues_cr => self.last_end = b'\n',
                b'\r' if self.faults.has(Mutant::LfOnly) || self.faults.has(Mutant::LoneCrIsData) => {
                    self.line.push(byte);
                }
                b'\r' | b'\n' => {
                    self.after_cr = byte == b'\r';
                    self.end_line(byte, &mut items);
                }
                _ => self.line.push(byte),
            }
        }
        if self.faults.has(Mutant::LosesChunkTail) {
            self.line.clear();
        }
        items
    }

    /// Ends the stream: what is pending is discarded, except that a last line without an end may be a stray one.
    pub(crate) fn finish(mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(self.without_bom(&line)).into_owned();
        let (name, _) = split(&line);
        if !line.is_empty() && !matches!(name, "" | "event" | "data" | "id" | "retry") {
            items.push(Item::Stray(line));
        } else if self.faults.has(Mutant::DispatchesAtEof) {
            self.take_line(&line, &mut items);
            self.dispatch(&mut items);
        }
        items
    }

    /// The name of the event that is arriving, and how much of its data is here.
    pub(crate) fn arriving(&self) -> (&str, usize) {
        let line = if self.line.starts_with(b"data") { self.line.len() } else { 0 };
        (&self.name, line + self.data.len())
    }

    fn end_line(&mut self, end: u8, items: &mut Vec<Item>) {
        let mut bytes = std::mem::take(&mut self.line);
        if self.faults.has(Mutant::LoneCrIsData) && bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let line = self.without_bom(&bytes);
        if self.faults.has(Mutant::LineCap) && line.len() > 64 * 1024 {
            items.push(Item::Refused("token too long"));
        }
        if self.faults.has(Mutant::InvalidUtf8Fails) && std::str::from_utf8(line).is_err() {
            items.push(Item::Refused("invalid UTF-8"));
        }
        let line = String::from_utf8_lossy(line);
        let other_ends: &[char] =
            if self.faults.has(Mutant::UnicodeLineEnds) { &['\u{85}', '\u{2028}', '\u{2029}'] } else { &[] };
        for line in line.split(other_ends) {
            self.take_line(line, items);
        }
        if line.is_empty() && !(self.faults.has(Mutant::LfLfOnly) && (end, self.last_end) != (b'\n', b'\n')) {
            self.dispatch(items);
        }
        self.last_end = end;
    }

    /// A line without the byte order mark that the first one may have.
    fn without_bom<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        let is_first = !std::mem::replace(&mut self.begun, true);
        let bom = "\u{feff}".as_bytes();
        if is_first && !self.faults.has(Mutant::KeepsBom) { line.strip_prefix(bom).unwrap_or(line) } else { line }
    }

    /// Takes one line that is not blank.
    fn take_line(&mut self, line: &str, items: &mut Vec<Item>) {
        if line.is_empty() {
            return;
        }
        if let Some(comment) = line.strip_prefix(':') {
            if self.faults.has(Mutant::CommentsAreData) {
                self.add_data(comment);
            }
            return;
        }
        let (name, value) = split(line);
        if self.faults.has(Mutant::RequiresSpace) && !line[name.len()..].starts_with(": ") {
            return;
        }
        let folded = if self.faults.has(Mutant::FieldsIgnoreCase) { name.to_lowercase() } else { name.to_owned() };
        match folded.as_str() {
            "event" if self.faults.has(Mutant::DropsEventName) => {}
            "event" => value.clone_into(&mut self.name),
            "data" if self.faults.has(Mutant::StripsSpaces) => self.add_data(&value.replace(' ', "")),
            "data" => self.add_data(value),
            "id" | "retry" if self.faults.has(Mutant::IdAndRetryFail) => items.push(Item::Refused("unexpected field")),
            "id" if !value.contains('\0') => value.clone_into(&mut self.last_event_id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.reconnection_time = value.parse().ok();
            }
            "id" | "retry" => {}
            _ if self.faults.has(Mutant::UnknownFieldFails) => items.push(Item::Refused("unknown field")),
            _ => items.push(Item::Stray(line.to_owned())),
        }
        if self.faults.has(Mutant::LinesAreEvents) && name == "data" {
            let name = self.name.clone();
            self.dispatch(items);
            self.name = name;
        }
    }

    fn add_data(&mut self, value: &str) {
        if self.faults.has(Mutant::LastDataLineWins) {
            self.data.clear();
        }
        self.data.push_str(value);
        self.data.push('\n');
    }

    fn dispatch(&mut self, items: &mut Vec<Item>) {
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        if self.faults.has(Mutant::KeepsDataBuffer) {
            data.clone_into(&mut self.data);
        }
        if data.pop().is_some() {
            items.push(Item::Event(Event { name, data }));
        } else if self.faults.has(Mutant::EmptyEventFails) {
            items.push(Item::Refused("unexpected end of JSON input"));
        }
    }
}

/// The field's name and its value without the one space after the colon.
fn split(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name, value.strip_prefix(' ').unwrap_or(value))
}
