//! The words of a verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::case::{Axis, Case, Level};
use crate::text;

/// The graded checks of one trial and one overall status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The overall status.
    pub status: Status,
    /// The kind of failure; with [`Status::Fails`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The reason, where no check has it: a hang, a crash, a fault, a trial that was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The graded checks, in the order of levels and axes.
    pub checks: Vec<Check>,
}

/// One overall status. The first four are about the SDK; the others are never counted with them.
///
/// The order is that of reports, and the first four come before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every MUST and SHOULD that can be seen holds.
    Pass,
    /// Only checks that maintainers have ruled otherwise on do not hold.
    Disputed,
    /// Every MUST holds, a SHOULD does not.
    Deviates,
    /// A MUST does not hold.
    Fails,
    /// Attempts came out differently, and nothing but the SDK or its adapter can be why.
    Flaky,
    /// The SDK documents that it does not do this.
    Unsupported,
    /// The adapter broke.
    AdapterFault,
    /// The gateway broke: it was not there, ended, passed nothing on, or answered for another trial.
    GatewayFault,
    /// The harness broke.
    HarnessFault,
    /// The trial was not run.
    NotRun,
}

impl Status {
    /// Every status, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Pass,
        Self::Disputed,
        Self::Deviates,
        Self::Fails,
        Self::Flaky,
        Self::Unsupported,
        Self::AdapterFault,
        Self::GatewayFault,
        Self::HarnessFault,
        Self::NotRun,
    ];

    /// Returns true where the trial has no result that counts: something broke, or two attempts differed.
    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Flaky | Self::AdapterFault | Self::GatewayFault | Self::HarnessFault)
    }

    /// Returns the status with the kind of a failure, if it is one: `fails (silent)`.
    pub fn with_mode(self, mode: Option<Mode>) -> String {
        let mode = mode.map(|mode| format!(" ({})", mode.name())).unwrap_or_default();
        format!("{}{mode}", self.name())
    }

    /// Returns the name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Disputed => "disputed",
            Self::Deviates => "deviates",
            Self::Fails => "fails",
            Self::Flaky => "flaky",
            Self::Unsupported => "unsupported",
            Self::AdapterFault => "adapter-fault",
            Self::GatewayFault => "gateway-fault",
            Self::HarnessFault => "harness-fault",
            Self::NotRun => "not-run",
        }
    }
}

/// The kind of a failure, from the least to the most harmful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A MUST other than the outcome does not hold.
    Wrong,
    /// A healthy stream was reported as failed.
    Spurious,
    /// A foreign exception escaped where the case forbids it, or the process died.
    Crash,
    /// No answer before the deadline.
    Hang,
    /// An error or a cut came out as a normal end.
    Silent,
    /// The same, with a stop reason that was never on the wire.
    Fabricated,
}

impl Mode {
    /// Every mode, the most harmful first.
    pub const ALL: [Self; 6] = [Self::Fabricated, Self::Silent, Self::Hang, Self::Crash, Self::Spurious, Self::Wrong];

    /// Returns the name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Spurious => "spurious",
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Silent => "silent",
            Self::Fabricated => "fabricated",
        }
    }
}

/// One graded check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The axis that was compared.
    pub axis: Axis,
    /// The weight.
    pub level: Level,
    /// The value that the case expects, in the form of the case.
    pub expected: Value,
    /// The observed value; null where there was none.
    pub observed: Value,
    /// The result of the comparison.
    pub grade: Grade,
    /// True where maintainers have ruled otherwise.
    #[serde(default, skip_serializing_if = "crate::json::is_default")]
    pub disputed: bool,
}

/// The result of comparing an expectation with an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It is what the case expects.
    Exact,
    /// It is something else.
    Wrong,
    /// The SDK has no such field.
    Absent,
    /// The SDK has the field and left it empty.
    Empty,
    /// The status is the response's own.
    Transport,
    /// The status is neither the equivalent one nor the response's own.
    Contradictory,
    /// This surface cannot show it.
    NotObservable,
    /// There is no failure to look at.
    NotApplicable,
}

impl Grade {
    /// Grades a value that was observed, by whether it is the expected one.
    pub(super) const fn exact_if(holds: bool) -> Self {
        if holds { Self::Exact } else { Self::Wrong }
    }

    /// Returns the name in reports and in lists of known deviations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Wrong => "wrong",
            Self::Absent => "absent",
            Self::Empty => "empty",
            Self::Transport => "transport",
            Self::Contradictory => "contradictory",
            Self::NotObservable => "not-observable",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl Check {
    /// Returns true where the expectation holds, false where it does not; none where nothing could be observed.
    pub const fn held(&self) -> Option<bool> {
        match self.grade {
            Grade::Exact => Some(true),
            Grade::NotObservable | Grade::NotApplicable => None,
            Grade::Wrong | Grade::Absent | Grade::Empty | Grade::Transport | Grade::Contradictory => Some(false),
        }
    }

    /// Returns the observation in the form of a list of known deviations: the value itself where there is a wrong one,
    /// the grade otherwise. A message is any text, which places of a sweep look complete depends on where each case's
    /// events end, and how many of the calls that are made at once are drawn in depends on chance, so of these only the
    /// grade is kept.
    pub fn seen(&self) -> String {
        let is_value = matches!(self.grade, Grade::Wrong | Grade::Contradictory);
        if !is_value || matches!(self.axis, Axis::ErrorMessage | Axis::Others | Axis::Cuts | Axis::Errors) {
            return self.grade.name().to_owned();
        }
        match &self.observed {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        }
    }
}

/// The most characters of an observed value, and of a reason, in a line that says what a call or a trial came to.
const SHORT: [usize; 2] = [200, 1000];

/// Cuts the reason why there is no observation to what stands in one line.
pub(crate) fn reason_in_short(reason: &str) -> String {
    text::cut(reason, SHORT[1])
}

impl Verdict {
    /// Makes the verdict that the adapter broke.
    pub(crate) fn adapter_fault(reason: String) -> Self {
        Self { status: Status::AdapterFault, mode: None, reason: Some(reason), checks: Vec::new() }
    }

