//! Steps that are smaller by one change.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::case::{Event, Respond, Step};

/// The text that a nonce stands for, which is kept whole: a case compares it.
const NONCE: &str = "${nonce}";

/// Lists the steps that are smaller than this one by one change, the largest changes first.
pub(super) fn smaller(step: &Step) -> Vec<Step> {
    match step {
        Step::Respond(respond) => heads(respond).into_iter().map(Step::Respond).collect(),
        Step::Event(event) => {
            values(&event.data).into_iter().map(|data| Step::Event(Event { data, ..event.clone() })).collect()
        }
        Step::Data(data) => values(data).into_iter().map(Step::Data).collect(),
        Step::Json(data) => values(data).into_iter().map(Step::Json).collect(),
        Step::Comment(text) => texts(text).into_iter().map(Step::Comment).collect(),
        Step::Raw(text) => lines(text).into_iter().map(Step::Raw).collect(),
        Step::Hex(digits) => bytes(digits).into_iter().map(Step::Hex).collect(),
        Step::Flush | Step::Pause(_) | Step::End(_) => Vec::new(),
    }
}

/// Takes one thing out of a head.
fn heads(head: &Respond) -> Vec<Respond> {
    let standard = Respond::default();
    let without = |change: fn(&mut Respond, Respond)| {
        let mut changed = head.clone();
        change(&mut changed, standard.clone());
        changed
    };
    let plain = [
        without(|head, standard| head.headers = standard.headers),
        without(|head, standard| head.trailers = standard.trailers),
        without(|head, standard| head.version = standard.version),
        without(|head, standard| head.framing = standard.framing),
        without(|head, standard| head.content_length_lie = standard.content_length_lie),
        without(|head, standard| head.encoding = standard.encoding),
        without(|head, standard| head.cut_body_after = standard.cut_body_after),
        without(|head, standard| head.redirect = standard.redirect),
    ];
    let headers = each(&head.headers).map(|headers| Respond { headers, ..head.clone() });
    let trailers = each(&head.trailers).map(|trailers| Respond { trailers, ..head.clone() });
    plain.into_iter().filter(|changed| changed != head).chain(headers).chain(trailers).collect()
}

/// Lists header fields without one of them.
fn each<T: Clone>(fields: &BTreeMap<String, T>) -> impl Iterator<Item = BTreeMap<String, T>> {
    fields.keys().map(|name| {
        let mut fewer = fields.clone();
        fewer.remove(name);
        fewer
    })
}

/// Takes a member or an item out of a value, at any depth, or shortens a text in it.
fn values(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => texts(text).into_iter().map(Value::String).collect(),
        Value::Array(items) => {
            let without = (0..items.len()).map(|place| {
                let mut fewer = items.clone();
                fewer.remove(place);
                Value::Array(fewer)
            });
            let inner = items.iter().enumerate().flat_map(|(place, item)| {
                let with = move |smaller| {
                    let mut changed = items.clone();
                    changed[place] = smaller;
                    Value::Array(changed)
                };
                values(item).into_iter().map(with)
            });
            without.chain(inner).collect()
        }
        Value::Object(fields) => {
            let without = fields.keys().map(|name| {
                Value::Object(
                    fields.iter().filter(|(key, _)| *key != name).map(|(k, v)| (k.clone(), v.clone())).collect(),
                )
            });
            let inner = fields.iter().flat_map(|(name, value)| {
                let with = move |smaller| {
                    let mut changed: Map<String, Value> = fields.clone();
                    changed.insert(name.clone(), smaller);
                    Value::Object(changed)
                };
                values(value).into_iter().map(with)
            });
            without.chain(inner).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Shortens a text to nothing, to its first character, to half.
fn texts(text: &str) -> Vec<String> {
    let least = if text.contains(NONCE) { NONCE } else { "" };
    let count = text.chars().count();
    let first = |count: usize| text.chars().take(count).collect::<String>();
    let shorter = [least.to_owned(), first(1), first(count / 2)];
    let is_shorter = |short: &String| short.len() < text.len() && short.contains(least);
    let mut shorter: Vec<String> = shorter.into_iter().filter(is_shorter).collect();
    shorter.dedup();
    shorter
}

/// Takes lines out of a text, many at once and then each, and at last shortens it as a text.
fn lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive(['\n', '\r']).collect();
    let mut all = Vec::new();
    let mut size = lines.len() / 2;
    while size > 0 {
        for start in (0..lines.len()).step_by(size) {
            let end = (start + size).min(lines.len());
            all.push([&lines[..start], &lines[end..]].concat().concat());
        }
        size /= 2;
    }
    let last = text.trim_end_matches(['\n', '\r']);
    all.push(last.to_owned());
    all.extend(texts(text));
    let is_shorter = |short: &String| short.len() < text.len() && (!text.contains(NONCE) || short.contains(NONCE));
    all.retain(is_shorter);
    all
}

/// Takes bytes out of hexadecimal digits, half of them at once and then each.
fn bytes(digits: &str) -> Vec<String> {
    let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    let bytes: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    let mut all = Vec::new();
    let mut size = bytes.len() / 2;
    while size > 0 {
        for start in (0..bytes.len()).step_by(size) {
            let end = (start + size).min(bytes.len());
            all.push([&bytes[..start], &bytes[end..]].concat().concat());
        }
        size /= 2;
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_smaller_by_one_change() {
        let check = |value: Value, expected: Value| assert_eq!(json!(values(&value)), expected, "{value}");
        check(json!("a"), json!([""]));
        check(json!("abcd"), json!(["", "a", "ab"]));
        check(json!("x ${nonce} y"), json!(["${nonce}"]));
        check(
            json!({ "a": 1, "b": ["c"] }),
            json!([{ "b": ["c"] }, { "a": 1 }, { "a": 1, "b": [] }, { "a": 1, "b": [""] }]),
        );
        check(json!(1), json!([]));
    }

    #[test]
    fn texts_bytes_and_heads_lose_one_thing_at_a_time() {
        assert_eq!(lines("a\nb\n"), ["b\n", "a\n", "a\nb", "", "a", "a\n"]);
        assert_eq!(bytes("ef bb bf"), ["bbbf", "efbf", "efbb"]);
        let head = Respond { status: 529, headers: [("a".to_owned(), None)].into(), ..Respond::default() };
        assert_eq!(heads(&head), vec![Respond { status: 529, ..Respond::default() }; 2]);
    }
}
