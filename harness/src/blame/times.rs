//! The deeds that show in numbers and times: requests that were sent again, bytes that were held back, connections that were kept.

use std::time::Duration;

use super::{BlameEvidence, HELD, Retried, Side};
use crate::case::End;
use crate::server::Exchange;
use crate::tap::{AnswerEnd, TappedAnswer};
use crate::transport::Burst;

/// The shortest time for which a connection is kept after the other one is over.
const KEPT: Duration = Duration::from_secs(1);

/// Counts the requests upstream beside those downstream.
pub(super) fn retried(evidence: &BlameEvidence<'_>) -> Option<Retried> {
    let (upstream, downstream) = (evidence.transcript.exchanges.len(), evidence.tapped.len());
    let (_, before) = evidence.transcript.exchanges.split_last().filter(|_| upstream > downstream)?;
    let has_begun = |exchange: &Exchange| {
        let answer = evidence.script.answer(exchange.answer);
        answer.is_some_and(|answer| answer.is_event_stream) && !exchange.content_of(evidence.script).is_empty()
    };
    Some(Retried { upstream, downstream, after_output: before.iter().any(has_begun) })
}

/// Measures the longest time for which bytes were held back that the server had written before a pause.
pub(super) fn delayed(evidence: &BlameEvidence<'_>) -> Option<Duration> {
    pairs(evidence).filter_map(|(exchange, answer)| held_back(evidence, exchange, answer)).max()
}

/// Pairs requests upstream with those downstream, where one was over before the next: of requests that are made at once, and of those
/// that were sent again, nobody can tell which is which.
fn pairs<'a>(evidence: &BlameEvidence<'a>) -> impl DoubleEndedIterator<Item = (&'a Exchange, &'a TappedAnswer)> {
    let (exchanges, tapped) = (evidence.transcript.exchanges.as_slice(), evidence.tapped);
    let is_after = |pair: &[TappedAnswer]| pair[0].ended_at.is_some_and(|end| end <= pair[1].asked_at);
    let is_clear = exchanges.len() == tapped.len() && tapped.windows(2).all(is_after);
    exchanges.iter().zip(tapped).take(if is_clear { tapped.len() } else { 0 })
}

fn held_back(evidence: &BlameEvidence<'_>, exchange: &Exchange, answer: &TappedAnswer) -> Option<Duration> {
    let sent = exchange.answer_of(evidence.script)?;
    let bursts = exchange.bursts.all();
    // The end of a stall is that of the client or the trial.
    let follows = |number: usize| match bursts.get(number + 1) {
        Some(next) => Some(next.first),
        None => (sent.end == End::Stall).then_some(exchange.client_left_at.unwrap_or(evidence.over_at)),
    };
    let is_before_a_pause = |(number, burst): &(usize, &Burst)| {
        follows(*number).is_some_and(|next| next.saturating_sub(burst.last) >= HELD)
    };
    let body = sent.body_within(u64::MAX);
    let is_unchanged = body.starts_with(&answer.content) && !answer.is_cut();
    let late = bursts.iter().enumerate().filter(is_before_a_pause).filter_map(|(_, burst)| {
        let written = sent.body_within(burst.end).len();
        let came = match answer.bursts.all() {
            _ if written == 0 => return None,
            passed if is_unchanged => passed.iter().find(|passed| passed.end >= written as u64),
            // Of what is not the same, nothing but the beginning can be compared.
            passed => passed.first(),
        };
        let is_lost = came.is_none() && !matches!(answer.end, AnswerEnd::ClientLeft | AnswerEnd::Open);
        let until = came.map_or_else(|| answer.ended_at.unwrap_or(evidence.over_at), |passed| passed.first);
        (!is_lost).then(|| until.saturating_sub(burst.last))
    });
    late.max().filter(|late| *late >= HELD)
}

/// Finds the connection that was kept although the one on the other side was over.
pub(super) fn left_open(evidence: &BlameEvidence<'_>) -> Option<Side> {
    let (exchange, answer) = pairs(evidence).next_back()?;
    if evidence.released == Some(false) && answer.end == AnswerEnd::ClientLeft {
        return Some(Side::Upstream);
    }
    let is_open = matches!(answer.end, AnswerEnd::ClientLeft | AnswerEnd::Open);
    let stalls = evidence.script.answer(exchange.answer).is_none_or(|answer| answer.end == End::Stall);
    let done_at = exchange.done_at.filter(|_| is_open && !stalls)?;
    let until = answer.ended_at.unwrap_or(evidence.over_at);
    (until.saturating_sub(done_at) >= KEPT).then_some(Side::Downstream)
}
