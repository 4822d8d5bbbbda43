//! Content codings (RFC 9110 section 8.4.1): a body that is encoded write by write, and the content of as much of it as came.

use std::io::{Read as _, Write as _};

use brotli::{CompressorWriter, DecompressorWriter};
use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use super::script::Part;
use crate::case::Encoding;

/// The size of a buffer, in bytes.
const BUFFER: usize = 4096;

/// The effort and the logarithm of the window of brotli; a stream is small.
const BROTLI: (u32, u32) = (5, 18);

/// Encodes the body so that each write can be decoded when it arrives. What ends the encoded stream (the last block, and a
/// checksum where the coding has one) is a write of its own, and only there when the answer is `finished`.
pub(super) fn encode(coding: Encoding, parts: Vec<Part>, finished: bool) -> Vec<Part> {
    let mut encoder = Encoder::new(coding);
    let mut body = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        body.push(match part {
            Part::Write(write) => Part::from(encoder.write(&write.bytes)),
            pause @ Part::Pause(_) => pause,
        });
    }
    if finished {
        body.push(Part::from(encoder.finish()));
    }
    body
}

/// Returns the content that a client can have decoded from the first bytes of an encoded body.
pub(crate) fn decoded(coding: Encoding, body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    // A cut body ends in an error; what was decoded before it stays.
    match coding {
        Encoding::Gzip => _ = GzDecoder::new(body).read_to_end(&mut content),
        Encoding::Deflate => _ = ZlibDecoder::new(body).read_to_end(&mut content),
        Encoding::Br => {
            let mut decoder = DecompressorWriter::new(Vec::new(), BUFFER);
            let _ = decoder.write_all(body).and_then(|()| decoder.close());
            content = std::mem::take(decoder.get_mut());
        }
        Encoding::Zstd => content = zstd::content(body),
    }
    content
}

/// A body that is being encoded. Writing to a vector does not fail.
enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    Br(Box<CompressorWriter<Vec<u8>>>),
    Zstd(Vec<u8>),
}

impl Encoder {
    fn new(coding: Encoding) -> Self {
        let (effort, window) = BROTLI;
        match coding {
            Encoding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::default())),
            Encoding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), Compression::default())),
            Encoding::Br => Self::Br(Box::new(CompressorWriter::new(Vec::new(), BUFFER, effort, window))),
            Encoding::Zstd => Self::Zstd(zstd::HEAD.to_vec()),
        }
    }

    /// Encodes some bytes to the end, with what stands before them.
    fn write(&mut self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip(encoder) => {
                let _ = encoder.write_all(bytes).and_then(|()| encoder.flush());
                std::mem::take(encoder.get_mut())
            }
            Self::Deflate(encoder) => {
                let _ = encoder.write_all(bytes).and_then(|()| encoder.flush());
                std::mem::take(encoder.get_mut())
            }
            Self::Br(encoder) => {
                let _ = encoder.write_all(bytes).and_then(|()| encoder.flush());
                std::mem::take(encoder.get_mut())
            }
            Self::Zstd(head) => [std::mem::take(head), zstd::blocks(bytes)].concat(),
        }
    }

    /// Ends the encoded stream.
    fn finish(self) -> Vec<u8> {
        match self {
            Self::Gzip(encoder) => encoder.finish().unwrap_or_default(),
            Self::Deflate(encoder) => encoder.finish().unwrap_or_default(),
            Self::Br(encoder) => encoder.into_inner(),
            Self::Zstd(head) => [head, zstd::LAST.to_vec()].concat(),
        }
    }
}

