//! Errors: in an `error` object, at the top of an error event, as a string, in a choice, in a body; and the failures they are
//! raised as.

use serde_json::{Map, Value};

use super::client::Client;
use super::failure::{Class, Failure, excerpt};
use super::head::Head;
use super::provider::{Provider, error_member, is_error_event, text};
use crate::answer::{Step, Trouble};
use crate::codec::decode::Event;
use crate::contract::Api;
use crate::dialect::says_nothing;

/// Finds the error in a payload, if it is one.
pub(crate) fn find(client: &Client, api: Api, event: &str, payload: &Map<String, Value>) -> Option<Provider> {
    match error_member(payload).filter(|error| !says_nothing(error)) {
        Some(error) => Some(read(client, api, error, payload)),
        None => is_error_event(event, payload).then(|| (client.error_fields)(api, payload)),
    }
}

/// Finds the error in the body of an HTTP error, or of a JSON answer to a streaming request.
pub(crate) fn find_in_body(client: &Client, api: Api, body: &str) -> Option<Provider> {
    let body: Value = serde_json::from_str(body).ok()?;
    // Google's servers wrap the error of a streaming method in an array.
    let payload = body.as_array().and_then(|all| all.first()).unwrap_or(&body).as_object()?;
    let looks_flat = ["code", "message", "detail"].iter().any(|key| payload.contains_key(*key));
    (client.find_error)(client, api, if looks_flat { "error" } else { "" }, payload)
}

/// Reads an error object, or what stands in its place; `envelope` is the payload around it.
pub(crate) fn read(client: &Client, api: Api, error: &Value, envelope: &Map<String, Value>) -> Provider {
    let mut provider = match error {
        Value::Object(fields) => (client.error_fields)(api, fields),
        Value::String(text) => Provider { message: text.clone(), ..Provider::default() },
        other => Provider { message: other.to_string(), ..Provider::default() },
    };
    provider.request_id = text(envelope, "request_id").or(provider.request_id);
    provider
}

/// Takes a message that is an error by its kind: its name is the error's type, and its data a JSON object with the message, or
/// the message itself.
pub(crate) fn take_failed(client: &Client, api: Api, event: &Event) -> Result<Step, Failure> {
    let worded = match serde_json::from_str(&event.data) {
        Ok(Value::Object(fields)) => (client.error_fields)(api, &fields),
        _ => Provider { message: event.data.clone(), ..Provider::default() },
    };
    Err((client.in_band)(client, api, Provider { kind: Some(event.name.clone()), ..worded }))
}

/// Makes the failure of what a dialect's reader stumbled over.
pub(crate) fn of_trouble(client: &Client, api: Api, trouble: Trouble) -> Failure {
    let provider = match trouble {
        Trouble::Error { error, envelope } => read(client, api, &error, &envelope),
        Trouble::Unexplained => Provider { message: "the response failed".to_owned(), ..Provider::default() },
        Trouble::Protocol(why) => return Failure::new(Class::Protocol, why),
    };
    (client.in_band)(client, api, provider)
}

/// Makes the failure of an error inside a 200: its status is the one its body carries, or the one the vendor's table
/// gives its type.
pub(crate) fn in_band(client: &Client, api: Api, provider: Provider) -> Failure {
    let status = known_status(client, api, &provider);
    Failure { status, in_band: true, ..Failure::worded(Class::Api(status), provider) }
}

/// Makes the failure of a plain HTTP error, with what its body and its headers say.
pub(crate) fn refused(client: &Client, api: Api, head: &Head, body: &str) -> Failure {
    let mut provider = (client.error_in_body)(client, api, body).unwrap_or_else(|| Provider {
        message: format!("HTTP status {}: {}", head.status, excerpt(body)),
        ..Provider::default()
    });
    provider.kind = provider.kind.or_else(|| head.error_type.clone());
    let class = known_status(client, api, &provider).unwrap_or(head.status);
    provider.retry_after = head.retry_after.or(provider.retry_after);
    let failure = Failure::worded(Class::Api(Some(class)), provider);
    Failure { status: Some(head.status), should_retry: head.should_retry, ..failure }
}

/// Makes the failure of a body at status 200 that is no event stream: an error in JSON, or nothing that the dialect
/// allows.
pub(crate) fn not_a_stream(client: &Client, api: Api, head: &Head, body: &str) -> Failure {
    if let Some(provider) = (client.error_in_body)(client, api, body) {
        return (client.in_band)(client, api, provider);
    }
    let got = if head.content_type.is_empty() { "no content type" } else { &head.content_type };
    let expected = api.dialect().codec.media_type();
    Failure::new(Class::Protocol, format!("expected {expected}, got {got}: {}", excerpt(body)))
}

/// Returns the status that the error itself names, in its body or through its type.
fn known_status(client: &Client, api: Api, provider: &Provider) -> Option<u16> {
    let table = || (client.equivalent_status)(api, provider.kind.as_deref(), provider.code.as_deref());
    provider.status.or_else(table)
}

/// Returns the HTTP status that a provider's error is equivalent to, by its type and its code, from the vendors' own
/// tables; never a guess.
pub(crate) fn equivalent_status(api: Api, kind: Option<&str>, code: Option<&str>) -> Option<u16> {
    api.dialect().errors.status(kind, code)
}
