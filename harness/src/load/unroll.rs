//! `repeat` multiplied out, `${n}` filled in.

use serde_json::{Map, Value};

use super::limits::MAX_EXPANSION;
use super::template::{self, Piece, ROUND};
use super::written;
use crate::case::{Event, Step};

/// Returns the steps with no `repeat` left; none if they take more than is left of the budget.
///
/// Neighbouring pieces of raw text become one: neither ends a write, so the bytes and the writes are the same.
pub(super) fn steps(steps: &[written::Step], spent: &mut usize) -> Option<Vec<Step>> {
    let mut flat = Vec::with_capacity(steps.len());
    for step in steps {
        unroll(step, None, &mut flat, spent)?;
    }
    Some(flat)
}

fn unroll(step: &written::Step, round: Option<u32>, flat: &mut Vec<Step>, spent: &mut usize) -> Option<()> {
    if let written::Step::Repeat(repeat) = step {
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
    // The expander has put the steps of fragments in their places.
    let Some(step) = resolved(step, round) else { return Some(()) };
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

/// Estimates the memory of a step, in bytes: values take many times what they are on the wire.
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
        Step::Flush | Step::Pause(_) | Step::End(_) => 0,
    };
    size_of::<Step>() + content
}

/// The memory of a field of a mapping beside its key's text and its value's parts, with its place in the table.
const FIELD: usize = size_of::<(String, Value)>() + 4 * size_of::<usize>();

/// Estimates the memory of the parts of a value, in bytes.
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

/// Returns a step with the round of the innermost `repeat` filled in; none for what only stands for other steps.
fn resolved(step: &written::Step, round: Option<u32>) -> Option<Step> {
    Some(match step {
        written::Step::Respond(respond) => Step::Respond(respond.clone()),
        written::Step::Event(event) => {
            Step::Event(Event { name: text(&event.name, round), data: value(&event.data, round), ..event.clone() })
        }
        written::Step::Data(data) => Step::Data(value(data, round)),
        written::Step::Comment(words) => Step::Comment(text(words, round)),
        written::Step::Raw(words) => Step::Raw(text(words, round)),
        written::Step::Hex(digits) => Step::Hex(text(digits, round)),
        written::Step::Json(data) => Step::Json(value(data, round)),
        written::Step::Flush => Step::Flush,
        written::Step::Pause(milliseconds) => Step::Pause(*milliseconds),
        written::Step::End(end) => Step::End(*end),
        written::Step::Use(_) | written::Step::Repeat(_) => return None,
    })
}

fn text(written: &str, round: Option<u32>) -> String {
    round.map_or_else(|| written.to_owned(), |round| written.replace(&format!("${{{ROUND}}}"), &round.to_string()))
}

fn value(written: &Value, round: Option<u32>) -> Value {
    let Some(number) = round else { return written.clone() };
    match written {
        Value::String(words) if template::pieces(words).is_ok_and(|pieces| pieces == [Piece::Name(ROUND)]) => {
            number.into()
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

    #[test]
    fn nested_values_cost_what_they_take() {
        let step = Step::Data(json!({ "a": {} }));
        // Four places in the table, a number for each of them, and the key's text.
        assert!(cost(&step) > 4 * size_of::<(String, Value)>(), "{}", cost(&step));
        let written = written::Step::Data(json!({ "a": {} }));
        assert!(steps(&vec![written; 200_000], &mut 0).is_none());
    }
}
