//! Newline-delimited JSON (<https://github.com/ndjson/ndjson-spec>): one JSON text on each line, ended by LF or CRLF.
//!
//! There are no names, no comments and no byte order mark, and a client may refuse an empty line: nothing can be slipped in
//! that every client must ignore. The last line may lack its end, says <https://jsonlines.org>.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::decode::{Decode, Event, Item as Found, text};
use super::{Codec, Content, Decoded, Item, Mistake, Rewrite};

/// The codec of `application/x-ndjson`.
#[derive(Clone, Copy, Debug)]
pub struct Ndjson;

impl Codec for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn media_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn event(&self, _: Option<&str>, data: &Value) -> Vec<u8> {
        match data {
            Value::String(text) => format!("{text}\n").into_bytes(),
            other => format!("{other}\n").into_bytes(),
        }
    }

    fn comment(&self, _: &str) -> Vec<u8> {
        Vec::new()
    }

    fn mistake_in_event(&self, name: Option<&str>, data: &Value) -> Option<Mistake> {
        if name.is_some() {
            return Some(Mistake { message: "a line of JSON has no name", help: "send it with `data`" });
        }
        let is_broken = data.as_str().is_some_and(|text| text.contains(['\r', '\n']));
        is_broken.then_some(Mistake {
            message: "a line of JSON cannot hold a line end",
            help: "send several lines one by one, or with `raw`",
        })
    }

    fn mistake_in_comment(&self, _: &str) -> Option<Mistake> {
        Some(Mistake { message: "a stream of JSON lines has no comments", help: "send other bytes with `raw`" })
    }

    fn has(&self, rewrite: Rewrite) -> bool {
        matches!(rewrite, Rewrite::CrLf | Rewrite::Lf)
    }

    fn rewrite(&self, body: Vec<Item>, rewrite: Rewrite) -> Vec<Item> {
        match rewrite {
            Rewrite::CrLf => line_ends(body, b"\r\n"),
            Rewrite::Lf => line_ends(body, b"\n"),
            Rewrite::Cr | Rewrite::ByteOrderMark | Rewrite::Comments | Rewrite::UnknownEvents => body,
        }
    }

    fn event_ends(&self, stream: &[u8]) -> Vec<usize> {
        let mut end = 0;
        let lines = stream.split_inclusive(|byte| *byte == b'\n').map(|line| {
            end += line.len();
            (line, end)
        });
        lines.filter(|(line, _)| line.ends_with(b"\n") && !line.trim_ascii().is_empty()).map(|(_, end)| end).collect()
    }

    fn dispensable_end(&self, stream: &[u8]) -> usize {
        stream.len() - stream.trim_ascii_end().len()
    }

    fn events(&self, stream: &[u8]) -> Vec<Decoded> {
        let lines = stream.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let decoded = lines.map(|line| {
            let data = text(line).trim_end_matches(['\r', '\n']).to_owned();
            let broken_off = (!line.ends_with(b"\n")).then(|| data.clone());
            Decoded { data: Some(data), broken_off, ..Decoded::default() }
        });
        decoded.collect()
    }

    fn default_name(&self) -> &'static str {
        "line"
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::default())
    }
}

/// Rewrites every line end outside opaque spans. A CRLF whose halves are in two spans is one line end.
fn line_ends(mut items: Vec<Item>, line_end: &[u8]) -> Vec<Item> {
    let mut after_cr = false;
    for item in &mut items {
        let Item::Span(span) = item else { continue };
        let mut bytes = Vec::with_capacity(span.bytes.len());
        for &byte in &span.bytes {
            if byte == b'\n' && span.content != Content::Opaque {
                // A CR that was written with a span before stays where it is: there is white space at the end of that line.
                bytes.pop_if(|last| *last == b'\r');
                let is_begun = after_cr && bytes.is_empty();
                bytes.extend_from_slice(if is_begun { b"\n" } else { line_end });
            } else {
                bytes.push(byte);
            }
            after_cr = byte == b'\r';
        }
        span.bytes = bytes;
    }
    items
}

/// A decoder that follows the documents: LF ends a line, white space around its JSON is none of its business, and what is
/// pending at the end is a line where it is JSON.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The bytes of the line that has not ended yet.
    pub(crate) line: Vec<u8>,
}

impl Decode for Decoder {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                found.extend(event(&std::mem::take(&mut self.line)));
            }
        }
        found
    }

    fn finish(&mut self) -> Vec<Found> {
        let line = std::mem::take(&mut self.line);
        let is_json = serde_json::from_slice::<IgnoredAny>(&line).is_ok();
        event(&line).filter(|_| is_json).into_iter().collect()
    }

    fn arriving(&self) -> (&str, usize) {
        ("", self.line.len())
    }
}

