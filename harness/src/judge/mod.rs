//! From what was expected and what was seen to one verdict: total, and without I/O.

mod at_once;
mod axes;
mod endings;
mod expected;
mod fault;
mod outcome;
mod reason;
mod request;
mod resent;
#[cfg(test)]
mod tests;
mod text;
mod usage;
mod verdict;

use streamspec_adapters::contract::{Api, CallOutcome, CallResult, Ended, Observation, STUCK};
use streamspec_adapters::manifest::Surface;

pub use at_once::failed_first;
pub use expected::{Expected, expected};
pub use reason::says_stop;
pub(crate) use verdict::reason_in_short;
pub use verdict::{Check, Grade, Mode, Status, Verdict};

use crate::case::{About, Axis, Case, Outcome};
use crate::server::Transcript;
use crate::wire::Script;

/// The number of the rules by which cases become bytes and observations become verdicts; verdicts of different numbers
/// say nothing about each other.
///
/// A number of its own, because the version of the crate stays the same from one release to the next while rules
/// change; a test holds what is judged under it.
pub const RULES: u32 = 2;

/// Everything a verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The case with its expectation.
    pub case: &'a Case,
    /// The text that `${nonce}` stood for.
    pub nonce: &'a str,
    /// The fields that the surface can show, if it has a manifest.
    pub surface: Option<&'a Surface>,
    /// Root classes of the SDK's own exceptions; none where it has no hierarchy of its own.
    pub error_bases: &'a [String],
    /// The result of the call.
    pub answered: &'a CallResult,
    /// The result of the same surface on the case's control, if it was run.
    pub control: Option<&'a Control>,
    /// The script that the server played.
    pub script: &'a Script,
    /// The record of what the server received and sent.
    pub transcript: &'a Transcript,
    /// What the caller states by itself, where the observation is no adapter's; none where everything is derived from it.
    pub stated: Option<Stated<'a>>,
    /// True where the client released the connection within the bound, false where it did not; none where that was not
    /// watched.
    pub released: Option<bool>,
    /// The client's side of a gateway that translates; none where the client speaks the dialect of the case.
    pub client_side: Option<ClientSide>,
}

/// The client's side of a gateway that translates; the case then expects what is expected there.
#[derive(Clone, Copy, Debug)]
pub struct ClientSide {
    /// The dialect.
    pub api: Api,
    /// The status of the last answer; none where no whole head came.
    pub status: Option<u16>,
}

impl Evidence<'_> {
    /// Returns the dialect that the client speaks.
    fn spoken(&self) -> Api {
        self.client_side.map_or(self.case.api, |side| side.api)
    }
}

/// The statement of a caller who is no adapter: its own view of the end, and what it says nothing about.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// The end, as the caller's code took it.
    pub outcome: Outcome,
    /// The axes on which it says nothing, so that nothing is judged.
    pub unseen: &'a [Axis],
}

/// The result of a surface on a control: the error of a case as a plain HTTP response.
#[derive(Clone, Debug)]
pub struct Control {
    /// The result of the call.
    pub answered: CallResult,
    /// True if a request came and something was sent for it: an error of the transport alone is not that of the
    /// response.
    pub was_sent: bool,
    /// The reason why no connection could be opened for it; none where one was.
    pub lacking: Option<String>,
}

impl Control {
    /// Makes the control of a call's result and what the server received for it.
    pub fn new(answered: CallResult, transcript: &Transcript) -> Self {
        let was_sent = transcript.exchanges.iter().any(|exchange| exchange.written > 0);
        let lacking = fault::of_the_connections(&answered.outcome, transcript);
        Self { answered, was_sent, lacking }
    }

    /// Returns true where it shows what this surface raises for such a response.
    pub fn shows_an_error(&self) -> bool {
        let raised =
            |answer: &CallOutcome| matches!(answer, CallOutcome::Observed(observation) if observation.error.is_some());
        self.was_sent && raised(&self.answered.outcome)
    }
}

/// An observation, and what every check rests on: it is found once.
#[derive(Clone, Copy, Debug)]
struct Observed<'a> {
    observation: &'a Observation,
    /// The end of the answer, derived from the observation.
    outcome: Outcome,
    /// True where an answer that was sent carried a stop reason.
    reason_on_wire: bool,
}

