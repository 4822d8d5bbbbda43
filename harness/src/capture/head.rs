//! The heads of requests: what is changed in one, and what is refused.

use httparse::Status;

use super::Upstream;
use crate::tap::{Body, LONGEST_HEAD, MOST_FIELDS, framed};
use crate::transport::header_fields;

/// The part of a head that the client's bytes begin with.
pub(super) enum Head {
    /// More of it is to come.
    Partial,
    /// A whole one.
    Whole(Box<RequestHead>),
    /// None that can be passed on: the status of the proxy's own answer, and the reason.
    Refused(u16, &'static str),
}

/// The head of a request.
pub(super) struct RequestHead {
    pub(super) method: String,
    /// The path, without the query.
    pub(super) path: String,
    /// The number of its bytes as they came.
    pub(super) length: usize,
    /// Its bytes as they are passed on.
    pub(super) bytes: Vec<u8>,
    pub(super) body: Body,
}

/// Reads the head that bytes begin with, and writes it for the server.
pub(super) fn read(bytes: &[u8], upstream: &Upstream) -> Head {
    if bytes.starts_with(b"PRI * HTTP/2") {
        return Head::Refused(505, "this proxy speaks HTTP/1.1 and no HTTP/2");
    }
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() <= LONGEST_HEAD => return Head::Partial,
        Ok(Status::Partial) => return Head::Refused(431, "the head of the request is larger than 256 KiB"),
        Err(_) => return Head::Refused(400, "this is no request of HTTP/1.1"),
    };
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    if !target.starts_with('/') {
        return Head::Refused(501, "this is no proxy for other hosts: a request names a path, and no host before it");
    }
    let headers = header_fields(request.headers);
    if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("upgrade")) {
        return Head::Refused(501, "a connection is not upgraded: neither WebSockets nor HTTP/2 are passed on");
    }
    Head::Whole(Box::new(RequestHead {
        method: method.to_owned(),
        path: target.split('?').next().unwrap_or_default().to_owned(),
        length,
        bytes: rewritten(&bytes[..length], target, upstream),
        body: framed(&headers).unwrap_or(Body::Length(0)),
    }))
}

/// Returns a head with the server's path before its target and the server's name as its host; all else stays byte for byte.
fn rewritten(head: &[u8], target: &str, upstream: &Upstream) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len() + upstream.path.len() + upstream.authority.len());
    for (number, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        // Before the request itself there may be empty lines.
        match line.windows(target.len()).position(|part| part == target.as_bytes()) {
            Some(at) if number == 0 => {
                out.extend_from_slice(&line[..at]);
                out.extend_from_slice(upstream.path.as_bytes());
                out.extend_from_slice(&line[at..]);
            }
            _ if name.eq_ignore_ascii_case(b"host") => {
                out.extend_from_slice(name);
                out.extend_from_slice(b": ");
                out.extend_from_slice(upstream.authority.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Roots;

    fn upstream(url: &str) -> Upstream {
        Upstream::new(url, &Roots::default()).expect("a server")
    }

    #[test]
    fn a_head_is_passed_on_with_the_server_s_host_and_path() {
        let sent = "POST /v1/messages?key=secret HTTP/1.1\r\nX-Api-Key:  secret \r\nHOST: 127.0.0.1:1\r\ncontent-length: 2\r\n\r\n{}";
        let Head::Whole(head) = read(sent.as_bytes(), &upstream("http://example.com:81/a/b/")) else { panic!("whole") };
        assert_eq!((head.method.as_str(), head.path.as_str(), head.length), ("POST", "/v1/messages", sent.len() - 2));
        let passed = String::from_utf8(head.bytes).expect("text");
        let expected = "POST /a/b/v1/messages?key=secret HTTP/1.1\r\nX-Api-Key:  secret \r\nHOST: example.com:81\r\ncontent-length: 2\r\n\r\n";
        assert_eq!(passed, expected);
        let Head::Whole(head) = read(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", &upstream("http://example.com")) else {
            panic!("whole")
        };
        assert_eq!(head.bytes, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
    }

    #[test]
    fn what_cannot_be_passed_on_is_refused() {
        let check = |sent: &str, status| match read(sent.as_bytes(), &upstream("http://example.com")) {
            Head::Refused(seen, _) => assert_eq!(Some(seen), status, "{sent}"),
            Head::Partial => assert_eq!(status, None, "{sent}"),
            Head::Whole(_) => panic!("{sent}"),
        };
        check("PRI * HTTP/2.0\r\n\r\n", Some(505));
        check("CONNECT example.com:443 HTTP/1.1\r\n\r\n", Some(501));
        check("GET http://example.com/ HTTP/1.1\r\n\r\n", Some(501));
        check("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", Some(501));
        check("\x16\x03\x01\x02", Some(400));
        check("GET / HT", None);
    }
}
