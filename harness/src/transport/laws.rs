//! Properties that hold for every script, and the bytes on the wire in the cases that matter.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use streamspec_adapters::contract::Api;

use super::*;
use crate::case::{self, Encoding, End, Event, Framing, Respond, Step};
use crate::codec;
use crate::id::Variant;
use crate::wire::Script;

const SAME_BYTES: [Variant; 3] = [Variant::OneWrite, Variant::OneByte, Variant::SplitCharacters];
const SAME_EVENTS: [Variant; 8] = [
    Variant::Crlf,
    Variant::Cr,
    Variant::Lf,
    Variant::Bom,
    Variant::Comments,
    Variant::UnknownEvents,
    Variant::CloseDelimited,
    Variant::Chunked,
];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof!["[a-z:]{0,3}", Just("\n".to_owned()), Just("\r\n".to_owned()), Just("\r".to_owned()), "[é€😀 ]"],
        0..6,
    )
    .prop_map(|pieces| pieces.concat())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => ("[a-z.]{1,8}", text()).prop_map(|(name, text)| Step::Event(Event::plain(name, json!({ "text": text })))),
        2 => text().prop_map(|text| Step::Data(json!(text))),
        1 => text().prop_map(Step::Comment),
        3 => text().prop_map(Step::Raw),
        1 => "([2-7f][1-9a-f]){0,4}".prop_map(Step::Hex),
        1 => Just(Step::Json(json!({ "n": ["${nonce}", 1.5, null] }))),
        1 => Just(Step::Flush),
        1 => (0..3u64).prop_map(Step::Pause),
    ]
}

fn exchange() -> impl Strategy<Value = Vec<Step>> {
    let framing = prop_oneof![Just(Framing::Chunked), Just(Framing::ContentLength), Just(Framing::Close)];
    let end = prop_oneof![Just(End::Finish), Just(End::Eof), Just(End::Reset), Just(End::Stall)];
    let encoding = prop_oneof![3 => Just(None), 1 => prop::sample::select(Encoding::ALL.to_vec()).prop_map(Some)];
    let version = prop_oneof![3 => Just(case::Version::Http11), 1 => Just(case::Version::Http10)];
    let cut = prop_oneof![3 => Just(None), 1 => (0..60usize).prop_map(Some)];
    (version, framing, encoding, cut, proptest::collection::vec(step(), 0..8), end).prop_map(
        |(version, framing, encoding, cut_body_after, steps, end)| {
            let headers = BTreeMap::from([("content-type".to_owned(), Some("text/event-stream".to_owned()))]);
            // The loader refuses chunks of HTTP/1.0.
            let version = if framing == Framing::Chunked { case::Version::Http11 } else { version };
            let respond = Respond { headers, version, framing, encoding, cut_body_after, ..Respond::default() };
            std::iter::once(Step::Respond(respond)).chain(steps).chain([Step::End(end)]).collect()
        },
    )
}

/// An answer, and how it is sent.
struct Sent {
    answer: Answer,
    encoded: Encoded,
}

impl Sent {
    fn of(answer: Answer) -> Self {
        let encoded = of(id::Transport::Http1).encode(&answer, Version::default());
        Self { answer, encoded }
    }

    fn framing(&self) -> Framing {
        self.answer.head.as_ref().expect("a head").framing
    }

    fn wire(&self) -> Vec<u8> {
        self.encoded.bytes()
    }

    /// Returns the writes of the body.
    fn body(&self) -> impl Iterator<Item = &EncodedWrite> {
        self.encoded.writes().filter(|write| write.part == MessagePart::Body)
    }

    /// Reads the body as a client sees it, and whether the message was complete.
    fn received(&self) -> (Vec<u8>, bool) {
        let wire = self.wire();
        let head = wire.windows(4).position(|window| window == b"\r\n\r\n").map_or(wire.len(), |at| at + 4);
        let mut rest = &wire[head..];
        match self.framing() {
            Framing::ContentLength => {
                (rest.to_vec(), Some(rest.len()) == self.answer.head.as_ref().map(|head| head.declared_length))
            }
            Framing::Close => (rest.to_vec(), matches!(self.answer.end, End::Finish | End::Eof)),
            Framing::Chunked => {
                let mut body = Vec::new();
                while let Ok(httparse::Status::Complete((skip, size))) = httparse::parse_chunk_size(rest) {
                    let size = usize::try_from(size).expect("a size that fits");
                    if size == 0 {
                        return (body, true);
                    }
                    body.extend_from_slice(&rest[skip..skip + size]);
                    assert_eq!(&rest[skip + size..skip + size + 2], b"\r\n");
                    rest = &rest[skip + size + 2..];
                }
                assert!(rest.is_empty(), "what is left is no chunk");
                (body, false)
            }
        }
    }
}

