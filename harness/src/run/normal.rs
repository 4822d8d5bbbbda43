//! Takes out of an observation what differs from run to run, so that records compare and reports are byte-stable.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::contract::{Observation, ToolCall};

/// The most lists and mappings that may be around each other in an observation and in a check. Whoever reads JSON has a limit
/// (`serde_json` 128, with what a record has around these), and one line beyond it makes a whole file unreadable.
const DEEPEST: usize = 64;

/// The most bytes that are kept of an observation of one call or of one side of a check: twice what the largest case has in it.
const LARGEST: usize = 1024 * 1024;

/// The number of bytes that a value counts at the least.
const LEAST: usize = 8;

/// The most bytes that are kept of a field's name.
const LONGEST_KEY: usize = 1024;

/// The most tool calls that are kept of an observation.
const MOST_CALLS: usize = 1000;

/// The words that one trial's run put into the bytes, the addresses or the paths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Particulars<'a> {
    /// The word that `${nonce}` stood for.
    pub(super) nonce: &'a str,
    /// The trial's base URL.
    pub(super) base_url: &'a str,
    /// The word that names the trial in a prompt.
    pub(super) mark: &'a str,
    /// The folder of the suite, which SDKs name in tracebacks; with what is installed below it.
    pub(super) root: &'a str,
}

