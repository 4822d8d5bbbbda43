//! From steps to the body: spans of bytes that remember their step, and where a write ends.

use std::time::Duration;

use serde_json::Value;

use super::values::Values;
use crate::case::{Event, Step};

/// A piece of the body, or what comes between two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Bytes.
    Span(Span),
    /// The write and the HTTP chunk end here.
    Flush,
    /// Silence.
    Pause(Duration),
}

/// Bytes of the body that came from one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// The index of the step in its exchange; none for what a variant adds.
    pub(super) step: Option<usize>,
    /// What a variant may do with them.
    pub(super) kind: Kind,
}

/// What a variant may do with a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole event: other records may come before it, and its line ends may be rewritten.
    Event,
    /// Text of the event stream: its line ends may be rewritten.
    Text,
    /// Leave it alone.
    Opaque,
}

/// Renders the steps of one exchange. `respond` and `end` are not part of the body.
pub(super) fn items(steps: &[Step], values: Values<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        render(step, index, values, &mut items);
    }
    items
}

fn render(step: &Step, index: usize, values: Values<'_>, items: &mut Vec<Item>) {
    let mut span = |bytes: Vec<u8>, kind| items.push(Item::Span(Span { bytes, step: Some(index), kind }));
    match step {
        Step::Event(Event { name, data }) => {
            span(format!("event: {}\n{}\n", values.text(name), data_lines(data, values)).into_bytes(), Kind::Event);
            items.push(Item::Flush);
        }
        Step::Data(data) => {
            span(format!("{}\n", data_lines(data, values)).into_bytes(), Kind::Event);
            items.push(Item::Flush);
        }
        Step::Comment(text) => {
            span(format!("{}\n", prefixed(":", &values.text(text))).into_bytes(), Kind::Text);
            items.push(Item::Flush);
        }
        Step::Raw(text) => span(values.text(text).into_bytes(), Kind::Text),
        Step::Hex(digits) => span(octets(digits), Kind::Opaque),
        Step::Json(value) => span(values.value(value).to_string().into_bytes(), Kind::Opaque),
        Step::Repeat(repeat) => {
            for n in 0..repeat.times {
                for step in &repeat.steps {
                    render(step, index, Values { n: Some(n), ..values }, items);
                }
            }
        }
        Step::Flush => items.push(Item::Flush),
        Step::Pause(milliseconds) => items.push(Item::Pause(Duration::from_millis(*milliseconds))),
        // Fragments were filled in by the loader; the head and the end are not part of the body.
        Step::Use(_) | Step::Respond(_) | Step::End(_) => {}
    }
}

/// One `data:` line for each line of a string, or for the compact JSON of anything else.
fn data_lines(data: &Value, values: Values<'_>) -> String {
    match values.value(data) {
        Value::String(text) => prefixed("data:", &text),
        other => prefixed("data:", &other.to_string()),
    }
}

/// Puts the field name before every line, whichever of the three line ends the text uses (WHATWG HTML 9.2.6).
fn prefixed(field: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.split('\n');
    lines.map(|line| if line.is_empty() { format!("{field}\n") } else { format!("{field} {line}\n") }).collect()
}

/// The bytes of hexadecimal digits; what is not a digit is skipped, as the loader lets only white space through.
fn octets(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter_map(|digit| digit.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::Repeat;

    #[track_caller]
    fn check(steps: &[Step], expected: &str) {
        let body: Vec<u8> = items(steps, Values { nonce: "N7", n: None })
            .into_iter()
            .flat_map(|item| match item {
                Item::Span(span) => span.bytes,
                Item::Flush => b"|".to_vec(),
                Item::Pause(_) => b"~".to_vec(),
            })
            .collect();
        assert_eq!(String::from_utf8_lossy(&body), expected);
    }

    #[test]
    fn steps_become_text() {
        let event = |name: &str, data| Step::Event(Event { name: name.into(), data });
        check(
            &[event("error", json!({"z": 1, "a": "${nonce}\né"}))],
            "event: error\ndata: {\"z\":1,\"a\":\"N7\\né\"}\n\n|",
        );
        check(&[Step::Data(json!("[DONE]"))], "data: [DONE]\n\n|");
        check(&[Step::Data(json!("a\r\nb\rc\n"))], "data: a\ndata: b\ndata: c\ndata:\n\n|");
        check(&[Step::Data(json!(null)), Step::Data(json!(""))], "data: null\n\n|data:\n\n|");
        check(&[Step::Comment("keep ${nonce}".into()), Step::Comment(String::new())], ": keep N7\n\n|:\n\n|");
        check(&[Step::Raw("${nonce}${n}\r".into()), Step::Flush, Step::Raw("\n".into())], "N7${n}\r|\n");
        check(&[Step::Hex("48 6\n5".into()), Step::Pause(1), Step::Json(json!(["${nonce}"]))], "He~[\"N7\"]");
    }

    #[test]
    fn repeat_counts_from_zero_and_the_innermost_counter_wins() {
        let data = Step::Data(json!({"${n}": "${n}", "text": "n${n}"}));
        let inner = Step::Repeat(Repeat { times: 2, steps: vec![data] });
        let outer = Step::Repeat(Repeat { times: 2, steps: vec![Step::Raw("${n}>".into()), inner] });
        let pair = "data: {\"0\":0,\"text\":\"n0\"}\n\n|data: {\"1\":1,\"text\":\"n1\"}\n\n|";
        check(&[outer], &format!("0>{pair}1>{pair}"));
    }
}
