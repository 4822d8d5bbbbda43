//! A provider's error, with the fields of several vendors, and the places in which it is found.

use serde_json::{Map, Value};

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

/// Returns the member of a payload that holds an error, in the object itself or in its first choice.
pub(crate) fn error_member(payload: &Map<String, Value>) -> Option<&Value> {
    payload.get("error").or_else(|| payload.get("choices")?.get(0)?.get("error"))
}

/// Says whether an event is an error by its name or its type.
pub(crate) fn is_error_event(event: &str, payload: &Map<String, Value>) -> bool {
    event == "error" || payload.get("type").and_then(Value::as_str) == Some("error")
}

/// Reads the fields of an error.
pub(crate) fn fields(api: Api, fields: &Map<String, Value>) -> Provider {
    let [named, typed] = [api.dialect().errors.type_member, "type"].map(|key| text(fields, key));
    let is_type = |kind: &String| kind != "error";
    let metadata = || text(fields.get("metadata")?.as_object()?, "error_type");
    let code = fields.get("code");
    Provider {
        kind: named.filter(is_type).or_else(|| typed.filter(is_type)).or_else(metadata),
        code: code.and_then(|code| match code {
            Value::String(code) => Some(code.clone()),
            Value::Number(code) => Some(code.to_string()),
            _ => None,
        }),
        status: [code, fields.get("status_code"), fields.get("status")].into_iter().flatten().find_map(as_status),
        message: ["message", "Message", "detail", "details"]
            .into_iter()
            .find_map(|key| text(fields, key))
            .unwrap_or_else(|| Value::Object(fields.clone()).to_string()),
        request_id: text(fields, "request_id"),
        retry_after: fields.get("details").and_then(retry_delay),
    }
}

/// Reads the number of an HTTP error, however it is written.
fn as_status(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// Returns the delay of a `google.rpc.RetryInfo` among an error's details, in seconds.
fn retry_delay(details: &Value) -> Option<f64> {
    let delay = details.as_array()?.iter().find_map(|detail| detail.get("retryDelay"))?;
    delay.as_str()?.strip_suffix('s')?.parse().ok()
}

/// Returns a member that is text.
pub(crate) fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    fields.get(key)?.as_str().map(str::to_owned)
}
