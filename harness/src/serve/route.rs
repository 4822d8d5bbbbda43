//! The places at which requests arrive.

/// The path below which cases are played at URLs that never change.
pub(super) const CASE: &str = "/case/";

/// The path below which sessions are played.
pub(super) const SESSION: &str = "/session/";

/// The path of the HTTP interface.
pub(super) const INTERFACE: &str = "/api/v1";

/// The place that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// The page for a browser.
    Index,
    /// A case at its own URL: its id with whatever the client appends.
    Case(&'a str),
    /// A session: its id, and whatever the client appends.
    Session(&'a str, &'a str),
    /// The HTTP interface: the path below it, and the query.
    Interface(&'a str, &'a str),
    /// None of these.
    Nowhere,
}

/// Finds the place that a request target is for.
pub(super) fn route(target: &str) -> Route<'_> {
    if let Some(rest) = target.strip_prefix(CASE) {
        return Route::Case(rest);
    }
    if let Some(rest) = target.strip_prefix(SESSION) {
        let (id, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        return Route::Session(id, path);
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path.strip_prefix(INTERFACE) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Route::Interface(rest, query),
        _ if path == "/" => Route::Index,
        _ => Route::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_place() {
        for (target, expected) in [
            ("/", Route::Index),
            ("/?x=1", Route::Index),
            ("/case/a/b/c%23d/v1/messages?beta=true", Route::Case("a/b/c%23d/v1/messages?beta=true")),
            ("/session/1-ab/v1/messages", Route::Session("1-ab", "/v1/messages")),
            ("/session/1-ab?alt=sse", Route::Session("1-ab", "?alt=sse")),
            ("/session/1-ab", Route::Session("1-ab", "")),
            ("/api/v1", Route::Interface("", "")),
            ("/api/v1/cases?match=a*", Route::Interface("/cases", "match=a*")),
            ("/api/v10", Route::Nowhere),
            ("/v1/messages", Route::Nowhere),
            ("/t/1-ab/v1/messages", Route::Nowhere),
            ("http://127.0.0.1", Route::Nowhere),
            ("*", Route::Nowhere),
        ] {
            assert_eq!(route(target), expected, "{target}");
        }
    }
}
