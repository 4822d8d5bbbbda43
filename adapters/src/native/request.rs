//! The requests of the callers of native SDKs, and the HTTP client they bring where an SDK takes one.

#[cfg(any(feature = "anthropic-ai-sdk", feature = "async-anthropic"))]
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::contract::Call;

/// The body of a request as the provider documents it.
pub(super) fn body(call: &Call) -> Value {
    (call.api.dialect().body)(call.ask)
}

/// The same body in the SDK's own type.
pub(super) fn typed<T: DeserializeOwned>(call: &Call) -> T {
    serde_json::from_value(body(call)).expect("the dialects' bodies have the shape that the SDKs' types describe")
}

/// A client for one call, so that no call inherits another's connection. What other SDKs of this program turn on in the
/// crate that they share is off, and loopback needs no proxy.
pub(super) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate()
}

/// The same of the version before, which some SDKs take. One client serves every call with this timeout, as it reads the
/// system's certificates when it is built, even if nothing is encrypted; it keeps no connection for a next call.
#[cfg(any(feature = "anthropic-ai-sdk", feature = "async-anthropic"))]
pub(super) fn http_0_12(read_timeout: Duration) -> Result<reqwest_0_12::Client, reqwest_0_12::Error> {
    static CLIENTS: Mutex<BTreeMap<Duration, reqwest_0_12::Client>> = Mutex::new(BTreeMap::new());
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = clients.get(&read_timeout) {
        return Ok(client.clone());
    }
    let builder = reqwest_0_12::Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate();
    let client = builder.pool_max_idle_per_host(0).read_timeout(read_timeout).build()?;
    clients.insert(read_timeout, client.clone());
    Ok(client)
}
