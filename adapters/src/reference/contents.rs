//! The content of a stream: all that its bytes hold, whatever a client may make of it.

use super::DOCUMENTED;
use super::failure::Class;
use super::reader::Reader;
use crate::answer::{PartialAnswer, Progress};
use crate::contract::{Api, Caller, ToolCall};

/// The parts of an answer that stand in a stream, in the order of its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Every piece of text, also what follows an error or the end of the answer.
    pub text: String,
    /// The tool calls that are whole.
    pub calls: Vec<ToolCall>,
    /// The last stop reason.
    pub stop_reason: Option<String>,
    /// True where something in it cannot be read, so that another client may read more.
    pub is_unread: bool,
}

/// Reads a stream with the stages of the documented client, which here goes on where an answer has failed or has ended.
pub fn contents(api: Api, stream: &[u8]) -> Contents {
    let mut answer = PartialAnswer::new(DOCUMENTED.tools);
    let mut reader = Reader::new(&DOCUMENTED, api, Caller::default());
    let mut bytes = stream;
    let mut is_unread = false;
    loop {
        match reader.take(bytes, &mut answer) {
            Err(failure) => is_unread |= failure.class == Class::Protocol,
            Ok(Progress::End) => {}
            Ok(Progress::Further | Progress::Nothing) => break,
        }
        // Each failure and each end has taken an event, so that this comes to an end, too.
        bytes = &[];
    }
    let calls = answer.tools.handed_over().into_iter().filter(|call| call.complete).collect();
    Contents { text: answer.text, calls, stop_reason: answer.stop_reason, is_unread }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_stream_is_read_over_errors_and_ends() {
        let event = |data: &str| format!("data: {data}\n\n");
        let text = |words: &str| event(&format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{words}"}}}}]}}"#));
        let call = r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}"#;
        let stop = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#;
        let error = r#"{"error":{"message":"no"}}"#;
        let check = |stream: &[String], words: &str, calls: usize, reason: Option<&str>| {
            let found = contents(Api::OpenaiChat, stream.concat().as_bytes());
            assert_eq!((found.text.as_str(), found.calls.len(), found.stop_reason.as_deref()), (words, calls, reason));
        };
        check(&[], "", 0, None);
        let is_unread = |stream: &[String]| contents(Api::OpenaiChat, stream.concat().as_bytes()).is_unread;
        assert!(is_unread(&[text("a"), event("{")]) && !is_unread(&[text("a"), event(error), event("[DONE]")]));
        check(&[text("a"), event(error), event("{"), event("[DONE]"), text("b")], "ab", 0, None);
        check(&[event(call), event(error)], "", 0, None);
        check(&[event(call), event(stop), event("[DONE]")], "", 1, Some("tool_calls"));
        check(&[text("a"), text("b").trim_end().to_owned()], "a", 0, None);
    }
}
