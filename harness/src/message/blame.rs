//! The fate of an answer on its way through a gateway, as a person reads it.

use std::fmt::Write as _;

use super::{BAD, BOLD, DIM, GOOD, WARN, styled};
use crate::blame::{Blame, Retried, Side, Word};
use crate::case::Axis;
use crate::run::TrialRun;
use crate::text::shown;
use crate::translate::{NotJudged, Translation};

/// The number of bytes of an answer that are shown, its last ones: the failure is nearly always there.
const LAST: usize = 400;

/// Says what a blame says, without the numbers that differ from run to run.
pub(crate) fn sentence(blame: &Blame) -> String {
    let axes: Vec<&str> = blame.axes.iter().map(|axis| Axis::name(*axis)).collect();
    let axes = if axes.is_empty() { String::new() } else { format!(": {}", axes.join(", ")) };
    let retried = blame.retried.map(|Retried { upstream, downstream, after_output }| {
        let when = if after_output { "after output" } else { "before output" };
        format!("retried {when}, {upstream} requests upstream and {downstream} downstream")
    });
    let delayed = blame.delayed_ms.map(|_| "delayed".to_owned());
    let left_open = blame.left_open.map(|side| match side {
        Side::Upstream => "left the server's connection open after the client had gone".to_owned(),
        Side::Downstream => "left the client's connection open after the answer was over".to_owned(),
    });
    let parts = std::iter::once(format!("{}{axes}", blame.word.name())).chain(retried).chain(delayed).chain(left_open);
    parts.collect::<Vec<_>>().join("; ")
}

/// Writes the blame of a trial and what its gateway sent; nothing on the direct route.
pub(super) fn blame(ran: &TrialRun) -> String {
    let mut out = String::new();
    if let Some(blame) = &ran.record.blame {
        let style = match blame.word {
            Word::PassedOn => GOOD,
            Word::LostAtTheSdk => WARN,
            Word::ChangedAtTheGateway | Word::LostAtTheGateway | Word::Invented => BAD,
        };
        let _ = writeln!(out, "  {} {}", styled(BOLD, "blame:"), styled(style, &sentence(blame)));
        if let Some(delayed) = blame.delayed_ms {
            let _ = writeln!(out, "    bytes were held back for {delayed} ms");
        }
    }
    if let Some(Translation { to, not_judged }) = &ran.record.translation {
        let _ = writeln!(out, "  {} the client speaks {to}", styled(BOLD, "translated:"));
        for NotJudged { axis, reason } in not_judged {
            let _ = writeln!(out, "    {axis} is not judged: {reason}");
        }
    }
    let tapped = ran.tapped.as_deref().unwrap_or_default();
    for (answer, number) in tapped.iter().zip(1..) {
        let status = answer.status.map_or_else(|| "no whole head".to_owned(), |status| status.to_string());
        let result = format!("({status}, {} bytes, {})", answer.length, answer.end.name());
        let label = format!("the gateway's answer {number} of {}:", tapped.len());
        let _ = writeln!(out, "  {} {}", styled(BOLD, &label), styled(DIM, &result));
        let last = &answer.bytes[answer.bytes.len().saturating_sub(LAST)..];
        let _ = writeln!(out, "    {}", shown(&String::from_utf8_lossy(last), LAST));
    }
    out
}
