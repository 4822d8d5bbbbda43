//! `repeat` multiplied out, `${n}` filled in.

use serde_json::{Map, Value};

use super::limits::MAX_EXPANSION;
use super::template::{self, Piece, ROUND};
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

/// What a step takes in memory, roughly.
fn cost(step: &Step) -> usize {
    size_of::<Step>().saturating_add(size(step))
}

/// The octets of a step's content, without the framing of events.
pub(super) fn size(step: &Step) -> usize {
    match step {
        Step::Event(event) => event.name.len().saturating_add(value_size(&event.data)),
        Step::Data(value) | Step::Json(value) => value_size(value),
        Step::Comment(text) | Step::Raw(text) => text.len(),
        Step::Hex(text) => text.len() / 2,
        Step::Respond(_) | Step::Use(_) | Step::Repeat(_) | Step::Flush | Step::Pause(_) | Step::End(_) => 0,
    }
}

fn value_size(value: &Value) -> usize {
    const PUNCTUATION: usize = 4;
    match value {
        Value::String(text) => text.len() + PUNCTUATION,
        Value::Array(items) => items.iter().map(value_size).sum::<usize>() + PUNCTUATION,
        Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + PUNCTUATION + value_size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => PUNCTUATION,
    }
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
