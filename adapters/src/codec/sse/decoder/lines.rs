//! Bytes to lines. An LF, a CR or both together end a line.
//!
//! Lines are cut before they are decoded: LF and CR are never part of another UTF-8 sequence, so the result cannot depend on
//! how the bytes came.

use super::CutLines;

/// The state between two reads.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The line that has not ended yet.
    pub(crate) line: Vec<u8>,
    /// A CR ended the last line: an LF that follows belongs to it.
    pub(crate) after_cr: bool,
}

impl CutLines for Lines {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for &byte in bytes {
            let continues_cr = std::mem::take(&mut self.after_cr) && byte == b'\n';
            match byte {
                b'\n' if continues_cr => {}
                b'\r' | b'\n' => {
                    self.after_cr = byte == b'\r';
                    lines.push(std::mem::take(&mut self.line));
                }
                _ => self.line.push(byte),
            }
        }
        lines
    }

    fn pending(&self) -> &[u8] {
        &self.line
    }
}
