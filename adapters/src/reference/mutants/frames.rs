//! Faults in reading the frames of AWS's event stream, and the answers of Amazon Bedrock in them.

use super::replaced::{feeding, finishing};
use super::{DOCUMENTED, Faulty};
use crate::answer::Step;
use crate::codec::Kind;
use crate::codec::decode::{Decode, Item};
use crate::codec::event_stream::decoder::{Decoder, Stages, headers, is_crc_of, message};
use crate::contract::Api;
use crate::reference::client::Client;
use crate::reference::errors;
use crate::reference::read;

/// Makes a client with this decoder.
const fn decoding(frames: fn() -> Box<dyn Decode>) -> Faulty {
    Faulty::with_decoder("aws-event-stream", frames)
}

/// The stages of the documented decoder.
const STAGES: Stages = Stages { is_prelude: is_crc_of, is_message: is_crc_of, headers, message };

/// Makes a decoder with stages of its own.
fn of(stages: Stages) -> Box<dyn Decode> {
    Box::new(Decoder::of(stages))
}

pub(super) const IGNORES_PRELUDE_CRC: Faulty = decoding(|| of(Stages { is_prelude: |_, _| true, ..STAGES }));

pub(super) const IGNORES_MESSAGE_CRC: Faulty = decoding(|| of(Stages { is_message: |_, _| true, ..STAGES }));

pub(super) const TEXT_HEADERS_ONLY: Faulty = decoding(|| {
    // A header by header reading in which every value is a text: its length stands behind its type.
    let texts = |mut bytes: &[u8]| {
        let mut found = Vec::new();
        while let Some((length, rest)) = bytes.split_first() {
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let ([7, high, low], rest) = rest.split_first_chunk()? else { return None };
            let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            found.push((text(name), text(value)));
            bytes = rest;
        }
        Some(found)
    };
    of(Stages { headers: texts, ..STAGES })
});

pub(super) const PASSES_UNKNOWN_HEADERS: Faulty = decoding(|| {
    // The headers before the first one that cannot be read are those of the frame.
    let readable = |bytes: &[u8]| (0..=bytes.len()).rev().find_map(|length| headers(&bytes[..length]));
    of(Stages { headers: readable, ..STAGES })
});

pub(super) const HEADERS_IN_ORDER: Faulty = decoding(|| {
    let in_order = |headers: &[(String, String)], payload: &[u8]| match headers {
        [(first, _), ..] if first.starts_with(':') && first != ":message-type" && first != ":content-type" => {
            message(headers, payload)
        }
        _ => Item::Refused("the first header does not name what it is"),
    };
    of(Stages { message: in_order, ..STAGES })
});

pub(super) const NEEDS_CONTENT_TYPE: Faulty = decoding(|| {
    let typed = |headers: &[(String, String)], payload: &[u8]| match message(headers, payload) {
        Item::Event(event) if event.kind == Kind::Event && !headers.iter().any(|(name, _)| name == ":content-type") => {
            Item::Refused("a frame without a content type")
        }
        item => item,
    };
    of(Stages { message: typed, ..STAGES })
});

pub(super) const READS_ARE_FRAMES: Faulty = decoding(|| {
    let alone = |decoder: &mut Decoder, bytes: &[u8]| {
        decoder.pending.clear();
        decoder.feed(bytes)
    };
    feeding(alone)
});

pub(super) const FRAME_CAP: Faulty = decoding(|| {
    let capped = |decoder: &mut Decoder, bytes: &[u8]| {
        let items = decoder.feed(bytes);
        let is_long = |item: &Item| matches!(item, Item::Event(event) if event.data.len() > 64 * 1024);
        if items.iter().any(is_long) { vec![Item::Refused("a frame is too long")] } else { items }
    };
    feeding(capped)
});

pub(super) const DISPATCHES_CUT_FRAME: Faulty = decoding(|| {
    finishing(|decoder: &mut Decoder| {
        // Only bytes of the checksum are missing, which is then not compared.
        decoder.stages.is_message = |_, _| true;
        (0..4).flat_map(|_| decoder.feed(&[0])).collect()
    })
});

/// Makes a client that passes over messages of a kind that are errors.
pub(super) const DROPS_EXCEPTIONS: Faulty = Faulty::of(Client {
    take_failed: |client, api, event| match event.kind {
        Kind::Exception => Ok(Step::Unknown),
        Kind::Event | Kind::Error => errors::take_failed(client, api, event),
    },
    ..DOCUMENTED
});

pub(super) const DROPS_UNMODELLED_ERRORS: Faulty = Faulty::of(Client {
    take_failed: |client, api, event| match event.kind {
        Kind::Error => Ok(Step::Unknown),
        Kind::Event | Kind::Exception => errors::take_failed(client, api, event),
    },
    ..DOCUMENTED
});

pub(super) const DROPS_UNKNOWN_EXCEPTIONS: Faulty = Faulty::of(Client {
    take_failed: |client, api, event| {
        let is_known = api.dialect().errors.events.contains(&event.name.as_str());
        if event.kind == Kind::Exception && !is_known {
            Ok(Step::Unknown)
        } else {
            errors::take_failed(client, api, event)
        }
    },
    ..DOCUMENTED
});

pub(super) const EXCEPTION_ENDS_ANSWER: Faulty =
    Faulty::of(Client { take_failed: |_, _, _| Ok(Step::Terminal), ..DOCUMENTED });

pub(super) const STOPS_AT_MESSAGE_STOP: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let step = read(client, api, kind, payload, answer)?;
        Ok(if api == Api::BedrockConverse && kind == "messageStop" { Step::Terminal } else { step })
    },
    ..DOCUMENTED
});

pub(super) const NEEDS_BLOCK_START: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        // A block of text begins with its first piece, without a start of its own.
        if api == Api::BedrockConverse && kind == "contentBlockDelta" && answer.last_part.is_none() {
            return Ok(Step::Progress);
        }
        read(client, api, kind, payload, answer)
    },
    ..DOCUMENTED
});
