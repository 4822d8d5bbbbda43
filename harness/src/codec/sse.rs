//! Server-Sent Events (WHATWG HTML 9.2).

mod lines;
mod variants;

use serde_json::Value;

use super::{Codec, Decoded, Item};
use crate::id::Variant;

/// The codec of `text/event-stream`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sse;

impl Codec for Sse {
    fn content_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    fn is_named_by(&self, content_type: &str) -> bool {
        content_type.to_ascii_lowercase().starts_with("text/event-stream")
    }

    fn event(&self, name: Option<&str>, data: &Value) -> Vec<u8> {
        let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
        let data = match data {
            Value::String(text) => fields("data:", text),
            other => fields("data:", &other.to_string()),
        };
        format!("{name}{data}\n").into_bytes()
    }

    fn comment(&self, text: &str) -> Vec<u8> {
        format!("{}\n", fields(":", text)).into_bytes()
    }

    fn has(&self, _: Variant) -> bool {
        true
    }

    fn vary(&self, body: Vec<Item>, variant: Variant) -> Vec<Item> {
        variants::vary(body, variant)
    }

    fn event_ends(&self, stream: &[u8]) -> Vec<usize> {
        lines::record_ends(stream)
    }

    fn events(&self, stream: &[u8]) -> Vec<Decoded> {
        let text = String::from_utf8_lossy(stream).replace("\r\n", "\n").replace('\r', "\n");
        let records = text.trim_start_matches('\u{feff}').split("\n\n");
        records.map(decoded).filter(|event| *event != Decoded::default()).collect()
    }
}

/// Puts the name of a field before every line, whichever of the three line ends the text uses.
fn fields(name: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.split('\n');
    lines.map(|line| if line.is_empty() { format!("{name}\n") } else { format!("{name} {line}\n") }).collect()
}

/// Returns the event of a record whose lines end with LF.
fn decoded(record: &str) -> Decoded {
    let values = |name: &'static str| {
        let values = record.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':'));
        values.map(|value| value.strip_prefix(' ').unwrap_or(value))
    };
    Decoded {
        name: values("event").next_back().unwrap_or_default().to_owned(),
        data: values("data").collect::<Vec<_>>().join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_far_as_the_stream_goes() {
        let check = |stream: &str, expected: &[(&str, &str)]| {
            let events = Sse.events(stream.as_bytes());
            let events: Vec<_> = events.iter().map(|event| (event.name.as_str(), event.data.as_str())).collect();
            assert_eq!(events, expected, "{stream:?}");
        };
        check("", &[]);
        check(": comment\n\ndata: a\n\n", &[("", "a")]);
        check("\u{feff}event: e\r\ndata: a\r\ndata:b\r\n\r\ndata", &[("e", "a\nb")]);
        check("event: one\revent: two\rdata:  a\r\rdata: rest", &[("two", " a"), ("", "rest")]);
        check("event: e\n\nid: 1\n\n", &[("e", "")]);
    }
}
