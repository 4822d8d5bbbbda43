//! A JSON value on each line, as the fixtures of the AI SDK are: the data of an event, or in a string the event as it was sent.

use serde_json::Value;

use super::{Answers, Format};
use crate::import::recording::{Content, RecordedAnswer};

/// The form of a file of chunks.
#[derive(Debug)]
pub(super) struct Chunks;

impl Format for Chunks {
    fn name(&self) -> &'static str {
        "chunks"
    }

    fn about(&self) -> &'static str {
        "a JSON value on each line, the data of an event or in a string the whole event"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        first.is_some_and(|line| {
            serde_json::from_slice::<Value>(line).is_ok_and(|value| value.is_object() || value.is_string())
        })
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("the file is not UTF-8: {error}"))?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let mut values = Vec::new();
        for (number, line) in lines {
            let value: Value =
                serde_json::from_str(line).map_err(|error| format!("line {number} is no JSON value: {error}"))?;
            values.push((line.trim(), value));
        }
        let raw: Option<Vec<&str>> = values.iter().map(|(_, value)| value.as_str()).collect();
        let content = match raw {
            Some(raw) => Content::Body(raw.concat().into_bytes()),
            None => Content::Events(values.into_iter().map(|(line, _)| line.to_owned()).collect()),
        };
        Ok(vec![Ok(RecordedAnswer::of(content))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_data_of_an_event_or_the_event() {
        let read = |text: &str| {
            let answers = Chunks.read(text.as_bytes()).expect("it is of this form");
            answers[0].as_ref().expect("an answer").content.clone()
        };
        let events = ["{\"a\": 1.0}", "{\"b\":2}"].map(str::to_owned).to_vec();
        assert_eq!(read("{\"a\": 1.0}\n\n{\"b\":2}\r\n"), Content::Events(events));
        assert_eq!(read("\"data: {}\\n\\n\"\n\"data: \"\n"), Content::Body(b"data: {}\n\ndata: ".to_vec()));
        let error = Chunks.read(b"{}\n{\n").expect_err("no JSON");
        assert!(error.starts_with("line 2 is no JSON value"), "{error}");
    }
}
