//! Tells the messages of the protocol from all other lines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value};

use crate::protocol::Reply;

/// The characters of a line that an excerpt shows.
const EXCERPT_CHARS: usize = 200;

/// The bytes of a line that are enough for an excerpt.
pub(super) const EXCERPT_BYTES: usize = EXCERPT_CHARS * 4;

/// A line judged by the protocol.
#[derive(Debug, PartialEq)]
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
        return stray(id, number, &format!("does not match the schema at {place}: {error}"), bytes);
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

/// Finds the `id` of a message that is cut off, if it stands near the beginning, as adapters write it.
fn id_in(head: &[u8]) -> Option<u64> {
    let head = str::from_utf8(head.get(..64)?).ok()?;
    let (_, rest) = head.strip_prefix('{')?.split_once("\"id\"")?;
    let (digits, _) = rest.trim_start().strip_prefix(':')?.split_once(',')?;
    digits.trim().parse().ok()
}

/// Finds the protocol version of a line that calls itself a hello, whatever else it holds.
pub(super) fn hello_version(bytes: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if value.get("op")?.as_str()? == "hello" { value.get("protocol")?.as_u64() } else { None }
}

fn stray(id: Option<u64>, number: u64, wrong: &str, bytes: &[u8]) -> Line {
    Line::Stray { id, detail: format!("line {number} of stdout {wrong}: {}", excerpt(bytes)) }
}

/// Writes the beginning of untrusted bytes with control characters escaped, so that it can go into any message.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT_BYTES)]);
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
    if text.chars().count() > EXCERPT_CHARS || bytes.len() > EXCERPT_BYTES {
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
