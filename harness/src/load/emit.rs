//! Writes a case file, in the form that the files below `cases/` have.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The width of a line that a mapping or a list in braces may fill.
pub(super) const WIDTH: usize = 128;

/// The fields of a case file in the order in which they stand. `variants` may also stand before the answers.
pub(super) const FIELDS: [&str; 19] = [
    "title",
    "api",
    "sources",
    "why-must",
    "rules",
    "disputed",
    "beyond-schema",
    "about",
    "ask",
    "caller",
    "timeout",
    "max-retries",
    "matrix",
    "exchanges",
    "stream",
    "control",
    "variants",
    "expect",
    "when",
];

/// Writes a filled-in case file. A `${` in it is sent as it is, unless it belongs to `${nonce}`.
pub(super) fn case_file(fields: &Map<String, Value>) -> String {
    let mut out = String::new();
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(key, _)| FIELDS.iter().position(|field| field == key));
    for (key, value) in fields {
        block(&mut out, &format!("{key}:"), 2, value, open_levels(key));
    }
    out
}

/// Returns the number of levels of a field that are written on lines of their own, even where they would fit in braces.
fn open_levels(key: &str) -> usize {
    match key {
        "expect" | "exchanges" => 2,
        "sources" | "stream" | "control" | "disputed" => 1,
        _ => 0,
    }
}

/// Writes a value behind what stands before it on its line; what it holds is indented by so much where it does not fit there.
fn block(out: &mut String, head: &str, indent: usize, value: &Value, open: usize) {
    let is_empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => true,
    };
    let inline = flow(value);
    let is_item = head.trim_start().chars().all(|sign| sign == '-' || sign == ' ');
    let is_step = is_item && value.as_object().is_some_and(|fields| fields.len() == 1);
    if is_empty || (open == 0 && !is_step && head.len() + 1 + inline.chars().count() <= WIDTH) {
        let _ = writeln!(out, "{head} {inline}");
        return;
    }
    // The first entry of an item stands on the item's own line.
    let mut first = is_item.then(|| format!("{head} "));
    if first.is_none() {
        out.push_str(head);
        out.push('\n');
    }
    let mut before = || first.take().unwrap_or_else(|| " ".repeat(indent));
    let open = open.saturating_sub(1);
    match value {
        Value::Array(items) => {
            for item in items {
                block(out, &format!("{}-", before()), indent + 2, item, open);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                block(out, &format!("{}{}:", before(), scalar(key, true)), indent + 2, value, open);
            }
        }
        _ => {}
    }
}

/// Writes a value in one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", scalar(key, true), flow(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => scalar(text, false),
        other => other.to_string(),
    }
}

/// Writes a text, in quotation marks unless it is a word that can be nothing else.
fn scalar(text: &str, is_key: bool) -> String {
    const OTHERS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "~"];
    let escaped = text.replace("${", "$${").replace("$${nonce}", "${nonce}");
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || "-_./".contains(sign);
    let starts = text.starts_with(|sign: char| sign.is_ascii_alphabetic()) && text.len() > 1;
    let is_plain = starts && text.chars().all(is_word) && !OTHERS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain || (is_key && text.len() == 1 && text.starts_with(|sign: char| sign.is_ascii_alphabetic())) {
        return escaped;
    }
    let mut out = String::new();
    for sign in Value::from(escaped).to_string().chars() {
        // JSON has these as they are, and YAML takes some of them for line ends.
        match sign {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(sign));
            }
            sign => out.push(sign),
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
    fn a_file_is_written_as_the_cases_are() {
        let long = "x".repeat(120);
        let file = json!({
            "expect": { "must": { "outcome": ["error", "incomplete"], "text": "" } },
            "title": "A title: with a sign", "api": "openai-chat", "rules": ["C1"],
            "sources": [{ "basis": "spec", "url": "https://example.com/" }, { "basis": "spec", "url": "https://e.com/", "quote": long }],
            "stream": [
                { "data": { "a": null, "b": [1, true, "true", "${nonce} ${n}"] } }, "flush", { "raw": "a\r\n\u{feff}" },
                { "event": { "name": "error", "data": { "words": long } } }, { "end": "finish" },
            ],
        });
        let expected = format!(
            r#"title: "A title: with a sign"
api: openai-chat
sources:
  - {{ basis: spec, url: "https://example.com/" }}
  - basis: spec
    url: "https://e.com/"
    quote: {long}
rules: [C1]
stream:
  - data: {{ a: null, b: [1, true, "true", "${{nonce}} $${{n}}"] }}
  - flush
  - raw: "a\r\n\ufeff"
  - event:
      name: error
      data:
        words: {long}
  - end: finish
expect:
  must:
    outcome: [error, incomplete]
    text: ""
"#
        );
        let written = case_file(file.as_object().expect("a mapping"));
        assert_eq!(written, expected);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[a-z0-9 :#,\\[\\]{}'\"%@`|>!&*?~-]{0,12}", "\\PC{0,8}", any::<String>(), ".{60,140}"];
        // What begins names in a case is written otherwise.
        let text = text.prop_filter("no name", |text| !text.contains('$'));
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
            let whole = json!({ "title": value, "stream": [{ "data": value }] });
            let text = case_file(whole.as_object().expect("a mapping"));
            let read: Value = serde_saphyr::from_str(&text).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
            prop_assert_eq!(read, whole, "{}", text);
        }
    }
}
