//! The event-stream rules one by one, and the law that cuts do not matter.

use proptest::prelude::*;

use crate::codec::decode::{Decode as _, Event, Item};
use crate::codec::sse::decoder::Decoder;

/// Returns the events of a stream, as `name|data`.
fn events(stream: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::new();
    let items = decoder.feed(stream).into_iter().chain(decoder.finish());
    items
        .filter_map(|item| match item {
            Item::Event(Event { name, data, .. }) => Some(format!("{name}|{data}")),
            Item::Stray(_) => None,
            Item::Refused(why) => panic!("{why}"),
        })
        .collect()
}

#[test]
fn the_rules() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("S1 invalid sequences are replaced", b"data: a\xffb\xe2\x82c\n\n", &["|a\u{fffd}b\u{fffd}c"]),
        ("S1 one byte order mark is stripped", b"\xef\xbb\xbfdata: a\n\n", &["|a"]),
        ("S2 a second one is data", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", &["|b"]),
        ("S2 and so is a later one", b"data: a\n\n\xef\xbb\xbfdata: b\n\n", &["|a"]),
        ("S3 LF", b"data: a\ndata: b\n\n", &["|a\nb"]),
        ("S3 CR", b"data: a\rdata: b\r\r", &["|a\nb"]),
        ("S3 CRLF", b"data: a\r\ndata: b\r\n\r\n", &["|a\nb"]),
        ("S3 mixed", b"data: a\r\n\ndata: b\n\r", &["|a", "|b"]),
        ("S3 nothing else", "data: a\u{2028}b\u{85}c\u{b}d\u{c}e\n\n".as_bytes(), &["|a\u{2028}b\u{85}c\u{b}d\u{c}e"]),
        ("S4 an empty line dispatches", b"data: a\n\ndata: b\n\n", &["|a", "|b"]),
        ("S5 comments", b": x\n:\n:data: y\ndata: a\n\n", &["|a"]),
        ("S6 one space", b"data:a\ndata: b\ndata:  c\n\n", &["|a\nb\n c"]),
        ("S6 no colon", b"data\ndata: a\n\n", &["|\na"]),
        ("S6 further colons", b"data: a:b: c\n\n", &["|a:b: c"]),
        ("S7 names are literal", b"Data: a\n data: b\ndatax: c\ndata: d\n\n", &["|d"]),
        ("S8 the last event name wins", b"event: a\nevent: b\ndata: c\n\n", &["b|c"]),
        ("S10 retry and id dispatch nothing", b"retry: 1\nid: 2\n\n", &[]),
        ("S11 no data, no event", b"event: x\n\ndata: a\n\n", &["|a"]),
        ("S12 empty data", b"data\n\ndata:\n\ndata\ndata\n\n", &["|", "|", "|\n"]),
        ("S13 the name does not persist", b"event: x\ndata: a\n\ndata: b\n\n", &["x|a", "|b"]),
        ("S14 what is pending is discarded", b"data: a\n\ndata: b\n", &["|a"]),
        ("S14 and so is half a line", b"data: a\n\ndata: b", &["|a"]),
        ("S16 a CR dispatches at once", b"data: a\r\r", &["|a"]),
    ];
    for (rule, stream, expected) in cases {
        assert_eq!(&events(stream), expected, "{rule}");
    }
}

#[test]
fn ids_and_reconnection_times() {
    let state = |stream: &[u8]| {
        let mut decoder = Decoder::new();
        decoder.feed(stream);
        (decoder.fields.last_event_id, decoder.fields.reconnection_time)
    };
    for (stream, id, time) in [
        (&b"id: 7\n\ndata: a\n\n"[..], "7", None),
        (b"id: 7\nid\n\n", "", None),
        (b"id: 7\nid: 8\x009\n\n", "7", None),
        (b"retry: 1500\n\n", "", Some(1500)),
        (b"retry: 1500\nretry: 1x\nretry:\nretry: -1\n\n", "", Some(1500)),
    ] {
        assert_eq!(state(stream), (id.to_owned(), time), "{:?}", String::from_utf8_lossy(stream));
    }
}

#[test]
fn lines_of_no_field_are_strays() {
    let mut decoder = Decoder::new();
    let mut items = decoder.feed(b"{\"error\":\n  1\n: c\ndata: a\n\n}");
    items.extend(decoder.finish());
    let stray = |line: &str| Item::Stray(line.to_owned());
    let event = Item::Event(Event { data: "a".to_owned(), ..Event::default() });
    assert_eq!(items, [stray("{\"error\":"), stray("  1"), event, stray("}")]);
}

/// Generates streams of tokens that meet where decoders go wrong.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        4 => Just(&b"\n"[..]),
        2 => Just(&b"\r"[..]),
        2 => Just(&b"\r\n"[..]),
        3 => Just(&b"data: "[..]),
        1 => Just(&b"data"[..]),
        1 => Just(&b"event:x"[..]),
        1 => Just(&b"id: 1"[..]),
        1 => Just(&b"retry: 2"[..]),
        1 => Just(&b": c"[..]),
        1 => Just(&b"\xef\xbb\xbf"[..]),
        1 => Just("é€🐋\u{2028}".as_bytes()),
        1 => Just(&b"\xe2\x82"[..]),
        1 => Just(&b"\xff"[..]),
        1 => Just(&b"{\"a\":1}"[..]),
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn cuts_do_not_matter(stream in stream(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut whole = Decoder::new();
        let mut expected = whole.feed(&stream);
        expected.extend(whole.finish());

        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        at.extend([0, stream.len()]);
        at.sort_unstable();
        let mut pieces = Decoder::new();
        let mut items: Vec<Item> = at.windows(2).flat_map(|ends| pieces.feed(&stream[ends[0]..ends[1]])).collect();
        items.extend(pieces.finish());
        prop_assert_eq!(&items, &expected);

        let mut bytes = Decoder::new();
        let mut items: Vec<Item> = stream.iter().flat_map(|byte| bytes.feed(&[*byte])).collect();
        items.extend(bytes.finish());
        prop_assert_eq!(&items, &expected);
    }
}
