//! Frames of HTTP/2 (RFC 9113 sections 4 and 6) as a person reads them.

use h2::Reason;

/// One frame.
pub(crate) struct Frame<'a> {
    /// The number of its kind.
    kind: u8,
    flags: u8,
    stream: u32,
    /// The length of its payload; there is less of it where the frame was cut short.
    length: usize,
    /// All of it, with the nine bytes of its head.
    pub(crate) bytes: &'a [u8],
}

/// The length of the head of a frame.
const HEAD: usize = 9;

/// Takes bytes of one side of a connection apart; the last frame may be cut short.
pub(crate) fn frames(mut rest: &[u8]) -> Vec<Frame<'_>> {
    let mut frames = Vec::new();
    while let Some((head, after)) = rest.split_at_checked(HEAD) {
        let length = number(&head[..3]) as usize;
        let (bytes, next) = rest.split_at(HEAD + length.min(after.len()));
        let stream = number(&head[5..]) & 0x7fff_ffff;
        frames.push(Frame { kind: head[3], flags: head[4], stream, length, bytes });
        rest = next;
    }
    frames
}

/// Reads a number of at most four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl<'a> Frame<'a> {
    /// Returns the bytes behind the head.
    pub(crate) fn payload(&self) -> &'a [u8] {
        &self.bytes[HEAD..]
    }

    /// Says whether all of it is there and it ends this stream: with `END_STREAM`, or as `RST_STREAM`.
    pub(crate) const fn ends(&self, stream: u32) -> bool {
        let is_end = (self.is_data() || self.is_fields()) && self.flags & 1 == 1 || self.kind == 3;
        is_end && self.stream == stream && self.bytes.len() == HEAD + self.length
    }

    /// Says whether it carries a part of the body.
    pub(crate) const fn is_data(&self) -> bool {
        self.kind == 0
    }

    /// Says whether it begins a block of fields.
    pub(crate) const fn is_fields(&self) -> bool {
        self.kind == 1
    }

    /// Names its kind.
    pub(crate) const fn name(&self) -> &'static str {
        match self.kind {
            0 => "DATA",
            1 => "HEADERS",
            2 => "PRIORITY",
            3 => "RST_STREAM",
            4 => "SETTINGS",
            5 => "PUSH_PROMISE",
            6 => "PING",
            7 => "GOAWAY",
            8 => "WINDOW_UPDATE",
            9 => "CONTINUATION",
            _ => "unknown",
        }
    }

    /// Names its stream and its flags.
    pub(crate) fn place(&self) -> String {
        let known: &[(u8, &str)] = match self.kind {
            0 => &[(0x1, "END_STREAM"), (0x8, "PADDED")],
            1 => &[(0x1, "END_STREAM"), (0x4, "END_HEADERS"), (0x8, "PADDED"), (0x20, "PRIORITY")],
            4 | 6 => &[(0x1, "ACK")],
            5 | 9 => &[(0x4, "END_HEADERS")],
            _ => &[],
        };
        let flags = known.iter().filter(|(flag, _)| self.flags & flag != 0).map(|(_, name)| format!(", {name}"));
        format!("stream {}{}", self.stream, flags.collect::<String>())
    }

    /// Says what a frame without fields and data means.
    pub(crate) fn meaning(&self) -> String {
        let code = |bytes: &[u8]| format!("{:?}", Reason::from(number(bytes)));
        match (self.kind, self.payload()) {
            (3, payload) => code(payload),
            (4, payload) => payload.chunks_exact(6).map(setting).collect::<Vec<_>>().join(", "),
            (7, payload) if payload.len() >= 8 => {
                format!("last stream {}, {}", number(&payload[..4]), code(&payload[4..8]))
            }
            (8, payload) => format!("{} bytes more", number(payload)),
            (_, payload) => hex::encode(payload),
        }
    }
}

fn setting(bytes: &[u8]) -> String {
    let name = match number(&bytes[..2]) {
        1 => "HEADER_TABLE_SIZE",
        2 => "ENABLE_PUSH",
        3 => "MAX_CONCURRENT_STREAMS",
        4 => "INITIAL_WINDOW_SIZE",
        5 => "MAX_FRAME_SIZE",
        6 => "MAX_HEADER_LIST_SIZE",
        8 => "ENABLE_CONNECT_PROTOCOL",
        _ => "unknown",
    };
    format!("{name} {}", number(&bytes[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_told_by_its_kind_its_stream_and_its_flags() {
        let bytes = [
            &[0, 0, 3, 0, 1, 0, 0, 0, 1, b'a', b'b', b'c'][..],
            &[0, 0, 4, 3, 0, 0, 0, 0, 3, 0, 0, 0, 7],
            &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
            &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0],
            &[0, 0, 9, 1, 4, 0, 0, 0, 5, 1],
        ]
        .concat();
        let told: Vec<_> = frames(&bytes).iter().map(|one| (one.name(), one.place(), one.meaning())).collect();
        let expected = [
            ("DATA", "stream 1, END_STREAM", "616263"),
            ("RST_STREAM", "stream 3", "REFUSED_STREAM"),
            ("GOAWAY", "stream 0", "last stream 1, INTERNAL_ERROR"),
            ("SETTINGS", "stream 0", "INITIAL_WINDOW_SIZE 65536"),
            ("HEADERS", "stream 5, END_HEADERS", "01"),
        ];
        let expected = expected.map(|(name, place, meaning)| (name, place.to_owned(), meaning.to_owned()));
        assert_eq!(told, expected);
        assert_eq!(frames(&bytes).iter().map(|frame| frame.bytes.len()).sum::<usize>(), bytes.len());
        let ends = |bytes: &[u8], stream| frames(bytes).iter().any(|frame| frame.ends(stream));
        assert_eq!([1, 3, 5].map(|stream| ends(&bytes, stream)), [true, true, false]);
        assert!(!ends(&bytes[..11], 1), "the frame is not all there");
    }
}
