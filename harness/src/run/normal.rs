//! Takes out of an observation what differs from run to run, so that records compare and reports are byte-stable.

use serde_json::Value;

/// How many lists and mappings may be around each other in an observation and in a check. Whoever reads JSON has a limit
/// (`serde_json` 128, with what a record has around these), and one line beyond it makes a whole file unreadable.
const DEEPEST: usize = 64;

/// What one trial's run put into the bytes, the addresses or the paths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise<'a> {
    /// What `${nonce}` stood for.
    pub(super) nonce: &'a str,
    /// The trial's base URL.
    pub(super) base_url: &'a str,
    /// The folder of the suite, which SDKs name in tracebacks; with what is installed below it.
    pub(super) root: &'a str,
}

impl Noise<'_> {
    /// A text with the nonce, the addresses, the suite's folder, ports and object identities replaced by their names.
    pub(super) fn text(self, text: &str) -> String {
        let text = text.replace(self.nonce, "${nonce}").replace(self.base_url, "${base_url}");
        let address = self.base_url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let text = if address.is_empty() { text } else { text.replace(address, "${address}") };
        let text = if self.root.len() > 1 { text.replace(self.root, "${root}") } else { text };
        let text = hide(&text, "127.0.0.1:", char::is_ascii_digit, 4);
        hide(&text, "0x", char::is_ascii_hexdigit, 6)
    }

    /// The same for every string in a value, which is cut where it is nested deeper than a record can be read again.
    pub(super) fn value(self, value: &mut Value) {
        self.value_at(value, 0);
    }

    fn value_at(self, value: &mut Value, depth: usize) {
        match value {
            Value::Array(_) | Value::Object(_) if depth == DEEPEST => {
                *value = Value::String(format!("… (nested deeper than {DEEPEST} levels; cut here)"));
            }
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value_at(value, depth + 1)),
            Value::Object(map) => map.values_mut().for_each(|value| self.value_at(value, depth + 1)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
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
    use streamspec_adapters::contract::Observation;

    use super::*;
    use crate::record::{FORMAT, Record, Writer, read};

    /// Arguments that are nested so deep.
    fn nested(depth: usize) -> Value {
        (0..depth)
            .fold(json!("n12ab"), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
    }

    #[test]
    fn what_is_nested_deeper_than_can_be_read_is_cut_with_a_note() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("UTF-8").join("records.jsonl");
        let noise = Noise { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", root: "" };
        for (depth, is_cut) in [(1, false), (60, false), (122, true), (500, true)] {
            let observation = json!({
                "ended": "returned", "events": 1, "text": "", "stop_reason": null,
                "tool_calls": [{ "name": "x", "arguments": nested(depth), "complete": true }],
            });
            let mut checked = json!({ "observed": observation });
            noise.value(&mut checked);
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
                    "verdict": { "word": "fails", "mode": "wrong", "checks": [check] },
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
    fn noise_is_named() {
        let noise = Noise { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", root: "/home/me/suite" };
        for (text, expected) in [
            ("Overloaded n12ab", "Overloaded ${nonce}"),
            ("POST http://127.0.0.1:4000/t/9/v1/messages", "POST ${base_url}/v1/messages"),
            ("peer 127.0.0.1:4000 left", "peer ${address} left"),
            ("read tcp 127.0.0.1:37912->127.0.0.1:4000: reset", "read tcp 127.0.0.1:…->${address}: reset"),
            ("File \"/home/me/suite/target/env/sdk.py\"", "File \"${root}/target/env/sdk.py\""),
            ("<Stream at 0x7f03a1b2c3d4> 0x1F", "<Stream at 0x…> 0x1F"),
        ] {
            assert_eq!(noise.text(text), expected);
        }
    }
}
