//! Frames of HTTP/2 (RFC 9113 sections 4 and 6) as a person reads them.

use h2::Reason;

/// One frame.
pub(super) struct Frame<'a> {
    /// The number of its kind.
    kind: u8,
    flags: u8,
    stream: u32,
    /// All of it, with the nine bytes of its head.
    pub(super) bytes: &'a [u8],
}

/// The length of the head of a frame.
const HEAD: usize = 9;

/// Takes bytes of one side of a connection apart; the last frame may be cut short.
pub(super) fn frames(mut rest: &[u8]) -> Vec<Frame<'_>> {
    let mut frames = Vec::new();
    while let Some((head, after)) = rest.split_at_checked(HEAD) {
        let length = number(&head[..3]) as usize;
        let (bytes, next) = rest.split_at(HEAD + length.min(after.len()));
        frames.push(Frame { kind: head[3], flags: head[4], stream: number(&head[5..]) & 0x7fff_ffff, bytes });
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
    pub(super) fn payload(&self) -> &'a [u8] {
        &self.bytes[HEAD..]
    }

    /// Says whether it carries a part of the body.
    pub(super) const fn is_data(&self) -> bool {
        self.kind == 0
    }

    /// Says whether it begins a block of fields.
    pub(super) const fn is_fields(&self) -> bool {
        self.kind == 1
    }

    /// Names its kind.
    pub(super) const fn name(&self) -> &'static str {
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
    pub(super) fn place(&self) -> String {
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
    pub(super) fn meaning(&self) -> String {
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
    }
}