/// A frame of Zstandard (RFC 8878 section 3.1.1) whose blocks hold their content as it is: any decoder reads it, and no
/// crate in Rust alone compresses a stream that is flushed write by write.
mod zstd {
    /// The magic number, a descriptor without a content size, a dictionary or a checksum, and a window of 128 KiB.
    pub(super) const HEAD: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];

    /// The last block, which is empty.
    pub(super) const LAST: [u8; 3] = [1, 0, 0];

    /// The most bytes of a block.
    const LARGEST: usize = 128 * 1024;

    /// The number of bytes before the content of a block: whether it is the last, its type, its size.
    const BLOCK_HEAD: usize = 3;

    /// Puts bytes into blocks none of which is the last.
    pub(super) fn blocks(bytes: &[u8]) -> Vec<u8> {
        let block = |content: &[u8]| {
            // The size stands above three bits, all of them 0: not the last block, and of the raw type.
            let head = u32::try_from(content.len() << 3).unwrap_or_default().to_le_bytes();
            [&head[..BLOCK_HEAD], content].concat()
        };
        bytes.chunks(LARGEST).flat_map(block).collect()
    }

    /// Takes the content out of the whole blocks of such a frame.
    pub(super) fn content(frame: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        let mut rest = frame.strip_prefix(&HEAD).unwrap_or_default();
        while let Some((&[low, middle, high], after)) = rest.split_first_chunk::<BLOCK_HEAD>() {
            let size = usize::try_from(u32::from_le_bytes([low, middle, high, 0]) >> 3).unwrap_or(usize::MAX);
            let Some((block, after)) = after.split_at_checked(size) else { break };
            content.extend_from_slice(block);
            rest = after;
        }
        content
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(writes: &[Vec<u8>]) -> Vec<Part> {
        writes.iter().filter(|write| !write.is_empty()).cloned().map(Part::from).collect()
    }

    fn bytes(parts: &[Part]) -> Vec<u8> {
        let writes = parts.iter().filter_map(|part| if let Part::Write(write) = part { Some(write) } else { None });
        writes.flat_map(|write| write.bytes.clone()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        /// Each write can be decoded when it has come, whatever comes next; nothing is decoded that was not sent; and the end
        /// is a write of its own.
        #[test]
        fn what_came_can_be_decoded(
            writes in proptest::collection::vec(proptest::collection::vec(b'a'..=b'e', 1..40), 1..5),
            cut in 0..200usize,
        ) {
            for coding in Encoding::ALL {
                let whole = encode(coding, parts(&writes), true);
                prop_assert_eq!(whole.len(), writes.len() + 1);
                let open = encode(coding, parts(&writes), false);
                prop_assert_eq!(&whole[..writes.len()], &open[..], "{:?}", coding);
                let content = writes.concat();
                for number in 0..=writes.len() {
                    let came = bytes(&whole[..number]);
                    prop_assert_eq!(decoded(coding, &came), writes[..number].concat(), "{:?}", coding);
                }
                let wire = bytes(&whole);
                prop_assert_eq!(&decoded(coding, &wire), &content, "{:?}", coding);
                let some = decoded(coding, &wire[..cut.min(wire.len())]);
                prop_assert!(content.starts_with(&some), "{:?}", coding);
            }
        }
    }

    /// A decoder that is not ours reads the frames that are.
    #[test]
    fn a_frame_is_one_of_zstandard() {
        for writes in [vec![b"one".to_vec(), b"two".to_vec()], vec![vec![b'x'; 300_000]]] {
            let frame = bytes(&encode(Encoding::Zstd, parts(&writes), true));
            let mut content = Vec::with_capacity(400_000);
            ruzstd::decoding::FrameDecoder::new().decode_all_to_vec(&frame, &mut content).expect("a whole frame");
            assert_eq!(content, writes.concat());
        }
    }

    #[test]
    fn a_large_write_is_several_blocks() {
        let large = vec![b'x'; 300_000];
        let whole = encode(Encoding::Zstd, parts(std::slice::from_ref(&large)), true);
        assert_eq!(bytes(&whole).len(), HEAD_AND_BLOCKS + large.len());
        assert_eq!(decoded(Encoding::Zstd, &bytes(&whole)), large);
    }

    /// The head of the frame, the heads of three blocks, and the last block.
    const HEAD_AND_BLOCKS: usize = 6 + 3 * 3 + 3;
}
