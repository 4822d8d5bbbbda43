//! Reads a whole request (RFC 9112) before anything is answered: a socket closed with unread octets sends RST.

use httparse::Status;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 100;
const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request that arrived whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The method.
    pub(super) method: String,
    /// The request target as it was sent.
    pub(super) target: String,
    /// The header fields, in order.
    pub(super) headers: Vec<(String, String)>,
    /// The decoded body.
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Whether the client wants to use the connection again.
    pub(super) fn keeps_alive(&self) -> bool {
        let mut connection = fields(&self.headers, "connection");
        !connection.any(|value| value.to_ascii_lowercase().contains("close"))
    }
}

/// A request that cannot be played to, and the answer it gets instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The status.
    pub(super) status: u16,
    /// What is wrong, for whoever reads the body.
    pub(super) reason: String,
}

impl Refusal {
    fn new(status: u16, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }
}

/// Reads the next request. `buffer` holds what arrived before, and afterwards what arrived beyond the request. None when
/// the client has left.
pub(super) async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<Request>, Refusal> {
    let (head, head_length) = loop {
        if let Some(head) = Head::parse(buffer)? {
            break head;
        }
        if !more(stream, buffer).await {
            return Ok(None);
        }
    };
    let mut body = Body::new(head.body_framing()?);
    let mut expected = fields(&head.headers, "expect").any(|value| value.eq_ignore_ascii_case("100-continue"));
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
    Ok(Some(Request { method: head.method, target: head.target, headers: head.headers, body: body.decoded }))
}

/// Reads what is there; false when the client has left.
async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
    buffer.reserve(4096);
    matches!(stream.read_buf(buffer).await, Ok(1..))
}

fn fields<'a>(headers: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// The head and its length; none as long as it has not arrived whole.
    fn parse(buffer: &[u8]) -> Result<Option<(Self, usize)>, Refusal> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let too_large = |what| Refusal::new(431, format!("the request's head has more than {what}"));
        let length = match request.parse(buffer) {
            Ok(Status::Complete(length)) if length <= MAX_HEAD => length,
            Ok(Status::Partial) if buffer.len() <= MAX_HEAD => return Ok(None),
            Ok(_) => return Err(too_large(format!("{MAX_HEAD} octets"))),
            Err(httparse::Error::TooManyHeaders) => return Err(too_large(format!("{MAX_FIELDS} fields"))),
            Err(error) => return Err(Refusal::new(400, format!("this is not an HTTP/1.1 request: {error}"))),
        };
        let method = request.method.unwrap_or_default().to_owned();
        if request.version != Some(1) {
            return Err(Refusal::new(400, "the scripts are written for HTTP/1.1"));
        }
        if method == "HEAD" {
            return Err(Refusal::new(400, "a response to HEAD has no body to stream"));
        }
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = request.headers.iter().map(|field| (field.name.to_owned(), text(field.value))).collect();
        Ok(Some((Self { method, target: request.path.unwrap_or_default().to_owned(), headers }, length)))
    }

    fn body_framing(&self) -> Result<Framing, Refusal> {
        let codings: Vec<&str> = fields(&self.headers, "transfer-encoding").collect();
        let lengths: Vec<&str> = fields(&self.headers, "content-length").collect();
        match (codings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Framing::Length(0)),
            ([coding], []) if coding.eq_ignore_ascii_case("chunked") => Ok(Framing::Chunked),
            ([], [length]) => match length.parse() {
                Ok(length) if length <= MAX_BODY => Ok(Framing::Length(length)),
                Ok(_) => Err(too_long()),
                Err(_) => Err(Refusal::new(400, format!("`{length}` is no Content-Length"))),
            },
            _ => Err(Refusal::new(400, "the length of the request's body is not told in one known way")),
        }
    }
}

fn too_long() -> Refusal {
    Refusal::new(413, format!("the request's body has more than {MAX_BODY} octets"))
}

enum Framing {
    Length(usize),
    Chunked,
}

/// A body that is still arriving.
struct Body {
    framing: Framing,
    decoded: Vec<u8>,
    /// How much of the chunked octets has been decoded.
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
            // Framing costs at least five octets a chunk; a client that pads it beyond reason is refused too.
            Framing::Chunked if arrived.len() > 8 * MAX_BODY => Err(too_long()),
            Framing::Chunked => self.take_chunks(arrived),
        }
    }

    fn take_chunks(&mut self, arrived: &[u8]) -> Result<Option<usize>, Refusal> {
        let malformed = || Refusal::new(400, "the request's body is not chunked as it says");
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
