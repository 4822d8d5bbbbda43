//! The head of a response.

use std::time::SystemTime;

use reqwest::header::HeaderMap;

/// The head of a response, as far as a client reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// The type of the content without its parameters, in lower case; empty where there is none.
    pub(crate) content_type: String,
    /// The coding of the content, in lower case; `identity` where there is none.
    pub(crate) content_encoding: String,
    pub(crate) request_id: Option<String>,
    /// The type of the error, where the service names it here.
    pub(crate) error_type: Option<String>,
    /// The delay that the server asks for, in seconds.
    pub(crate) retry_after: Option<f64>,
    /// The server's own statement about a retry.
    pub(crate) should_retry: Option<bool>,
}

impl Head {
    /// Reads the head of a response.
    pub(crate) fn of(response: &reqwest::Response) -> Self {
        let text = |name: &str| text(response.headers(), name);
        let essence = text("content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
        Self {
            status: response.status().as_u16(),
            content_type: essence.trim().to_ascii_lowercase(),
            content_encoding: text("content-encoding").unwrap_or("identity").to_ascii_lowercase(),
            request_id: REQUEST_IDS.iter().find_map(|name| text(name)).map(str::to_owned),
            error_type: text("x-amzn-errortype").map(error_type),
            retry_after: retry_after(response.headers()),
            should_retry: text("x-should-retry").and_then(|word| word.parse().ok()),
        }
    }
}

/// The names of the field with the request's id.
const REQUEST_IDS: [&str; 3] = ["request-id", "x-request-id", "x-amzn-requestid"];

/// Returns the name of an error's shape: without the namespace before it and the address behind it
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>).
fn error_type(value: &str) -> String {
    let name = value.split(':').next().unwrap_or_default();
    let begin = name.rfind('#').map_or(0, |place| place + 1);
    name[begin..].to_owned()
}

/// Returns the delay that the headers ask for, in seconds: `retry-after-ms`, or `Retry-After` as seconds or as a date
/// (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<f64> {
    let positive = |seconds: &f64| seconds.is_finite() && *seconds >= 0.0;
    let milliseconds =
        || text(headers, "retry-after-ms")?.parse::<f64>().ok().map(|value| value / 1000.0).filter(positive);
    let seconds = || text(headers, "retry-after")?.parse::<f64>().ok().filter(positive);
    let until = || {
        let then = httpdate::parse_http_date(text(headers, "retry-after")?).ok()?;
        Some(then.duration_since(SystemTime::now()).map_or(0.0, |delay| delay.as_secs_f64()))
    };
    milliseconds().or_else(seconds).or_else(until)
}

/// Returns the value of a header field that is text.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}
