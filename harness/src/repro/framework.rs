//! The test frameworks: how a test is written and run in each.

use askama::Template;
use serde_json::Value;

use super::assertion::{Asserted, Assertion, Field};

/// A test framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framework {
    /// pytest, for Python.
    Pytest,
    /// Vitest, for TypeScript.
    Vitest,
}

/// The parts of a test file.
pub(super) struct Parts {
    /// The trial in a sentence, the documents, and where it comes from; each a line.
    pub(super) about: Vec<String>,
    /// The name of the test, in words of letters and digits.
    pub(super) name: String,
    /// The call, as the template beside the adapter has it.
    pub(super) call: String,
    /// The answers as JSON.
    pub(super) answers: String,
    /// The seconds after which the call is a hang.
    pub(super) deadline: u64,
    /// The assertions.
    pub(super) asserted: Vec<Asserted>,
}

#[derive(Template)]
#[template(path = "pytest.py", escape = "none")]
struct Pytest<'a> {
    parts: &'a Parts,
    answers: String,
    function: String,
    assertions: Vec<[String; 2]>,
}

#[derive(Template)]
#[template(path = "vitest.ts", escape = "none")]
struct Vitest<'a> {
    parts: &'a Parts,
    assertions: Vec<[String; 2]>,
}

impl Framework {
    /// Finds the framework of a language's SDKs.
    pub(super) fn of(language: &str) -> Option<Self> {
        match language {
            "python" => Some(Self::Pytest),
            "typescript" => Some(Self::Vitest),
            _ => None,
        }
    }

    /// Returns its name in a file system.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Vitest => "vitest",
        }
    }

    /// Returns the name of a test file for a trial of this name.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Self::Pytest => format!("test_{}.py", name.replace(['-', '.'], "_")),
            Self::Vitest => format!("{name}.test.ts"),
        }
    }

    /// Writes a test file.
    pub(super) fn render(self, parts: &Parts) -> String {
        // Writing to a string does not fail.
        match self {
            Self::Pytest => {
                let function = format!("test_{}", parts.name.replace(['-', '.'], "_"));
                let assertions = parts.asserted.iter().map(|one| [python(&one.assertion), one.words.clone()]);
                // A quotation mark would end the text in which they stand.
                let answers = parts.answers.replace('\'', "\\u0027");
                Pytest { parts, answers, function, assertions: assertions.collect() }.render().unwrap_or_default()
            }
            Self::Vitest => {
                let assertions = parts.asserted.iter().map(|one| [typescript(&one.assertion), one.words.clone()]);
                Vitest { parts, assertions: assertions.collect() }.render().unwrap_or_default()
            }
        }
    }
}

fn python(assertion: &Assertion) -> String {
    let literal = |value: &Value| if value.is_null() { "None".to_owned() } else { value.to_string() };
    match assertion {
        Assertion::Raises => "seen.error is not None".to_owned(),
        Assertion::RaisesOrHasNoReason => "seen.error is not None or seen.stop_reason is None".to_owned(),
        Assertion::Completes => "seen.error is None".to_owned(),
        Assertion::OwnError => "isinstance(seen.error, OWN_ERROR)".to_owned(),
        Assertion::HasClass(name) => {
            format!("{} in [kind.__name__ for kind in type(seen.error).__mro__]", literal(&Value::from(name.as_str())))
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
                [value] => format!("{place} == {}", literal(value)),
                values => format!("{place} in [{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
            }
        }
        Assertion::Requests(least, Some(most)) if least == most => format!("server.requests == {least}"),
        Assertion::Requests(least, Some(most)) => format!("{least} <= server.requests <= {most}"),
        Assertion::Requests(least, None) => format!("server.requests >= {least}"),
    }
}

/// Writes the expression that is held to be true.
fn typescript(assertion: &Assertion) -> String {
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
        Assertion::Requests(least, Some(most)) if least == most => format!("server.requests === {least}"),
        Assertion::Requests(least, Some(most)) => {
            format!("server.requests >= {least} && server.requests <= {most}")
        }
        Assertion::Requests(least, None) => format!("server.requests >= {least}"),
    }
}
