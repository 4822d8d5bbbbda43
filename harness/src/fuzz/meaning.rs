//! The decision that the bytes of a stream make of its end, by the codec and the dialect alone.

use streamspec_adapters::contract::Api;

use super::law::Law;
use crate::case::Step;
use crate::codec::{self, Nonce};
use crate::judge::says_stop;

/// The decision of a stream's bytes about the end of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The answer is not complete, by this law.
    Failed(Law),
    /// No document decides it.
    Open,
}

/// Returns the body of an answer, before any coding.
pub(super) fn body(api: Api, steps: &[Step]) -> Vec<u8> {
    codec::bytes(codec::of(api), steps, Nonce("${nonce}"))
}

/// Decides what a stream means. An error counts where no stop reason and no terminal event stands before it, and a stream is cut
/// where neither stands anywhere, not even in an event that is not whole.
pub(super) fn meaning(api: Api, body: &[u8]) -> Meaning {
    let (codec, dialect) = (codec::of(api), api.dialect());
    let whole = codec.event_ends(body).last().copied().unwrap_or_default();
    for event in codec.events(&body[..whole]).iter().filter(|event| !event.is_ignored()) {
        let payload = event.payload();
        if dialect.errors.are_in(event) {
            return Meaning::Failed(Law::ErrorIsTold);
        }
        if (dialect.stop_reasons.word_in)(&payload).is_some() || dialect.is_last(event) {
            return Meaning::Open;
        }
    }
    if says_stop(api, body) { Meaning::Open } else { Meaning::Failed(Law::CutIsTold) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_where_the_documents_do() {
        let text = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
        let stop = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
        let error = r#"{"error":{"message":"no"}}"#;
        let check = |events: &[&str], tail: &str, expected: Meaning| {
            let stream = events.iter().map(|data| format!("data: {data}\n\n")).collect::<Vec<_>>().concat();
            assert_eq!(meaning(Api::OpenaiChat, (stream + tail).as_bytes()), expected, "{events:?} {tail}");
        };
        check(&[], "", Meaning::Failed(Law::CutIsTold));
        check(&[text, "{"], "", Meaning::Failed(Law::CutIsTold));
        check(&[text, error, stop, "[DONE]"], "", Meaning::Failed(Law::ErrorIsTold));
        check(&[text, stop, error], "", Meaning::Open);
        check(&[text, "[DONE]"], "", Meaning::Open);
        check(&[text], &format!("data: {stop}\n"), Meaning::Open);
        check(&[text], &format!("data: {error}\n"), Meaning::Failed(Law::CutIsTold));
    }
}
