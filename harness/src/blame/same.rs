//! Whether what went downstream is what the server sent.

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
    let pairs = transcript.exchanges.iter().zip(tapped);
    transcript.exchanges.len() == tapped.len()
        && pairs.into_iter().all(|(exchange, answer)| is_alike(script, exchange, answer))
}

fn is_alike(script: &Script, exchange: &Exchange, answer: &TappedAnswer) -> bool {
    let Some(sent) = sent(script, exchange) else { return false };
    let has = |(name, value): &(String, String)| {
        let mut own = answer.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        own.any(|(_, own)| own.trim() == value.trim())
    };
    let mut fields = sent.headers.iter().filter(|(name, _)| !OWN.contains(&name.to_ascii_lowercase().as_str()));
    let ends = match sent.end {
        AnswerEnd::Whole => answer.end == AnswerEnd::Whole,
        AnswerEnd::Fin | AnswerEnd::Reset => matches!(answer.end, AnswerEnd::Fin | AnswerEnd::Reset),
        AnswerEnd::Open | AnswerEnd::ClientLeft => matches!(answer.end, AnswerEnd::Open | AnswerEnd::ClientLeft),
    };
    let is_kept = !sent.is_cut() && !answer.is_cut();
    is_kept && ends && answer.status == sent.status && answer.content == sent.content && fields.all(has)
}

/// Makes the answer that a client of HTTP/1.1 gets where nothing stands in between.
pub(super) fn sent(script: &Script, exchange: &Exchange) -> Option<TappedAnswer> {
    let encoded = transport::of(exchange.transport).encode(script.answer(exchange.answer)?, Version::Http11);
    let bytes: Vec<u8> = encoded.writes().flat_map(|write| &write.bytes).copied().collect();
    let end = match encoded.end {
        End::Finish | End::Eof => AnswerEnd::Fin,
        End::Reset => AnswerEnd::Reset,
        End::Stall => AnswerEnd::Open,
    };
    Some(TappedAnswer::of(&bytes, end))
}
