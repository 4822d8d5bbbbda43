//! The ends of lines and records of an event stream (WHATWG HTML 9.2.6: CRLF, LF, or CR).

/// Follows an event stream byte by byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    after_cr: bool,
    in_line: bool,
    in_record: bool,
}

/// The role of a byte in an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Byte {
    /// It belongs to a line.
    Content,
    /// It ends a line.
    LineEnd,
    /// It is the LF of a CRLF whose CR has ended the line.
    SecondHalf,
}

impl Lines {
    /// Takes the next byte.
    pub(super) fn feed(&mut self, byte: u8) -> Byte {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        match byte {
            b'\n' if after_cr => Byte::SecondHalf,
            b'\n' | b'\r' => {
                self.in_record = self.in_line;
                self.in_line = false;
                Byte::LineEnd
            }
            _ => {
                self.in_line = true;
                Byte::Content
            }
        }
    }

    /// Says whether no record has begun: at the very beginning, or after an empty line.
    pub(super) fn between_records(self) -> bool {
        !self.in_line && !self.in_record
    }
}

/// Returns the offsets just after each empty line that ends a record, ascending.
pub(super) fn record_ends(stream: &[u8]) -> Vec<usize> {
    let mut lines = Lines::default();
    let mut ends = Vec::new();
    let mut open = false;
    for (offset, &byte) in stream.iter().enumerate() {
        let fed = lines.feed(byte);
        match (fed, ends.last_mut()) {
            // The record ended with the CR; what follows starts after its LF.
            (Byte::SecondHalf, Some(end)) if *end == offset => *end += 1,
            _ if open && lines.between_records() => ends.push(offset + 1),
            _ => {}
        }
        open = !lines.between_records();
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_after_their_empty_line() {
        let check =
            |stream: &str, expected: &[usize]| assert_eq!(record_ends(stream.as_bytes()), expected, "{stream:?}");
        check("", &[]);
        check("a\n\nb\n\n", &[3, 6]);
        check("a\r\n\r\nb\r\n\r\n", &[5, 10]);
        check("a\r\rb\r\r", &[3, 6]);
        check("a\n\r\nb", &[4]);
        check("\n\na\nb\n\n\n", &[7]);
        check("a\n", &[]);
    }
}
