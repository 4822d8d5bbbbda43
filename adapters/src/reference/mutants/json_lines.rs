//! Faults in reading lines of JSON, and the objects that Ollama sends on them.

use serde_json::{Value, json};

use super::replaced::{feeding, finishing};
use super::{DOCUMENTED, Faulty};
use crate::codec::decode::{Decode, Item, text};
use crate::codec::ndjson::{Decoder, event};
use crate::contract::Api;
use crate::reference::client::Client;
use crate::reference::{read, reader};

/// Makes a client with this decoder.
const fn decoding(ndjson: fn() -> Box<dyn Decode>) -> Faulty {
    Faulty::with_decoder("ndjson", ndjson)
}

pub(super) const READS_ARE_LINES: Faulty =
    decoding(|| feeding::<Decoder>(|_, bytes| bytes.split(|byte| *byte == b'\n').filter_map(event).collect()));

pub(super) const LOSES_LAST_LINE: Faulty = decoding(|| finishing::<Decoder>(|_| Vec::new()));

pub(super) const UNICODE_ENDS_JSON_LINES: Faulty = decoding(|| {
    feeding(|decoder: &mut Decoder, bytes| {
        let items = decoder.feed(bytes).into_iter();
        let pieces = |item: Item| match item {
            Item::Event(line) => line
                .data
                .split(['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'])
                .filter_map(|piece| event(piece.as_bytes()))
                .collect(),
            other => vec![other],
        };
        items.flat_map(pieces).collect()
    })
});

pub(super) const JSON_UTF8_BY_CHUNK: Faulty =
    decoding(|| feeding(|decoder: &mut Decoder, bytes| decoder.feed(text(bytes).as_bytes())));

pub(super) const JSON_LINE_CAP: Faulty = decoding(|| {
    feeding(|decoder: &mut Decoder, bytes| {
        let items = decoder.feed(bytes).into_iter();
        let capped = |item: Item| match item {
            Item::Event(line) if line.data.len() > 64 * 1024 => Item::Refused("token too long"),
            other => other,
        };
        items.map(capped).collect()
    })
});

pub(super) const JSON_CRLF_FAILS: Faulty = decoding(|| {
    feeding(|decoder: &mut Decoder, bytes| {
        let was_cr = decoder.line.ends_with(b"\r") && bytes.starts_with(b"\n");
        let is_crlf = was_cr || bytes.windows(2).any(|two| two == b"\r\n");
        if is_crlf { vec![Item::Refused("a control character")] } else { decoder.feed(bytes) }
    })
});

pub(super) const DONE_NEEDS_REASON: Faulty = Faulty::of(Client {
    ended: |client, api, answer| {
        answer.finished = false;
        reader::ended(client, api, answer)
    },
    ..DOCUMENTED
});

pub(super) const DONE_HAS_NO_TEXT: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        if api != Api::OllamaChat || payload.get("done") != Some(&Value::Bool(true)) {
            return read(client, api, kind, payload, answer);
        }
        let mut payload = payload.clone();
        payload["message"] = json!({});
        read(client, api, kind, &payload, answer)
    },
    ..DOCUMENTED
});
