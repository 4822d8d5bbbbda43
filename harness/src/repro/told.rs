//! Words about a trial: what was expected and what was seen, for the maintainer of an SDK.

use std::fmt::Write as _;

use serde_json::Value;
use streamspec_adapters::contract::{Ended, Observation, ObservedError};

use super::Repro;
use crate::case::{Basis, End, Source};
use crate::judge::{Check, Grade, Mode, Status};
use crate::message::sentence;
use crate::report::markup::{code, text};
use crate::text::shown;
use crate::transport::{DescribedStep, describe};

/// The longest value in a sentence, in characters.
const LONGEST: usize = 300;

/// Says in a few words what is wrong, for a title.
pub(super) fn headline(repro: &Repro) -> String {
    let verdict = &repro.trial.verdict;
    let of_mode = verdict.mode.map(|mode| match mode {
        Mode::Fabricated => "a failure looks like a complete answer, with a stop reason that was never sent",
        Mode::Silent => "a failure looks like a complete answer",
        Mode::Hang => "the call never ends",
        Mode::Crash => "the process ends, or an exception escapes that is not the SDK's own",
        Mode::Spurious => "a healthy answer is reported as failed",
        Mode::Wrong => "",
    });
    match (of_mode, verdict.broken_checks().next()) {
        (Some(words), _) if !words.is_empty() => words.to_owned(),
        (_, Some(check)) => format!("`{}`: {}", check.axis.name(), sentence(check)),
        (_, None) if verdict.status == Status::Pass => "as expected".to_owned(),
        (_, None) => verdict.in_short(),
    }
}

/// Lists the checks that do not hold, each in a line of Markdown.
pub(super) fn broken(repro: &Repro) -> Vec<String> {
    repro.trial.verdict.broken_checks().map(line).collect()
}

fn line(check: &Check) -> String {
    let disputed = if check.disputed { "; maintainers have ruled otherwise" } else { "" };
    let value = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(word) => code_of(word),
        other => code_of(&other.to_string()),
    };
    let expected = value(&check.expected);
    let seen = match check.grade {
        Grade::Absent => "the error has no such field".to_owned(),
        Grade::Empty => "the field is empty".to_owned(),
        Grade::Transport => format!("it is {}, the status of the response that carried it", value(&check.observed)),
        _ => format!("it is {}", value(&check.observed)),
    };
    format!(
        "`{}` ({}): expected {expected}, and {seen}{disputed}",
        check.axis.name(),
        check.level.name().to_uppercase()
    )
}

/// Lists the documents, each in a line of Markdown.
pub(super) fn sources(sources: &[Source]) -> Vec<String> {
    sources.iter().map(|source| document(source, text)).collect()
}

/// Lists the documents, each in a line of text.
pub(super) fn plain_sources(sources: &[Source]) -> Vec<String> {
    sources.iter().map(|source| document(source, |quote| shown(quote, usize::MAX))).collect()
}

fn document(source: &Source, write: impl Fn(&str) -> String) -> String {
    let quote = source.quote.as_ref().map(|quote| format!(": “{}”", write(quote))).unwrap_or_default();
    format!("{} <{}>{quote}", basis(source.basis), source.url)
}

const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Spec => "specification",
        Basis::VendorDoc => "the vendor's documentation",
        Basis::VendorSchema => "the vendor's schema",
        Basis::MaintainerRuling => "a maintainer's ruling",
        Basis::Derived => "derived from",
        Basis::Recorded => "a recording",
        Basis::Issue => "a report",
    }
}

/// Says what the caller of the SDK saw, each in a line of Markdown.
pub(super) fn seen(repro: &Repro) -> Vec<String> {
    let Some(observation) = &repro.trial.observation else {
        return vec![repro.trial.verdict.reason.as_deref().map_or_else(String::new, text)];
    };
    let mut lines = one_call(observation);
    if let Some(again) = &observation.again {
        lines.extend(one_call(again).into_iter().map(|line| format!("of the second call on the same client: {line}")));
    }
    if !observation.others.is_empty() {
        lines.push(format!("{} more calls were made at once on the same client", observation.others.len()));
    }
    lines
}

fn one_call(observation: &Observation) -> Vec<String> {
    let items = if observation.events == 1 { "item" } else { "items" };
    let ended = match observation.ended {
        Ended::Returned => "the call came to a normal end",
        Ended::Raised => "the call raised an error",
        Ended::ErrorItem => "the failure was handed over as an item",
        Ended::Aborted => "the SDK said that the answer was interrupted",
        Ended::Stopped => "the caller stopped, and nothing was raised",
        Ended::Cancelled => "the caller cancelled, and was told so",
    };
    let mut lines = vec![format!("{ended}, after {} {items}", observation.events)];
    lines.extend(observation.text.as_ref().map(|text| format!("text: {}", code_of(text))));
    lines.extend(observation.stop_reason.value().map(|reason| format!("stop reason: {}", code_of(reason))));
    lines.extend(observation.error.iter().flat_map(error));
    lines
}

fn error(error: &ObservedError) -> Vec<String> {
    let mut lines = vec![format!("error: {}", code_of(&error.class)), format!("message: {}", code_of(&error.message))];
    lines.extend(error.status.value().map(|status| format!("status: `{}`", status.value)));
    lines.extend(error.kind.value().map(|kind| format!("type: {}", code_of(&kind.value))));
    lines.extend(error.code.value().map(|one| format!("code: {}", code_of(&one.value))));
    lines
}

/// Writes a value from outside as code, on one line.
fn code_of(value: &str) -> String {
    let shown = shown(value, LONGEST);
    if shown.is_empty() { "an empty text".to_owned() } else { format!("`{}`", shown.replace('`', "'")) }
}

/// Writes the name of something as code.
pub(super) fn name(value: &str) -> String {
    code(value)
}

/// Shows the answers as a person reads them: without the framing of the body, with the pauses and the end.
pub(super) fn answers(repro: &Repro) -> String {
    let script = repro.script();
    let described = describe(&script, repro.trial.transport, &repro.trial.nonce);
    let count = script.last() + 1;
    let mut out = String::new();
    for (answer, number) in described.iter().zip(1..=count) {
        if count > 1 {
            let _ = writeln!(out, "(answer {number} of {count})");
        }
        for step in &answer.steps {
            match step {
                DescribedStep::Head(write) | DescribedStep::Body(write) => out.push_str(&visible(&write.text)),
                DescribedStep::LastChunk(_) => {}
                DescribedStep::Pause { ms } => _ = write!(out, "\n({ms} ms in which nothing is sent)\n"),
            }
        }
        let _ = write!(out, "\n({})\n", end(answer.end));
    }
    out
}

const fn end(end: End) -> &'static str {
    match end {
        End::Finish => "the message is complete",
        End::Eof => "the connection ends with FIN, and the message is not complete",
        End::Reset => "the connection ends with RST",
        end => end.in_words(),
    }
}

/// Returns a text whose lines stay lines, without the carriage returns before them.
fn visible(bytes: &str) -> String {
    crate::text::visible(&bytes.replace("\r\n", "\n"))
}

/// Puts a text between fences that do not stand in it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}
