//! Frames that are written, looked at and decoded, each by code of its own.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::codec::decode::{Event, Item as Found};
use crate::codec::{Header, Wrong};

/// Decodes a stream that comes in pieces of a size.
fn decoded(stream: &[u8], size: usize) -> Vec<Found> {
    let mut decoder = Decoder::default();
    let mut found: Vec<Found> = stream.chunks(size).flat_map(|piece| decoder.feed(piece)).collect();
    found.extend(decoder.finish());
    found
}

fn event(kind: Kind, name: &str, data: &str) -> Found {
    Found::Event(Event { kind, name: name.to_owned(), data: data.to_owned() })
}

/// Makes a frame in which some headers differ.
fn with_headers(headers: impl IntoIterator<Item = (&'static str, Option<Header>)>) -> Frame {
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    Frame { headers: headers.collect(), ..Frame::default() }
}

fn framed(frame: &Frame) -> Vec<u8> {
    EventStream.framed(Kind::Event, "messageStop", &json!({ "stopReason": "end_turn" }), frame)
}

/// The frames that AWS's own SDKs are tested with: `payload_no_headers` and `payload_one_str_header`.
#[test]
fn frames_are_those_of_the_vendor() {
    let none = [":event-type", ":content-type", ":message-type"].map(|name| (name, None));
    let bare = EventStream.framed(Kind::Event, "x", &json!("{'foo':'bar'}"), &with_headers(none.clone()));
    assert_eq!(hex::encode(&bare), "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
    let header = ("content-type", Some(Header::String("application/json".to_owned())));
    let one = with_headers(none.into_iter().chain([header]));
    let one = EventStream.framed(Kind::Event, "x", &json!("{'foo':'bar'}"), &one);
    assert_eq!(
        hex::encode(&one),
        "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a2762617227\
         7d8d9c08b1"
    );
}

#[test]
fn every_kind_of_message_is_read_as_what_it_is() {
    let check = |kind, name: &str, data: Value, expected: &str| {
        let bytes = EventStream.framed(kind, name, &data, &Frame::default());
        assert_eq!(decoded(&bytes, 1000), [event(kind, name, expected)]);
        let seen = EventStream.events(&bytes);
        let looked_at = Decoded { kind, name: name.to_owned(), data: Some(expected.to_owned()), broken_off: None };
        assert_eq!(seen, [looked_at]);
    };
    check(Kind::Event, "messageStart", json!({ "role": "assistant" }), r#"{"role":"assistant"}"#);
    check(Kind::Exception, "throttlingException", json!({ "message": "no" }), r#"{"message":"no"}"#);
    check(Kind::Error, "InternalFailure", json!("It failed."), "It failed.");
    check(Kind::Event, "messageStop", json!(""), "");
    check(Kind::Event, "chunk", json!({ "bytes": "?" }), r#"{"bytes":"?"}"#);
    let inner = EventStream.event(None, &json!({ "type": "ping" }));
    assert_eq!(decoded(&inner, 1), [event(Kind::Event, "", r#"{"type":"ping"}"#)]);
    assert_eq!(EventStream.events(&inner)[0].data(), r#"{"type":"ping"}"#);
}

#[test]
fn headers_of_every_type_are_passed_over() {
    let all = [
        Header::Boolean(true),
        Header::Boolean(false),
        Header::Byte(-1),
        Header::Short(-2),
        Header::Integer(3),
        Header::Long(i64::MIN),
        Header::Bytes("00ff".to_owned()),
        Header::String("é".to_owned()),
        Header::Timestamp(8_675_309),
        Header::Uuid("01020304050607080910111213141516".to_owned()),
    ];
    let headers: BTreeMap<String, Option<Header>> =
        all.into_iter().enumerate().map(|(number, value)| (format!("x-{number}"), Some(value))).collect();
    let frame = Frame { headers, ..Frame::default() };
    let bytes = framed(&frame);
    assert_eq!(write::mistake(Kind::Event, "messageStop", &json!({}), &frame), None);
    assert_eq!(decoded(&bytes, 7), [event(Kind::Event, "messageStop", r#"{"stopReason":"end_turn"}"#)]);
    assert_eq!(EventStream.event_ends(&bytes), [bytes.len()]);
}

#[test]
fn what_is_wrong_with_a_frame_ends_the_stream() {
    let good = framed(&Frame::default());
    let wrong = |wrong| framed(&Frame { wrong: Some(wrong), ..Frame::default() });
    let headers = |name, value| framed(&with_headers([(name, value)]));
    for (bad, bytes) in [
        ("the checksum of a frame's prelude is wrong", wrong(Wrong::PreludeCrc)),
        ("the checksum of a frame's prelude is wrong", wrong(Wrong::TotalLength)),
        ("the checksum of a frame is wrong", wrong(Wrong::MessageCrc)),
        ("the headers of a frame are longer than the frame", wrong(Wrong::HeadersLength)),
        ("a header of a frame cannot be read", headers("x", Some(Header::Unknown(10)))),
        ("a frame lacks the header that names what it is", headers(":event-type", None)),
        ("a frame is neither an event nor an error", headers(":message-type", None)),
    ] {
        let stream = [&good[..], &bytes, &good].concat();
        for size in [1, 5, stream.len()] {
            let found = decoded(&stream, size);
            assert_eq!(found.len(), 2, "{bad}: {found:?}");
            assert_eq!(found[1], Found::Refused(bad));
        }
        if !bad.starts_with("a frame ") {
            assert_eq!(EventStream.event_ends(&stream), [good.len()], "{bad}");
            assert!(EventStream.is_malformed(&stream), "{bad}");
            assert!(EventStream.events(&stream)[1].broken_off.is_some(), "{bad}");
        }
    }
    assert!(!EventStream.is_malformed(&good));
}

#[test]
fn a_part_of_a_frame_is_sent() {
    let whole = framed(&Frame::default());
    let part = |from, to| framed(&Frame { from, to, ..Frame::default() });
    assert_eq!(part(None, Some(12)), whole[..12]);
    assert_eq!(part(Some(12), None), whole[12..]);
    assert_eq!(part(None, Some(-4)), whole[..whole.len() - 4]);
    assert_eq!(part(Some(3), Some(5)), whole[3..5]);
    assert_eq!(part(Some(9999), Some(9999)), b"");
    assert!(decoded(&part(None, Some(-1)), 3).is_empty());
    let begun = EventStream.events(&part(None, Some(-1)));
    assert_eq!((begun.len(), begun[0].broken_off.is_some(), begun[0].data.is_none()), (1, true, true));
}

#[test]
fn a_mistake_is_found() {
    let mistake = |kind, name: &str, data: Value, frame: Frame| {
        EventStream.mistake_in_frame(kind, name, &data, &frame).map(|mistake| mistake.message)
    };
    assert_eq!(mistake(Kind::Exception, "x", json!({}), Frame::default()), None);
    let text = Some("an error that the service's model does not have is a text");
    assert_eq!(mistake(Kind::Error, "x", json!({}), Frame::default()), text);
    let value = Some("the value of a header cannot be written");
    for header in [
        Header::Uuid("00".to_owned()),
        Header::Bytes("0".to_owned()),
        Header::Unknown(9),
        Header::String("x".repeat(65_536)),
    ] {
        assert_eq!(mistake(Kind::Event, "x", json!({}), with_headers([("x", Some(header))])), value);
    }
    let name = Some("the name of a header has 1 to 255 bytes");
    assert_eq!(mistake(Kind::Event, "x", json!({}), with_headers([("", Some(Header::Byte(1)))])), name);
    let message = "events of this dialect have no `kind` and no `frame`";
    let refused = crate::codec::Sse.mistake_in_frame(Kind::Exception, "x", &json!({}), &Frame::default());
    assert_eq!(refused.map(|mistake| mistake.message), Some(message));
}

#[test]
fn a_stream_is_told_by_its_beginning() {
    let whole = framed(&Frame::default());
    assert_eq!(EventStream.looks_like(b""), None);
    assert_eq!(EventStream.looks_like(&whole[..11]), None);
    assert_eq!(EventStream.looks_like(&whole[..12]), Some(true));
    assert_eq!(EventStream.looks_like(b"{\"message\""), Some(false));
    assert_eq!(EventStream.looks_like(&[0; 12]), Some(false));
}

#[test]
fn unknown_events_come_between_frames_only() {
    let span = |bytes: Vec<u8>, content| Item::Span(Span { bytes, content });
    let whole = framed(&Frame::default());
    let (begun, rest) = whole.split_at(9);
    let body = || {
        vec![
            span(whole.clone(), Content::Event),
            span(begun.to_vec(), Content::Event),
            span(rest.to_vec(), Content::Event),
            span(whole.clone(), Content::Opaque),
        ]
    };
    let rewritten = EventStream.rewrite(body(), Rewrite::UnknownEvents);
    let bytes: Vec<u8> = rewritten
        .into_iter()
        .filter_map(|item| if let Item::Span(span) = item { Some(span.bytes) } else { None })
        .flatten()
        .collect();
    let names: Vec<String> = EventStream.events(&bytes).into_iter().map(|event| event.name).collect();
    let (unknown, known) = ("streamspec.unknown", "messageStop");
    assert_eq!(names, [unknown, known, unknown, known, known]);
    assert_eq!(EventStream.rewrite(body(), Rewrite::CrLf), body());
}

proptest! {
    #[test]
    fn what_was_written_is_decoded_whatever_it_is_cut_into(
        texts in proptest::collection::vec(("[a-zA-Z]{1,12}", "\\PC{0,30}", 0_u8..4), 0..6),
        size in 1_usize..40,
    ) {
        let frame = |(name, text, kind): &(String, String, u8)| match kind {
            0 => EventStream.event(Some(name), &json!({ "text": text })),
            1 => EventStream.framed(Kind::Exception, name, &json!({ "message": text }), &Frame::default()),
            2 => EventStream.framed(Kind::Error, name, &json!(text), &Frame::default()),
            _ => EventStream.event(None, &json!({ "text": text })),
        };
        let expected = |(name, text, kind): &(String, String, u8)| match kind {
            0 => event(Kind::Event, name, &json!({ "text": text }).to_string()),
            1 => event(Kind::Exception, name, &json!({ "message": text }).to_string()),
            2 => event(Kind::Error, name, text),
            _ => event(Kind::Event, "", &json!({ "text": text }).to_string()),
        };
        let stream: Vec<u8> = texts.iter().flat_map(frame).collect();
        let expected: Vec<Found> = texts.iter().map(expected).collect();
        prop_assert_eq!(&decoded(&stream, size), &expected);
        let looked_at: Vec<Found> = EventStream
            .events(&stream)
            .into_iter()
            .map(|seen| event(seen.kind, &seen.name, seen.data()))
            .collect();
        prop_assert_eq!(&looked_at, &expected);
        prop_assert_eq!(EventStream.event_ends(&stream).len(), texts.len());
    }

    #[test]
    fn a_flipped_bit_is_never_read(place in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let good = framed(&Frame::default());
        let mut bytes = good.clone();
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let found = decoded(&[&bytes[..], &good].concat(), 11);
        prop_assert!(matches!(found[..], [Found::Refused(_)]), "{:?}", found);
    }
}
