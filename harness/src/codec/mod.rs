//! The bodies of answers: from the steps of a case to the bytes of its dialect's codec, and the variants of these.

mod body;
mod nonce;

use streamspec_adapters::contract::Api;

pub(crate) use body::{body, bytes};
pub(crate) use nonce::{FIRST, Nonce, NonceBytes, read_spelled, spelled};
pub use streamspec_adapters::codec::{Codec, Content, Decoded, Item, Span};

use crate::id::Variant;

/// Finds the codec of a dialect's streams.
pub fn of(api: Api) -> &'static dyn Codec {
    api.dialect().codec
}

/// Says whether a variant can be made of the streams of a codec; one that cannot is not run.
pub fn has(codec: &dyn Codec, variant: Variant) -> bool {
    variant.rewrite().is_none_or(|rewrite| codec.has(rewrite))
}

/// Rewrites a body so that its bytes differ and its events mean the same; a variant that is about something else leaves it
/// alone.
pub(crate) fn vary(codec: &dyn Codec, body: Vec<Item>, variant: Variant) -> Vec<Item> {
    match variant.rewrite() {
        Some(rewrite) => codec.rewrite(body, rewrite),
        None => body,
    }
}
