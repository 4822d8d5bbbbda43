//! Content codings (RFC 9110 section 8.4.1), decoded as the bytes arrive.

use std::io::{self, Write as _};

use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

/// The codings that this client decodes, as it announces them.
pub(crate) const ACCEPTED: &str = "gzip, deflate, br";

/// The size of a buffer, in bytes.
const BUFFER: usize = 4096;

/// A body that is being decoded.
pub(crate) enum Decoder {
    /// It is not encoded.
    Identity,
    /// RFC 1952; members may follow each other.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// RFC 1950, which is what HTTP calls deflate.
    Deflate(Zlib),
    /// RFC 7932.
    Brotli(Box<DecompressorWriter<Vec<u8>>>),
}

impl Decoder {
    /// Finds the decoder of a `Content-Encoding`; none for a coding that this client does not know.
    pub(crate) fn of(coding: &str) -> Option<Self> {
        Some(match coding.trim().to_ascii_lowercase().as_str() {
            "identity" | "" => Self::Identity,
            "gzip" | "x-gzip" => Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Self::Deflate(Zlib { inner: Decompress::new(true), ended: false }),
            "br" => Self::Brotli(Box::new(DecompressorWriter::new(Vec::new(), BUFFER))),
            _ => return None,
        })
    }

    /// Takes the next bytes of the body. Returns what can be decoded now.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(bytes.to_vec()),
            Self::Gzip(decoder) => {
                decoder.write_all(bytes).and_then(|()| decoder.flush())?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Deflate(decoder) => decoder.take(bytes),
            Self::Brotli(decoder) => {
                decoder.write_all(bytes)?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }

    /// Takes the end of the body. Returns what is left; an encoded stream that has not ended is an error.
    pub(crate) fn finish(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(Vec::new()),
            Self::Gzip(decoder) => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Deflate(decoder) if decoder.ended => Ok(Vec::new()),
            Self::Deflate(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Brotli(decoder) => {
                decoder.close()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }
}

/// A zlib stream; what follows its end is left out.
pub(crate) struct Zlib {
    inner: Decompress,
    ended: bool,
}

impl Zlib {
    fn take(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        let mut rest = bytes;
        while !self.ended {
            decoded.reserve(BUFFER);
            let (taken, given) = (self.inner.total_in(), decoded.len());
            let status = self.inner.decompress_vec(rest, &mut decoded, FlushDecompress::None)?;
            let taken = usize::try_from(self.inner.total_in() - taken).unwrap_or(rest.len());
            rest = &rest[taken..];
            self.ended = status == Status::StreamEnd;
            if taken == 0 && decoded.len() == given {
                break;
            }
        }
        Ok(decoded)
    }
}
