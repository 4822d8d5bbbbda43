//! A case as a person reads it: the bytes of its answers with their offsets, the events in them, and what is expected.

use std::fmt::Write as _;

use super::{BOLD, DIM, styled};
use crate::case::{Case, End, Source};
use crate::codec::{self, Codec, Decoded};
use crate::id::{Transport, Variant};
use crate::judge::{Expected, expected};
use crate::text::shown;
use crate::transport::{self, Encoded, EncodedWrite, MessagePart, Op, Version};
use crate::wire::{Answer, Script};

/// The number of characters of a write, an event or a value that are shown.
const WIDTH: usize = 4000;

/// The number of bytes on one line of a hexadecimal dump.
const HEX_LINE: usize = 16;

/// The form in which bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    /// Text, with the framing of the body left out.
    Text,
    /// A hexadecimal dump of all bytes on the wire.
    Hex,
}

/// Writes a case in one variant, with the answers of its script: all of them, or the one of this number, from 1.
pub fn show(case: &Case, variant: Variant, script: &Script, answer: Option<usize>, bytes: Bytes) -> String {
    let mut out = String::new();
    let about = format!("{}, {}, {}; {}", case.api, named(case.about), variant, case.file);
    let _ = writeln!(out, "{}\n  {}\n  {}", styled(BOLD, case.id.as_str()), case.title, styled(DIM, &about));
    let settings = format!("timeout {} ms, {} retries", case.timeout, case.max_retries);
    let caller = if case.caller.is_plain() { String::new() } else { format!(", caller: {}", named(case.caller)) };
    let _ = writeln!(out, "  {}", styled(DIM, &format!("{settings}{caller}")));
    let count = script.answers.len();
    for (place, one) in script.answers.iter().enumerate() {
        if answer.is_some_and(|answer| answer != place + 1) {
            continue;
        }
        let when = match script.conditions.get(&place) {
            Some(condition) => format!(", to a request that has {}", shown(&condition.to_string(), WIDTH)),
            None if place > script.last() => ", to a request that meets no condition".to_owned(),
            None => String::new(),
        };
        let _ = writeln!(out, "\n  {}", styled(BOLD, &format!("answer {} of {count}{when}", place + 1)));
        answer_lines(&mut out, case, one, bytes);
    }
    let _ = writeln!(out, "\n  {}", styled(BOLD, "expected"));
    for Expected { level, axis, value } in expected(case) {
        let _ = writeln!(out, "    {:<6}  {axis}: {}", level.name(), shown(&value.to_string(), WIDTH));
    }
    if let Some(dispute) = &case.disputed {
        let _ = writeln!(out, "    disputed: {} ({})", dispute.position, dispute.url);
    }
    let _ = writeln!(out, "\n  {}", styled(BOLD, "sources"));
    for Source { basis, url, quote, .. } in &case.sources {
        let quote = quote.as_ref().map(|quote| format!(" \"{quote}\"")).unwrap_or_default();
        let _ = writeln!(out, "    {}  {url}{quote}", named(basis));
    }
    out
}

/// Returns the exact bytes of an answer as the default transport sends it to a client of the default version.
pub fn raw(answer: &Answer) -> Vec<u8> {
    encoded(answer).bytes()
}

fn encoded(answer: &Answer) -> Encoded {
    transport::of(Transport::default()).encode(answer, Version::default())
}

/// Writes a value by the name or the form that it has in cases.
fn named(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => shown(&other.to_string(), WIDTH),
        Err(error) => error.to_string(),
    }
}

