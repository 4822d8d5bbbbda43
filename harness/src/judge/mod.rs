//! From what was expected and what was seen to one verdict: total, and without I/O.

mod axes;
mod outcome;
#[cfg(test)]
mod tests;
mod verdict;

use streamspec_adapters::contract::{Answer, Answered, Observation};

pub use outcome::{outcome, says_stop, stop_reason_on_wire};
pub use verdict::{Check, Grade, Mode, Verdict, Word};

use crate::case::{Axis, Case, Level, Outcome};
use crate::server::Transcript;
use crate::wire::Script;

/// Everything a verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The case with its expectation.
    pub case: &'a Case,
    /// What `${nonce}` stood for.
    pub nonce: &'a str,
    /// Root classes of the SDK's own exceptions.
    pub error_bases: &'a [String],
    /// How the call came out.
    pub answered: &'a Answered,
    /// How the same surface came out on the case's control, if it was run.
    pub control: Option<&'a Answered>,
    /// What the server was told to do.
    pub script: &'a Script,
    /// What the server saw and sent.
    pub transcript: &'a Transcript,
    /// Whether the client let go of the connection within the bound, if that was watched.
    pub released: Option<bool>,
}

/// Grades every check of the case and finds the one overall word.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    if let Some(reason) = wire_fault(evidence.script, evidence.transcript) {
        return Verdict::harness_fault(reason);
    }
    let observation = match &evidence.answered.answer {
        Answer::Fault { detail } => return Verdict::adapter_fault(detail.clone()),
        Answer::Hang => return Verdict::broken(Mode::Hang, evidence.case, "no answer before the deadline".to_owned()),
        Answer::Crash { detail, .. } => return Verdict::broken(Mode::Crash, evidence.case, detail.clone()),
        Answer::Observed(observation) => observation,
    };
    if evidence.transcript.exchanges.is_empty() {
        return Verdict::adapter_fault("no request reached the server, so nothing about the SDK was seen".to_owned());
    }
    if let Some(reason) = contradiction(observation) {
        return Verdict::adapter_fault(reason);
    }
    let expect = &evidence.case.expect;
    let checks = [(Level::Must, &expect.must), (Level::Should, &expect.should), (Level::May, &expect.may)]
        .into_iter()
        .flat_map(|(level, checks)| axes::grade(level, checks, observation, evidence))
        .collect();
    overall(checks, observation, evidence)
}

/// The one word for graded checks, and the mode of a failure.
fn overall(checks: Vec<Check>, observation: &Observation, evidence: &Evidence<'_>) -> Verdict {
    let broken = |level| checks.iter().filter(move |check| check.level == level && check.held() == Some(false));
    let mode = broken(Level::Must).map(|check| mode_of(check, observation, evidence)).max();
    let word = if mode.is_some() {
        Word::Fails
    } else if broken(Level::Should).next().is_some() {
        Word::Deviates
    } else {
        Word::Pass
    };
    Verdict { word, mode, reason: None, checks }
}

/// What kind of failure a broken MUST is.
fn mode_of(check: &Check, observation: &Observation, evidence: &Evidence<'_>) -> Mode {
    let invented = observation.stop_reason.value().is_some() && !stop_reason_on_wire(evidence);
    match check.axis {
        Axis::Outcome if outcome(observation) == Outcome::Error => Mode::Spurious,
        Axis::Outcome | Axis::StopReason if invented => Mode::Fabricated,
        Axis::Outcome if check.grade == Grade::Wrong => Mode::Silent,
        Axis::ErrorForeign => Mode::Crash,
        _ => Mode::Wrong,
    }
}

/// Whether the server wrote something other than its script: the harness's fault.
fn wire_fault(script: &Script, transcript: &Transcript) -> Option<String> {
    transcript.exchanges.iter().enumerate().find_map(|(number, exchange)| {
        let expected = script.digest_prefix(exchange.answer, exchange.written);
        (expected != exchange.digest).then(|| {
            format!(
                "the {} octets written for request {} are not the script's: {} instead of {expected}",
                exchange.written,
                number + 1,
                exchange.digest
            )
        })
    })
}

/// Whether an observation contradicts itself: the adapter's fault.
fn contradiction(observation: &Observation) -> Option<String> {
    use streamspec_adapters::contract::Ended::{Aborted, ErrorItem, Raised, Returned};
    match (observation.ended, &observation.error) {
        (Raised | ErrorItem, None) => Some("the observation says the SDK failed but holds no error".to_owned()),
        (Returned, Some(_)) => Some("the observation says the SDK returned normally but holds an error".to_owned()),
        (Raised | ErrorItem, Some(_)) | (Returned, None) | (Aborted, _) => None,
    }
}
