//! Reads a whole request (RFC 9112) before anything is answered: a socket closed with unread bytes sends RST.

use httparse::Status;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::stream::Stream;
use crate::transport::{Refusal, Request, Version};

const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 100;
const MAX_BODY: usize = 8 * 1024 * 1024;

/// Says whether the client wants to use the connection again, and can.
pub(super) fn keeps_alive(request: &Request) -> bool {
    let mut connection = fields(&request.headers, "connection");
    request.version != Version::Http10 && !connection.any(|value| value.to_ascii_lowercase().contains("close"))
}

/// Reads the next request. `buffer` holds what arrived before, and afterwards what arrived beyond the request. None
/// when the client has left.
pub(super) async fn read(stream: &mut impl Stream, buffer: &mut Vec<u8>) -> Result<Option<Request>, Refusal> {
    let (head, head_length) = loop {
        if let Some(head) = RequestHead::parse(buffer)? {
            break head;
        }
        if !more(stream, buffer).await {
            return Ok(None);
        }
    };
    let mut body = Body::new(head.body_framing()?);
    // A client of HTTP/1.0 does not know such a response (RFC 9110 section 10.1.1).
    let mut expected =
        !head.is_1_0() && fields(&head.headers, "expect").any(|value| value.eq_ignore_ascii_case("100-continue"));
    let body_length = loop {
        if let Some(length) = body.take(&buffer[head_length..])? {
            break length;
        }
        if std::mem::take(&mut expected) && stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_err() {
            return Ok(None);
        }
        if !more(stream, buffer).await {
            return Ok(None);
        }
    };
    buffer.drain(..head_length + body_length);
    let RequestHead { method, target, headers, version } = head;
    Ok(Some(Request { method, target, headers, body: body.decoded, version }))
}

/// Finds the method and the target of a request that was refused, as far as they can be read.
pub(super) fn refused_line(buffer: &[u8]) -> (String, String) {
    let line = buffer.split(|byte| b"\r\n".contains(byte)).next().unwrap_or_default();
    let text = String::from_utf8_lossy(&line[..line.len().min(MAX_HEAD)]);
    let mut words = text.split(' ').map(str::to_owned);
    (words.next().unwrap_or_default(), origin_form(&words.next().unwrap_or_default()).to_owned())
}

/// Returns the path and the query of a target, which may name the host before them, as to a proxy (RFC 9112 section 3.2.2).
fn origin_form(target: &str) -> &str {
    let after_scheme = target.strip_prefix("http://");
    after_scheme.and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(target)
}

/// Reads what is there; false when the client has left.
async fn more(stream: &mut impl Stream, buffer: &mut Vec<u8>) -> bool {
    buffer.reserve(4096);
    matches!(stream.read_buf(buffer).await, Ok(1..))
}

fn fields<'a>(headers: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Returns header fields as texts, in order.
pub(crate) fn header_fields(fields: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    fields.iter().map(|field| (field.name.to_owned(), text(field.value))).collect()
}

struct RequestHead {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    version: Version,
}

impl RequestHead {
    fn is_1_0(&self) -> bool {
        self.version == Version::Http10
    }

    /// Returns the head and its length; none as long as it has not arrived whole.
    fn parse(buffer: &[u8]) -> Result<Option<(Self, usize)>, Refusal> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let too_large = |what| Refusal::new(431, format!("the request's head has more than {what}"));
        let length = match request.parse(buffer) {
            Ok(Status::Complete(length)) if length <= MAX_HEAD => length,
            Ok(Status::Partial) if buffer.len() <= MAX_HEAD => return Ok(None),
            Ok(_) => return Err(too_large(format!("{MAX_HEAD} bytes"))),
            Err(httparse::Error::TooManyHeaders) => return Err(too_large(format!("{MAX_FIELDS} fields"))),
            Err(error) => return Err(Refusal::new(400, format!("this is not a valid HTTP/1 request: {error}"))),
        };
        let method = request.method.unwrap_or_default().to_owned();
        if method == "HEAD" {
            return Err(Refusal::new(400, "a response to HEAD has no body to stream"));
        }
        let headers = header_fields(request.headers);
        let target = origin_form(request.path.unwrap_or_default()).to_owned();
        let version = if request.version == Some(0) { Version::Http10 } else { Version::Http11 };
        Ok(Some((Self { method, target, headers, version }, length)))
    }

    fn body_framing(&self) -> Result<Framing, Refusal> {
        let codings: Vec<&str> = fields(&self.headers, "transfer-encoding").collect();
        let lengths: Vec<&str> = fields(&self.headers, "content-length").collect();
        match (codings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Framing::Length(0)),
            ([_, ..], _) if self.is_1_0() => Err(Refusal::new(400, "HTTP/1.0 has no Transfer-Encoding")),
            ([coding], []) if coding.eq_ignore_ascii_case("chunked") => Ok(Framing::Chunked),
            // A number in Rust may have a sign; a Content-Length is digits (RFC 9110 section 8.6).
            ([], [length]) if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(Refusal::new(400, format!("`{length}` is not a valid Content-Length")))
            }
            ([], [length]) => match length.parse() {
                Ok(length) if length <= MAX_BODY => Ok(Framing::Length(length)),
                // Digits that are no `usize` are a larger number.
                Ok(_) | Err(_) => Err(too_long()),
            },
            _ => Err(Refusal::new(400, "the request's body has no single known framing")),
        }
    }
}

fn too_long() -> Refusal {
    Refusal::new(413, format!("the request's body has more than {MAX_BODY} bytes"))
}

enum Framing {
    Length(usize),
    Chunked,
}

/// A body that is still arriving.
struct Body {
    framing: Framing,
    decoded: Vec<u8>,
    /// The number of chunked bytes that have been decoded.
    at: usize,
}

impl Body {
    fn new(framing: Framing) -> Self {
        Self { framing, decoded: Vec::new(), at: 0 }
    }

    /// Takes what has arrived since the head; the length of the body on the wire when that is all of it.
    fn take(&mut self, arrived: &[u8]) -> Result<Option<usize>, Refusal> {
        match self.framing {
            Framing::Length(length) if arrived.len() < length => Ok(None),
            Framing::Length(length) => {
                self.decoded = arrived[..length].to_vec();
                Ok(Some(length))
            }
            // Framing costs at least five bytes a chunk; a client that pads it beyond reason is refused too.
            Framing::Chunked if arrived.len() > 8 * MAX_BODY => Err(too_long()),
            Framing::Chunked => self.take_chunks(arrived),
        }
    }

    fn take_chunks(&mut self, arrived: &[u8]) -> Result<Option<usize>, Refusal> {
        let malformed = || Refusal::new(400, "the request's body is not valid chunked encoding");
        loop {
            let rest = &arrived[self.at..];
            let Status::Complete((line, size)) = httparse::parse_chunk_size(rest).map_err(|_| malformed())? else {
                return Ok(None);
            };
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > MAX_BODY - self.decoded.len() {
                return Err(too_long());
            }
            if size == 0 {
                let mut trailers = [httparse::EMPTY_HEADER; MAX_FIELDS];
                let parsed = httparse::parse_headers(&rest[line..], &mut trailers).map_err(|_| malformed())?;
                return Ok(match parsed {
                    Status::Complete((length, _)) => Some(self.at + line + length),
                    Status::Partial => None,
                });
            }
            let Some(chunk) = rest.get(line..line + size + 2) else { return Ok(None) };
            let Some(data) = chunk.strip_suffix(b"\r\n") else { return Err(malformed()) };
            self.decoded.extend_from_slice(data);
            self.at += line + chunk.len();
        }
    }
}
