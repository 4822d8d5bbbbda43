//! Keeps the pages of other sites, which a browser on this machine may show, from the interface.

use crate::transport::Request;

/// The names of this machine.
const OWN: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Says whether a page of another site has made a request: it names another origin than the root of this server, or another host,
/// as where a name of that site leads to this machine.
pub(super) fn is_foreign(request: &Request, root: &str) -> bool {
    let field = |name: &str| {
        let found = request.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let host = |authority: &str| {
        let name = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()));
        OWN.contains(&name.map_or(authority, |(name, _)| name))
    };
    let own_origin = |origin: &str| {
        let port = root.rsplit(':').next().unwrap_or_default();
        OWN.iter().any(|name| origin == format!("http://{name}:{port}"))
    };
    field("host").is_some_and(|authority| !host(authority)) || field("origin").is_some_and(|origin| !own_origin(origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Version;

    #[test]
    fn other_sites_are_told_from_programs_and_from_the_own_page() {
        for (fields, expected) in [
            (&[][..], false),
            (&[("Host", "127.0.0.1:5290")], false),
            (&[("host", "localhost")], false),
            (&[("host", "[::1]:5290"), ("origin", "http://localhost:5290")], false),
            (&[("host", "evil.example:5290")], true),
            (&[("host", "127.0.0.1.evil.example")], true),
            (&[("host", "127.0.0.1:5290"), ("Origin", "https://evil.example")], true),
            (&[("host", "127.0.0.1:5290"), ("origin", "http://127.0.0.1:3000")], true),
            (&[("host", "127.0.0.1:5290"), ("origin", "null")], true),
        ] {
            let headers = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let (method, target) = ("POST".to_owned(), "/".to_owned());
            let request = Request { method, target, headers, body: Vec::new(), version: Version::Http11 };
            assert_eq!(is_foreign(&request, "http://127.0.0.1:5290"), expected, "{fields:?}");
        }
    }
}
