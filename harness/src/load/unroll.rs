//! `repeat` multiplied out, `${n}` filled in.

use serde_json::{Map, Value};

use super::limits::MAX_EXPANSION;
use super::template::{self, NONCE, Piece, ROUND};
use crate::case::{Event, Step};

/// The steps with no `repeat` left; none if they take more than is left of the budget.
///
/// Neighbouring pieces of raw text become one: neither ends a write, so the bytes and the writes are the same.
pub(super) fn steps(steps: Vec<Step>, spent: &mut usize) -> Option<Vec<Step>> {
    let mut flat = Vec::with_capacity(steps.len());
    for step in steps {
        unroll(&step, None, &mut flat, spent)?;
    }
    Some(flat)
}

fn unroll(step: &Step, round: Option<u32>, flat: &mut Vec<Step>, spent: &mut usize) -> Option<()> {
    if let Step::Repeat(repeat) = step {
        for round in 0..repeat.times {
            // A round costs even if it has no step, or a great number of empty rounds would take for ever.
            *spent = spent.saturating_add(size_of::<Step>());
            if *spent > MAX_EXPANSION {
                return None;
            }
            repeat.steps.iter().try_for_each(|step| unroll(step, Some(round), flat, spent))?;
        }
        return Some(());
    }
    let step = match round {
        Some(round) => fill(step, round),
        None => step.clone(),
    };
    *spent = spent.saturating_add(cost(&step));
    if *spent > MAX_EXPANSION {
        return None;
    }
    match (flat.last_mut(), &step) {
        (Some(Step::Raw(before)), Step::Raw(text)) => before.push_str(text),
        _ => flat.push(step),
    }
    Some(())
}

/// What a step takes in memory: values take many times what they are on the wire.
fn cost(step: &Step) -> usize {
    let content = match step {
        Step::Event(event) => event.name.len() + heap(&event.data),
        Step::Data(value) | Step::Json(value) => heap(value),
        Step::Comment(text) | Step::Raw(text) | Step::Hex(text) => text.len(),
        Step::Respond(respond) => {
            let fields = respond.headers.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len));
            let trailers = respond.trailers.iter().map(|(name, value)| name.len() + value.len());
            fields.chain(trailers).map(|text| text + FIELD).sum()
        }
        Step::Use(_) | Step::Repeat(_) | Step::Flush | Step::Pause(_) | Step::End(_) => 0,
    };
    size_of::<Step>() + content
}

/// What a field of a mapping takes beside its key's text and what its value holds, with its place in the table.
const FIELD: usize = size_of::<(String, Value)>() + 4 * size_of::<usize>();

/// What a value takes beside itself.
fn heap(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + heap(item)).sum(),
        // The smallest table has room for a few.
        Value::Object(fields) if fields.is_empty() => 0,
        Value::Object(fields) => {
            let taken: usize = fields.iter().map(|(key, value)| FIELD + key.len() + heap(value)).sum();
            taken + 3 * FIELD
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The bytes of a step's content on the wire, with the framing of events.
pub(super) fn size(step: &Step) -> usize {
    match step {
        Step::Event(event) => "event: \n\n".len() + grown(&event.name) + data_size(&event.data),
        Step::Data(value) => "\n".len() + data_size(value),
        Step::Json(value) => json_size(value),
        Step::Comment(text) => ": \n\n".len() + grown(text),
        Step::Raw(text) => grown(text),
        Step::Hex(text) => text.len() / 2,
        Step::Respond(_) | Step::Use(_) | Step::Repeat(_) | Step::Flush | Step::Pause(_) | Step::End(_) => 0,
    }
}

/// The bytes of `data:` lines: one for each line of a string.
fn data_size(value: &Value) -> usize {
    const LINE: &str = "data: \n";
    match value {
        Value::String(text) => {
            // A line end of the text ends a field, and another one begins.
            let ends = text.matches(['\n', '\r']).count();
            grown(text) + ends * "data: ".len() + LINE.len()
        }
        other => LINE.len() + json_size(other),
    }
}

/// The bytes of a value as compact JSON.
fn json_size(value: &Value) -> usize {
    // Plain data with string keys can always be JSON.
    let text = serde_json::to_string(value).unwrap_or_default();
    grown(&text)
}

/// The bytes of a text with the names that are left filled in.
fn grown(text: &str) -> usize {
    const LONGEST_NONCE: usize = 16;
    const LONGEST_ROUND: usize = 10;
    let [nonces, rounds] = [NONCE, ROUND].map(|name| text.matches(&format!("${{{name}}}")).count());
    text.len() + nonces * LONGEST_NONCE + rounds * LONGEST_ROUND
}

fn fill(step: &Step, round: u32) -> Step {
    match step {
        Step::Event(Event { name, data }) => Step::Event(Event { name: text(name, round), data: value(data, round) }),
        Step::Data(data) => Step::Data(value(data, round)),
        Step::Json(data) => Step::Json(value(data, round)),
        Step::Comment(words) => Step::Comment(text(words, round)),
        Step::Raw(words) => Step::Raw(text(words, round)),
        Step::Hex(digits) => Step::Hex(text(digits, round)),
        Step::Respond(_) | Step::Use(_) | Step::Repeat(_) | Step::Flush | Step::Pause(_) | Step::End(_) => step.clone(),
    }
}

fn text(written: &str, round: u32) -> String {
    written.replace(&format!("${{{ROUND}}}"), &round.to_string())
}

fn value(written: &Value, round: u32) -> Value {
    match written {
        Value::String(words) if template::pieces(words).is_ok_and(|pieces| pieces == [Piece::Name(ROUND)]) => {
            round.into()
        }
        Value::String(words) => Value::String(text(words, round)),
        Value::Array(items) => Value::Array(items.iter().map(|item| value(item, round)).collect()),
        Value::Object(fields) => {
            let filled = fields.iter().map(|(key, inner)| (text(key, round), value(inner, round)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => written.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::Variant;
    use crate::wire::Script;

    /// The bytes of a step, as the limits count them and as they are sent.
    #[test]
    fn sizes_are_at_least_what_is_sent() {
        let event = |data| Step::Event(Event { name: "error".into(), data });
        for step in [
            event(json!({ "a": ["\u{1}\u{2}\"", 1.25e300, null], "nonce": "${nonce}" })),
            event(json!("a\nb\r\nc")),
            Step::Data(json!("\n".repeat(1000))),
            Step::Data(json!(["\u{1}".repeat(1000)])),
            Step::Json(json!({ "a": u64::MAX })),
            Step::Comment("${nonce}${nonce}".into()),
            Step::Raw("é".repeat(10)),
            Step::Hex("00 ff".into()),
        ] {
            let sent = Script::build(&[vec![step.clone()]], Variant::AsWritten, "n0e0e0e0e0e").answers[0].body().len();
            assert!((sent..sent + 2 * sent / 3 + 32).contains(&size(&step)), "{step:?}: {sent}, {}", size(&step));
        }
    }

    #[test]
    fn nested_values_cost_what_they_take() {
        let step = Step::Data(json!({ "a": {} }));
        // Four places in the table, a number for each of them, and the key's text.
        assert!(cost(&step) > 4 * size_of::<(String, Value)>(), "{}", cost(&step));
        let mut spent = 0;
        assert!(steps(vec![step; 200_000], &mut spent).is_none());
    }
}
