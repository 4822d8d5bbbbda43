//! Reads an adapter's stdout line by line within bounds.
//!
//! Not with the `LinesCodec` of tokio-util: of an overlong line it keeps neither the beginning, which names the call,
//! nor the length, it skips one without an end for ever, and a line that is not UTF-8 ends it.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::parse::EXCERPT_BYTES;

/// An overlong line is skipped to its end as long as it stays below this many times the limit.
const SKIP_FACTOR: usize = 4;

/// The outcome of the next read of stdout.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LineRead {
    /// A line without its line feed, and its number from 1.
    Line(u64, Vec<u8>),
    /// A line over the limit, skipped: its number, its length and how it began.
    Overlong(u64, usize, Vec<u8>),
    /// Output without any end of line, far over the limit; nothing more is read.
    Endless(u64, usize),
    /// The end of stdout.
    End,
}

/// Splits a byte stream into lines. [`next`](Self::next) may be cancelled without losing bytes.
pub(super) struct LineReader<R> {
    source: R,
    limit: usize,
    /// Bytes read; the line being collected begins at `start` and has no line feed before `scanned`.
    buffer: Vec<u8>,
    start: usize,
    scanned: usize,
    /// Bytes of the current line that were dropped because it is overlong.
    skipped: usize,
    /// The beginning of the overlong line.
    head: Vec<u8>,
    lines: u64,
    chunk: Box<[u8]>,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    pub(super) fn new(source: R, limit: usize) -> Self {
        Self {
            source,
            limit,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            skipped: 0,
            head: Vec::new(),
            lines: 0,
            chunk: vec![0; 32 * 1024].into_boxed_slice(),
        }
    }

    /// Returns the next line. A read error counts as the end, as the pipe is then of no more use.
    pub(super) async fn next(&mut self) -> LineRead {
        loop {
            if let Some(at) = line_feed(&self.buffer[self.scanned..]) {
                let read = self.finish(self.scanned + at);
                self.start = self.scanned + at + 1;
                self.scanned = self.start;
                return read;
            }
            self.compact();
            if self.skipped > self.limit.saturating_mul(SKIP_FACTOR) {
                return LineRead::Endless(self.lines + 1, self.skipped);
            }
            match self.source.read(&mut self.chunk).await {
                Ok(read) if read > 0 => self.buffer.extend_from_slice(&self.chunk[..read]),
                Ok(_) | Err(_) if self.buffer.is_empty() && self.skipped == 0 => return LineRead::End,
                Ok(_) | Err(_) => {
                    let read = self.finish(self.buffer.len());
                    self.buffer.clear();
                    self.scanned = 0;
                    return read;
                }
            }
        }
    }

    /// Drops what was handed out, and what an overlong line has beyond its head.
    fn compact(&mut self) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.scanned = self.buffer.len();
        if self.skipped > 0 || self.buffer.len() > self.limit {
            self.skip();
        }
    }

    fn skip(&mut self) {
        self.keep_head();
        self.skipped += self.buffer.len();
        self.buffer.clear();
        self.buffer.shrink_to(self.chunk.len());
        self.scanned = 0;
    }

    /// Keeps enough of an overlong line for an excerpt.
    fn keep_head(&mut self) {
        let missing = EXCERPT_BYTES.saturating_sub(self.head.len());
        self.head.extend(self.buffer[self.start..].iter().take(missing));
    }

    /// Ends the current line before `end` in the buffer.
    fn finish(&mut self, end: usize) -> LineRead {
        self.lines += 1;
        let length = self.skipped + end - self.start;
        if length <= self.limit {
            return LineRead::Line(self.lines, self.buffer[self.start..end].to_vec());
        }
        self.keep_head();
        self.skipped = 0;
        let mut head = std::mem::take(&mut self.head);
        head.truncate(length);
        LineRead::Overlong(self.lines, length, head)
    }
}

fn line_feed(bytes: &[u8]) -> Option<usize> {
    // Most of a long line's chunks have none, and `contains` is fast without optimisation too.
    if bytes.contains(&b'\n') { bytes.iter().position(|byte| *byte == b'\n') } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all that a reader with this limit makes of `bytes`.
    async fn read_all(bytes: impl AsyncRead + Unpin, limit: usize) -> Vec<LineRead> {
        let mut reader = LineReader::new(bytes, limit);
        let mut reads = Vec::new();
        loop {
            let read = reader.next().await;
            let last = matches!(read, LineRead::End | LineRead::Endless(..));
            reads.push(read);
            if last {
                return reads;
            }
        }
    }

    #[tokio::test]
    async fn splits_lines_and_keeps_an_unended_one() {
        let reads = read_all(b"one\n\ntwo".as_slice(), 10).await;
        let line = |number, text: &str| LineRead::Line(number, text.as_bytes().to_vec());
        assert_eq!(reads, [line(1, "one"), line(2, ""), line(3, "two"), LineRead::End]);
    }

    #[tokio::test]
    async fn it_does_not_matter_how_the_bytes_arrive() {
        let bytes = "first\n\u{e9}\r\n\nsecond, a longer one\nrest".as_bytes();
        let whole = read_all(bytes, 10).await;
        assert!(matches!(&whole[3], LineRead::Overlong(4, 20, head) if head == b"second, a longer one"), "{whole:?}");
        for cut in 0..bytes.len() {
            assert_eq!(read_all(bytes[..cut].chain(&bytes[cut..]), 10).await, whole, "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn an_overlong_line_is_skipped_and_the_next_one_read() {
        let mut bytes = vec![b'x'; 100_000];
        bytes.extend_from_slice(b"\nnext\n");
        let reads = read_all(bytes.as_slice(), 50_000).await;
        assert!(
            matches!(&reads[0], LineRead::Overlong(1, 100_000, head) if head.starts_with(b"xxx")),
            "{:?}",
            reads[1]
        );
        assert_eq!(reads[1], LineRead::Line(2, b"next".to_vec()));
    }

    #[tokio::test]
    async fn output_without_line_ends_is_given_up() {
        let reads = read_all(vec![b'x'; 1_000_000].as_slice(), 10_000).await;
        assert!(matches!(reads[..], [LineRead::Endless(1, read)] if read < 200_000));
    }
}