fn build(steps: &[Step], variant: Variant) -> Sent {
    let script = Script::build(Api::AnthropicMessages, &[steps.to_vec()], variant, "n0nce");
    Sent::of(script.answers.into_iter().next().expect("an answer"))
}

/// Returns the events a client dispatches (WHATWG HTML 9.2.6) but for those a variant slips in: event type and data.
fn events(stream: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop();
    let (mut kind, mut data, mut events) = (String::new(), String::new(), Vec::new());
    for line in lines {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" if line.is_empty() => {
                let event = (std::mem::take(&mut kind), std::mem::take(&mut data));
                if !event.1.is_empty() && event.0 != "streamspec.unknown" {
                    events.push(event);
                }
            }
            "event" => value.clone_into(&mut kind),
            "data" => data.extend([value, "\n"]),
            _ => {}
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_bytes_however_they_are_split(steps in exchange()) {
        let written = build(&steps, Variant::AsWritten);
        for variant in SAME_BYTES {
            let split = build(&steps, variant);
            prop_assert_eq!(split.answer.bytes(), written.answer.bytes(), "{}", variant);
            prop_assert_eq!(&split.answer.head, &written.answer.head);
            prop_assert_eq!(split.received(), written.received());
        }
        for write in build(&steps, Variant::OneByte).body() {
            // A chunk of one byte is six on the wire; without chunks every write carries one.
            let chunked = written.framing() == Framing::Chunked;
            prop_assert_eq!(write.bytes.len(), if chunked { write.body.len() * 6 } else { 1 });
            prop_assert!(write.body.len() <= 128);
        }
        for write in build(&steps, Variant::SplitCharacters).body() {
            let inner = write.body.windows(2).any(|pair| pair[1] & 0xC0 == 0x80 || pair == b"\r\n");
            prop_assert!(!inner, "{:?}", write.body);
        }
    }

    #[test]
    fn the_wire_carries_the_body(steps in exchange(), variant in prop::sample::select(Variant::ALL.to_vec())) {
        let sent = build(&steps, variant);
        prop_assert!(sent.encoded.writes().all(|write| !write.bytes.is_empty()));
        let (body, complete) = sent.received();
        prop_assert_eq!(&body, &sent.answer.bytes());
        prop_assert_eq!(body, sent.encoded.body_within(u64::MAX));
        let framed = sent.framing() == Framing::ContentLength || sent.answer.end == End::Finish;
        let closed = sent.framing() == Framing::Close && sent.answer.end == End::Eof;
        prop_assert_eq!(complete, framed || closed);
        prop_assert_eq!(&sent.answer, &build(&steps, variant).answer);
        let length = sent.wire().len() as u64;
        prop_assert_eq!(sent.encoded.digest_prefix(u64::MAX), sent.encoded.digest_prefix(length));
    }

    #[test]
    fn the_same_events_in_other_bytes(steps in proptest::collection::vec(step(), 0..8)) {
        let steps: Vec<Step> = [Step::Respond(event_stream())].into_iter().chain(steps).collect();
        let written = build(&steps, Variant::AsWritten).answer.bytes();
        for variant in SAME_EVENTS {
            prop_assert_eq!(events(&build(&steps, variant).answer.bytes()), events(&written), "{}", variant);
        }
    }

    #[test]
    fn an_answer_of_an_old_version_is_sent_in_it(steps in exchange(), variant in prop::sample::select(Variant::ALL.to_vec())) {
        let sent = build(&steps, variant);
        let head = sent.answer.head.as_ref().expect("a head");
        let is_old = head.version == case::Version::Http10;
        let wire = sent.wire();
        prop_assert_eq!(wire.starts_with(b"HTTP/1.0 "), is_old);
        prop_assert!(wire.starts_with(b"HTTP/1.0 ") || wire.starts_with(b"HTTP/1.1 "));
        prop_assert!(!is_old || (head.framing != Framing::Chunked && !sent.encoded.keep_alive));
    }

    #[test]
    fn a_stream_goes_on_with_what_is_put_in(steps in exchange(), length in 0..80usize) {
        let script = Script::build(Api::AnthropicMessages, &[steps], Variant::AsWritten, "n0nce");
        let whole = script.answers[0].bytes();
        let sent = Sent::of(script.going_on_after(length, b"data: x\n\n".to_vec()).answers.remove(0));
        let (body, complete) = sent.received();
        prop_assert_eq!(body, [&whole[..length.min(whole.len())], b"data: x\n\n"].concat());
        prop_assert!(complete);
    }

    #[test]
    fn a_cut_leaves_a_prefix(steps in exchange(), length in 0..80usize, finish in any::<bool>()) {
        let script = Script::build(Api::AnthropicMessages, &[steps], Variant::AsWritten, "n0nce");
        let whole = script.answers[0].bytes();
        let ends = codec::of(Api::AnthropicMessages).event_ends(&whole);
        prop_assert!(ends.is_sorted() && ends.iter().all(|&end| end <= whole.len()));
        let end = if finish { End::Finish } else { End::Eof };
        let cut = Sent::of(script.cut_after(length, end).answers.remove(0));
        let (body, complete) = cut.received();
        prop_assert_eq!(&body[..], &whole[..length.min(whole.len())]);
        prop_assert_eq!(cut.answer.end, end);
        if finish || (body.len() < whole.len() && cut.framing() != Framing::Close) {
            prop_assert_eq!(complete, finish);
        }
    }
}

