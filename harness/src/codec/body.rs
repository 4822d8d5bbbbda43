//! From steps to the body.

use std::time::Duration;

use super::{Codec, Content, Item, Nonce, Span};
use crate::case::Step;

/// Renders the steps of one answer. `respond` and `end` are not part of the body.
pub(crate) fn body(codec: &dyn Codec, steps: &[Step], nonce: Nonce<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for step in steps {
        let (bytes, content) = match step {
            Step::Event(event) => (nonce.event(event).bytes(codec), Content::Event),
            Step::Data(data) => (codec.event(None, &nonce.value(data)), Content::Event),
            Step::Comment(text) => (codec.comment(&nonce.text(text)), Content::Text),
            Step::Raw(text) => (nonce.text(text).into_bytes(), Content::Text),
            Step::Hex(digits) => (from_hex(digits), Content::Opaque),
            Step::Json(value) => (nonce.value(value).to_string().into_bytes(), Content::Opaque),
            Step::Flush => {
                items.push(Item::Flush);
                continue;
            }
            Step::Pause(milliseconds) => {
                items.push(Item::Pause(Duration::from_millis(*milliseconds)));
                continue;
            }
            Step::Respond(_) | Step::End(_) => continue,
        };
        items.push(Item::Span(Span { bytes, content }));
        if matches!(step, Step::Event(_) | Step::Data(_) | Step::Comment(_)) {
            items.push(Item::Flush);
        }
    }
    items
}

/// Returns the bytes of the steps of one answer's body, before they are coded or cut.
pub(crate) fn bytes(codec: &dyn Codec, steps: &[Step], nonce: Nonce<'_>) -> Vec<u8> {
    let items = body(codec, steps, nonce).into_iter();
    items.filter_map(|item| if let Item::Span(span) = item { Some(span.bytes) } else { None }).flatten().collect()
}

/// Returns the bytes of hexadecimal digits; what is not a digit is skipped, as the loader lets only white space
/// through.
fn from_hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter_map(|digit| digit.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::Api;

    use super::*;
    use crate::case::Event;

    #[track_caller]
    fn check(steps: &[Step], expected: &str) {
        let body: Vec<u8> = body(crate::codec::of(Api::OpenaiChat), steps, Nonce("N7"))
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
        let event = |name: &str, data| Step::Event(Event::plain(name, data));
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
        check(&[Step::Data(json!({ "${nonce}": 1 }))], "data: {\"N7\":1}\n\n|");
    }
}
