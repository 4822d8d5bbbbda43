//! From what the caller's own code saw in an attempt to a judgement.

use std::time::Duration;

use camino::Utf8Path;

use super::attempt::Attempt;
use super::interface::{InterfaceProblem, JudgedCheck, Judgement, Seen, SeenError, UnjudgedCheck};
use crate::case::{Axis, Case, End, Level, Source};
use crate::judge::{Check, Evidence, Grade, Stated, Status, judge};
use crate::message::sentence;
use crate::server::{Sent, Transcript};
use crate::session::locate;
use crate::wire::Script;

/// The time in which a client must let go of the connection after its caller was told of a failure.
const RELEASE: Duration = Duration::from_secs(2);

/// The axes on the number of requests, of which a case's own URL cannot tell to which attempt they belong.
const COUNTED: [Axis; 3] = [Axis::Requests, Axis::Resent, Axis::Wait];

/// Judges what was seen in an attempt. The root is that of the repository, for the lines of the checks.
pub(super) fn judged(attempt: &Attempt, seen: &Seen, root: &Utf8Path) -> Result<Judgement, InterfaceProblem> {
    if let Some(why) = seen.contradiction() {
        return Err(InterfaceProblem::new(422, why));
    }
    let conflict = |why: &str| InterfaceProblem::new(409, why);
    let (case, transcript) = (attempt.case.as_ref(), attempt.player.transcript());
    if let Some(refused) = transcript.refused.iter().find(|refused| refused.own) {
        return Err(conflict(&format!(
            "the request `{}` was refused with {}, so that the client did not see what the case sends: {}",
            refused.request, refused.status, refused.reason
        )));
    }
    if transcript.exchanges.is_empty() {
        return Err(conflict("no request has come, so there is nothing to judge; is the base URL that of this case?"));
    }
    let unseen = unseen(attempt, seen);
    let answered = seen.answered();
    let bases = seen.error.as_ref().map(SeenError::bases).unwrap_or_default();
    let script = attempt.player.script();
    let verdict = judge(&Evidence {
        case,
        nonce: &attempt.nonce,
        surface: None,
        error_bases: &bases,
        answered: &answered,
        control: None,
        script,
        transcript: &transcript,
        stated: Some(Stated { outcome: seen.outcome, unseen: &unseen }),
        released: released(&transcript, script, attempt.player.age()),
        client_side: None,
    });
    let is_judged = |check: &&Check| check.held().is_some();
    if verdict.reason.is_none() && !verdict.checks.iter().any(|check| is_judged(&check)) {
        return Err(conflict(
            "nothing is left to judge: every check of the case is on an axis that was not given or is ignored",
        ));
    }
    let unjudged = |check: &Check| UnjudgedCheck {
        level: check.level,
        axis: check.axis,
        reason: why_not(check, attempt, seen).to_owned(),
    };
    let mut judgement = Judgement {
        case: case.id.to_string(),
        title: case.title.clone(),
        passes: matches!(verdict.status, Status::Pass | Status::Disputed),
        status: verdict.status,
        mode: verdict.mode,
        reason: verdict.reason.clone(),
        checks: verdict.checks.iter().filter(is_judged).map(|check| one(check, case, root)).collect(),
        not_judged: verdict.checks.iter().filter(|check| !is_judged(check)).map(unjudged).collect(),
        sources: case.sources.clone(),
        disputed: case.disputed.clone(),
        explanation: String::new(),
    };
    judgement.explanation = judgement.explained();
    attempt.judged(verdict.in_short());
    Ok(judgement)
}

/// Lists the axes that are not judged.
fn unseen(attempt: &Attempt, seen: &Seen) -> Vec<Axis> {
    let counted: &[Axis] = if attempt.is_session { &[] } else { &COUNTED };
    seen.unsaid().into_iter().chain(seen.ignore.iter().copied()).chain(counted.iter().copied()).collect()
}

/// Says whether the client has let go of the connection of its last request; none where it may still do so in time.
fn released(transcript: &Transcript, script: &Script, now: Duration) -> Option<bool> {
    let last = transcript.exchanges.last()?;
    let stalls = script.answer(last.answer).is_some_and(|answer| answer.end == End::Stall);
    if last.client_left_at.is_some() || (last.sent == Sent::Whole && !stalls) {
        return Some(true);
    }
    let since = last.done_at.unwrap_or(last.at);
    (now.saturating_sub(since) > RELEASE).then_some(false)
}

fn one(check: &Check, case: &Case, root: &Utf8Path) -> JudgedCheck {
    let carries = |source: &&Source| check.level != Level::Must || source.carries_a_must();
    let mut sources: Vec<String> = case.sources.iter().filter(carries).map(|source| source.url.clone()).collect();
    if sources.is_empty() {
        // A MUST without such a document holds because breaking it makes a failure look like a success, or repeats effects.
        sources = case.sources.iter().map(|source| source.url.clone()).collect();
    }
    let place = locate(root, &case.file, check.level, check.axis);
    JudgedCheck {
        level: check.level,
        axis: check.axis,
        holds: check.held() == Some(true),
        grade: check.grade,
        expected: check.expected.clone(),
        observed: check.observed.clone(),
        disputed: check.disputed,
        reason: sentence(check),
        means: check.axis.about().to_owned(),
        place: place.map(|place| format!("{}:{}", case.file, place.line)),
        sources,
    }
}

/// Says why a check was not judged.
fn why_not(check: &Check, attempt: &Attempt, seen: &Seen) -> &'static str {
    match check.axis {
        axis if seen.ignore.contains(&axis) => "it is ignored, as was asked",
        axis if COUNTED.contains(&axis) && !attempt.is_session => {
            "at a case's own URL nothing tells a second try from a new attempt; open a session"
        }
        _ if check.grade == Grade::NotApplicable => "there is nothing to look at",
        Axis::ErrorClass => "it takes the same error as a plain HTTP response to compare with, which only `run` sends",
        Axis::Either => "nothing was given that tells which of these ends it is",
        Axis::Again | Axis::Others => "one call is judged, and this is about several",
        Axis::Connection => "the connection is open, and the time in which the client must let go of it is not over",
        _ => "it was not given",
    }
}

#[cfg(test)]
mod tests;
