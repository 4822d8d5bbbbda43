//! The judgement of what the caller's own code saw.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::case::{Axis, Dispute, Level, Source};
use crate::judge::{Grade, Mode, Status};
use crate::text::shown;

/// The number of characters of a text in the explanation.
const WIDTH: usize = 400;

/// The verdict on what was seen in an attempt, with every check.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Judgement {
    /// The id of the case.
    pub case: String,
    /// A sentence about what happens on the wire.
    pub title: String,
    /// True where every MUST and SHOULD that could be judged holds, or is one on which maintainers have ruled otherwise.
    pub passes: bool,
    /// The verdict.
    pub status: Status,
    /// The kind of failure, where the status is `fails`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The reason, where no check has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The checks that could be judged.
    pub checks: Vec<JudgedCheck>,
    /// The checks of the case that could not be judged.
    pub not_judged: Vec<UnjudgedCheck>,
    /// The documents that the expectation comes from.
    pub sources: Vec<Source>,
    /// The ruling of maintainers that differs from the expectation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Dispute>,
    /// All of it as text, to be printed where a test fails.
    pub explanation: String,
}

/// A check that was judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JudgedCheck {
    /// The weight.
    pub level: Level,
    /// The thing that was compared.
    pub axis: Axis,
    /// True where the expectation holds.
    pub holds: bool,
    /// The result of the comparison.
    pub grade: Grade,
    /// The expected value, in the form of the case.
    pub expected: Value,
    /// The observed value; null where there was none.
    pub observed: Value,
    /// True where maintainers have ruled otherwise.
    pub disputed: bool,
    /// The comparison in a sentence.
    pub reason: String,
    /// A sentence that says what a client does where this holds.
    pub means: String,
    /// The line of the case file that has it, `cases/openai-chat/cut/reset.yaml:20`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The addresses of the documents of the case that can carry a check of this level.
    pub sources: Vec<String>,
}

/// A check that was not judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnjudgedCheck {
    /// The weight.
    pub level: Level,
    /// The thing that was not compared.
    pub axis: Axis,
    /// The reason.
    pub reason: String,
}

impl Judgement {
    /// Writes it as text.
    pub(in crate::serve) fn explained(&self) -> String {
        let mut out = format!("{}: {}\n  {}\n", self.case, self.status.with_mode(self.mode), self.title);
        if let Some(reason) = &self.reason {
            let _ = writeln!(out, "  {}", shown(reason, WIDTH));
        }
        for check in &self.checks {
            let mark = match (check.holds, check.disputed) {
                (true, _) => "ok",
                (false, true) => "disputed",
                (false, false) => "BROKEN",
            };
            let _ = writeln!(out, "  {mark} {} {}: {}", check.level.name(), check.axis, shown(&check.reason, WIDTH));
            if check.holds {
                continue;
            }
            let _ = writeln!(out, "      {}", check.means);
            for place in check.place.iter().chain(&check.sources) {
                let _ = writeln!(out, "      {place}");
            }
        }
        for UnjudgedCheck { level, axis, reason } in &self.not_judged {
            let _ = writeln!(out, "  not judged: {} {axis}: {reason}", level.name());
        }
        if let Some(dispute) = &self.disputed {
            let _ = writeln!(out, "  disputed: {} ({})", dispute.position, dispute.url);
        }
        out
    }
}
