//! The head of an answer.

use crate::case::{Encoding, End, Framing, Respond, Version};
use crate::codec::Nonce;
use crate::id::Variant;

/// The head of an answer, and the framing of the body after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// The version on the status line.
    pub version: Version,
    /// The header fields in the order they are sent, without the one for the framing.
    pub headers: Vec<(String, String)>,
    /// The framing that marks the end of the body, where the transport leaves a choice.
    pub framing: Framing,
    /// The length of the body in bytes as the head declares it, where that is the framing.
    pub declared_length: usize,
    /// The fields after the body.
    pub trailers: Vec<(String, String)>,
}

/// Chooses the framing under a variant, and the end that then means the same.
///
/// An answer whose framing carries meaning keeps it: a `Content-Length` that lies, trailers, and a chunked body whose
/// connection ends too early, which without chunks would be complete (RFC 9112 section 8). HTTP/1.0 has no chunks.
pub(super) fn framing(respond: &Respond, end: End, variant: Variant) -> (Framing, End) {
    if respond.content_length_lie != 0 || !respond.trailers.is_empty() {
        return (respond.framing, end);
    }
    match (variant, respond.framing, end) {
        (Variant::CloseDelimited, Framing::Chunked, End::Eof) => (Framing::Chunked, End::Eof),
        (Variant::CloseDelimited, Framing::ContentLength, End::Eof) => (Framing::Close, End::Finish),
        (Variant::CloseDelimited, _, end) => (Framing::Close, end),
        (Variant::Chunked, framing, end) if !Framing::Chunked.is_in(respond.version) => (framing, end),
        // The end of the connection completed the message; now the last chunk does.
        (Variant::Chunked, Framing::Close | Framing::ContentLength, End::Eof) => (Framing::Chunked, End::Finish),
        (Variant::Chunked, _, end) => (Framing::Chunked, end),
        (_, framing, end) => (framing, end),
    }
}

/// Returns the header fields: the defaults, each in its place if the case replaces it; then the case's own in
/// alphabetical order.
pub(super) fn headers(
    respond: &Respond,
    content_type: &str,
    further: &[(&'static str, &'static str)],
    location: Option<&str>,
    nonce: Nonce<'_>,
) -> Vec<(String, String)> {
    let encoding = respond.encoding.map(|encoding| ("content-encoding", encoding.name()));
    let location = location.map(|place| ("location", place));
    let defaults = [("content-type", content_type), ("cache-control", "no-cache")];
    let defaults = defaults.into_iter().chain(further.iter().copied()).chain(encoding).chain(location);
    let mut headers: Vec<(String, Option<String>)> =
        defaults.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).collect();
    for (name, value) in &respond.headers {
        let value = value.as_ref().map(|value| nonce.text(value));
        match headers.iter_mut().find(|(default, _)| default.eq_ignore_ascii_case(name)) {
            Some(default) => *default = (name.clone(), value),
            None => headers.push((name.clone(), value)),
        }
    }
    headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

impl Head {
    /// Returns the value of a header field by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Finds the coding of the body; none where it is not encoded.
    pub fn coding(&self) -> Option<Encoding> {
        let named = self.header("content-encoding")?;
        Encoding::ALL.into_iter().find(|coding| named.eq_ignore_ascii_case(coding.name()))
    }
}
