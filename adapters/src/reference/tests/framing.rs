//! Lines, events and characters.

use crate::contract::Api::{AnthropicMessages, OpenaiChat};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{a_end, a_start, a_stop, a_text, c_end, c_text, sse};
use crate::reference::Mutant;

const WHOLE: &str = "returned \"Hello, world.\" end_turn | 1 sent";
const CHAT: &str = "returned \"Hello, world.\" stop | 1 sent";

/// Makes a whole answer with these bytes in its middle.
fn around(middle: &str) -> Wire {
    sse(&(a_start() + &a_text("Hello") + middle + &a_text(", world.") + &a_stop("end_turn") + &a_end()), End::Finish)
}

fn chat_around(middle: &str) -> Wire {
    sse(&(c_text("Hello") + middle + &c_text(", world.") + &c_end("stop")), End::Finish)
}

fn whole() -> String {
    a_start() + &a_text("Hello, world.") + &a_stop("end_turn") + &a_end()
}

/// Sends the same bytes, each pair of them with a cut between.
fn cut_in_pairs(body: &str) -> Wire {
    let mut wire = sse("", End::Finish);
    wire.pieces = body.as_bytes().chunks(2).map(<[u8]>::to_vec).collect();
    wire
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let anthropic = |name, wire, expected, killed| Scenario::new(name, AnthropicMessages, wire, expected, killed);
    let chat = |name, wire, expected, killed| Scenario::new(name, OpenaiChat, wire, expected, killed);
    let long = "x".repeat(70_000);
    let mut invalid = around("¦");
    invalid.pieces.insert(1, [&b"data: {\"type\":\"x"[..], b"\xff", b"\"}\n\n"].concat());
    vec![
        anthropic(
            "a whole answer",
            sse(&whole(), End::Finish),
            WHOLE,
            &[Mutant::StripsSpaces, Mutant::KeepsDataBuffer],
        ),
        anthropic("CRLF", sse(&whole().replace('\n', "\r\n"), End::Finish), WHOLE, &[Mutant::LfOnly, Mutant::LfLfOnly]),
        anthropic("CR", sse(&whole().replace('\n', "\r"), End::Finish), WHOLE, &[Mutant::LoneCrIsData]),
        anthropic(
            "a CRLF over two reads, inside an event of two data lines",
            around(
                "event: content_block_delta\r\ndata: {\"type\":\"content_block_delta\",\r¦\ndata: \"index\":0,\
                    \"delta\":{\"type\":\"text_delta\",\"text\":\"!\"}}\r\n\r\n",
            ),
            "returned \"Hello!, world.\" end_turn | 1 sent",
            &[Mutant::CrLfAcrossReads, Mutant::LastDataLineWins, Mutant::LinesAreEvents],
        ),
        anthropic(
            "cuts inside characters",
            cut_in_pairs(&whole().replace("Hello", "é€🐋")),
            "returned \"é€🐋, world.\" end_turn | 1 sent",
            &[Mutant::Utf8ByChunk, Mutant::LosesChunkTail],
        ),
        anthropic("invalid UTF-8", invalid, WHOLE, &[Mutant::InvalidUtf8Fails]),
        anthropic(
            "a line separator in the text",
            around(&a_text("\u{2028}")),
            "returned \"Hello\\u{2028}, world.\" end_turn | 1 sent",
            &[Mutant::UnicodeLineEnds],
        ),
        chat(
            "a byte order mark",
            sse(&format!("\u{feff}{}{}", c_text("Hello, world."), c_end("stop")), End::Finish),
            CHAT,
            &[Mutant::KeepsBom],
        ),
        anthropic(
            "no space after the colon",
            sse(&whole().replace(": ", ":"), End::Finish),
            WHOLE,
            &[Mutant::RequiresSpace],
        ),
        anthropic(
            "an error that only the event's name tells",
            sse(
                &(a_start() + &a_text("Hello") + "event: error\ndata: {\"code\":\"Broken\",\"message\":\"no\"}\n\n"),
                End::Finish,
            ),
            "raised \"Hello\" iterate: ApiError code=Broken id=req_head (no) | 1 sent",
            &[Mutant::DropsEventName],
        ),
        chat(
            "a field in capitals",
            chat_around(&c_text("!").replace("data:", "DATA:")),
            CHAT,
            &[Mutant::FieldsIgnoreCase, Mutant::UnknownFieldFails],
        ),
        chat("a comment", chat_around(": OPENROUTER PROCESSING\n\n"), CHAT, &[Mutant::CommentsAreData]),
        chat(
            "an id and a retry without data",
            chat_around("id: 7\nretry: 1000\n\n"),
            CHAT,
            &[Mutant::IdAndRetryFail, Mutant::EmptyEventFails],
        ),
        chat(
            "an event that the end cuts short",
            sse(&(c_text("Hello") + "data: [DONE]\n"), End::Finish),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[],
        ),
        anthropic(
            "a terminal event without its blank line",
            sse(
                &(a_start()
                    + &a_text("Hello")
                    + "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n"),
                End::Finish,
            ),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::DispatchesAtEof],
        ),
        chat(
            "a line of more than 64 KiB",
            chat_around(&format!("data: {{\"padding\":\"{long}\"}}\n\n")),
            CHAT,
            &[Mutant::LineCap],
        ),
    ]
}
