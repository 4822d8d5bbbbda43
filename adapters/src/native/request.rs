//! What the callers of native SDKs send, and the HTTP client they bring where an SDK takes one.

#[cfg(any(feature = "anthropic-ai-sdk", feature = "async-anthropic"))]
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::contract::{Api, Ask};

/// What the model is asked.
pub(super) const PROMPT: &str = "What is the weather in Paris?";

/// The one tool that may be declared.
pub(super) const TOOL: &str = "get_weather";

/// What the tool does.
pub(super) const TOOL_DESCRIPTION: &str = "The weather in a city.";

/// The model of each api.
pub(super) const fn model(api: Api) -> &'static str {
    match api {
        Api::AnthropicMessages => "claude-sonnet-4-6",
        Api::OpenaiChat | Api::OpenaiResponses => "gpt-4.1",
        Api::GeminiGenerate => "gemini-2.5-flash",
    }
}

/// The JSON Schema of the tool's arguments.
pub(super) fn parameters() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

/// The body of a request as the provider documents it.
pub(super) fn body(api: Api, ask: Ask) -> Value {
    let model = model(api);
    let mut body = match api {
        Api::AnthropicMessages => {
            let content = json!([{ "type": "text", "text": PROMPT }]);
            let messages = json!([{ "role": "user", "content": content }]);
            json!({ "model": model, "max_tokens": 1024, "stream": true, "messages": messages })
        }
        Api::OpenaiChat => {
            json!({ "model": model, "stream": true, "messages": [{ "role": "user", "content": PROMPT }] })
        }
        Api::OpenaiResponses => json!({ "model": model, "stream": true, "input": PROMPT }),
        Api::GeminiGenerate => json!({ "contents": [{ "role": "user", "parts": [{ "text": PROMPT }] }] }),
    };
    if ask == Ask::Tool {
        body["tools"] = json!([tool(api)]);
    }
    body
}

fn tool(api: Api) -> Value {
    let (name, description, parameters) = (TOOL, TOOL_DESCRIPTION, parameters());
    let function = json!({ "name": name, "description": description, "parameters": parameters });
    match api {
        Api::AnthropicMessages => json!({ "name": name, "description": description, "input_schema": parameters }),
        Api::OpenaiChat => json!({ "type": "function", "function": function }),
        Api::OpenaiResponses => {
            json!({ "type": "function", "name": name, "description": description, "parameters": parameters })
        }
        Api::GeminiGenerate => json!({ "functionDeclarations": [function] }),
    }
}

/// The same body in the SDK's own type.
pub(super) fn typed<T: DeserializeOwned>(api: Api, ask: Ask) -> T {
    serde_json::from_value(body(api, ask)).expect("the bodies above have the shape that the SDKs' types describe")
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
