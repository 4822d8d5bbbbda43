//! The request and the head of its response: statuses, headers, retries.

use std::time::{Duration, SystemTime};

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::body::Body;
use super::failure::{Class, Failure};
use super::mutant::{Faults, Mutant};
use super::provider::{self, Provider};
use super::{coding, redirect};
use crate::contract::Call;

/// The longest delay between two attempts that is waited for: a client that is asked for more gives up, as coming back
/// early is what the server has asked it not to do.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// The longest time between two attempts that a client chooses itself.
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// A request to a provider.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: serde_json::Value,
}

/// What the head of a response says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    /// Seconds.
    pub(crate) retry_after: Option<f64>,
    pub(crate) should_retry: Option<bool>,
    content_type: String,
}

/// A response that streams an answer.
pub(crate) struct Opened {
    pub(crate) head: Head,
    pub(crate) body: Body,
    /// There is nothing to read; only a faulty client says so.
    pub(crate) is_empty: bool,
}

/// Sends the request until an event stream comes back, an error stands, or the attempts are used up.
///
/// Only what failed before any output is sent again: a lost connection, no response in time, 408, 409, 429 and 5xx, or what the server's
/// `x-should-retry` says.
pub(crate) async fn open(call: &Call, request: &Request, faults: Faults) -> Result<Opened, Failure> {
    // What SDKs that are linked in turn on in the crate is off: this client decodes by itself.
    let client = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|error| Failure::transport(&error, faults))?;
    let retries = match faults.0 {
        Some(Mutant::NeverRetries) => 0,
        Some(Mutant::RetriesOnceTooOften) => call.max_retries + 1,
        _ => call.max_retries,
    };
    let mut attempt = 0;
    loop {
        let failure = match attempt_once(&client, call, request, faults).await {
            Ok(opened) => return Ok(opened),
            Err(failure) => failure,
        };
        if attempt >= retries || !is_worth_a_retry(&failure, faults) {
            return Err(failure);
        }
        let Some(delay) = delay(&failure, attempt, faults) else { return Err(failure) };
        tokio::time::sleep(delay).await;
        attempt += 1;
    }
}

/// How long to wait before the next attempt: what the server asks for, or a time of the client's own that doubles. None where
/// the server asks for longer than anyone waits.
fn delay(failure: &Failure, attempt: u32, faults: Faults) -> Option<Duration> {
    let backoff = (Duration::from_millis(50) * 2_u32.pow(attempt.min(5))).min(LONGEST_BACKOFF);
    let asked = failure.words.retry_after.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    match (asked, faults.0) {
        (None, _) | (_, Some(Mutant::IgnoresRetryAfter)) => Some(backoff),
        (Some(asked), Some(Mutant::CapsRetryAfter)) => Some(asked.min(LONGEST_BACKOFF)),
        (Some(asked), _) => (asked <= LONGEST_DELAY).then_some(asked),
    }
}

fn is_worth_a_retry(failure: &Failure, faults: Faults) -> bool {
    match failure.class {
        Class::Api(_) if failure.in_band => false,
        Class::Api(_) => faults.has(Mutant::RetriesEverything) || failure.retryable() == Some(true),
        Class::Connection | Class::Timeout => true,
        Class::Incomplete | Class::Protocol | Class::Foreign => false,
    }
}

async fn attempt_once(
    client: &reqwest::Client,
    call: &Call,
    request: &Request,
    faults: Faults,
) -> Result<Opened, Failure> {
    let patience = if faults.has(Mutant::NoTimeout) { Duration::from_hours(1) } else { call.timeout };
    let mut url = format!("{}{}", call.base_url.trim_end_matches('/'), request.path);
    let mut is_changed = false;
    let mut redirects = 0;
    let response = loop {
        let sent = request_to(client, &url, request, is_changed).send();
        let response = tokio::time::timeout(patience, sent)
            .await
            .map_err(|_| Failure::new(Class::Timeout, format!("no response within {patience:?}")))?
            .map_err(|error| Failure::transport(&error, faults))?;
        let Some(place) = redirect::place(&response, faults).filter(|_| redirects < redirect::MOST) else {
            break response;
        };
        redirects += 1;
        url = place.into();
        is_changed = faults.has(Mutant::RedirectBecomesGet);
    };
    let head = Head::of(&response);
    read_head(call, response, &head, faults).await.map_err(|failure| failure.of_request(&head))
}

