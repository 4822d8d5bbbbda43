//! The extent of what the steps of a case send, before anything is repeated or filled in.

use super::template::{NONCE, ROUND};
use super::written::Step;
use crate::codec::Codec;

/// The extent of an answer with every `repeat` multiplied out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AnswerSize {
    /// The number of steps.
    pub(super) steps: usize,
    /// The number of bytes of the body, at the longest.
    pub(super) bytes: usize,
}

/// Sums up several steps.
pub(super) fn of_all(codec: &dyn Codec, steps: &[Step]) -> AnswerSize {
    steps.iter().fold(AnswerSize::default(), |sum, step| {
        let more = match step {
            Step::Repeat(repeat) => {
                let times = usize::try_from(repeat.times).unwrap_or(usize::MAX);
                let round = of_all(codec, &repeat.steps);
                AnswerSize { steps: round.steps.max(1).saturating_mul(times), bytes: round.bytes.saturating_mul(times) }
            }
            step => AnswerSize { steps: 1, bytes: of(codec, step) },
        };
        AnswerSize { steps: sum.steps.saturating_add(more.steps), bytes: sum.bytes.saturating_add(more.bytes) }
    })
}

/// Counts the bytes that a step sends once, at the longest that its names may be filled in.
pub(super) fn of(codec: &dyn Codec, step: &Step) -> usize {
    match step {
        Step::Event(event) => length_when_filled(&event.bytes(codec)),
        Step::Data(data) => length_when_filled(&codec.event(None, data)),
        Step::Comment(text) => length_when_filled(&codec.comment(text)),
        Step::Json(value) => length_when_filled(value.to_string().as_bytes()),
        Step::Raw(text) => length_when_filled(text.as_bytes()),
        Step::Hex(digits) => digits.len() / 2,
        Step::Respond(_) | Step::Use(_) | Step::Repeat(_) | Step::Flush | Step::Pause(_) | Step::End(_) => 0,
    }
}

/// Counts some bytes with the names that are left in them filled in.
fn length_when_filled(bytes: &[u8]) -> usize {
    const LONGEST_NONCE: usize = 16;
    const LONGEST_ROUND: usize = 10;
    let text = String::from_utf8_lossy(bytes);
    let [nonces, rounds] = [NONCE, ROUND].map(|name| text.matches(&format!("${{{name}}}")).count());
    bytes.len() + nonces * LONGEST_NONCE + rounds * LONGEST_ROUND
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::Api;

    use super::*;
    use crate::case::Event;
    use crate::codec;
    use crate::load::written::Repeat;

    #[test]
    fn names_count_as_what_may_be_filled_in() {
        let codec = codec::of(Api::AnthropicMessages);
        let size = |step: Step, sent: &str, names: usize| assert_eq!(of(codec, &step), sent.len() + names, "{step:?}");
        let event = Event::plain("error", json!({ "a": "\u{1}\"${nonce}" }));
        size(Step::Event(event), "event: error\ndata: {\"a\":\"\\u0001\\\"${nonce}\"}\n\n", 16);
        size(Step::Data(json!("a\nb\r\nc")), "data: a\ndata: b\ndata: c\n\n", 0);
        size(Step::Comment("${nonce}${n}".into()), ": ${nonce}${n}\n\n", 26);
        size(Step::Json(json!({ "a": u64::MAX })), "{\"a\":18446744073709551615}", 0);
        size(Step::Raw("é".repeat(10)), &"é".repeat(10), 0);
        size(Step::Hex("00 ff".into()), "  ", 0);
        let rounds = Step::Repeat(Repeat { times: 3, steps: vec![Step::Raw("ab".into()), Step::Flush] });
        assert_eq!(of_all(codec, &[rounds, Step::Flush]), AnswerSize { steps: 7, bytes: 6 });
    }
}
