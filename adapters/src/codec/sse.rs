//! Server-Sent Events (WHATWG HTML 9.2).

pub(crate) mod decoder;
mod lines;
mod rewrites;

use serde_json::Value;

use self::decoder::Decoder;
use super::decode::Decode;
use super::{Codec, Decoded, Item, Kind, Mistake, Rewrite};

/// The codec of `text/event-stream`.
#[derive(Clone, Copy, Debug)]
pub struct Sse;

impl Codec for Sse {
    fn name(&self) -> &'static str {
        "sse"
    }

    fn media_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn content_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    fn looks_like(&self, beginning: &[u8]) -> Option<bool> {
        const STARTS: [&str; 5] = ["data:", "event:", "id:", "retry:", ":"];
        let text = String::from_utf8_lossy(beginning);
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        if STARTS.iter().any(|start| text.starts_with(start)) {
            return Some(true);
        }
        // A cut character at the very start is the half of a byte order mark.
        let text = if text.len() < 6 { text.trim_end_matches('\u{fffd}') } else { text };
        if STARTS.iter().any(|start| start.starts_with(text)) { None } else { Some(false) }
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

    fn mistake_in_event(&self, name: Option<&str>, _: &Value) -> Option<Mistake> {
        let is_broken = name.is_some_and(|name| name.contains(['\r', '\n', '\0']));
        is_broken.then_some(Mistake {
            message: "the name of an event cannot hold a line end",
            help: "send a malformed field with `raw`",
        })
    }

    fn mistake_in_comment(&self, text: &str) -> Option<Mistake> {
        let is_broken = text.contains(['\r', '\n']);
        is_broken.then_some(Mistake {
            message: "a comment cannot hold a line end",
            help: "write two comments, or use `raw`",
        })
    }

    fn has(&self, _: Rewrite) -> bool {
        true
    }

    fn rewrite(&self, body: Vec<Item>, rewrite: Rewrite) -> Vec<Item> {
        rewrites::rewrite(body, rewrite)
    }

    fn event_ends(&self, stream: &[u8]) -> Vec<usize> {
        lines::record_ends(stream)
    }

    fn events(&self, stream: &[u8]) -> Vec<Decoded> {
        let text = String::from_utf8_lossy(stream).replace("\r\n", "\n").replace('\r', "\n");
        let mut records = text.strip_prefix('\u{feff}').unwrap_or(&text).split("\n\n").peekable();
        let mut events = Vec::new();
        while let Some(record) = records.next() {
            events.extend(decoded(record, records.peek().is_some()));
        }
        events
    }

    fn default_name(&self) -> &'static str {
        "message"
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::new())
    }
}

/// Puts the name of a field before every line, whichever of the three line ends the text uses.
fn fields(name: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.split('\n');
    lines.map(|line| if line.is_empty() { format!("{name}\n") } else { format!("{name} {line}\n") }).collect()
}

/// Returns the event of a record whose lines end with LF; none where it has neither a name nor data and is whole, or is only
/// comments.
fn decoded(record: &str, is_whole: bool) -> Option<Decoded> {
    let fields = || {
        let lines = record.lines().map(|line| line.split_once(':').unwrap_or((line, "")));
        lines.filter(|(name, _)| !name.is_empty())
    };
    let values = |name: &'static str| {
        let values = fields().filter_map(move |(field, value)| (field == name).then_some(value));
        values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>()
    };
    let (names, data) = (values("event"), values("data"));
    let is_any = !names.is_empty() || !data.is_empty() || !is_whole && fields().next().is_some();
    is_any.then(|| Decoded {
        name: names.last().copied().unwrap_or_default().to_owned(),
        data: (!data.is_empty()).then(|| data.join("\n")),
        kind: Kind::Event,
        broken_off: if is_whole { None } else { record.rsplit('\n').next().map(str::to_owned) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_far_as_the_stream_goes() {
        let check = |stream: &str, expected: &[(&str, Option<&str>, Option<&str>)]| {
            let events = Sse.events(stream.as_bytes());
            let read = |event: &Decoded| (event.name.clone(), event.data.clone(), event.broken_off.clone());
            let named = |(name, data, broken_off): &(&str, Option<&str>, Option<&str>)| {
                ((*name).to_owned(), data.map(str::to_owned), broken_off.map(str::to_owned))
            };
            let expected: Vec<_> = expected.iter().map(named).collect();
            assert_eq!(events.iter().map(read).collect::<Vec<_>>(), expected, "{stream:?}");
        };
        check("", &[]);
        check(": comment\n\ndata: a\n\n", &[("", Some("a"), None)]);
        check("\u{feff}event: e\r\ndata: a\r\ndata:b\r\n\r\nda", &[("e", Some("a\nb"), None), ("", None, Some("da"))]);
        check(
            "event: one\revent: two\rdata:  a\r\rdata: rest",
            &[("two", Some(" a"), None), ("", Some("rest"), Some("data: rest"))],
        );
        check("event: e\ndata: a\n", &[("e", Some("a"), Some(""))]);
        check("data\n\n\n\ndata:\n\n", &[("", Some(""), None), ("", Some(""), None)]);
        check("event: e\n\nid: 1\n\ndatabase: 1\n\n: rest", &[("e", None, None)]);
        let ignored = Sse.events(b"event: e\n\ndata\n\nevent: e");
        assert_eq!(ignored.iter().map(Decoded::is_ignored).collect::<Vec<_>>(), [true, false, false]);
    }
}
