//! Faults in cutting lines.

use super::Faulty;
use crate::codec::decode::{Decode, text};
use crate::codec::sse::decoder::{CutLines, Decoder, Fields, Lines};

/// The stage that cuts lines, replaced by a function on its state.
struct Cut(Lines, fn(&mut Lines, &[u8]) -> Vec<Vec<u8>>);

impl CutLines for Cut {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        (self.1)(&mut self.0, bytes)
    }

    fn pending(&self) -> &[u8] {
        self.0.pending()
    }
}

/// Makes a client with this decoder.
const fn decoding(sse: fn() -> Box<dyn Decode>) -> Faulty {
    Faulty::with_decoder("sse", sse)
}

/// Makes a decoder with this function in the place of the stage that cuts lines.
fn cut(feed: fn(&mut Lines, &[u8]) -> Vec<Vec<u8>>) -> Box<dyn Decode> {
    Box::new(Decoder::of(Cut(Lines::default(), feed), Fields::default()))
}

pub(super) const LF_ONLY: Faulty = decoding(|| cut(lf_only));

fn lf_only(lines: &mut Lines, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut ended = Vec::new();
    for &byte in bytes {
        match byte {
            b'\n' => ended.push(std::mem::take(&mut lines.line)),
            _ => lines.line.push(byte),
        }
    }
    ended
}

pub(super) const LONE_CR_IS_DATA: Faulty = decoding(|| {
    cut(|lines, bytes| {
        let mut ended = lf_only(lines, bytes);
        for line in &mut ended {
            line.pop_if(|byte| *byte == b'\r');
        }
        ended
    })
});

pub(super) const CR_LF_ACROSS_READS: Faulty = decoding(|| {
    cut(|lines, bytes| match bytes {
        [b'\n', rest @ ..] if lines.after_cr => {
            lines.after_cr = false;
            lines.line.push(b'\n');
            lines.feed(rest)
        }
        _ => lines.feed(bytes),
    })
});

pub(super) const UTF8_BY_CHUNK: Faulty = decoding(|| cut(|lines, bytes| lines.feed(text(bytes).as_bytes())));

pub(super) const LOSES_CHUNK_TAIL: Faulty = decoding(|| {
    cut(|lines, bytes| {
        let ended = lines.feed(bytes);
        lines.line.clear();
        ended
    })
});

pub(super) const UNICODE_LINE_ENDS: Faulty = decoding(|| {
    cut(|lines, bytes| {
        let pieces = |line: &[u8]| -> Vec<Vec<u8>> {
            let pieces: Vec<Vec<u8>> =
                text(line).split(['\u{85}', '\u{2028}', '\u{2029}']).map(|piece| piece.as_bytes().to_vec()).collect();
            // What is between two of these ends no event.
            let is_one = pieces.len() == 1;
            pieces.into_iter().filter(|piece| is_one || !piece.is_empty()).collect()
        };
        lines.feed(bytes).iter().flat_map(|line| pieces(line)).collect()
    })
});

pub(super) const LF_LF_ONLY: Faulty = decoding(|| {
    let lines = LfLfOnly { lines: Lines::default(), last_end: 0 };
    Box::new(Decoder::of(lines, Fields::default()))
});

struct LfLfOnly {
    lines: Lines,
    /// The last byte of the end of the line before.
    last_end: u8,
}

impl CutLines for LfLfOnly {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut ended = Vec::new();
        for &byte in bytes {
            let ends_event = (byte, self.last_end) == (b'\n', b'\n');
            ended.extend(self.lines.feed(&[byte]).into_iter().filter(|line| !line.is_empty() || ends_event));
            if matches!(byte, b'\r' | b'\n') {
                self.last_end = byte;
            }
        }
        ended
    }

    fn pending(&self) -> &[u8] {
        self.lines.pending()
    }
}

pub(super) const KEEPS_BOM: Faulty = decoding(|| Box::new(Decoder { begun: true, ..Decoder::new() }));
