//! The body of an HTTP/1 message on its way: where it ends, and what is in it without its framing (RFC 9112 section 6).

/// The longest line of chunked framing that is read.
const LONGEST_LINE: usize = 8 * 1024;

/// A body that is still arriving.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// So many bytes are left.
    Length(u64),
    /// Chunks.
    Chunked(Chunks),
    /// It ends with the connection.
    Connection,
}

/// The place in chunked framing.
#[derive(Clone, Debug)]
pub(crate) enum Chunks {
    /// In the line with the size of the next chunk.
    Size(Vec<u8>),
    /// In a chunk of which so many bytes are left, and behind it, where none is left.
    Data(u64),
    /// In a line behind the last chunk, of which so many bytes have come.
    Trailers(usize),
    /// Behind the empty line at the end.
    Over,
}

/// Framing that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Garbled;

impl Body {
    /// Says if it has arrived whole; one that ends with the connection never has, as long as that is open.
    pub(crate) const fn is_whole(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunks::Over))
    }

    /// Takes what belongs to it from the front of what has arrived. Returns how many bytes that are, and appends what is in
    /// them to `content`.
    pub(crate) fn take(&mut self, arrived: &[u8], content: &mut Vec<u8>) -> Result<usize, Garbled> {
        match self {
            Self::Connection => {
                content.extend_from_slice(arrived);
                Ok(arrived.len())
            }
            Self::Length(left) => Ok(counted(left, arrived, content)),
            Self::Chunked(chunks) => {
                let mut at = 0;
                while at < arrived.len() && !matches!(chunks, Chunks::Over) {
                    at += chunks.take(&arrived[at..], content)?;
                }
                Ok(at)
            }
        }
    }
}

impl Chunks {
    pub(super) const fn new() -> Self {
        Self::Size(Vec::new())
    }

    /// Takes at least one byte.
    fn take(&mut self, arrived: &[u8], content: &mut Vec<u8>) -> Result<usize, Garbled> {
        match self {
            Self::Size(line) if arrived[0] == b'\n' => {
                *self = match size(line)? {
                    0 => Self::Trailers(0),
                    size => Self::Data(size),
                };
                Ok(1)
            }
            Self::Size(line) if line.len() < LONGEST_LINE => {
                line.push(arrived[0]);
                Ok(1)
            }
            Self::Data(0) => {
                match arrived[0] {
                    b'\r' => {}
                    b'\n' => *self = Self::new(),
                    _ => return Err(Garbled),
                }
                Ok(1)
            }
            Self::Data(left) => Ok(counted(left, arrived, content)),
            Self::Trailers(length) => {
                match arrived[0] {
                    b'\r' => {}
                    b'\n' if *length == 0 => *self = Self::Over,
                    b'\n' => *length = 0,
                    _ => *length += 1,
                }
                Ok(1)
            }
            Self::Size(_) | Self::Over => Err(Garbled),
        }
    }
}

/// Takes as many bytes as are left, at the most.
fn counted(left: &mut u64, arrived: &[u8], content: &mut Vec<u8>) -> usize {
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(arrived.len());
    content.extend_from_slice(&arrived[..length]);
    *left -= length as u64;
    length
}

/// Reads the size of a chunk; an extension behind it is left out.
fn size(line: &[u8]) -> Result<u64, Garbled> {
    let text = std::str::from_utf8(line).map_err(|_| Garbled)?;
    let digits = text.split(';').next().unwrap_or_default().trim();
    u64::from_str_radix(digits, 16).map_err(|_| Garbled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes bytes in pieces of so many; returns what is in them, how many were taken, and if the body is whole.
    fn taken(mut body: Body, bytes: &[u8], piece: usize) -> Result<(Vec<u8>, usize, bool), Garbled> {
        let (mut content, mut all) = (Vec::new(), 0);
        for piece in bytes.chunks(piece) {
            let length = body.take(piece, &mut content)?;
            all += length;
            if length < piece.len() {
                break;
            }
        }
        Ok((content, all, body.is_whole()))
    }

    #[test]
    fn a_body_ends_where_its_framing_says_however_it_arrives() {
        for piece in [1, 2, 3, 5, 100] {
            let of = |body, bytes: &[u8]| taken(body, bytes, piece);
            let chunked = || Body::Chunked(Chunks::new());
            let whole = b"5;x=1\r\nHello\r\nA\r\n, and more\r\n0\r\na: b\r\n\r\n";
            let expected = (b"Hello, and more".to_vec(), whole.len(), true);
            assert_eq!(of(chunked(), whole), Ok(expected.clone()), "{piece}");
            assert_eq!(of(chunked(), &[whole.as_slice(), b"HTTP"].concat()), Ok(expected), "{piece}");
            assert_eq!(of(chunked(), b"5\r\nHel"), Ok((b"Hel".to_vec(), 6, false)), "{piece}");
            assert_eq!(of(chunked(), b"five\r\nHello"), Err(Garbled), "{piece}");
            assert_eq!(of(chunked(), b"1\r\nHello"), Err(Garbled), "{piece}");
            assert_eq!(of(Body::Length(5), b"Hello, and more"), Ok((b"Hello".to_vec(), 5, true)), "{piece}");
            assert_eq!(of(Body::Length(9), b"Hello"), Ok((b"Hello".to_vec(), 5, false)), "{piece}");
            assert_eq!(of(Body::Connection, b"Hello"), Ok((b"Hello".to_vec(), 5, false)), "{piece}");
        }
        assert!(taken(Body::Chunked(Chunks::new()), &[b'0'; 10_000], 100).is_err());
    }
}
