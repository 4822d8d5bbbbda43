//! Redirects (RFC 9110 section 15.4): the same request again at another place of the same server.

use reqwest::Url;
use reqwest::header::LOCATION;

/// The most redirects that are followed one after another; those of a loop never end.
pub(crate) const MOST: usize = 5;

/// Finds the place that an answer sends its client to with the request as it was.
///
/// 307 and 308 alone ask for that: after another redirect a client may take the method for GET, which streams no answer. The
/// keys of one server are nobody else's business, so that no other one is gone to.
pub(crate) fn place(response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 307 | 308) {
        return None;
    }
    let named = response.headers().get(LOCATION)?.to_str().ok()?;
    let place = response.url().join(named).ok()?;
    (place.origin() == response.url().origin()).then_some(place)
}
