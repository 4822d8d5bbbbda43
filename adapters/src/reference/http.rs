//! The request and the head of its response.

use futures_util::future::BoxFuture;
use reqwest::header::CONTENT_TYPE;
use reqwest::{IntoUrl, RequestBuilder, Response};

use super::body::Body;
use super::client::{Client, Opened};
use super::errors;
use super::failure::{Class, Failure};
use super::head::Head;
use super::{coding, redirect};
use crate::contract::Call;
use crate::secure;

/// Makes the HTTP client of a call, or of several where the caller makes several: then connections are kept for a next one. Over
/// TLS it trusts the certificate of the call.
pub(crate) fn client(call: &Call) -> reqwest::Result<reqwest::Client> {
    // What SDKs that are linked in turn on in the crate is off: this client decodes by itself.
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(if call.caller.shares_client() { usize::MAX } else { 0 })
        .tls_backend_preconfigured(secure::config(call.certificate.as_deref()))
        .build()
}

/// Sends the request until an event stream comes back, an error stands, or the attempts are used up. Only what failed before
/// any output is sent again.
pub(crate) async fn open(client: &Client, http: &reqwest::Client, call: &Call) -> Result<Opened, Failure> {
    let mut attempt = 0;
    loop {
        let failure = match attempt_once(client, http, call).await {
            Ok(opened) => return Ok(opened),
            Err(failure) => failure,
        };
        if attempt >= call.max_retries || !(client.is_worth_a_retry)(&failure) {
            return Err(failure);
        }
        let Some(delay) = (client.delay)(&failure, attempt) else { return Err(failure) };
        tokio::time::sleep(delay).await;
        attempt += 1;
    }
}

async fn attempt_once(client: &Client, http: &reqwest::Client, call: &Call) -> Result<Opened, Failure> {
    let url = format!("{}{}", call.base_url.trim_end_matches('/'), call.api.dialect().request_path());
    let mut request = (client.request)(http, &url, call);
    let mut redirects = 0;
    let response = loop {
        let response = tokio::time::timeout(call.timeout, request.send())
            .await
            .map_err(|_| Failure::new(Class::Timeout, format!("no response within {:?}", call.timeout)))?
            .map_err(|error| (client.transport_failure)(&error))?;
        let Some(place) = (client.redirect)(&response).filter(|_| redirects < redirect::MOST) else { break response };
        redirects += 1;
        request = (client.request_again)(http, place, call);
    };
    let head = Head::of(&response);
    match (client.read_head)(client, call, &head, response).await {
        Ok(body) => Ok(Opened { head, body }),
        Err(failure) => Err(failure.of_request(&head)),
    }
}

/// Makes the request of a call at a place.
pub(crate) fn request(http: &reqwest::Client, url: impl IntoUrl, call: &Call) -> RequestBuilder {
    let dialect = call.api.dialect();
    let mut builder = http.post(url).header(CONTENT_TYPE, "application/json");
    builder = builder.header("accept", dialect.codec.media_type()).header("accept-encoding", coding::ACCEPTED);
    let own = dialect.headers.iter().copied();
    for (name, value) in own.chain(call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
        builder = builder.header(name, value);
    }
    builder.body(call.body().to_string())
}

/// Decides by the status, the type of the content and its first bytes whether an answer is streamed.
pub(crate) fn read_head<'a>(
    client: &'a Client,
    call: &'a Call,
    head: &'a Head,
    response: Response,
) -> BoxFuture<'a, Result<Body, Failure>> {
    Box::pin(async move {
        let mut body = body(client, call, head, response)?;
        if head.status != 200 {
            return Err(errors::refused(client, call.api, head, &body.rest().await));
        }
        let codec = call.api.dialect().codec;
        if head.content_type == codec.media_type() || body.looks_like(codec).await? {
            return Ok(body);
        }
        Err((client.not_a_stream)(client, call.api, head, &body.rest().await))
    })
}

/// Returns the body of a response, in the coding that its head names.
pub(crate) fn body(client: &Client, call: &Call, head: &Head, response: Response) -> Result<Body, Failure> {
    let decoder = (client.coding)(&head.content_encoding)?;
    Ok(Body::new(response, decoder, call.timeout, client.transport_failure))
}
