//! Tests in Vitest.

use askama::Template;
use serde_json::Value;

use super::super::assertion::{Assertion, Field};
use super::{Parts, requests};

#[derive(Template)]
#[template(path = "vitest.ts", escape = "none")]
struct Vitest<'a> {
    parts: &'a Parts,
    assertions: Vec<[String; 2]>,
}

/// Writes a test file.
pub(super) fn render(parts: &Parts) -> String {
    // Writing to a string does not fail.
    Vitest { parts, assertions: parts.assertions(expression) }.render().unwrap_or_default()
}

/// Writes the expression that is held to be true.
fn expression(assertion: &Assertion) -> String {
    match assertion {
        Assertion::Raises => "seen.error !== undefined".to_owned(),
        Assertion::RaisesOrHasNoReason => "seen.error !== undefined || seen.stopReason === null".to_owned(),
        Assertion::Completes => "seen.error === undefined".to_owned(),
        Assertion::OwnError => "seen.error instanceof OwnError".to_owned(),
        Assertion::HasClass(name) => format!("classesOf(seen.error).includes({})", Value::from(name.as_str())),
        Assertion::IsOneOf(field, values) => {
            let place = match field {
                Field::Text => "seen.text",
                Field::StopReason => "seen.stopReason",
                Field::Status => "fieldsOf(seen.error).status",
                Field::Type => "fieldsOf(seen.error).type",
                Field::Code => "fieldsOf(seen.error).code",
            };
            format!("{}.includes({place} ?? null)", Value::from(values.clone()))
        }
        Assertion::Requests(least, most) => requests("server.requests", "===", *least, *most),
    }
}
