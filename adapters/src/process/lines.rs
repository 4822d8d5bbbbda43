//! Reads an adapter's stdout line by line within bounds, and tells protocol messages from everything else.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::protocol::Reply;

/// An overlong line is skipped to its end as long as it stays below this many times the limit.
const SKIP_FACTOR: usize = 4;

/// The characters of a line that an excerpt shows.
const EXCERPT_CHARS: usize = 200;

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

    /// The next line. A read error counts as the end, as the pipe is then of no more use.
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
        let missing = (EXCERPT_CHARS * 4).saturating_sub(self.head.len());
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

/// A line judged by the protocol.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a line lives for a moment, alone")]
pub(super) enum Line {
    /// A message of the protocol.
    Reply(Reply),
    /// Anything else.
    Stray {
        /// The call it names, if it is a JSON object with a whole number as `id`.
        id: Option<u64>,
        /// A sentence about what is wrong with it, naming the line.
        detail: String,
    },
}

/// Judges one line: JSON, then the schema of its `op`, then the type.
pub(super) fn parse(number: u64, bytes: &[u8]) -> Line {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return stray(None, number, &format!("is not JSON ({error})"), bytes),
    };
    let id = value.get("id").and_then(Value::as_u64);
    let Some(op) = value.get("op").and_then(Value::as_str) else {
        return stray(id, number, "is not a message of the protocol: it has no `op`", bytes);
    };
    let Some(schema) = SCHEMAS.get(op) else {
        let op = excerpt(op.as_bytes());
        return stray(id, number, &format!("has an `op` that an adapter does not send, `{op}`"), bytes);
    };
    if let Some(error) = schema.iter_errors(&value).next() {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "the message".to_owned() } else { format!("`{place}`") };
        let error = excerpt(error.to_string().as_bytes());
        return stray(id, number, &format!("breaks the schema at {place}: {error}"), bytes);
    }
    match serde_json::from_value(value) {
        Ok(reply) => Line::Reply(reply),
        Err(error) => stray(id, number, &format!("is not a message of the protocol ({error})"), bytes),
    }
}

/// Judges a line of which only the length and the beginning are known.
pub(super) fn overlong(number: u64, length: usize, limit: usize, head: &[u8]) -> Line {
    let wrong = format!("has {length} bytes, more than {limit}");
    stray(id_in(head), number, &wrong, head)
}

/// The `id` of a message that is cut off, if it stands near the beginning, as adapters write it.
fn id_in(head: &[u8]) -> Option<u64> {
    let head = str::from_utf8(head.get(..64)?).ok()?;
    let (_, rest) = head.strip_prefix('{')?.split_once("\"id\"")?;
    let (digits, _) = rest.trim_start().strip_prefix(':')?.split_once(',')?;
    digits.trim().parse().ok()
}

/// The protocol version of a line that calls itself a hello, whatever else it holds.
pub(super) fn hello_version(bytes: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if value.get("op")?.as_str()? == "hello" { value.get("protocol")?.as_u64() } else { None }
}

fn stray(id: Option<u64>, number: u64, wrong: &str, bytes: &[u8]) -> Line {
    Line::Stray { id, detail: format!("line {number} of stdout {wrong}: {}", excerpt(bytes)) }
}

/// The beginning of untrusted bytes with control characters escaped, so that it can go into any message.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT_CHARS * 4)]);
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == EXCERPT_CHARS {
            break;
        }
        // Quotes stay readable; everything a terminal could act on does not.
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    if text.chars().count() > EXCERPT_CHARS || bytes.len() > EXCERPT_CHARS * 4 {
        shown.push('…');
    }
    shown
}

/// One validator for each `op`, because the messages of a `oneOf` over all of them say nothing.
static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let schema = schemars::schema_for!(Reply).to_value();
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    let branches = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    branches
        .into_iter()
        .filter_map(|mut branch| {
            let op = branch.pointer("/properties/op/const")?.as_str()?.to_owned();
            branch.as_object_mut().map(|branch: &mut Map<String, Value>| {
                branch.insert("$defs".to_owned(), definitions.clone());
            })?;
            let validator = jsonschema::validator_for(&branch).expect("a derived schema is a valid JSON Schema");
            Some((op, validator))
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything a reader with this limit makes of `bytes`.
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

    #[test]
    fn an_overlong_message_is_credited_where_it_says_so() {
        let check = |head: &str, expected: Option<u64>| {
            let head = format!("{head}{}", "x".repeat(100));
            assert!(
                matches!(overlong(2, 900, 800, head.as_bytes()), Line::Stray { id, .. } if id == expected),
                "{head}"
            );
        };
        check(r#"{"op": "observed", "id": 17, "observation": {"text": ""#, Some(17));
        check(r#"{"id":17,"op":"observed","#, Some(17));
        check(r#"{"op":"observed","id":17"#, None);
        check(r#""id":17,"#, None);
        check("", None);
    }

    #[test]
    fn every_message_of_an_adapter_has_a_schema() {
        assert_eq!(SCHEMAS.keys().collect::<Vec<_>>(), ["fault", "hello", "observed"]);
    }

    #[test]
    fn says_what_is_wrong_with_a_line() {
        let check = |line: &str, id: Option<u64>, expected: &str| match parse(4, line.as_bytes()) {
            Line::Stray { id: named, detail } => {
                assert_eq!(named, id, "{line}");
                assert!(detail.starts_with("line 4 of stdout ") && detail.contains(expected), "{detail}");
            }
            Line::Reply(reply) => panic!("{line} was taken as {reply:?}"),
        };
        check("", None, "is not JSON");
        check("Hello\u{1b}[31m", None, "Hello\\u{1b}[31m");
        check(r#"{"id":3}"#, Some(3), "has no `op`");
        check(r#"{"op":"run","id":3}"#, Some(3), "does not send, `run`");
        check(r#"{"op":"observed","id":3}"#, Some(3), "observation");
        check(
            r#"{"op":"observed","id":3,"observation":{"ended":"exploded","events":0}}"#,
            Some(3),
            "`/observation/ended`",
        );
        check(
            r#"{"op":"observed","id":3,"observation":{"ended":"raised","events":-1}}"#,
            Some(3),
            "`/observation/events`",
        );
        check(
            r#"{"op":"observed","id":3,"observation":{"ended":"raised","events":0,"verdict":"pass"}}"#,
            Some(3),
            "verdict",
        );
        check(r#"{"op":"observed","id":-3,"observation":{"ended":"raised","events":0}}"#, None, "`/id`");
    }

    #[test]
    fn takes_the_message_of_the_design() {
        let line = r#"{"op":"observed","id":7,"observation":{"ended":"raised","events":3,"text":"Hello","tool_calls":[],
            "stop_reason":null,"error":{"site":"iterate","class":"APIStatusError","classes":["APIStatusError"],
            "message":"m","status":{"value":200,"via":"attribute"},"type":{"value":"overloaded_error","via":"attribute"},
            "code":null,"request_id":null,"retry_after":null,"retryable":null,"causes":[]}}}"#;
        assert!(
            matches!(parse(1, line.as_bytes()), Line::Reply(Reply::Observed { id: 7, .. })),
            "{:?}",
            parse(1, line.as_bytes())
        );
    }
}
