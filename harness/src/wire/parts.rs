//! The body in writes and pauses, after its events were rendered.

use super::script::{Part, Write};
use crate::case::Framing;
use crate::codec::Item;
use crate::id::Variant;

/// The number of bytes, framed one by one, that share a write. A client's parser sees every frame by itself; a write of its
/// own for each would be joined by the kernel before the client reads, and cost more than all the rest of a run.
const FRAMES_IN_A_WRITE: usize = 128;

/// Joins spans into writes: a flush, a pause and the end of the body end a write.
pub(super) fn join(items: Vec<Item>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open = false;
    for item in items {
        match item {
            Item::Span(span) if span.bytes.is_empty() => {}
            Item::Span(span) => match parts.last_mut() {
                Some(Part::Write(write)) if open => write.bytes.extend(span.bytes),
                _ => {
                    parts.push(Part::from(span.bytes));
                    open = true;
                }
            },
            Item::Flush => open = false,
            Item::Pause(pause) => parts.push(Part::Pause(pause)),
        }
    }
    parts
}

/// Keeps the first `length` bytes, and every pause.
pub(super) fn truncate(parts: Vec<Part>, length: usize) -> Vec<Part> {
    let mut left = length;
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Write(mut write) => {
                write.bytes.truncate(left);
                left -= write.bytes.len();
                if !write.bytes.is_empty() {
                    kept.push(Part::Write(write));
                }
            }
            pause @ Part::Pause(_) => kept.push(pause),
        }
    }
    kept
}

/// Applies the variants that only split: the same bytes in other writes.
pub(super) fn split(parts: Vec<Part>, variant: Variant, framing: Framing) -> Vec<Part> {
    match (variant, framing) {
        (Variant::OneWrite, _) => merged(parts),
        (Variant::OneByte, Framing::Chunked) => framed_one_by_one(&parts),
        (Variant::OneByte, Framing::ContentLength | Framing::Close) => split_between(&parts, |_, _| true),
        (Variant::SplitCharacters, _) => {
            split_between(&parts, |before, after| after & 0xC0 == 0x80 || (before, after) == (b'\r', b'\n'))
        }
        _ => parts,
    }
}

/// Counts the bytes of the parts.
pub(super) fn length(parts: &[Part]) -> usize {
    parts.iter().map(|part| if let Part::Write(write) = part { write.bytes.len() } else { 0 }).sum()
}

fn merged(parts: Vec<Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Write(write)), Part::Write(more)) => write.bytes.extend(more.bytes),
            (_, part) => merged.push(part),
        }
    }
    merged
}

/// Splits every write between the two bytes that `between` names.
fn split_between(parts: &[Part], between: impl Fn(u8, u8) -> bool) -> Vec<Part> {
    let mut split = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Write(write) => {
                let pieces = write.bytes.chunk_by(|&before, &after| !between(before, after));
                split.extend(pieces.map(|bytes| Part::from(bytes.to_vec())));
            }
            Part::Pause(pause) => split.push(Part::Pause(*pause)),
        }
    }
    split
}

/// Gives every byte a frame of its own, and many frames to a write.
fn framed_one_by_one(parts: &[Part]) -> Vec<Part> {
    let mut framed: Vec<Part> = Vec::new();
    for part in parts {
        let mut rest = match part {
            Part::Write(write) => write.bytes.as_slice(),
            Part::Pause(pause) => {
                framed.push(Part::Pause(*pause));
                continue;
            }
        };
        if let Some(Part::Write(last)) = framed.last_mut() {
            let (first, others) = rest.split_at(rest.len().min(FRAMES_IN_A_WRITE - last.bytes.len()));
            last.bytes.extend_from_slice(first);
            rest = others;
        }
        let writes = rest.chunks(FRAMES_IN_A_WRITE).map(<[u8]>::to_vec);
        framed.extend(writes.map(|bytes| Part::Write(Write { bytes, one_by_one: true })));
    }
    framed
}
