//! Tests in pytest.

use askama::Template;
use serde_json::Value;

use super::super::assertion::{Assertion, Field};
use super::{Parts, list, snake};

#[derive(Template)]
#[template(path = "pytest.py", escape = "none")]
struct Pytest<'a> {
    parts: &'a Parts,
    answers: String,
    function: String,
    assertions: Vec<[String; 2]>,
}

/// Writes a test file.
pub(super) fn render(parts: &Parts) -> String {
    let function = format!("test_{}", snake(&parts.name));
    // A quotation mark would end the text in which they stand.
    let answers = parts.answers.replace('\'', "\\u0027");
    // Writing to a string does not fail.
    Pytest { parts, answers, function, assertions: parts.assertions(expression) }.render().unwrap_or_default()
}

/// Writes the expression that is held to be true.
fn expression(assertion: &Assertion) -> String {
    match assertion {
        Assertion::Raises => "seen.error is not None".to_owned(),
        Assertion::RaisesOrHasNoReason => "seen.error is not None or seen.stop_reason is None".to_owned(),
        Assertion::Completes => "seen.error is None".to_owned(),
        Assertion::OwnError => "isinstance(seen.error, OWN_ERROR)".to_owned(),
        Assertion::HasClass(name) => {
            format!("{} in [kind.__name__ for kind in type(seen.error).__mro__]", Value::from(name.as_str()))
        }
        Assertion::IsOneOf(field, values) => {
            let place = match field {
                Field::Text => "seen.text",
                Field::StopReason => "seen.stop_reason",
                Field::Status => "fields_of(seen.error)[\"status\"]",
                Field::Type => "fields_of(seen.error)[\"type\"]",
                Field::Code => "fields_of(seen.error)[\"code\"]",
            };
            match values.as_slice() {
                [Value::Null] => format!("{place} is None"),
                [value] => format!("{place} == {value}"),
                values => format!("{place} in [{}]", list(values, "None")),
            }
        }
        Assertion::Requests(least, Some(most)) if least == most => format!("server.requests == {least}"),
        Assertion::Requests(least, Some(most)) => format!("{least} <= server.requests <= {most}"),
        Assertion::Requests(least, None) => format!("server.requests >= {least}"),
    }
}
