//! A case as a person reads it: the bytes of its answers with their offsets, the events in them, and what is expected.

use std::fmt::Write as _;
use std::time::Duration;

use super::{BOLD, DIM, styled};
use crate::case::{Case, End, Source};
use crate::codec::{self, Codec, Decoded};
use crate::id::{Transport, Variant};
use crate::judge::{Expected, expected};
use crate::text::shown;
use crate::transport::{self, Encoded, EncodedWrite, Frame, MessagePart, Op, Version, frames};
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

/// The way in which answers are sent.
#[derive(Clone, Debug)]
pub enum SentBy {
    /// By HTTP/1.1, as this transport encodes them.
    Writes(Transport),
    /// By HTTP/2: the bytes that were heard of each answer of the script, by their places.
    Frames(Vec<Vec<u8>>),
}

impl SentBy {
    /// Returns the exact bytes of an answer of the script inside of TLS, where there is any.
    pub fn raw(&self, script: &Script, place: usize) -> Vec<u8> {
        match self {
            Self::Writes(transport) => encoded(&script.answers[place], *transport).bytes(),
            Self::Frames(heard) => heard.get(place).cloned().unwrap_or_default(),
        }
    }
}

/// Writes a case in one variant, with the answers of its script: all of them, or the one of this number, from 1.
pub fn show(
    case: &Case,
    variant: Variant,
    script: &Script,
    answer: Option<usize>,
    sent: &SentBy,
    bytes: Bytes,
) -> String {
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
        match sent {
            SentBy::Writes(transport) => answer_lines(&mut out, case, one, *transport, bytes),
            SentBy::Frames(_) => frame_lines(&mut out, case, one, &sent.raw(script, place), bytes),
        }
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

/// Encodes an answer as a transport sends it to a client of the default version.
fn encoded(answer: &Answer, transport: Transport) -> Encoded {
    transport::of(transport).encode(answer, Version::default())
}

/// Writes a value by the name or the form that it has in cases.
fn named(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => shown(&other.to_string(), WIDTH),
        Err(error) => error.to_string(),
    }
}

fn answer_lines(out: &mut String, case: &Case, answer: &Answer, transport: Transport, bytes: Bytes) {
    let is_coded = answer.coding().is_some();
    let mut events = Events::of(case);
    let mut offset = 0;
    for op in &encoded(answer, transport).ops {
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
    events.end_of(out, answer);
    let end = format!("{offset:>6}      {}", ending(answer.end));
    let _ = writeln!(out, "    {}", styled(DIM, &end));
}

/// Writes the frames that were heard of an answer, and the pauses where they were left out.
fn frame_lines(out: &mut String, case: &Case, answer: &Answer, heard: &[u8], bytes: Bytes) {
    let is_coded = answer.coding().is_some();
    let encoded = transport::of(Transport::H2).encode(answer, Version::Http2);
    let mut fields = encoded.writes().filter(|write| write.part != MessagePart::Body).map(|write| &write.bytes);
    let mut pauses = pauses(&encoded).into_iter().peekable();
    let mut events = Events::of(case);
    let (mut offset, mut body, mut is_begun) = (0, 0, false);
    for frame in frames(heard) {
        let text = match &frame {
            data if data.is_data() && is_coded => format!("({} bytes, compressed)", data.payload().len()),
            data if data.is_data() => String::from_utf8_lossy(data.payload()).into_owned(),
            begins if begins.is_fields() => {
                is_begun = true;
                fields.next().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
            }
            other => other.meaning(),
        };
        frame_line(out, &frame, &text, offset, bytes);
        offset += frame.bytes.len();
        if frame.is_data() {
            body += frame.payload().len();
            if answer.is_event_stream && !is_coded {
                events.take(out, frame.payload());
            }
        }
        while let Some((_, time)) = pauses.next_if(|(at, _)| is_begun && *at <= body) {
            let _ = writeln!(out, "            {}", styled(DIM, &format!("pause {} ms", time.as_millis())));
        }
    }
    for (_, time) in pauses {
        let _ = writeln!(out, "            {}", styled(DIM, &format!("pause {} ms", time.as_millis())));
    }
    events.end_of(out, answer);
    let end = format!("{offset:>6}      {}", ending(answer.end));
    let _ = writeln!(out, "    {}", styled(DIM, &end));
}

/// Lists the pauses of an answer, each with the number of bytes of the body before it.
fn pauses(encoded: &Encoded) -> Vec<(usize, Duration)> {
    let (mut body, mut pauses) = (0, Vec::new());
    for op in &encoded.ops {
        match op {
            Op::Write(write) => body += write.body.len(),
            Op::Pause(time) => pauses.push((body, *time)),
        }
    }
    pauses
}

/// Writes one frame with its offset, the number of its bytes, its kind, its stream and its flags.
fn frame_line(out: &mut String, frame: &Frame<'_>, text: &str, offset: usize, bytes: Bytes) {
    let place = format!("{offset:>6} +{:<5} {}, {}", frame.bytes.len(), frame.name(), frame.place());
    match bytes {
        Bytes::Text => {
            let line = format!("    {}  {}", styled(DIM, &place), shown(text, WIDTH));
            let _ = writeln!(out, "{}", line.trim_end());
        }
        Bytes::Hex => {
            let _ = writeln!(out, "    {}", styled(DIM, &place));
            dump(out, frame.bytes, offset);
        }
    }
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
            dump(out, &write.bytes, offset);
        }
    }
}

/// Writes bytes as a hexadecimal dump whose first line has this offset.
fn dump(out: &mut String, bytes: &[u8], offset: usize) {
    for (line, chunk) in bytes.chunks(HEX_LINE).enumerate() {
        let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let digits = digits.join(" ");
        let signs: String = chunk.iter().map(|&byte| sign(byte)).collect();
        let at = offset + line * HEX_LINE;
        let _ = writeln!(out, "    {} {digits:<47}  {signs}", styled(DIM, &format!("{at:08x}")));
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

    /// Begins with no byte of a body.
    fn of(case: &Case) -> Self {
        Self { codec: codec::of(case.api), body: Vec::new(), begin: 0, count: 0 }
    }

    /// Tells of what is left when an answer is over: of one whose body is compressed, of all events.
    fn end_of(mut self, out: &mut String, answer: &Answer) {
        if answer.coding().is_some() && answer.is_event_stream {
            let _ = writeln!(out, "            {}", styled(DIM, "the body, decoded:"));
            self.take(out, &answer.decoded(answer.bytes()));
        }
        self.end(out);
    }

    /// Tells of what is left of the body.
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
