//! The event stream of AWS (<https://smithy.io/2.0/aws/amazon-eventstream.html>): binary frames with headers, a payload and
//! two checksums.
//!
//! A frame is an event, an exception that the service's model has, or an error that it does not have. An event named `chunk` holds
//! in `bytes` what a model sends itself, in base64; it stands for an event without a name, which is what is in it.

pub(crate) mod decoder;
mod look;
mod write;

use serde_json::Value;

use self::decoder::Decoder;
use super::decode::Decode;
use super::{Codec, Content, Decoded, Frame, Item, Kind, Mistake, Rewrite, Span};

/// The codec of `application/vnd.amazon.eventstream`.
#[derive(Clone, Copy, Debug)]
pub struct EventStream;

/// The name of the event that holds an event of a model.
const CHUNK: &str = "chunk";

impl Codec for EventStream {
    fn name(&self) -> &'static str {
        "aws-event-stream"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.amazon.eventstream"
    }

    fn looks_like(&self, beginning: &[u8]) -> Option<bool> {
        look::looks_like(beginning)
    }

    fn event(&self, name: Option<&str>, data: &Value) -> Vec<u8> {
        match name {
            Some(name) => write::frame(Kind::Event, name, data, &Frame::default()),
            None => write::frame(Kind::Event, CHUNK, &write::chunk(data), &Frame::default()),
        }
    }

    fn framed(&self, kind: Kind, name: &str, data: &Value, frame: &Frame) -> Vec<u8> {
        write::frame(kind, name, data, frame)
    }

    fn comment(&self, _: &str) -> Vec<u8> {
        Vec::new()
    }

    fn mistake_in_event(&self, _: Option<&str>, _: &Value) -> Option<Mistake> {
        None
    }

    fn mistake_in_frame(&self, kind: Kind, name: &str, data: &Value, frame: &Frame) -> Option<Mistake> {
        write::mistake(kind, name, data, frame)
    }

    fn mistake_in_comment(&self, _: &str) -> Option<Mistake> {
        Some(Mistake { message: "an event stream of AWS has no comments", help: "send other bytes with `hex`" })
    }

    fn kind_of_errors(&self) -> Kind {
        Kind::Exception
    }

    fn has(&self, rewrite: Rewrite) -> bool {
        matches!(rewrite, Rewrite::UnknownEvents)
    }

    fn rewrite(&self, body: Vec<Item>, rewrite: Rewrite) -> Vec<Item> {
        if self.has(rewrite) { with_unknown_events(body) } else { body }
    }

    fn event_ends(&self, stream: &[u8]) -> Vec<usize> {
        look::event_ends(stream)
    }

    fn events(&self, stream: &[u8]) -> Vec<Decoded> {
        look::events(stream)
    }

    fn is_text(&self) -> bool {
        false
    }

    fn is_malformed(&self, stream: &[u8]) -> bool {
        look::is_malformed(stream)
    }

    fn default_name(&self) -> &'static str {
        CHUNK
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::default())
    }
}

/// Slips a frame of its own write, of a type that no model has, in before every event, but never into a frame that other bytes have begun.
fn with_unknown_events(body: Vec<Item>) -> Vec<Item> {
    let mut varied = Vec::with_capacity(body.len());
    let mut sent = Vec::new();
    for item in body {
        if let Item::Span(span) = &item {
            if span.content == Content::Event && look::is_between_frames(&sent) {
                let name = "streamspec.unknown";
                let bytes = write::frame(Kind::Event, name, &serde_json::json!({ "type": name }), &Frame::default());
                varied.extend([Item::Flush, Item::Span(Span { bytes, content: Content::Text }), Item::Flush]);
            }
            sent.extend_from_slice(&span.bytes);
        }
        varied.push(item);
    }
    varied
}

#[cfg(test)]
mod tests;
