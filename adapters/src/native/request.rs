//! The requests of the callers of native SDKs, and the HTTP client they bring where an SDK takes one.

#[cfg(any(feature = "anthropic-ai-sdk", feature = "async-anthropic", feature = "ollama-rs"))]
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::contract::{Api, Call};
use crate::secure;

/// Returns the body of a request as the provider documents it, of a caller who wants the numbers of tokens.
pub(super) fn body(call: &Call) -> Value {
    let mut body = call.body();
    if call.api == Api::OpenaiChat {
        // In a stream they come only where the request asks for them.
        body["stream_options"] = json!({ "include_usage": true });
    }
    body
}

/// Returns the same body in the SDK's own type.
pub(super) fn typed<T: DeserializeOwned>(call: &Call) -> T {
    serde_json::from_value(body(call)).expect("the dialects' bodies have the shape that the SDKs' types describe")
}

/// Begins a client for one call, or for several where the caller makes several, so that no other call inherits a
/// connection. What other SDKs of this program turn on in the crate that they share is off, and loopback needs no
/// proxy. Over TLS it trusts the certificate of the call.
pub(super) fn http(call: &Call) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate();
    builder.tls_backend_preconfigured(secure::config(call.certificate.as_deref()))
}

/// Returns a client of the version before, which some SDKs take. One client serves every call in the clear with this timeout, as it
/// reads the system's certificates when it is built, even if nothing is encrypted; it keeps no connection for a next
/// call. A caller who makes several has a client of its own, which does. So has a call over TLS, whose client trusts its certificate alone.
#[cfg(any(feature = "anthropic-ai-sdk", feature = "async-anthropic", feature = "ollama-rs"))]
pub(super) fn http_0_12(call: &Call) -> Result<reqwest_0_12::Client, reqwest_0_12::Error> {
    static CLIENTS: Mutex<BTreeMap<std::time::Duration, reqwest_0_12::Client>> = Mutex::new(BTreeMap::new());
    let builder = reqwest_0_12::Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate();
    let builder = builder.read_timeout(call.timeout);
    if let Some(pem) = call.certificate.as_deref() {
        let certificate = reqwest_0_12::Certificate::from_pem(pem.as_bytes())?;
        let builder = builder.tls_built_in_root_certs(false).add_root_certificate(certificate);
        return if call.caller.shares_client() { builder } else { builder.pool_max_idle_per_host(0) }.build();
    }
    if call.caller.shares_client() {
        return builder.build();
    }
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = clients.get(&call.timeout) {
        return Ok(client.clone());
    }
    let client = builder.pool_max_idle_per_host(0).build()?;
    clients.insert(call.timeout, client.clone());
    Ok(client)
}
