//! The body in writes and silences, after it was rendered and before HTTP is put around it.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::body::Item;
use crate::id::Variant;

/// One write of the body, or a silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Never empty.
    Write {
        /// The bytes.
        bytes: Vec<u8>,
        /// The step the first of them came from.
        step: Option<usize>,
    },
    /// Silence.
    Pause(Duration),
}

/// Joins spans into writes: a flush, a pause and the end of the body end a write.
pub(super) fn join(items: Vec<Item>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open = false;
    for item in items {
        match item {
            Item::Span(span) if span.bytes.is_empty() => {}
            Item::Span(span) => match parts.last_mut() {
                Some(Part::Write { bytes, .. }) if open => bytes.extend(span.bytes),
                _ => {
                    parts.push(Part::Write { bytes: span.bytes, step: span.step });
                    open = true;
                }
            },
            Item::Flush => open = false,
            Item::Pause(pause) => parts.push(Part::Pause(pause)),
        }
    }
    parts
}

/// Compresses the body (RFC 1952), so that each write can be decoded when it arrives. The end of the member (the last
/// block, CRC32, ISIZE) is a write of its own, and only there when the answer is `finished`.
pub(super) fn gzip(parts: Vec<Part>, finished: bool) -> Vec<Part> {
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    let mut encoded = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        encoded.push(match part {
            Part::Write { bytes, step } => {
                // Writing to a vector does not fail.
                let _ = member.write_all(&bytes).and_then(|()| member.flush());
                Part::Write { bytes: std::mem::take(member.get_mut()), step }
            }
            pause @ Part::Pause(_) => pause,
        });
    }
    if finished {
        encoded.extend(member.finish().map(|bytes| Part::Write { bytes, step: None }));
    }
    encoded
}

/// Keeps the first `length` bytes, and every pause.
pub(super) fn truncate(parts: Vec<Part>, length: usize) -> Vec<Part> {
    let mut left = length;
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Write { mut bytes, step } => {
                bytes.truncate(left);
                left -= bytes.len();
                if !bytes.is_empty() {
                    kept.push(Part::Write { bytes, step });
                }
            }
            pause @ Part::Pause(_) => kept.push(pause),
        }
    }
    kept
}

/// Applies the variants that only cut: the same bytes in other writes.
pub(super) fn recut(parts: Vec<Part>, variant: Variant) -> Vec<Part> {
    match variant {
        Variant::OneWrite => merge(parts),
        Variant::OneByte => split(parts, |_, _| true),
        Variant::SplitCharacters => {
            split(parts, |before, after| after & 0xC0 == 0x80 || (before, after) == (b'\r', b'\n'))
        }
        _ => parts,
    }
}

/// How many bytes the parts hold.
pub(super) fn length(parts: &[Part]) -> usize {
    parts.iter().map(|part| if let Part::Write { bytes, .. } = part { bytes.len() } else { 0 }).sum()
}

fn merge(parts: Vec<Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Write { bytes, .. }), Part::Write { bytes: more, .. }) => bytes.extend(more),
            (_, part) => merged.push(part),
        }
    }
    merged
}

/// Cuts every write between the two bytes that `between` names.
fn split(parts: Vec<Part>, between: impl Fn(u8, u8) -> bool) -> Vec<Part> {
    let mut cut = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Write { bytes, step } => cut.extend(
                bytes
                    .chunk_by(|&before, &after| !between(before, after))
                    .map(|bytes| Part::Write { bytes: bytes.to_vec(), step }),
            ),
            pause @ Part::Pause(_) => cut.push(pause),
        }
    }
    cut
}
