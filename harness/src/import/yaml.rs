//! Writes values as the YAML of a case file: on one line where they fit, and quoted only where they must be.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The longest line that is made of several values, in characters.
const WIDTH: usize = 128;

/// Writes the entries of a mapping at the margin.
pub(super) fn entries(map: &Map<String, Value>) -> String {
    let mut out = String::new();
    for (key, value) in map {
        entry(&mut out, 0, key, value);
    }
    out
}

/// Writes an entry whose key the line has been indented for.
fn entry(out: &mut String, indent: usize, key: &str, value: &Value) {
    let key = scalar(key);
    let line = format!("{key}: {}", flow(value));
    let is_list_of_maps = matches!(value, Value::Array(items) if indent == 0 && items.iter().any(Value::is_object));
    if !is_long(value) || (fits(&line, indent) && !is_list_of_maps && (indent > 0 || !value.is_object())) {
        out.push_str(&line);
        out.push('\n');
        return;
    }
    out.push_str(&key);
    out.push_str(":\n");
    block(out, indent + 2, value);
}

/// Writes a list or a mapping in lines of its own.
fn block(out: &mut String, indent: usize, value: &Value) {
    match value {
        Value::Array(items) => {
            for item in items {
                spaces(out, indent);
                out.push_str("- ");
                within(out, indent + 2, item);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                spaces(out, indent);
                entry(out, indent, key, value);
            }
        }
        _ => {}
    }
}

/// Writes an item of a list, whose line has begun.
fn within(out: &mut String, indent: usize, item: &Value) {
    let line = step(item).unwrap_or_else(|| flow(item));
    if !is_long(item) || fits(&line, indent) {
        out.push_str(&line);
        out.push('\n');
        return;
    }
    let Value::Object(map) = item else {
        out.push_str(&flow(item));
        out.push('\n');
        return;
    };
    for (place, (key, value)) in map.iter().enumerate() {
        if place > 0 {
            spaces(out, indent);
        }
        entry(out, indent, key, value);
    }
}

/// Writes a mapping with one key on a line, as steps are written: `end: finish`.
fn step(item: &Value) -> Option<String> {
    let map = item.as_object().filter(|map| map.len() == 1)?;
    let (key, value) = map.iter().next()?;
    Some(format!("{}: {}", scalar(key), flow(value)))
}

/// Says whether a value can be written in several lines.
fn is_long(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => false,
    }
}

fn fits(line: &str, indent: usize) -> bool {
    indent + line.chars().count() <= WIDTH
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Writes a value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Writes a text, in quotes unless any reader takes it for the same text without them.
fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 12] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || " _-./".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.ends_with(|letter: char| letter.is_ascii_alphanumeric())
        && text.chars().all(is_letter)
        && text.len() <= WIDTH
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Puts a text into double quotes, whose escapes JSON and YAML have in common.
fn quoted(text: &str) -> String {
    let json = Value::String(text.to_owned()).to_string();
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            // What YAML does not print, and what it may take for the end of a line.
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_a_person_would() {
        let long = "word ".repeat(30);
        let value = json!({
            "title": "A recorded answer, whole",
            "api": "openai-chat",
            "variants": { "except": ["one-byte"] },
            "stream": [
                { "data": { "id": "1", "m": null, "empty": {}, "list": [] } },
                { "event": { "name": "a", "data": { "text": long } } },
                "flush",
                { "end": "finish" },
            ],
            "expect": { "must": { "outcome": "completed", "text": "yes" } },
        });
        let expected = format!(
            "title: \"A recorded answer, whole\"\napi: openai-chat\nvariants:\n  except: [one-byte]\nstream:\n  \
             - data: {{ id: \"1\", m: null, empty: {{}}, list: [] }}\n  - event:\n      name: a\n      data:\n        \
             text: \"{long}\"\n  - flush\n  - end: finish\nexpect:\n  must: {{ outcome: completed, text: \"yes\" }}\n"
        );
        assert_eq!(entries(value.as_object().expect("a mapping")), expected);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[a-z0-9 :#,\\[\\]{}'\"%@`|>!&*?~-]{0,12}", "\\PC{0,8}", any::<String>(), ".{60,140}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has it", |number| number.is_finite()).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let map = proptest::collection::btree_map("[a-z0-9 .:~-]{0,8}", inner.clone(), 0..5);
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(Value::from),
                map.prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is written is read as the same value.
        #[test]
        fn what_is_written_is_read_as_the_same(value in any_value()) {
            let whole = json!({ "value": value, "list": [{ "value": value }] });
            let text = entries(whole.as_object().expect("a mapping"));
            let read: Value = serde_saphyr::from_str(&text).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
            prop_assert_eq!(read, whole, "{}", text);
        }
    }
}