fn event_stream() -> Respond {
    let headers = BTreeMap::from([("content-type".to_owned(), Some("text/event-stream".to_owned()))]);
    Respond { headers, ..Respond::default() }
}

#[track_caller]
fn check(steps: &[Step], variant: Variant, expected: &[&str]) {
    let sent = build(steps, variant);
    let writes: Vec<_> =
        sent.encoded.writes().map(|write| String::from_utf8_lossy(&write.bytes).into_owned()).collect();
    assert_eq!(writes, expected);
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n";

#[test]
fn answers_look_like_this_on_the_wire() {
    let data = |text: &str| Step::Data(json!(text));
    let respond = |respond: Respond| Step::Respond(respond);
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
    check(
        &[data("a"), Step::Pause(1), Step::Raw("b".into()), Step::Hex("63".into()), Step::End(End::Finish)],
        Variant::AsWritten,
        &[&chunked, "9\r\ndata: a\n\n\r\n", "2\r\nbc\r\n", "0\r\n\r\n"],
    );
    check(&[data("a"), Step::End(End::Eof)], Variant::CloseDelimited, &[&chunked, "9\r\ndata: a\n\n\r\n"]);
    check(
        &[
            respond(Respond { content_length_lie: 20, framing: Framing::ContentLength, ..Respond::default() }),
            data("a"),
        ],
        Variant::Chunked,
        &[&format!("{HEAD}content-length: 29\r\n\r\n"), "data: a\n\n"],
    );
    check(
        &[data("a"), Step::End(End::Finish)],
        Variant::CloseDelimited,
        &[&format!("{HEAD}connection: close\r\n\r\n"), "data: a\n\n"],
    );
    let trailers = BTreeMap::from([("x-trace".to_owned(), "${nonce}".to_owned())]);
    check(
        &[respond(Respond { trailers, ..Respond::default() })],
        Variant::AsWritten,
        &[&chunked, "0\r\nx-trace: n0nce\r\n\r\n"],
    );
    check(
        &[
            respond(Respond { version: case::Version::Http10, framing: Framing::Close, ..Respond::default() }),
            data("a"),
        ],
        Variant::Chunked,
        &[&format!("{}\r\n", HEAD.replace("1.1", "1.0")), "data: a\n\n"],
    );
    check(
        &[respond(Respond { status: 308, redirect: true, framing: Framing::ContentLength, ..Respond::default() })],
        Variant::AsWritten,
        &[&format!(
            "{}location: ./messages\r\ncontent-length: 0\r\n\r\n",
            HEAD.replace("200 OK", "308 Permanent Redirect")
        )],
    );
    check(&[respond(Respond { withheld: true, ..Respond::default() }), data("a")], Variant::OneByte, &[]);
    check(
        &[respond(Respond { status: 204, ..Respond::default() }), data("a")],
        Variant::AsWritten,
        &[&format!("{}\r\n", HEAD.replace("200 OK", "204 No Content"))],
    );
    let headers = [("Content-Type", None), ("cache-control", Some("none")), ("request-id", Some("req_${nonce}"))];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    check(
        &[
            respond(Respond {
                status: 529,
                headers: headers.into(),
                framing: Framing::ContentLength,
                ..Respond::default()
            }),
            Step::Json(json!({"a": 1})),
        ],
        Variant::Crlf,
        &["HTTP/1.1 529 \r\ncache-control: none\r\nrequest-id: req_n0nce\r\ncontent-length: 7\r\n\r\n", "{\"a\":1}"],
    );
    check(
        &[
            respond(Respond { status: 500, framing: Framing::ContentLength, ..Respond::default() }),
            Step::Json(json!(1)),
        ],
        Variant::AsWritten,
        &[
            "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncache-control: no-cache\r\n\
             content-length: 1\r\n\r\n",
            "1",
        ],
    );
}

#[test]
fn variants_change_events_and_nothing_else() {
    let body = |steps: &[Step], variant| String::from_utf8_lossy(&build(steps, variant).answer.bytes()).into_owned();
    let raw = |text: &str| Step::Raw(text.into());
    let event = Step::Event(Event::plain("e", json!({"t": "a\r\n"})));
    let steps = [raw("x: 1\r"), raw("\n"), event.clone(), event];
    assert_eq!(
        body(&steps, Variant::Cr),
        "x: 1\revent: e\rdata: {\"t\":\"a\\r\\n\"}\r\revent: e\rdata: {\"t\":\"a\\r\\n\"}\r\r"
    );
    assert!(body(&steps, Variant::Crlf).starts_with("x: 1\r\nevent: e\r\n"));
    assert!(body(&steps, Variant::Bom).starts_with("\u{feff}x: 1\r\n"));
    // Not before the first event: raw text has begun its record.
    assert_eq!(body(&steps, Variant::Comments).matches(": streamspec\n\nevent: e\n").count(), 1);
    assert_eq!(body(&steps[2..], Variant::UnknownEvents).matches("event: streamspec.unknown").count(), 2);
    let error = [Step::Respond(Respond { status: 500, ..Respond::default() }), raw("a\n")];
    for variant in [Variant::Crlf, Variant::Bom, Variant::Comments, Variant::UnknownEvents] {
        assert_eq!(body(&error, variant), "a\n");
    }
}

#[test]
fn gzip_can_be_decoded_write_by_write_and_ends_only_when_finished() {
    let steps = |end| {
        let respond = Respond { encoding: Some(Encoding::Gzip), ..Respond::default() };
        vec![Step::Respond(respond), Step::Data(json!("one")), Step::Data(json!("two")), Step::End(end)]
    };
    let sent = build(&steps(End::Finish), Variant::AsWritten);
    let content_within = |sent: &Sent, written| sent.answer.decoded(sent.encoded.body_within(written));
    assert_eq!(sent.answer.head.as_ref().and_then(|head| head.header("content-encoding")), Some("gzip"));
    let [head, first] = [0, 1].map(|at| sent.encoded.writes().nth(at).expect("a write").bytes.len() as u64);
    assert_eq!(content_within(&sent, head + first), b"data: one\n\n");
    assert_eq!(content_within(&sent, head + first - 1), b"");
    assert_eq!(content_within(&sent, u64::MAX), b"data: one\n\ndata: two\n\n");
    let cut = build(&steps(End::Eof), Variant::AsWritten);
    assert_eq!(content_within(&cut, u64::MAX), b"data: one\n\ndata: two\n\n");
    let (whole, cut) = (sent.answer.bytes(), cut.answer.bytes());
    assert!(whole.starts_with(&cut) && whole.len() >= cut.len() + 8);
}
