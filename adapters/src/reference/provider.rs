//! A provider's error in the shapes it is seen in: in an `error` object, at the top of an error event, as a string, in
//! a choice, and with the fields of several vendors.

use serde_json::{Map, Value};

use super::mutant::{Faults, Mutant};
use crate::contract::Api;

/// An error in the provider's own words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Provider {
    /// The error's type, or the status name of `google.rpc.Status`.
    pub(crate) kind: Option<String>,
    /// The error's code; numbers as text.
    pub(crate) code: Option<String>,
    /// The HTTP status that the body itself carries.
    pub(crate) status: Option<u16>,
    /// The message, or the whole error where it has none.
    pub(crate) message: String,
    /// The request id in the body.
    pub(crate) request_id: Option<String>,
    /// The delay that the body asks for, in seconds.
    pub(crate) retry_after: Option<f64>,
}

/// Finds the error in a payload, if it is one.
pub(crate) fn find(api: Api, event: &str, payload: &Map<String, Value>, faults: Faults) -> Option<Provider> {
    let is_event = event == "error" || payload.get("type").and_then(Value::as_str) == Some("error");
    if is_event && faults.has(Mutant::IgnoresErrorEvent) {
        return None;
    }
    if payload.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty)
        && faults.has(Mutant::IgnoresErrorWithoutChoices)
    {
        return None;
    }
    let benign = |error: &Value| !faults.has(Mutant::BenignErrorFails) && says_nothing(error);
    let nested = payload.get("error").or_else(|| payload.get("choices")?.get(0)?.get("error"));
    if let Some(error) = nested.filter(|error| !benign(error)) {
        let ignored = match faults.0 {
            Some(Mutant::IgnoresErrorField) => !is_event,
            Some(Mutant::IgnoresNestedError) => is_event,
            Some(Mutant::IgnoresStringError) => error.is_string(),
            _ => false,
        };
        return (!ignored).then(|| read(api, error, payload, faults));
    }
    (is_event && !faults.has(Mutant::IgnoresFlatError)).then(|| flat(api, payload, faults))
}

/// Reads the body of an HTTP error, or of a JSON answer to a streaming request.
pub(crate) fn find_in_body(api: Api, body: &Value, faults: Faults) -> Option<Provider> {
    // Google's servers wrap the error of a streaming method in an array.
    let payload = body.as_array().and_then(|all| all.first()).unwrap_or(body).as_object()?;
    let looks_flat = ["code", "message", "detail"].iter().any(|key| payload.contains_key(*key));
    find(api, if looks_flat { "error" } else { "" }, payload, faults)
}

/// Reads an error object, or what stands in its place; `envelope` is the payload around it.
pub(crate) fn read(api: Api, error: &Value, envelope: &Map<String, Value>, faults: Faults) -> Provider {
    let mut provider = match error {
        Value::Object(fields) => flat(api, fields, faults),
        Value::String(text) => Provider { message: text.clone(), ..Provider::default() },
        other => Provider { message: other.to_string(), ..Provider::default() },
    };
    provider.request_id = text(envelope, "request_id").or(provider.request_id);
    provider
}

/// Reads the fields of an error.
fn flat(api: Api, fields: &Map<String, Value>, faults: Faults) -> Provider {
    let [named, typed] = [api.dialect().errors.type_member, "type"].map(|key| text(fields, key));
    let is_type = |kind: &String| kind != "error";
    let metadata = || text(fields.get("metadata")?.as_object()?, "error_type");
    let code = fields.get("code").filter(|code| !(code.is_number() && faults.has(Mutant::LosesNumericCode)));
    Provider {
        kind: named.filter(is_type).or_else(|| typed.filter(is_type)).or_else(metadata),
        code: code.and_then(|code| match code {
            Value::String(code) => Some(code.clone()),
            Value::Number(code) => Some(code.to_string()),
            _ => None,
        }),
        status: [code, fields.get("status_code"), fields.get("status")].into_iter().flatten().find_map(as_status),
        message: ["message", "detail", "details"]
            .into_iter()
            .find_map(|key| text(fields, key))
            .unwrap_or_else(|| Value::Object(fields.clone()).to_string()),
        request_id: text(fields, "request_id"),
        retry_after: fields.get("details").and_then(retry_delay),
    }
}

/// Whether an error field says that there is no error.
fn says_nothing(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// The number of an HTTP error, however it is written.
fn as_status(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// The delay of a `google.rpc.RetryInfo` among an error's details, in seconds.
fn retry_delay(details: &Value) -> Option<f64> {
    let delay = details.as_array()?.iter().find_map(|detail| detail.get("retryDelay"))?;
    delay.as_str()?.strip_suffix('s')?.parse().ok()
}

fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    fields.get(key)?.as_str().map(str::to_owned)
}
