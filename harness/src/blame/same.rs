//! The comparison of what went downstream with what the server sent.

use super::HELD;
use crate::case::End;
use crate::server::{Exchange, Transcript};
use crate::tap::{AnswerEnd, TappedAnswer};
use crate::transport::{self, Version};
use crate::wire::Script;

/// Header fields that are about one connection, or that a gateway may set itself (RFC 9110 sections 6.6.1, 7.6 and 10.2.4).
const OWN: [&str; 10] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Says if every answer went downstream as the server was told to send it to a client of HTTP/1.1: the same status, header fields, body
/// and kind of end. How the body is framed and split is the gateway's own affair.
pub fn is_same(script: &Script, transcript: &Transcript, tapped: &[TappedAnswer]) -> bool {
    let mut left: Vec<&TappedAnswer> = tapped.iter().collect();
    // Requests that are made at once reach the server in any order.
    let is_among = |exchange: &Exchange| {
        let Some(sent) = sent(script, exchange).filter(|sent| !sent.is_cut()) else { return false };
        let place = left.iter().position(|answer| is_alike(&sent, script, exchange, answer));
        place.map(|place| left.remove(place)).is_some()
    };
    transcript.exchanges.len() == tapped.len() && transcript.exchanges.iter().all(is_among)
}

fn is_alike(sent: &TappedAnswer, script: &Script, exchange: &Exchange, answer: &TappedAnswer) -> bool {
    if answer.is_cut() {
        return false;
    }
    let has = |(name, value): &(String, String)| {
        let mut own = answer.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        own.any(|(_, own)| own.trim() == value.trim())
    };
    let mut fields = sent.headers.iter().filter(|(name, _)| !OWN.contains(&name.to_ascii_lowercase().as_str()));
    let has_same_head = answer.status == sent.status && fields.all(has);
    let ends = match sent.end {
        AnswerEnd::Whole => answer.end == AnswerEnd::Whole,
        AnswerEnd::Fin | AnswerEnd::Reset => matches!(answer.end, AnswerEnd::Fin | AnswerEnd::Reset),
        AnswerEnd::Open | AnswerEnd::ClientLeft => matches!(answer.end, AnswerEnd::Open | AnswerEnd::ClientLeft),
    };
    if ends && has_same_head && answer.content == sent.content {
        return true;
    }
    // A client that leaves early is sent no more; until then the gateway must have kept up with the server.
    let Some((head_is_due, body_due)) = due(script, exchange, answer) else { return false };
    let has_head = has_same_head || (answer.status.is_none() && !head_is_due);
    has_head && sent.content.starts_with(&answer.content) && answer.content.len() >= body_due
}

/// Computes what must have gone downstream when the client left: whether the head, and how many bytes of the body. None where it has not
/// left.
fn due(script: &Script, exchange: &Exchange, answer: &TappedAnswer) -> Option<(bool, usize)> {
    let left_at = answer.ended_at.filter(|_| answer.end == AnswerEnd::ClientLeft)?;
    let until = left_at.saturating_sub(HELD);
    let written =
        exchange.bursts.all().iter().take_while(|burst| burst.last < until).last().map_or(0, |burst| burst.end);
    Some((written > 0, exchange.answer_of(script)?.body_within(written).len()))
}

/// Makes the answer that a client of HTTP/1.1 gets where nothing stands in between.
pub(super) fn sent(script: &Script, exchange: &Exchange) -> Option<TappedAnswer> {
    let encoded = transport::of(exchange.transport).encode(script.answer(exchange.answer)?, Version::Http11);
    let end = match encoded.end {
        End::Finish | End::Eof => AnswerEnd::Fin,
        End::Stall => AnswerEnd::Open,
        _ => AnswerEnd::Reset,
    };
    Some(TappedAnswer::of(&encoded.bytes(), end))
}