fn answer_lines(out: &mut String, case: &Case, answer: &Answer, bytes: Bytes) {
    let codec = codec::of(case.api);
    let is_coded = answer.coding().is_some();
    let mut events = Events { codec, body: Vec::new(), begin: 0, count: 0 };
    let mut offset = 0;
    for op in &encoded(answer).ops {
        match op {
            Op::Pause(time) => {
                let _ = writeln!(out, "            {}", styled(DIM, &format!("pause {} ms", time.as_millis())));
            }
            Op::Write(write) => {
                write_lines(out, write, offset, bytes, is_coded);
                if answer.is_event_stream && !is_coded {
                    events.take(out, &write.body);
                }
                offset += write.bytes.len();
            }
        }
    }
    if is_coded && answer.is_event_stream {
        let _ = writeln!(out, "            {}", styled(DIM, "the body, decoded:"));
        events.take(out, &answer.decoded(answer.bytes()));
    }
    events.end(out);
    let end = format!("{offset:>6}      {}", ending(answer.end));
    let _ = writeln!(out, "    {}", styled(DIM, &end));
}

/// Writes one write with its offset on the wire and the number of its bytes there. What a coding has made of a body is no text.
fn write_lines(out: &mut String, write: &EncodedWrite, offset: usize, bytes: Bytes, is_coded: bool) {
    let part = match write.part {
        MessagePart::Head => "head",
        MessagePart::Body => "body",
        MessagePart::End => "last",
    };
    let place = format!("{offset:>6} +{:<5} {part}", write.bytes.len());
    match bytes {
        Bytes::Text => {
            let text = match write.part {
                MessagePart::Body if is_coded => format!("({} bytes, compressed)", write.body.len()),
                MessagePart::Body => shown(&String::from_utf8_lossy(&write.body), WIDTH),
                MessagePart::Head | MessagePart::End => shown(&String::from_utf8_lossy(&write.bytes), WIDTH),
            };
            let _ = writeln!(out, "    {}  {text}", styled(DIM, &place));
        }
        Bytes::Hex => {
            let _ = writeln!(out, "    {}", styled(DIM, &place));
            for (line, chunk) in write.bytes.chunks(HEX_LINE).enumerate() {
                let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
                let digits = digits.join(" ");
                let signs: String = chunk.iter().map(|&byte| sign(byte)).collect();
                let at = offset + line * HEX_LINE;
                let _ = writeln!(out, "    {} {digits:<47}  {signs}", styled(DIM, &format!("{at:08x}")));
            }
        }
    }
}

/// Returns the sign of a byte in a dump, which is a full stop where it has none.
const fn sign(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { byte as char } else { '.' }
}

/// Says what the server does after the last write.
fn ending(end: End) -> String {
    let what = end.in_words();
    format!("end: {} ({what})", end.name())
}

/// The events of a body, told of at the write in which they end.
struct Events<'a> {
    codec: &'a dyn Codec,
    body: Vec<u8>,
    /// The offset of the first byte of the body that is in no event yet.
    begin: usize,
    count: usize,
}

impl Events<'_> {
    /// Takes the next bytes of the body, and tells of the events that end in them.
    fn take(&mut self, out: &mut String, bytes: &[u8]) {
        self.body.extend(bytes);
        let rest = self.body.split_off(self.begin);
        let mut told = 0;
        for end in self.codec.event_ends(&rest) {
            for event in self.codec.events(&rest[told..end]) {
                // The write above shows the data of an event that is all that is in it.
                self.tell(out, &event, rest != bytes || end - told != bytes.len());
            }
            told = end;
        }
        self.body.extend(&rest);
        self.begin += told;
    }

    /// Tells of what is left when the answer is over.
    fn end(mut self, out: &mut String) {
        for event in self.codec.events(&self.body.split_off(self.begin)) {
            self.tell(out, &event, true);
        }
    }

    /// Tells of an event, with its data or without.
    fn tell(&mut self, out: &mut String, event: &Decoded, with_data: bool) {
        let name = if event.name.is_empty() { self.codec.default_name() } else { &event.name };
        let note = match &event.broken_off {
            Some(_) => ", which is never completed",
            None if event.is_ignored() => ", which has no data and is ignored",
            None => "",
        };
        self.count += 1;
        let data = if with_data { format!(": {}", shown(event.data(), WIDTH)) } else { String::new() };
        let text = format!("event {} `{}`{note}{data}", self.count, shown(name, 80));
        let _ = writeln!(out, "            {}", styled(DIM, &text));
    }
}
