//! An answer as a person reads it: what is written, the pauses, the end; long and many writes are shortened.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EncodedWrite, MessagePart, Op, Version, of};
use crate::case::End;
use crate::id::Transport;
use crate::wire::{Answer, Script};

/// The number of characters of one write that are kept.
const LONGEST_WRITE: usize = 4000;

/// The number of steps of an answer that are kept one by one; of a longer answer the middle is kept as one step.
const MOST_STEPS: usize = 60;

/// The number of bytes up to which a write of the body is shown together with its neighbours.
const TINY: usize = 2;

/// One answer of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DescribedAnswer {
    /// The status on the status line; none when nothing is ever sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The writes and the pauses between them.
    pub steps: Vec<DescribedStep>,
    /// The end that follows the last of them.
    pub end: End,
    /// The decoded body where it is compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum DescribedStep {
    /// The status line and the header fields.
    Head(DescribedWrite),
    /// A piece of the body, or several.
    Body(DescribedWrite),
    /// The last chunk, with its trailers.
    LastChunk(DescribedWrite),
    /// A time in which nothing is sent.
    Pause {
        /// The time in milliseconds.
        ms: u64,
    },
}

/// One write, or several in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct DescribedWrite {
    /// The bytes as text, without the framing of a body; bytes that are not UTF-8 are `\xff`.
    pub text: String,
    /// The number of bytes on the wire.
    pub bytes: u64,
    /// The number of writes that it stands for; 1 where the field is absent.
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

impl DescribedStep {
    /// Counts the bytes that it puts on the wire.
    pub const fn bytes(&self) -> u64 {
        match self {
            Self::Head(write) | Self::Body(write) | Self::LastChunk(write) => write.bytes,
            Self::Pause { .. } => 0,
        }
    }
}

impl DescribedAnswer {
    /// Returns the value of the header field `Content-Type`.
    pub fn content_type(&self) -> Option<&str> {
        let heads =
            self.steps.iter().filter_map(|step| if let DescribedStep::Head(head) = step { Some(head) } else { None });
        let mut fields = heads.flat_map(|head| head.text.lines()).filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.trim())
    }

    /// Returns the body as far as it is described, decoded where it is compressed.
    pub fn body(&self) -> String {
        let written =
            |step: &DescribedStep| if let DescribedStep::Body(body) = step { Some(body.text.clone()) } else { None };
        self.content.clone().unwrap_or_else(|| self.steps.iter().filter_map(written).collect())
    }
}

/// Describes the answers of a script as this transport sends them, with `${nonce}` for the nonce it was built with. Where the transport has
/// several protocols, it is as HTTP/1.1 carries them.
pub fn describe(script: &Script, transport: Transport, nonce: &str) -> Vec<DescribedAnswer> {
    describe_for(Version::default(), script, transport, nonce)
}

/// Does the same for a client that speaks this version.
pub fn describe_for(version: Version, script: &Script, transport: Transport, nonce: &str) -> Vec<DescribedAnswer> {
    script.answers.iter().map(|answer| described(answer, version, transport, nonce)).collect()
}

fn described(answer: &Answer, version: Version, transport: Transport, nonce: &str) -> DescribedAnswer {
    let encoded = of(transport).encode(answer, version);
    let mut runs: Vec<Vec<&Op>> = Vec::new();
    for op in &encoded.ops {
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
    let content = answer.coding().map(|_| text(&answer.decoded(encoded.body_within(u64::MAX)), nonce));
    let steps = runs.into_iter().map(|run| described_run(&run, nonce)).collect();
    DescribedAnswer { status: answer.head.as_ref().map(|head| head.status), steps, end: answer.end, content }
}

fn is_tiny(op: &Op) -> bool {
    matches!(op, Op::Write(write) if (1..=TINY).contains(&write.body.len()))
}

fn described_run(run: &[&Op], nonce: &str) -> DescribedStep {
    if let [Op::Pause(pause)] = run {
        return DescribedStep::Pause { ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX) };
    }
    let writes: Vec<&EncodedWrite> =
        run.iter().filter_map(|op| if let Op::Write(write) = op { Some(write) } else { None }).collect();
    let part = writes.first().map_or(MessagePart::Body, |write| write.part);
    let shown = |write: &EncodedWrite| if part == MessagePart::Body { write.body.clone() } else { write.bytes.clone() };
    let all: Vec<u8> = writes.iter().flat_map(|write| shown(write)).collect();
    let bytes = writes.iter().map(|write| write.bytes.len() as u64).sum();
    let write = DescribedWrite { text: text(&all, nonce), bytes, writes: writes.len() };
    match part {
        MessagePart::Head => DescribedStep::Head(write),
        MessagePart::Body => DescribedStep::Body(write),
        MessagePart::End => DescribedStep::LastChunk(write),
    }
}

/// Shows bytes as text, with the nonce named, cut with a note.
fn text(bytes: &[u8], nonce: &str) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    crate::text::cut(&text.replace(nonce, "${nonce}"), LONGEST_WRITE)
}

#[cfg(test)]
mod tests {
    use streamspec_adapters::contract::Api;

    use super::*;
    use crate::case::{Encoding, Respond, Step};
    use crate::id::Variant;

    const NONCE: &str = "n0123456789";

    fn steps(data: &str, variant: Variant) -> Vec<DescribedStep> {
        let steps = [Step::Data(data.into()), Step::End(End::Finish)];
        let script = Script::build(Api::OpenaiChat, &[steps.to_vec()], variant, NONCE);
        describe(&script, Transport::default(), NONCE).remove(0).steps
    }

    #[test]
    fn bytes_are_shown_with_the_nonce_named_and_every_byte_counted() {
        for variant in [Variant::AsWritten, Variant::OneByte, Variant::OneWrite] {
            let described = steps("a ${nonce}", variant);
            let bodies: Vec<&DescribedWrite> = described
                .iter()
                .filter_map(|step| if let DescribedStep::Body(write) = step { Some(write) } else { None })
                .collect();
            assert_eq!(bodies.len(), 1, "{variant}: {described:?}");
            assert_eq!(bodies[0].text, "data: a ${nonce}\n\n", "{variant}");
            assert_eq!(bodies[0].writes, 1, "{variant}: chunks of one byte share a write");
            assert!(
                matches!(described[0], DescribedStep::Head(_)) && matches!(described[2], DescribedStep::LastChunk(_)),
                "{described:?}"
            );
        }
    }

    #[test]
    fn the_body_and_its_type_are_found_again() {
        for encoding in [None, Some(Encoding::Gzip)] {
            let steps = [
                Step::Respond(Respond { encoding, ..Respond::default() }),
                Step::Data("one".into()),
                Step::Data("two".into()),
                Step::End(End::Finish),
            ];
            let script = Script::build(Api::OpenaiChat, &[steps.to_vec()], Variant::AsWritten, NONCE);
            let answer = describe(&script, Transport::default(), NONCE).remove(0);
            assert_eq!(answer.body(), "data: one\n\ndata: two\n\n", "{encoding:?}");
            assert_eq!(answer.content_type(), Some("text/event-stream; charset=utf-8"), "{encoding:?}");
        }
    }

    #[test]
    fn long_writes_are_cut_with_a_note() {
        let described = steps(&"x".repeat(5000), Variant::AsWritten);
        let DescribedStep::Body(write) = &described[1] else { panic!("{described:?}") };
        assert!(write.text.ends_with("… (5008 characters in all)"), "{}", write.text);
        assert_eq!(text(b"a\xffb", NONCE), "a\\xffb");
    }
}