    /// Makes the verdict that the harness broke.
    pub(crate) fn harness_fault(reason: String) -> Self {
        Self { status: Status::HarnessFault, mode: None, reason: Some(reason), checks: Vec::new() }
    }

    /// Makes the verdict on a gateway that broke.
    pub fn gateway_fault(reason: String) -> Self {
        Self { status: Status::GatewayFault, mode: None, reason: Some(reason), checks: Vec::new() }
    }

    /// Makes the verdict that the trial was not run.
    pub fn not_run(reason: String) -> Self {
        Self { status: Status::NotRun, mode: None, reason: Some(reason), checks: Vec::new() }
    }

    /// Makes the verdict that the SDK documents that it does not do this.
    pub fn unsupported(reason: String) -> Self {
        Self { status: Status::Unsupported, mode: None, reason: Some(reason), checks: Vec::new() }
    }

    /// Makes the verdict `flaky`: this attempt differs from the one before it, so that neither is the trial's result.
    pub(crate) fn make_flaky(&mut self, before: &Self) {
        let reason =
            format!("one attempt ended with `{}`, and the next one with `{}`", before.in_short(), self.in_short());
        (self.status, self.mode, self.reason) = (Status::Flaky, None, Some(reason));
    }

    /// Returns the status with the kind of a failure: `fails (silent)`.
    pub fn status_and_mode(&self) -> String {
        self.status.with_mode(self.mode)
    }

    /// Returns the status, the mode and what does not hold: `fails (silent): outcome is completed`. What is long is cut.
    pub fn in_short(&self) -> String {
        let broken = || -> Vec<String> {
            self.broken_checks()
                .map(|check| format!("{} is {}", check.axis, text::cut(&check.seen(), SHORT[0])))
                .collect()
        };
        let why = self.reason.as_deref().map_or_else(|| broken().join(", "), reason_in_short);
        let why = if why.is_empty() { why } else { format!(": {why}") };
        format!("{}{why}", self.status_and_mode())
    }

    /// Returns true where two attempts came out alike: in the status, in the mode and in every check.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let graded = |verdict: &Self| -> Vec<(Axis, Grade, String)> {
            verdict.checks.iter().map(|check| (check.axis, check.grade, check.seen())).collect()
        };
        (self.status, self.mode) == (other.status, other.mode) && graded(self) == graded(other)
    }

    /// Makes the verdict of graded checks: one status, and the mode of a failure.
    pub(crate) fn of(checks: Vec<Check>, mode_of: impl Fn(&Check) -> Mode) -> Self {
        let broken = |level| checks.iter().filter(move |check| check.level == level && check.held() == Some(false));
        let ruled = |check: &&Check| check.disputed;
        let mode = broken(Level::Must).filter(|check| !ruled(check)).map(mode_of).max();
        let status = if mode.is_some() {
            Status::Fails
        } else if broken(Level::Should).any(|check| !check.disputed) {
            Status::Deviates
        } else if broken(Level::Must).chain(broken(Level::Should)).next().is_some() {
            Status::Disputed
        } else {
            Status::Pass
        };
        Self { status, mode, reason: None, checks }
    }

    /// Makes the verdict of an SDK that gave no answer at all: every case has an outcome, and this is none.
    pub(crate) fn broken(mode: Mode, case: &Case, reason: String) -> Self {
        let expected = case.expect.must.outcomes().map_or(Value::Null, |accepted| listed(&accepted));
        let check = Check {
            axis: Axis::Outcome,
            level: Level::Must,
            expected,
            observed: Value::from(mode.name()),
            grade: Grade::Wrong,
            disputed: false,
        };
        Self { status: Status::Fails, mode: Some(mode), reason: Some(reason), checks: vec![check] }
    }

    /// Adds a MUST that was graded after the others.
    pub(crate) fn add(&mut self, check: Option<Check>) {
        let Some(check) = check else { return };
        if check.held() == Some(false) {
            self.status = Status::Fails;
            self.mode = self.mode.max(Some(Mode::Wrong));
        }
        self.checks.push(check);
    }

    /// Returns the checks that do not hold at a level that counts.
    pub fn broken_checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.level != Level::May && check.held() == Some(false))
    }
}

/// Writes accepted values as a case does: one by itself, several as a list.
pub(super) fn listed<T: Serialize>(values: &[T]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}
