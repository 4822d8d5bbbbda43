//! From the bytes of a body to the steps that send them: events where these give just the bytes, text or bytes elsewhere.

use std::time::Duration;

use serde_json::Value;

use crate::case::{Event, Step};
use crate::codec::{self, Codec, Nonce};

/// A way to write the data of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As a value, where that gives the bytes.
    Values,
    /// As the text of the JSON, which takes less room in a file.
    Texts,
}

/// The words that no trial has for its nonce, by which a step is held to its bytes.
const NONCE: &str = "the nonce";

/// Makes the steps of a body, with pauses after so many bytes of it.
pub(super) fn steps(codec: &dyn Codec, bytes: &[u8], pauses: &[(usize, Duration)], form: Form) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut pauses = pauses.iter().copied().peekable();
    let mut start = 0;
    let ends = codec.event_ends(bytes).into_iter().chain([bytes.len()]);
    for end in ends.filter(|end| *end > 0) {
        while let Some((_, pause)) = pauses.next_if(|(at, _)| *at <= start) {
            steps.push(paused(pause));
        }
        let mut inside = Vec::new();
        while let Some(pause) = pauses.next_if(|(at, _)| *at < end) {
            inside.push(pause);
        }
        let is_whole = inside.is_empty();
        for (at, pause) in inside {
            steps.extend([plain(codec, &bytes[start..at]), paused(pause)]);
            start = at;
        }
        let left = &bytes[start..end];
        if is_whole {
            steps.extend(of_record(codec, left, form));
        } else {
            steps.push(plain(codec, left));
        }
        start = end;
    }
    steps
}

fn paused(pause: Duration) -> Step {
    Step::Pause(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
}

/// Makes the steps of an event, or of what stands between events; of no bytes there are none.
fn of_record(codec: &dyn Codec, record: &[u8], form: Form) -> Vec<Step> {
    if record.is_empty() {
        return Vec::new();
    }
    if let Some(step) = neat(codec, record, form).into_iter().find(|step| gives(codec, step, record)) {
        return vec![step];
    }
    // Unlike an event, text ends no write.
    vec![plain(codec, record), Step::Flush]
}

/// Returns the steps that may give just these bytes, the most readable first.
fn neat(codec: &dyn Codec, record: &[u8], form: Form) -> Vec<Step> {
    let events = codec.events(record);
    let [event] = events.as_slice() else { return comment(record).into_iter().collect() };
    let Some(data) = event.data.clone() else { return Vec::new() };
    let step = |data: Value| match event.name.as_str() {
        "" => Step::Data(data),
        name => Step::Event(Event { kind: event.kind, ..Event::plain(name, data) }),
    };
    let value = serde_json::from_str(&data).ok().filter(|value: &Value| form == Form::Values && !value.is_string());
    value.into_iter().chain([Value::String(data)]).map(step).collect()
}

/// Returns the comment that a record is, if it is one.
fn comment(record: &[u8]) -> Option<Step> {
    let text = std::str::from_utf8(record).ok()?.strip_prefix(':')?.strip_suffix("\n\n")?;
    Some(Step::Comment(text.strip_prefix(' ').unwrap_or(text).to_owned()))
}

/// Returns text where the bytes are text that a file can hold, else the bytes.
fn plain(codec: &dyn Codec, bytes: &[u8]) -> Step {
    let text = std::str::from_utf8(bytes).ok().map(|text| Step::Raw(text.to_owned()));
    text.filter(|step| gives(codec, step, bytes)).unwrap_or_else(|| Step::Hex(hex::encode(bytes)))
}

/// Says whether a step sends just these bytes.
fn gives(codec: &dyn Codec, step: &Step, bytes: &[u8]) -> bool {
    codec::bytes(codec, std::slice::from_ref(step), Nonce(NONCE)) == bytes
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::Api;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], pauses: &[(usize, u64)], form: Form, expected: &Value) {
        let codec = crate::codec::of(Api::OpenaiChat);
        let pauses: Vec<_> = pauses.iter().map(|(at, pause)| (*at, Duration::from_millis(*pause))).collect();
        let steps = steps(codec, bytes, &pauses, form);
        assert_eq!(json!(steps), *expected, "{:?}", String::from_utf8_lossy(bytes));
        assert_eq!(codec::bytes(codec, &steps, Nonce("n")), bytes);
    }

    #[test]
    fn events_are_written_as_events_and_what_is_none_as_it_came() {
        use Form::{Texts, Values};
        check(b"", &[], Values, &json!([]));
        check(b"data: {\"a\":1.0}\n\n", &[], Values, &json!([{ "data": { "a": 1.0 } }]));
        check(b"data: {\"a\":1}\n\n", &[], Texts, &json!([{ "data": "{\"a\":1}" }]));
        check(b"data: {\"a\": 1}\n\n", &[], Values, &json!([{ "data": "{\"a\": 1}" }]));
        check(b"data: [DONE]\n\n", &[], Values, &json!([{ "data": "[DONE]" }]));
        check(b"data: \"a\"\n\n", &[], Values, &json!([{ "data": "\"a\"" }]));
        check(
            b"event: ping\ndata: {}   \n\n: hello\n\n:\n\n",
            &[],
            Values,
            &json!([{ "event": { "name": "ping", "data": "{}   " } }, { "comment": "hello" }, { "comment": "" }]),
        );
        check(b"data:{}\n\n", &[], Values, &json!([{ "raw": "data:{}\n\n" }, "flush"]));
        check(b"data: {}\r\n\r\n", &[], Values, &json!([{ "raw": "data: {}\r\n\r\n" }, "flush"]));
        check(b"id: 1\ndata: {}\n\n", &[], Values, &json!([{ "raw": "id: 1\ndata: {}\n\n" }, "flush"]));
        check(b"data: {}\n\ndata: {", &[], Values, &json!([{ "data": {} }, { "raw": "data: {" }, "flush"]));
        check(b"data: \xff\n\n", &[], Values, &json!([{ "hex": "646174613a20ff0a0a" }, "flush"]));
        check(b"data: ${nonce}\n\n", &[], Values, &json!([{ "hex": "646174613a20247b6e6f6e63657d0a0a" }, "flush"]));
        check(b"data: ${x}\n\n", &[], Values, &json!([{ "data": "${x}" }]));
    }

    #[test]
    fn a_pause_stands_where_it_was() {
        let two = b"data: 1\n\ndata: 2\n\n";
        check(two, &[(9, 700)], Form::Values, &json!([{ "data": 1 }, { "pause": 700 }, { "data": 2 }]));
        check(two, &[(0, 700)], Form::Values, &json!([{ "pause": 700 }, { "data": 1 }, { "data": 2 }]));
        let inside = json!([{ "raw": "da" }, { "pause": 1 }, { "raw": "ta: 1\n" }, { "pause": 2 }, { "raw": "\n" }, { "data": 2 }]);
        check(two, &[(2, 1), (8, 2)], Form::Values, &inside);
    }
}
