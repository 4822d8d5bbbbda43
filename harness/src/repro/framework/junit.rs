//! Tests in JUnit.

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::super::assertion::{Assertion, Field};
use super::{Parts, camel, list, requests};

/// The class of a program, whose members a test has, too.
const CLASS: &str = "class Program {";

/// The most characters of a text in the source: a class file holds no longer one than 65,535 bytes, and a character has at most three.
const LONGEST: usize = 20_000;

#[derive(Template)]
#[template(path = "junit.java", escape = "none")]
struct JUnit<'a> {
    parts: &'a Parts,
    name: String,
    call: String,
    answers: Vec<Answer>,
    assertions: Vec<[String; 2]>,
}

/// An answer, whose steps are calls of what makes one.
struct Answer {
    end: String,
    keep_alive: bool,
    steps: Vec<String>,
}

/// The answers as JSON.
#[derive(Deserialize)]
struct Script {
    answers: Vec<Read>,
}

#[derive(Deserialize)]
struct Read {
    steps: Vec<serde_json::Map<String, Value>>,
    end: String,
    keep_alive: bool,
}

/// Returns the name of the class of a test.
pub(super) fn class(name: &str) -> String {
    format!("{}Test", camel(name))
}

/// Writes a test file.
pub(super) fn render(parts: &Parts) -> String {
    let class = if parts.name.ends_with("Test") { parts.name.clone() } else { class(&parts.name) };
    let call = parts.call.replacen(CLASS, &format!("class {class} {{"), 1);
    // It is written here, and it has this form.
    let script = serde_json::from_str(&parts.answers).unwrap_or(Script { answers: Vec::new() });
    let answers = script.answers.into_iter().map(|Read { steps, end, keep_alive }| {
        let steps = steps.iter().flat_map(|step| step.iter().map(|(kind, value)| made(kind, value))).collect();
        Answer { end, keep_alive, steps }
    });
    let name = class.chars().take(1).flat_map(char::to_lowercase).chain(class.chars().skip(1)).collect();
    let assertions = parts.assertions(expression);
    // Writing to a string does not fail.
    JUnit { parts, name, call, answers: answers.collect(), assertions }.render().unwrap_or_default()
}

/// Writes the call that makes a step. The escapes of JSON are Java's, too.
fn made(kind: &str, value: &Value) -> String {
    let Value::String(text) = value else { return format!("pause({value})") };
    let signs: Vec<char> = text.chars().collect();
    let parts: Vec<Value> = signs.chunks(LONGEST).map(|part| Value::from(part.iter().collect::<String>())).collect();
    format!("{kind}({})", list(&parts, "null"))
}

/// Writes the expression that is held to be true.
fn expression(assertion: &Assertion) -> String {
    match assertion {
        Assertion::Raises => "seen.error != null".to_owned(),
        Assertion::RaisesOrHasNoReason => "seen.error != null || seen.stopReason == null".to_owned(),
        Assertion::Completes => "seen.error == null".to_owned(),
        Assertion::OwnError => "isOwn(seen.error)".to_owned(),
        Assertion::HasClass(name) => format!("seen.hasClass({})", Value::from(name.as_str())),
        Assertion::IsOneOf(field, values) => {
            let place = match field {
                Field::Text => "seen.text",
                Field::StopReason => "seen.stopReason",
                Field::Status => "fieldsOf(seen.error).get(0)",
                Field::Type => "fieldsOf(seen.error).get(1)",
                Field::Code => "fieldsOf(seen.error).get(2)",
            };
            // A single null would be taken for the array of all values.
            format!("isOneOf({place}, {})", list(values, "\"null\""))
        }
        Assertion::Requests(least, most) => requests("server.requests.get()", "==", *least, *most),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONGEST, class, made};

    #[test]
    fn a_step_is_a_call_whose_texts_a_class_file_can_hold() {
        assert_eq!(made("pause_ms", &json!(50)), "pause(50)");
        assert_eq!(made("text", &json!("a\"\\u0041\n")), r#"text("a\"\\u0041\n")"#);
        let long = made("base64", &json!("a".repeat(LONGEST + 1)));
        assert!(long.starts_with("base64(\"aaa") && long.ends_with("aaa\", \"a\")"), "{}", long.len());
        assert_eq!(class("openai-java-final-sync-a_b"), "OpenaiJavaFinalSyncABTest");
    }
}