/// Grades every check of the case and finds the one overall status.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    if let Some(reason) = fault::of_the_wire(evidence.script, evidence.transcript) {
        return Verdict::harness_fault(reason);
    }
    if let Some(reason) = fault::of_the_connections(&evidence.answered.outcome, evidence.transcript) {
        return Verdict::harness_fault(reason);
    }
    if let Some(reason) = fault::of_the_requests(evidence.transcript) {
        return Verdict::adapter_fault(reason);
    }
    if evidence.transcript.exchanges.is_empty()
        && matches!(evidence.answered.outcome, CallOutcome::Observed(_) | CallOutcome::Hang)
    {
        return Verdict::adapter_fault("no request reached the server, so nothing is known about the SDK".to_owned());
    }
    let waited = Observation::of(Ended::Aborted);
    let seen = match &evidence.answered.outcome {
        CallOutcome::Fault { detail } => return Verdict::adapter_fault(detail.clone()),
        CallOutcome::Hang if evidence.case.may_wait() => {
            let reason_on_wire = stop_reason_on_wire(evidence);
            Observed { observation: &waited, outcome: Outcome::Waiting, reason_on_wire }
        }
        CallOutcome::Hang => {
            return Verdict::broken(Mode::Hang, evidence.case, "no answer before the deadline".to_owned());
        }
        CallOutcome::Crash { detail, .. } => return Verdict::broken(Mode::Crash, evidence.case, detail.clone()),
        CallOutcome::Stuck => return Verdict::broken(Mode::Hang, evidence.case, STUCK.to_owned()),
        CallOutcome::Observed(observation) => {
            let reason_on_wire = stop_reason_on_wire(evidence);
            let derived = || outcome::outcome(observation, reason_on_wire);
            let outcome = evidence.stated.map_or_else(derived, |stated| stated.outcome);
            Observed { observation, outcome, reason_on_wire }
        }
    };
    if seen.outcome != Outcome::Waiting
        && evidence.stated.is_none()
        && let Some(reason) = fault::of_the_observations(seen.observation, evidence)
    {
        return Verdict::adapter_fault(reason);
    }
    let mut checks: Vec<Check> =
        evidence.case.levels().flat_map(|(level, checks)| axes::grade(level, checks, seen, evidence)).collect();
    if let Some(lost) = checks.iter().find_map(|check| fault::of_the_control(check, evidence)) {
        return lost;
    }
    for check in &mut checks {
        let ruled = evidence.case.disputed.as_ref().is_some_and(|dispute| dispute.axes.contains(&check.axis));
        // No ruling is about a status that contradicts both the documents and the wire.
        check.disputed = ruled && check.grade != Grade::Contradictory;
    }
    let invented = is_invented(seen);
    Verdict::of(checks, |check| mode_of(check, seen, invented, evidence))
}

/// Returns true where the SDK's stop reason asserts a normal end though none was sent.
fn is_invented(seen: Observed<'_>) -> bool {
    let reported = seen.observation.stop_reason.value();
    reported.is_some_and(|reported| reason::asserts_an_end(reported)) && !seen.reason_on_wire
}

/// Finds the mode of a broken MUST. Only an answer that looks completed can be silent or fabricated: any other
/// end shows the caller that something is wrong.
fn mode_of(check: &Check, seen: Observed<'_>, invented: bool, evidence: &Evidence<'_>) -> Mode {
    let accepted = evidence.case.expect.must.outcomes().unwrap_or_default();
    let completes = seen.outcome == Outcome::Completed;
    // Completed where that is not accepted, or accepted only with the whole answer.
    let hides_a_failure = completes && accepted != [Outcome::Completed];
    // What was lost of a whole answer is lost, but there was no failure that could have been hidden.
    let loses_a_whole_answer = check.axis == Axis::Either && ends_normally(evidence);
    match check.axis {
        Axis::ErrorForeign => Mode::Crash,
        Axis::Outcome | Axis::Either if hides_a_failure && invented => Mode::Fabricated,
        Axis::Outcome | Axis::Either if hides_a_failure && !loses_a_whole_answer => Mode::Silent,
        Axis::StopReason if completes && invented => Mode::Fabricated,
        Axis::Outcome if seen.outcome == Outcome::Error && accepted == [Outcome::Completed] => Mode::Spurious,
        _ => Mode::Wrong,
    }
}

/// Returns true where what was sent is a whole answer that came to its own end: nothing in it fails, and no limit and no filter cut it.
fn ends_normally(evidence: &Evidence<'_>) -> bool {
    evidence.case.about == About::Healthy
        && evidence.transcript.exchanges.last().is_some_and(|exchange| {
            let content = exchange.content_of(evidence.script);
            reason::last_stop(evidence.case.api, &content).is_some_and(|word| reason::asserts_an_end(&word))
        })
}

/// Returns true where an answer that was sent carried a stop reason, as far as it was written. Of the answers to calls that were
/// made at once, the call that failed has one without.
fn stop_reason_on_wire(evidence: &Evidence<'_>) -> bool {
    let mut answers = evidence
        .transcript
        .exchanges
        .iter()
        .map(|exchange| reason::says_stop(evidence.case.api, &exchange.content_of(evidence.script)));
    if evidence.case.caller.at_once.is_some() {
        answers.all(|says_stop| says_stop)
    } else {
        answers.any(|says_stop| says_stop)
    }
}
