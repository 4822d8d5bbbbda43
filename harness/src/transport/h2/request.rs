//! Reads a whole request before anything is answered.

use h2::RecvStream;
use http::request::Parts;

use crate::transport::{Refusal, Request, Version};

const MAX_BODY: usize = 8 * 1024 * 1024;

/// Reads a request with its body. None when the client has left.
pub(super) async fn read(request: http::Request<RecvStream>) -> Option<Result<Request, (String, String, Refusal)>> {
    let (parts, mut arriving) = request.into_parts();
    let (method, target) = (parts.method.to_string(), target(&parts));
    if method == "HEAD" {
        return Some(Err((method, target, Refusal::new(400, "a response to HEAD has no body to stream"))));
    }
    let mut body = Vec::new();
    while let Some(bytes) = arriving.data().await {
        let bytes = bytes.ok()?;
        if body.len() + bytes.len() > MAX_BODY {
            let reason = format!("the request's body has more than {MAX_BODY} bytes");
            return Some(Err((method, target, Refusal::new(413, reason))));
        }
        body.extend_from_slice(&bytes);
        // The window was as large as what has arrived.
        let _ = arriving.flow_control().release_capacity(bytes.len());
    }
    Some(Ok(Request { method, target, headers: headers(&parts), body, version: Version::Http2 }))
}

fn target(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// Lists the fields, with the authority under the name that it has in HTTP/1.1 (RFC 9113 section 8.3.1).
fn headers(parts: &Parts) -> Vec<(String, String)> {
    let authority = parts.uri.authority().map(|authority| ("host".to_owned(), authority.to_string()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fields = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    authority.into_iter().chain(fields).collect()
}
