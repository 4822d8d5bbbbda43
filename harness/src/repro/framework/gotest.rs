//! Tests for `go test`.

use askama::Template;
use serde_json::Value;

use super::super::assertion::{Assertion, Field};
use super::{Parts, camel, list, requests};

/// The package of a program, which a test does not belong to.
const PACKAGE: &str = "package main\n";

#[derive(Template)]
#[template(path = "gotest.go", escape = "none")]
struct GoTest<'a> {
    parts: &'a Parts,
    package: &'a str,
    name: String,
    call: &'a str,
    answers: String,
    assertions: Vec<[String; 2]>,
}

/// Writes a test file.
pub(super) fn render(parts: &Parts) -> String {
    let call = parts.call.split_once(PACKAGE).map_or(parts.call.as_str(), |(_, call)| call.trim_start());
    // A back quote would end the text in which they stand.
    let answers = parts.answers.replace('`', "\\u0060");
    let (package, name) = (package(&parts.package), camel(&parts.name));
    let assertions = parts.assertions(expression);
    // Writing to a string does not fail.
    GoTest { parts, package, name, call, answers, assertions }.render().unwrap_or_default()
}

/// Returns the name of the package at a module's root, by the custom of modules: the last part of the path that is no version, and of
/// `acme-sdk-go` or `acme-go` what stands before.
fn package(module: &str) -> &str {
    let is_version = |part: &&str| {
        part.strip_prefix('v')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|sign| sign.is_ascii_digit()))
    };
    let last = module.rsplit('/').find(|part| !is_version(part)).unwrap_or(module);
    last.split('-').next().unwrap_or(last)
}

/// Writes the expression that is held to be true.
fn expression(assertion: &Assertion) -> String {
    match assertion {
        Assertion::Raises => "err != nil".to_owned(),
        Assertion::RaisesOrHasNoReason => "err != nil || stopReason == \"\"".to_owned(),
        Assertion::Completes => "err == nil".to_owned(),
        Assertion::OwnError => "seen.own".to_owned(),
        Assertion::HasClass(name) => format!("seen.class == {}", Value::from(name.as_str())),
        Assertion::IsOneOf(field, values) => {
            let place = match field {
                Field::Text => "text",
                Field::StopReason => "stopReason",
                Field::Status => "seen.status",
                Field::Type => "seen.kind",
                Field::Code => "seen.code",
            };
            format!("isOneOf({place}, {})", list(values, "nil"))
        }
        Assertion::Requests(least, most) => requests("server.requests.Load()", "==", *least, *most),
    }
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn the_package_at_the_root_of_a_module() {
        for (module, expected) in [
            ("github.com/acme/acme-sdk-go/v2", "acme"),
            ("github.com/acme/acme-go/v3", "acme"),
            ("acme.example/vault", "vault"),
        ] {
            assert_eq!(package(module), expected, "{module}");
        }
    }
}
