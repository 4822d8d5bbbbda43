//! A failure explains itself: the case's line, the difference, the bytes, the requests, how to run just this one.

use std::fmt::Write as _;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use streamspec_adapters::contract::Observation;

use super::{BAD, BOLD, DIM, GOOD, WARN, blame, styled, wire};
use crate::case::{Axis, Case};
use crate::judge::{Check, Grade, Status};
use crate::load::Location;
use crate::record::{AttemptRecord, Attempted};
use crate::run::TrialRun;
use crate::text::shown;

/// The part of a list of known deviations that concerns a trial.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Sentences to put before everything else, such as a stale entry.
    pub notes: Vec<String>,
    /// The checks that the list covers, by their place in the verdict.
    pub covered: Vec<usize>,
}

/// Explains one trial. `again` is the command that runs just this one; `locate` finds the line of a check in the case file.
pub fn explain(
    ran: &TrialRun,
    case: &Case,
    again: &str,
    listed: &Listed,
    locate: &dyn Fn(&Check) -> Option<Location>,
) -> String {
    let mut out = String::new();
    let record = &ran.record;
    let verdict = &record.verdict;
    let status = styled(style_of(verdict.status), &verdict.status_and_mode());
    let _ = writeln!(out, "{}  {status}", styled(BOLD, &record.name()));
    let _ = writeln!(out, "  {}", case.title);
    for note in &listed.notes {
        let _ = writeln!(out, "  {}", styled(WARN, note));
    }
    if let Some(reason) = &verdict.reason {
        let _ = writeln!(out, "  {}", shown(reason, 2000));
    }
    let broken = verdict.checks.iter().enumerate().filter(|(_, check)| check.held() == Some(false));
    for (place, check) in broken.clone() {
        let notes = [(check.disputed, " (disputed)"), (listed.covered.contains(&place), " (known deviation)")];
        let notes: String = notes.into_iter().filter_map(|(is, note)| is.then_some(note)).collect();
        write_check(&mut out, case, check, locate(check), &notes);
    }
    difference(&mut out, broken.map(|(_, check)| check));
    if let Some(dispute) = &case.disputed {
        let _ = writeln!(out, "  {} {} ({})", styled(BOLD, "disputed:"), dispute.position, dispute.url);
    }
    for AttemptRecord { of, result, reason: why, took_ms } in &record.attempts {
        let of = if *of == Attempted::Control { "the control" } else { "the trial" };
        let text = format!("{of} ended with {} after {took_ms} ms and was run again: {why}", shown(result, 300));
        let _ = writeln!(out, "  {} {text}", styled(BOLD, "earlier attempt:"));
    }
    observed(&mut out, ran);
    out.push_str(&wire::wire(ran));
    out.push_str(&blame::blame(ran));
    let stderr = ran.answered.stderr.trim();
    if !stderr.is_empty() {
        let _ = writeln!(
            out,
            "  {}",
            styled(BOLD, "the stderr of the adapter's process, which all its calls share, ends with:")
        );
        let lines: Vec<&str> = stderr.lines().collect();
        for line in &lines[lines.len().saturating_sub(10)..] {
            let _ = writeln!(out, "    {}", shown(line, 300));
        }
    }
    let _ = writeln!(out, "  {} {again}", styled(BOLD, "reproduce:"));
    out
}

/// Writes a broken check below the line of the case file that has it.
fn write_check(out: &mut String, case: &Case, check: &Check, location: Option<Location>, known: &str) {
    let text = format!("{}: {}{known}", check.level.name(), sentence(check));
    let Some(location) = location else {
        let _ = writeln!(out, "  {} {}: {text}", styled(DIM, "-->"), case.file);
        return;
    };
    let number = location.line.to_string();
    let gap = " ".repeat(number.len());
    let _ = writeln!(out, "  {gap}{} {}:{number}:{}", styled(DIM, "-->"), case.file, location.column);
    let _ = writeln!(out, "  {} {}", styled(DIM, &format!("{number} |")), location.text);
    let carets = format!("{}{}", " ".repeat(location.column.saturating_sub(1)), "^".repeat(location.length.max(1)));
    let _ = writeln!(out, "  {} {} {text}", styled(DIM, &format!("{gap} |")), styled(BAD, &carets));
}

