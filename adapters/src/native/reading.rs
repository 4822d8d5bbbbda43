//! The reading of values, headers and bodies of errors, by the one rule of `adapters/README.md`, "What counts as read".

use chrono::{NaiveDateTime, Utc};
use serde_json::Value;

use crate::contract::{Api, Field, ObservedError, Reading, Via};

/// Makes a field that the SDK has, filled or empty.
pub(super) fn reading<T>(via: Via, value: Option<T>) -> Field<Reading<T>> {
    value.map(|value| Reading { value, via }).into()
}

/// Makes a field that has an accessor or a variant of its own.
pub(super) fn attribute<T>(value: Option<T>) -> Field<Reading<T>> {
    reading(Via::Attribute, value)
}

/// Makes such a field of a word, which an SDK may hand out empty.
pub(super) fn attribute_word(value: Option<String>) -> Field<Reading<String>> {
    attribute(value.filter(|word| !word.is_empty()))
}

/// Reads a status: an integer of three digits.
pub(super) fn status(raw: &Value) -> Option<i64> {
    raw.as_i64().filter(|status| (100..=999).contains(status))
}

/// Reads a provider's word: text, numbers and booleans as text, anything else as its JSON; an empty text is none.
pub(super) fn word(raw: &Value) -> Option<String> {
    match raw {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// Reads `Retry-After` in seconds: digits, with or without a fraction, or an HTTP date, of which one that has passed is
/// 0.
pub(super) fn retry_after(raw: &str) -> Option<f64> {
    // RFC 9110 section 5.6.7: the preferred format, and the two that are obsolete and must be accepted.
    const DATES: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let raw = raw.trim();
    let (whole, fraction) = raw.split_once('.').unwrap_or((raw, "0"));
    if [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return raw.parse().ok();
    }
    let date = DATES.iter().find_map(|format| NaiveDateTime::parse_from_str(raw, format).ok())?;
    Some((date.and_utc() - Utc::now()).as_seconds_f64().max(0.0))
}

/// Reads the response's headers that an error hands out.
pub(super) fn read_headers(error: &mut ObservedError, headers: Option<&reqwest::header::HeaderMap>) {
    let text = |name: &str| headers?.get(name)?.to_str().ok().map(str::to_owned).filter(|text| !text.is_empty());
    let request_id = text("request-id").or_else(|| text("x-request-id"));
    or(&mut error.request_id, reading(Via::Header, request_id));
    or(&mut error.retry_after, reading(Via::Header, text("retry-after").and_then(|raw| retry_after(&raw))));
}

/// Reads the raw body that an error hands out as text.
pub(super) fn read_body(error: &mut ObservedError, api: Api, text: &str) {
    let body = serde_json::from_str(text);
    if body.is_err() && !text.trim().is_empty() {
        error.unread.push("the body is text that is not JSON".to_owned());
    }
    read_parsed_body(error, api, &body.unwrap_or_default());
}

/// Reads the raw body that an error hands out parsed.
pub(super) fn read_parsed_body(error: &mut ObservedError, api: Api, body: &Value) {
    let body = if let Value::Array(items) = body { items.first().unwrap_or(&Value::Null) } else { body };
    let said = error_in(body);
    if !said.is_object() && !said.is_null() {
        error.unread.push("the body holds no JSON object of an error".to_owned());
    }
    // What an event is called is no error type.
    let is_event = |kind: &String| std::ptr::eq(said, body) && (kind == "error" || kind.starts_with("response."));
    let kind = word(&said[api.dialect().errors.type_member]);
    or(&mut error.kind, reading(Via::Body, kind.filter(|kind| !is_event(kind))));
    or(&mut error.code, reading(Via::Body, word(&said["code"])));
    or(&mut error.request_id, reading(Via::Body, word(&body["request_id"]).or_else(|| word(&said["request_id"]))));
    // Google and OpenRouter document the one, Groq the other; Anthropic and OpenAI have neither.
    let numbered = [&said["status_code"], &said["code"]].into_iter().find_map(status);
    or(&mut error.status, numbered.map_or(Field::Absent, |number| reading(Via::Body, Some(number))));
}

/// Returns the provider's own message for an error in such a body.
pub(super) fn message_in(body: &Value) -> Option<String> {
    let said = error_in(body);
    said.as_str().or_else(|| said["message"].as_str()).map(str::to_owned)
}

/// Returns the error in a body: the member of that name, also that of the response in `response.failed`, or the body
/// itself.
fn error_in(body: &Value) -> &Value {
    let members = [&body["error"], &body["response"]["error"]];
    let said = members.into_iter().find(|said| !said.is_null());
    said.unwrap_or(if body["response"].is_null() { body } else { &Value::Null })
}

/// Tries one more way to a value: the first that leads to one counts.
fn or<T>(so_far: &mut Field<Reading<T>>, more: Field<Reading<T>>) {
    if so_far.value().is_none() && !more.is_absent() {
        *so_far = more;
    }
}