impl Particulars<'_> {
    /// Returns a text with the nonce, the addresses, the suite's folder, ports and object identities replaced by their names.
    pub(super) fn text(self, text: &str) -> String {
        let text = text.replace(self.nonce, "${nonce}");
        // A call that was not made had none.
        let text = if self.base_url.is_empty() { text } else { text.replace(self.base_url, "${base_url}") };
        let text = if self.mark.is_empty() { text } else { text.replace(self.mark, "${trial}") };
        let address = self.base_url.split('/').nth(2).unwrap_or_default();
        let text = if address.is_empty() { text } else { text.replace(address, "${address}") };
        let text = if self.root.len() > 1 { text.replace(self.root, "${root}") } else { text };
        let text = hide(&text, "127.0.0.1:", char::is_ascii_digit, 4);
        hide(&text, "0x", char::is_ascii_hexdigit, 6)
    }

    /// Does the same for the reason of a verdict, which may be whatever an adapter calls a fault.
    pub(super) fn reason(self, reason: &str) -> String {
        let mut reason = self.text(reason);
        cut(&mut reason, LARGEST);
        reason
    }

    /// Does the same for every string in a value, which is cut where it is nested deeper than a record can be read again, and
    /// where it is larger than a record is worth.
    pub(super) fn value(self, value: &mut Value) {
        self.value_at(value, 0, &mut { LARGEST });
    }

    /// Does the same for an observation, which stays one: the note on tool calls that were cut off is a tool call.
    pub(super) fn observation(self, observation: &Observation) -> Option<Observation> {
        self.observation_within(observation.clone(), LARGEST)
    }

    /// Does the same within so many bytes, and so many more for a second call and for the calls that were made at once, all of
    /// them together.
    fn observation_within(self, mut observation: Observation, largest: usize) -> Option<Observation> {
        let (again, others) = (observation.again.take(), std::mem::take(&mut observation.others));
        let share = largest / others.len().max(1);
        if let Some(calls) = observation.tool_calls.as_mut().filter(|calls| calls.len() > MOST_CALLS) {
            let name = format!("… ({} tool calls in all; cut here)", calls.len());
            calls.truncate(MOST_CALLS);
            calls.push(ToolCall { name, arguments: Value::Null, complete: false });
        }
        // An observation came from JSON or could have; it goes there and back without loss.
        let mut value = serde_json::to_value(observation).ok()?;
        self.value_at(&mut value, 0, &mut { largest });
        let alone: Observation = serde_json::from_value(value).ok()?;
        let again = again.map(|second| self.observation_within(*second, largest).map(Box::new));
        let others = others.into_iter().map(|other| self.observation_within(other, share));
        Some(Observation { again: again.unwrap_or_default(), others: others.collect::<Option<_>>()?, ..alone })
    }

    /// Does the same for a value at a depth, and takes what it keeps from the bytes that are `left`.
    fn value_at(self, value: &mut Value, depth: usize, left: &mut usize) {
        *left = left.saturating_sub(LEAST);
        match value {
            Value::Array(_) | Value::Object(_) if depth == DEEPEST => {
                *value = Value::String(format!("… (nested deeper than {DEEPEST} levels; cut here)"));
            }
            Value::String(text) => {
                *text = self.text(text);
                cut(text, *left);
                *left = left.saturating_sub(text.len());
            }
            Value::Array(values) => {
                let all = values.len();
                let mut kept = 0;
                // So few are no burden, whatever else is there.
                while kept < all && (*left > 0 || kept <= MOST_CALLS) {
                    self.value_at(&mut values[kept], depth + 1, left);
                    kept += 1;
                }
                if kept < all {
                    values.truncate(kept);
                    values.push(Value::String(format!("… ({all} items in all; cut here)")));
                }
            }
            Value::Object(map) => {
                let all = map.len();
                for (mut key, mut value) in std::mem::take(map) {
                    if *left == 0 && map.len() > MOST_CALLS {
                        map.insert("…".to_owned(), Value::String(format!("({all} fields in all; cut here)")));
                        break;
                    }
                    cut(&mut key, LONGEST_KEY);
                    *left = left.saturating_sub(key.len());
                    self.value_at(&mut value, depth + 1, left);
                    map.insert(key, value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Cuts a text to so many bytes. Its digest stays, so that two that were cut are told apart.
fn cut(text: &mut String, longest: usize) {
    let all = text.len();
    if all > longest {
        let digest = hex::encode(&Sha256::digest(&*text)[..8]);
        text.truncate(text.floor_char_boundary(longest));
        let _ = write!(text, "… ({all} bytes in all, SHA-256 {digest}…; cut here)");
        // What was cut off is not kept in memory either.
        text.shrink_to_fit();
    }
}

/// Replaces the digits behind a prefix, where there are at least so many: `0x7f03a1b2c3d4` is an object's address in a
/// runtime's memory, `127.0.0.1:37912` a port that a client was given.
fn hide(text: &str, prefix: &str, is_digit: fn(&char) -> bool, at_least: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, from) = rest.split_at(at);
        let end = prefix.len() + from[prefix.len()..].chars().take_while(is_digit).count();
        out.push_str(before);
        if end - prefix.len() >= at_least {
            out.push_str(prefix);
            out.push('…');
        } else {
            out.push_str(&from[..end]);
        }
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use serde_json::json;

    use super::*;
    use crate::record::{FORMAT, Record, Writer, read};

    /// Makes arguments that are nested so deep.
    fn nested(depth: usize) -> Value {
        (0..depth)
            .fold(json!("n12ab"), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
    }

    #[test]
    fn what_is_nested_deeper_than_can_be_read_is_cut_with_a_note() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("UTF-8").join("records.jsonl");
        let particulars =
            Particulars { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", mark: "trial-9", root: "" };
        for (depth, is_cut) in [(1, false), (60, false), (122, true), (500, true)] {
            let observation = json!({
                "ended": "returned", "events": 1, "text": "", "stop_reason": null,
                "tool_calls": [{ "name": "x", "arguments": nested(depth), "complete": true }],
            });
            let mut checked = json!({ "observed": observation });
            particulars.value(&mut checked);
            assert_eq!(checked.to_string().contains("nested deeper than 64 levels; cut here"), is_cut, "{depth}");
            assert_eq!(checked.to_string().contains("${nonce}"), !is_cut, "{depth}");
            let observation: Observation =
                serde_json::from_value(checked["observed"].clone()).expect("it still is one");
            let check = json!({
                "axis": "tool_calls", "level": "must", "expected": [], "observed": checked, "grade": "wrong",
            });
            let lines = [
                json!({ "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n", "whole": true }),
                json!({ "record": "case", "id": "c", "api": "openai-chat", "title": "t", "sources": [] }),
                json!({
                    "record": "sdk", "id": "s", "package": "s", "version": "1.0.0", "language": "python",
                    "runtime": "CPython", "apis": [], "surfaces": [],
                }),
                json!({
                    "record": "trial", "sdk": "s", "surface": "create", "case": "c", "variant": "as-written",
                    "nonce": "n12ab", "wire": [], "took_ms": 1, "observation": observation,
                    "verdict": { "status": "fails", "mode": "wrong", "checks": [check] },
                }),
            ];
            let records = lines.map(|line| serde_json::from_value::<Record>(line).expect("a record"));
            let writer = Writer::create(&path).expect("a file");
            for record in &records {
                writer.write(record).expect("room on the disk");
            }
            assert_eq!(read(&path).expect("what is written is read"), records, "{depth}");
        }
    }

    #[test]
    fn what_is_larger_than_a_record_is_worth_is_cut_with_a_note() {
        let particulars =
            Particulars { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", mark: "trial-9", root: "" };
        let cut = |mut value: Value| {
            particulars.value(&mut value);
            let text = value.to_string();
            assert!(text.len() < 2 * LARGEST, "{}", text.len());
            text
        };
        let long = |last: &str| json!({ "text": "é".repeat(LARGEST) + last, "stop_reason": "x".repeat(LARGEST) });
        let text = cut(long("a"));
        assert!(text.contains("é… (2097153 bytes in all, SHA-256 ") && text.contains("\"… (1048576 bytes in all"));
        assert_ne!(text, cut(long("b")), "two that were cut are told apart");
        let items = cut(json!({ "tool_calls": vec![1; LARGEST + 1] }));
        assert!(items.contains("… (1048577 items in all; cut here)"));
        let fields: serde_json::Map<String, Value> = (0..LARGEST / 4).map(|n| (n.to_string(), json!(n))).collect();
        assert!(cut(Value::Object(fields)).contains("(262144 fields in all; cut here)"));
        assert!(cut(json!({ "k".repeat(2 * LARGEST): 1 })).contains("k… (2097152 bytes in all, SHA-256 "));
        let call = ToolCall { name: "x".repeat(4096), arguments: json!({ "a": 1 }), complete: true };
        let calls = json!({ "ended": "returned", "events": 1, "tool_calls": vec![call; 2 * MOST_CALLS] });
        let kept =
            particulars.observation(&serde_json::from_value(calls).expect("an observation")).expect("it still is one");
        let last = kept.tool_calls.and_then(|mut calls| calls.pop()).expect("there is one").name;
        assert!(last.starts_with("… ("), "{last}");
        let mut text = "x".repeat(16 * LARGEST);
        super::cut(&mut text, LARGEST);
        assert!(text.capacity() < 2 * LARGEST, "{} bytes are kept in memory", text.capacity());
        assert!(particulars.reason(&"x".repeat(16 * LARGEST)).len() < 2 * LARGEST);
        let whole = json!({ "text": "x".repeat(LARGEST / 2) });
        assert_eq!(cut(whole.clone()), whole.to_string());
    }

    #[test]
    fn calls_that_were_made_at_once_share_what_is_kept() {
        let particulars =
            Particulars { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", mark: "trial-9", root: "" };
        let call = |text: &str| json!({ "ended": "returned", "events": 1, "text": text });
        let long = call(&"n12ab".repeat(LARGEST / 16));
        let mut all = call("n12ab");
        all["others"] = json!([call("n12ab"), long, long, long]);
        all["again"] = long.clone();
        let kept =
            particulars.observation(&serde_json::from_value(all).expect("an observation")).expect("it still is one");
        let again = kept.again.as_deref().and_then(|second| second.text.as_ref()).expect("there is one");
        assert_eq!(again.len(), LARGEST / 2, "the second call has as much as the first");
        let texts: Vec<_> = kept.others.iter().filter_map(|other| other.text.as_deref()).collect();
        assert_eq!((kept.text.as_deref(), texts.len(), texts[0]), (Some("${nonce}"), 4, "${nonce}"));
        assert!(texts[1..].iter().all(|text| text.len() < LARGEST / 4 + 100 && text.ends_with("cut here)")));
    }

    #[test]
    fn what_differs_from_run_to_run_is_named() {
        let particulars = Particulars {
            nonce: "n12ab",
            base_url: "http://127.0.0.1:4000/t/9",
            mark: "trial-9",
            root: "/home/me/suite",
        };
        for (text, expected) in [
            ("Overloaded n12ab", "Overloaded ${nonce}"),
            ("POST http://127.0.0.1:4000/t/9/v1/messages", "POST ${base_url}/v1/messages"),
            ("peer 127.0.0.1:4000 left", "peer ${address} left"),
            ("read tcp 127.0.0.1:37912->127.0.0.1:4000: reset", "read tcp 127.0.0.1:…->${address}: reset"),
            ("File \"/home/me/suite/target/env/sdk.py\"", "File \"${root}/target/env/sdk.py\""),
            ("<Stream at 0x7f03a1b2c3d4> 0x1F", "<Stream at 0x…> 0x1F"),
        ] {
            assert_eq!(particulars.text(text), expected);
        }
    }
}
