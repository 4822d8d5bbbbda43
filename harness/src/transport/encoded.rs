//! An answer as a transport sends it: the exact bytes of every write.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::case::End;

/// The writes and pauses of an answer, and what comes after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The writes and the pauses between them.
    pub ops: Vec<Op>,
    /// The end that follows the last of them.
    pub end: End,
    /// True if the connection may serve another request after it.
    pub keep_alive: bool,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// One write to the socket, flushed.
    Write(EncodedWrite),
    /// A time in which nothing is sent.
    Pause(Duration),
}

/// One write to the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedWrite {
    /// The part of the answer that it carries.
    pub part: MessagePart,
    /// The bytes on the wire, with the transport's framing; never empty.
    pub bytes: Vec<u8>,
    /// The part of the body among them, without the framing; still encoded, where the answer has a content coding.
    pub body: Vec<u8>,
    /// True where each byte of the body has a frame of its own.
    pub one_by_one: bool,
}

/// The part of an answer that a write carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePart {
    /// The status and the header fields.
    Head,
    /// A piece of the body.
    Body,
    /// The end of the message, with its trailers.
    End,
}

impl Encoded {
    /// Iterates over the writes without the pauses.
    pub fn writes(&self) -> impl Iterator<Item = &EncodedWrite> {
        self.ops.iter().filter_map(|op| if let Op::Write(write) = op { Some(write) } else { None })
    }

    /// Returns all bytes on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        self.writes().flat_map(|write| &write.bytes).copied().collect()
    }

    /// Computes the SHA-256, in hexadecimal, of the first `written` bytes.
    pub fn digest_prefix(&self, written: u64) -> String {
        let mut left = usize::try_from(written).unwrap_or(usize::MAX);
        let mut hasher = Sha256::new();
        for write in self.writes() {
            let prefix = &write.bytes[..write.bytes.len().min(left)];
            hasher.update(prefix);
            left -= prefix.len();
        }
        hex::encode(hasher.finalize())
    }

    /// Collects the body within the first `written` bytes, counting whole writes.
    pub fn body_within(&self, written: u64) -> Vec<u8> {
        let mut offset = 0;
        let whole = self.writes().take_while(|write| {
            offset += write.bytes.len() as u64;
            offset <= written
        });
        whole.flat_map(|write| &write.body).copied().collect()
    }
}
