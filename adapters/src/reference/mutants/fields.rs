//! Faults in making events of lines.

use super::Faulty;
use crate::codec::decode::{Decode, Item, text};
use crate::codec::sse::decoder::{Decoder, Fields, Lines, TakeLine, split};

/// The stage that takes lines, replaced by a function on its state that is given each line with its text.
struct Take(Fields, fn(&mut Fields, &[u8], &str) -> Vec<Item>);

impl TakeLine for Take {
    fn line(&mut self, line: &[u8]) -> Vec<Item> {
        (self.1)(&mut self.0, line, &text(line))
    }

    fn fields(&self) -> &Fields {
        &self.0
    }
}

/// Makes a client with this decoder.
const fn decoding(sse: fn() -> Box<dyn Decode>) -> Faulty {
    Faulty::with_decoder("sse", sse)
}

/// Makes a decoder with this function in the place of the stage that takes lines.
fn take(line: fn(&mut Fields, &[u8], &str) -> Vec<Item>) -> Box<dyn Decode> {
    Box::new(Decoder::of(Lines::default(), Take(Fields::default(), line)))
}

pub(super) const INVALID_UTF8_FAILS: Faulty = decoding(|| {
    take(|fields, line, _| match std::str::from_utf8(line) {
        Ok(_) => fields.line(line),
        Err(_) => vec![Item::Refused("invalid UTF-8")],
    })
});

pub(super) const LINE_CAP: Faulty = decoding(|| {
    take(
        |fields, line, _| {
            if line.len() > 64 * 1024 { vec![Item::Refused("token too long")] } else { fields.line(line) }
        },
    )
});

pub(super) const STRIPS_SPACES: Faulty = decoding(|| {
    take(|fields, line, text| match split(text) {
        ("data", value) => fields.line(format!("data:{}", value.replace(' ', "")).as_bytes()),
        _ => fields.line(line),
    })
});

pub(super) const REQUIRES_SPACE: Faulty = decoding(|| {
    take(|fields, line, text| {
        let after = &text[split(text).0.len()..];
        if text.is_empty() || after.starts_with(": ") { fields.line(line) } else { Vec::new() }
    })
});

pub(super) const LAST_DATA_LINE_WINS: Faulty = decoding(|| {
    take(|fields, line, text| {
        if split(text).0 == "data" {
            fields.data.clear();
        }
        fields.line(line)
    })
});

pub(super) const LINES_ARE_EVENTS: Faulty = decoding(|| {
    take(|fields, line, text| {
        let mut items = fields.line(line);
        if split(text).0 == "data" {
            let name = fields.name.clone();
            items.extend(fields.dispatch());
            fields.name = name;
        }
        items
    })
});

pub(super) const DROPS_EVENT_NAME: Faulty =
    decoding(|| take(|fields, line, text| if split(text).0 == "event" { Vec::new() } else { fields.line(line) }));

pub(super) const FIELDS_IGNORE_CASE: Faulty = decoding(|| {
    take(|fields, line, text| {
        let name = split(text).0;
        let lower = name.to_lowercase();
        match lower.as_str() {
            "event" | "data" | "id" | "retry" => fields.line(format!("{lower}{}", &text[name.len()..]).as_bytes()),
            _ => fields.line(line),
        }
    })
});

pub(super) const COMMENTS_ARE_DATA: Faulty = decoding(|| {
    take(|fields, line, text| match text.strip_prefix(':') {
        Some(comment) => fields.line(format!("data: {comment}").as_bytes()),
        None => fields.line(line),
    })
});

pub(super) const EMPTY_EVENT_FAILS: Faulty = decoding(|| {
    take(|fields, line, text| {
        if text.is_empty() && fields.data.is_empty() {
            return vec![Item::Refused("unexpected end of JSON input")];
        }
        fields.line(line)
    })
});

pub(super) const KEEPS_DATA_BUFFER: Faulty = decoding(|| {
    take(|fields, line, text| {
        let kept = text.is_empty().then(|| fields.data.clone());
        let items = fields.line(line);
        fields.data = kept.unwrap_or_else(|| std::mem::take(&mut fields.data));
        items
    })
});

pub(super) const ID_AND_RETRY_FAIL: Faulty = decoding(|| {
    take(|fields, line, text| match split(text).0 {
        "id" | "retry" => vec![Item::Refused("unexpected field")],
        _ => fields.line(line),
    })
});

pub(super) const UNKNOWN_FIELD_FAILS: Faulty = decoding(|| {
    take(|fields, line, _| {
        let refused = |item| if matches!(item, Item::Stray(_)) { Item::Refused("unknown field") } else { item };
        fields.line(line).into_iter().map(refused).collect()
    })
});

pub(super) const DISPATCHES_AT_EOF: Faulty = decoding(|| Box::new(DispatchesAtEof(Decoder::new())));

struct DispatchesAtEof(Decoder);

impl Decode for DispatchesAtEof {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item> {
        self.0.feed(bytes)
    }

    fn finish(&mut self) -> Vec<Item> {
        let items = self.0.finish();
        if items.is_empty() { self.0.feed(b"\n\n") } else { items }
    }

    fn arriving(&self) -> (&str, usize) {
        self.0.arriving()
    }
}
