//! The bytes of a trial as a person reads them.

use std::fmt::Write as _;

use super::{BOLD, DIM, styled};
use crate::run::TrialRun;
use crate::server::{Exchange, Refused, Sent};
use crate::text::shown;
use crate::transport::{Encoded, MessagePart, Op, Version};

/// The number of steps before the end that are shown; the failure is nearly always among the last.
const LAST_WRITES: usize = 8;

/// The number of characters of one write that are shown.
const WIDTH: usize = 400;

/// Writes every request of a trial with the last writes of its answer.
pub(super) fn wire(ran: &TrialRun) -> String {
    let mut out = String::new();
    let exchanges = &ran.transcript.exchanges;
    for Refused { request, status, reason, .. } in &ran.transcript.refused {
        let label = styled(BOLD, "refused:");
        let _ = writeln!(out, "  {label} {} with {status}: {}", shown(request, 140), shown(reason, 200));
    }
    if exchanges.is_empty() && ran.transcript.refused.is_empty() {
        return "  no request reached the server\n".to_owned();
    }
    for (number, exchange) in exchanges.iter().enumerate() {
        let _ = writeln!(
            out,
            "  {} {} {} {}",
            styled(BOLD, &format!("request {} of {}:", number + 1, exchanges.len())),
            shown(&exchange.method, 16),
            shown(&exchange.path, 120),
            styled(DIM, &result(exchange)),
        );
        if let Some(answer) = exchange.answer_of(&ran.script) {
            answer_lines(&mut out, &answer, exchange.written);
        }
    }
    out
}

/// Writes how many bytes were sent, and how it ended.
fn result(exchange: &Exchange) -> String {
    let left = exchange.client_left_at.map(|at| format!(", the client left after {} ms", at.as_millis()));
    let how = match exchange.sent {
        Sent::Underway => "still open",
        Sent::Whole => "sent whole",
        Sent::ClientLeft => "the client left first",
    };
    let version =
        if exchange.version == Version::Http10 { "over HTTP/1.0, where a body ends with the connection; " } else { "" };
    format!("({version}{} bytes, {how}{})", exchange.written, left.unwrap_or_default())
}

fn answer_lines(out: &mut String, answer: &Encoded, written: u64) {
    let first = answer.ops.len().saturating_sub(LAST_WRITES);
    if first > 0 {
        let _ = writeln!(out, "    {}", styled(DIM, &format!("… {first} earlier steps")));
    }
    let mut offset = 0;
    for (number, op) in answer.ops.iter().enumerate() {
        match op {
            Op::Pause(pause) if number >= first => {
                let _ = writeln!(out, "    {}", styled(DIM, &format!("pause {} ms", pause.as_millis())));
            }
            Op::Write(write) => {
                let unsent = if offset >= written { " (never sent)" } else { "" };
                if number >= first {
                    let bytes = if write.part == MessagePart::Body { &write.body } else { &write.bytes };
                    let text = String::from_utf8_lossy(bytes);
                    let _ =
                        writeln!(out, "    {} {}{unsent}", styled(DIM, &format!("{offset:>6}")), shown(&text, WIDTH));
                }
                offset += write.bytes.len() as u64;
            }
            Op::Pause(_) => {}
        }
    }
    let _ = writeln!(out, "    {}", styled(DIM, &format!("end: {}", answer.end.name())));
}