/// The request at a place; a faulty client makes another one of it.
fn request_to(client: &reqwest::Client, url: &str, request: &Request, is_changed: bool) -> reqwest::RequestBuilder {
    let mut builder = if is_changed { client.get(url) } else { client.post(url).body(request.body.to_string()) };
    builder = builder.header(CONTENT_TYPE, "application/json");
    builder = builder.header("accept", "text/event-stream").header("accept-encoding", coding::ACCEPTED);
    for (name, value) in request.headers {
        builder = builder.header(*name, *value);
    }
    builder
}

/// Decides by the status and the type of the content whether an answer is streamed.
async fn read_head(call: &Call, response: Response, head: &Head, faults: Faults) -> Result<Opened, Failure> {
    let mut body = Body::new(response, call.timeout, faults)?;
    if head.status < 400 && head.status != 200 && faults.has(Mutant::NoContentIsEmpty) {
        return Ok(Opened { head: head.clone(), body, is_empty: true });
    }
    if head.status != 200 && !faults.has(Mutant::IgnoresStatus) {
        let text = body.rest().await;
        let provider = worded(call, &text, faults).unwrap_or_else(|| Provider {
            message: format!("HTTP status {}: {}", head.status, excerpt(&text)),
            ..Provider::default()
        });
        return Err(Failure::http(call.api, head, provider, faults));
    }
    let is_stream = head.content_type == "text/event-stream" || faults.has(Mutant::IgnoresStatus);
    let is_empty = !is_stream && faults.has(Mutant::WrongContentIsEmpty);
    if is_stream || is_empty || body.looks_like_events().await? {
        return Ok(Opened { head: head.clone(), body, is_empty });
    }
    let text = body.rest().await;
    let provider = worded(call, &text, faults).filter(|_| !faults.has(Mutant::JsonBodyUntyped));
    Err(provider.map_or_else(
        || {
            let got = if head.content_type.is_empty() { "no content type" } else { &head.content_type };
            let message = format!("expected text/event-stream, got {got}: {}", excerpt(&text));
            Failure::new(Class::Protocol, if faults.has(Mutant::JsonBodyUntyped) { got.to_owned() } else { message })
        },
        |provider| Failure::in_band(call.api, provider, faults),
    ))
}

/// The error in a body that is JSON.
fn worded(call: &Call, text: &str, faults: Faults) -> Option<Provider> {
    let body = serde_json::from_str(text).ok().filter(|_| !faults.has(Mutant::HttpErrorUntyped))?;
    provider::find_in_body(call.api, &body, faults)
}

/// The beginning of a body, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { "an empty body".to_owned() } else { text.chars().take(2_000).collect() }
}

impl Head {
    fn of(response: &Response) -> Self {
        let headers = response.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let essence = text("content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
        Self {
            status: response.status().as_u16(),
            request_id: text("request-id").or_else(|| text("x-request-id")).map(str::to_owned),
            retry_after: retry_after(headers),
            should_retry: text("x-should-retry").and_then(|word| word.parse().ok()),
            content_type: essence.trim().to_ascii_lowercase(),
        }
    }
}

/// The delay that the headers ask for, in seconds: `retry-after-ms`, or `Retry-After` as seconds or as a date
/// (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<f64> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let positive = |seconds: &f64| seconds.is_finite() && *seconds >= 0.0;
    let milliseconds = || text("retry-after-ms")?.parse::<f64>().ok().map(|value| value / 1000.0).filter(positive);
    let seconds = || text("retry-after")?.parse::<f64>().ok().filter(positive);
    let until = || {
        let then = httpdate::parse_http_date(text("retry-after")?).ok()?;
        Some(then.duration_since(SystemTime::now()).map_or(0.0, |delay| delay.as_secs_f64()))
    };
    milliseconds().or_else(seconds).or_else(until)
}
