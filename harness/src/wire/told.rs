//! An answer as a person reads it: what is written, silence, the end; long and many writes are told in short.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Op, Script, Write};
use crate::case::End;

/// The most characters of one write that are kept.
const LONGEST_WRITE: usize = 4000;

/// The most steps of an answer that are kept one by one; more than these are told as one from the middle.
const MOST_STEPS: usize = 60;

/// A body write of at most this many bytes says nothing alone.
const TINY: usize = 2;

/// One answer of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToldAnswer {
    /// The status on the status line; none when nothing is ever sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What is written and when.
    pub steps: Vec<ToldStep>,
    /// What comes after the last of them.
    pub end: End,
    /// What a compressed body says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum ToldStep {
    /// The status line and the header fields.
    Head(ToldWrite),
    /// A piece of the body, or several.
    Body(ToldWrite),
    /// The last chunk, with its trailers.
    LastChunk(ToldWrite),
    /// Silence.
    Pause {
        /// How long, in milliseconds.
        ms: u64,
    },
}

/// One write, or several in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ToldWrite {
    /// What is written, without the HTTP framing of a body; bytes that are no UTF-8 are `\xff`.
    pub text: String,
    /// How many bytes that is on the wire.
    pub octets: u64,
    /// How many writes it is; 1 where nothing is said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub writes: usize,
}

const fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one(number: &usize) -> bool {
    *number == 1
}

impl ToldStep {
    /// How many bytes it puts on the wire.
    pub const fn octets(&self) -> u64 {
        match self {
            Self::Head(write) | Self::Body(write) | Self::LastChunk(write) => write.octets,
            Self::Pause { .. } => 0,
        }
    }
}

/// The answers of a script, with `${nonce}` for the nonce it was built with.
pub fn told(script: &Script, nonce: &str) -> Vec<ToldAnswer> {
    script.answers.iter().map(|answer| told_answer(answer, nonce)).collect()
}

fn told_answer(answer: &Answer, nonce: &str) -> ToldAnswer {
    let mut runs: Vec<Vec<&Op>> = Vec::new();
    for op in &answer.ops {
        match runs.last_mut() {
            Some(run) if is_tiny(op) && run.iter().all(|op| is_tiny(op)) => run.push(op),
            _ => runs.push(vec![op]),
        }
    }
    if runs.len() > MOST_STEPS {
        // The failure is nearly always among the last steps, and the beginning says what kind of stream it is.
        let middle = runs.drain(MOST_STEPS / 2..runs.len() - MOST_STEPS / 2).flatten().collect();
        runs.insert(MOST_STEPS / 2, middle);
    }
    let content = answer.head.is_gzip().then(|| text(&answer.content_within(u64::MAX), nonce));
    let steps = runs.into_iter().map(|run| told_run(&run, nonce)).collect();
    ToldAnswer { status: answer.status, steps, end: answer.end, content }
}

fn is_tiny(op: &Op) -> bool {
    matches!(op, Op::Write(write) if (1..=TINY).contains(&write.body.len()))
}

fn told_run(run: &[&Op], nonce: &str) -> ToldStep {
    if let [Op::Pause(pause)] = run {
        return ToldStep::Pause { ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX) };
    }
    let writes: Vec<&Write> =
        run.iter().filter_map(|op| if let Op::Write(write) = op { Some(write) } else { None }).collect();
    let octets = writes.iter().map(|write| write.bytes.len() as u64).sum();
    let is_body = writes.iter().any(|write| !write.body.is_empty());
    let bytes: Vec<u8> =
        writes.iter().flat_map(|write| if is_body { &write.body } else { &write.bytes }).copied().collect();
    let write = ToldWrite { text: text(&bytes, nonce), octets, writes: writes.len() };
    match bytes.strip_prefix(b"HTTP/1.1 ") {
        _ if is_body => ToldStep::Body(write),
        Some(_) => ToldStep::Head(write),
        None => ToldStep::LastChunk(write),
    }
}

/// Bytes as text, with the nonce named, cut with a note.
fn text(bytes: &[u8], nonce: &str) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for octet in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{octet:02x}");
        }
    }
    let text = text.replace(nonce, "${nonce}");
    match text.char_indices().nth(LONGEST_WRITE) {
        Some((at, _)) => format!("{}… ({} characters in all)", &text[..at], text.chars().count()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Step;
    use crate::id::Variant;

    const NONCE: &str = "n0123456789";

    fn steps(data: &str, variant: Variant) -> Vec<ToldStep> {
        let steps = [Step::Data(data.into()), Step::End(End::Finish)];
        told(&Script::build(&[steps.to_vec()], variant, NONCE), NONCE).remove(0).steps
    }

    #[test]
    fn bytes_are_told_with_the_nonce_named_and_every_octet_counted() {
        for variant in [Variant::AsWritten, Variant::OneByte, Variant::OneWrite] {
            let told = steps("a ${nonce}", variant);
            let bodies: Vec<&ToldWrite> = told
                .iter()
                .filter_map(|step| if let ToldStep::Body(write) = step { Some(write) } else { None })
                .collect();
            assert_eq!(bodies.len(), 1, "{variant}: {told:?}");
            assert_eq!(bodies[0].text, "data: a ${nonce}\n\n", "{variant}");
            assert_eq!(bodies[0].writes, 1, "{variant}: chunks of one byte share a write");
            assert!(matches!(told[0], ToldStep::Head(_)) && matches!(told[2], ToldStep::LastChunk(_)), "{told:?}");
        }
    }

    #[test]
    fn long_writes_are_cut_with_a_note() {
        let told = steps(&"x".repeat(5000), Variant::AsWritten);
        let ToldStep::Body(write) = &told[1] else { panic!("{told:?}") };
        assert!(write.text.ends_with("… (5008 characters in all)"), "{}", write.text);
        assert_eq!(text(b"a\xffb", NONCE), "a\\xffb");
    }
}