/// Writes what a check expected and what was observed, in a sentence.
pub(crate) fn sentence(check: &Check) -> String {
    let (expected, observed) = (short(&check.expected), short(&check.observed));
    if check.axis == Axis::Variants {
        return format!("depends on how the bytes are split or framed: {observed}");
    }
    match check.grade {
        Grade::Absent => format!("expected {expected}, but the error has no such field"),
        Grade::Empty => format!("expected {expected}, but the field is empty"),
        Grade::Transport => {
            format!("expected {expected}, observed {observed}: the status of the response that carried it")
        }
        Grade::Contradictory => {
            format!("expected {expected}, observed {observed}: neither the equivalent status nor the response's own")
        }
        Grade::Wrong | Grade::Exact | Grade::NotObservable | Grade::NotApplicable => {
            format!("expected {expected}, observed {observed}")
        }
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text, 200),
        other => shown(&other.to_string(), 200),
    }
}

fn difference<'a>(out: &mut String, broken: impl Iterator<Item = &'a Check>) {
    let (mut expected, mut observed) = (String::new(), String::new());
    for check in broken {
        let _ = writeln!(expected, "{}: {}", check.axis, short(&check.expected));
        let seen = match check.grade {
            Grade::Absent | Grade::Empty => check.grade.name().to_owned(),
            _ => short(&check.observed),
        };
        let _ = writeln!(observed, "{}: {seen}", check.axis);
    }
    for change in TextDiff::from_lines(expected.as_str(), observed.as_str()).iter_all_changes() {
        let (sign, style) = match change.tag() {
            ChangeTag::Delete => ("-", GOOD),
            ChangeTag::Insert => ("+", BAD),
            ChangeTag::Equal => (" ", DIM),
        };
        let line = format!("{sign} {}", change.value().trim_end());
        let _ = writeln!(out, "    {}", styled(style, &line));
    }
}

fn observed(out: &mut String, ran: &TrialRun) {
    let Some(observation) = &ran.record.observation else { return };
    one_call(out, "observed:", observation);
    if let Some(second) = &observation.again {
        one_call(out, "observed of the second call:", second);
    }
    // Most of them are alike.
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for other in &observation.others {
        let mut said = String::new();
        told(&mut said, other);
        match kinds.iter_mut().find(|(kind, _)| *kind == said) {
            Some((_, count)) => *count += 1,
            None => kinds.push((said, 1)),
        }
    }
    for (said, count) in kinds {
        let label = format!("observed of {count} of the {} other calls:", observation.others.len());
        let _ = write!(out, "  {} {said}", styled(BOLD, &label));
    }
}

fn one_call(out: &mut String, label: &str, observation: &Observation) {
    let _ = write!(out, "  {} ", styled(BOLD, label));
    told(out, observation);
}

fn told(out: &mut String, observation: &Observation) {
    let items = if observation.events == 1 { "item" } else { "items" };
    let _ = write!(out, "{:?} after {} {items}", observation.ended, observation.events);
    if let Some(text) = &observation.text {
        let _ = write!(out, ", text \"{}\"", shown(text, 120));
    }
    out.push('\n');
    if let Some(error) = &observation.error {
        let _ = writeln!(out, "    {}: {}", shown(&error.classes.join(" < "), 300), shown(&error.message, 300));
        for sentence in &error.unread {
            let _ = writeln!(out, "    the adapter could not read: {}", shown(sentence, 300));
        }
    }
}

/// Returns the style of a status.
pub(super) const fn style_of(status: Status) -> anstyle::Style {
    match status {
        Status::Pass => GOOD,
        Status::Disputed | Status::Deviates | Status::Unsupported | Status::NotRun => WARN,
        Status::Fails | Status::Flaky | Status::AdapterFault | Status::GatewayFault | Status::HarnessFault => BAD,
    }
}