/// Returns the event of a line; none where it is empty, which the documents allow a client to ignore.
pub(crate) fn event(line: &[u8]) -> Option<Found> {
    let line = line.trim_ascii();
    (!line.is_empty()).then(|| Found::Event(Event { data: text(line).into_owned(), ..Event::default() }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::Span;
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        assert_eq!(Ndjson.event(None, &json!({ "z": 1, "a": "é\n" })), "{\"z\":1,\"a\":\"é\\n\"}\n".as_bytes());
        assert_eq!(Ndjson.event(None, &json!("{\"half\":")), b"{\"half\":\n");
        assert_eq!(Ndjson.comment("x"), b"");
        let mistake = |name, data: Value| Ndjson.mistake_in_event(name, &data).map(|mistake| mistake.message);
        assert_eq!(mistake(None, json!({ "a": "b\nc" })), None);
        assert_eq!(mistake(None, json!("a\rb")), Some("a line of JSON cannot hold a line end"));
        assert_eq!(mistake(Some("error"), json!({})), Some("a line of JSON has no name"));
        assert!(Ndjson.mistake_in_comment("").is_some());
    }

    #[test]
    fn events_end_with_their_lines() {
        let check = |stream: &str, ends: &[usize], dispensable: usize, events: &[(&str, bool)]| {
            assert_eq!(Ndjson.event_ends(stream.as_bytes()), ends, "{stream:?}");
            assert_eq!(Ndjson.dispensable_end(stream.as_bytes()), dispensable, "{stream:?}");
            let read = Ndjson.events(stream.as_bytes());
            let read: Vec<_> = read.iter().map(|event| (event.data(), event.broken_off.is_none())).collect();
            assert_eq!(read, events, "{stream:?}");
        };
        check("", &[], 0, &[]);
        check("{}\n[]\n", &[3, 6], 1, &[("{}", true), ("[]", true)]);
        check("{}\r\n\r\n{\"a\"", &[4], 0, &[("{}", true), ("{\"a\"", false)]);
        check("{}\r\n", &[4], 2, &[("{}", true)]);
        check("\n \n{}", &[], 0, &[("{}", false)]);
    }

    #[test]
    fn only_line_ends_are_rewritten() {
        let span = |bytes: &str, content| Item::Span(Span { bytes: bytes.into(), content });
        let body = || {
            let texts = [span("{}\n", Content::Event), span("[]\r", Content::Text), span("\n1\r\n", Content::Text)];
            texts.into_iter().chain([span("\n", Content::Opaque)]).collect::<Vec<_>>()
        };
        let rewritten = |rewrite| -> String {
            let items = Ndjson.rewrite(body(), rewrite).into_iter();
            let bytes = items.filter_map(|item| if let Item::Span(span) = item { Some(span.bytes) } else { None });
            String::from_utf8(bytes.flatten().collect()).expect("text")
        };
        assert_eq!(rewritten(Rewrite::CrLf), "{}\r\n[]\r\n1\r\n\n");
        assert_eq!(rewritten(Rewrite::Lf), "{}\n[]\r\n1\n\n");
    }

    /// Decodes a stream that comes in these pieces.
    fn decoded<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut found: Vec<Found> = pieces.flat_map(|piece| decoder.feed(piece)).collect();
        found.extend(decoder.finish());
        let data = found.into_iter().map(|found| match found {
            Found::Event(event) => event.data,
            other => panic!("{other:?}"),
        });
        data.collect()
    }

    #[test]
    fn the_rules_of_the_decoder() {
        let check = |stream: &[u8], expected: &[&str]| assert_eq!(decoded(std::iter::once(stream)), expected);
        check(b"{}\n{}\r\n {} \n", &["{}", "{}", "{}"]);
        check(b"{\"a\":\n1}\n", &["{\"a\":", "1}"]);
        check(b"\n\r\n{}", &["{}"]);
        check(b"{}\n{\"a\":\"b", &["{}"]);
        check(b"{\"a\":\"b\xff\"}\n", &["{\"a\":\"b\u{fffd}\"}"]);
        check("\"a\u{85}b\u{2028}c\\n\"\n".as_bytes(), &["\"a\u{85}b\u{2028}c\\n\""]);
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(stream in "([{}\"é\u{2028}a1 ]|\r|\n){0,40}", size in 1_usize..5) {
            let bytes = stream.as_bytes();
            prop_assert_eq!(decoded(bytes.chunks(size)), decoded(std::iter::once(bytes)));
        }

        #[test]
        fn events_are_those_of_the_decoder(values in proptest::collection::vec("[a-zé\n\r\"\u{85}]{0,8}", 0..5)) {
            let stream: Vec<u8> = values.iter().flat_map(|text| Ndjson.event(None, &json!({ "text": text }))).collect();
            let looked_at: Vec<String> = Ndjson.events(&stream).iter().map(|event| event.data().to_owned()).collect();
            prop_assert_eq!(&looked_at, &decoded(std::iter::once(&stream[..])));
            prop_assert_eq!(looked_at.len(), values.len());
            prop_assert_eq!(Ndjson.event_ends(&stream).len(), values.len());
        }
    }
}
