//! Findings: the laws that the trials of one stream break, and what is told of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use streamspec_adapters::contract::Api;

use super::law::Law;
use super::meaning::Meaning;
use super::mutant::Mutant;
use crate::case::{Axis, Level, Step};
use crate::judge::{Mode, Status};
use crate::load::Document;
use crate::run::TrialRun;
use crate::shrink::Size;

/// A law that an SDK breaks, with the smallest stream that shows it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The law.
    pub law: Law,
    /// The SDK.
    pub sdk: String,
    /// The surfaces, sorted.
    pub surfaces: Vec<String>,
    /// The number of the stream.
    pub number: u64,
    /// The case whose stream was changed.
    pub case: String,
    /// The dialect.
    pub api: Api,
    /// The changes, in words.
    pub changes: String,
    /// The verdict of the first surface on it.
    pub verdict: String,
    /// The size of the stream before and after it was shrunk.
    pub sizes: [Size; 2],
    /// The number of candidates of the search for a smaller one.
    pub candidates: u32,
    /// The case file.
    pub document: Document,
    /// Digest of the shape of the stream, in which texts are left out.
    pub shape: String,
}

/// The surfaces that break each law, with the verdict of the first of them.
pub(super) type Broken = BTreeMap<Law, (BTreeSet<String>, String)>;

/// Finds the laws that are broken where the bytes decide what a stream means, or nothing does.
pub(super) fn broken(meaning: Meaning, ran: &[TrialRun]) -> Broken {
    let mut all = Broken::new();
    for run in ran.iter().filter(|run| run.record.verdict.status == Status::Fails) {
        for law in laws_of(meaning, run) {
            note(&mut all, law, run);
        }
    }
    if meaning == Meaning::Open {
        disagreeing(ran, &mut all);
    }
    all
}

/// Finds the law that is broken by a stream which means the same as that of its case, on surfaces that `is_new` says are no others
/// than the case itself breaks.
pub(super) fn broken_same(mutant: &Mutant, ran: &[TrialRun], is_new: impl Fn(&TrialRun) -> bool) -> Broken {
    let mut all = Broken::new();
    for run in ran.iter().filter(|run| run.record.verdict.status == Status::Fails && is_new(run)) {
        let law = match run.record.verdict.mode {
            Some(Mode::Hang) => Law::CallEnds,
            _ if mutant.has_more() => Law::IgnoredIsIgnored,
            _ => Law::SplitMeansTheSame,
        };
        note(&mut all, law, run);
    }
    all
}

fn note(all: &mut Broken, law: Law, run: &TrialRun) {
    let verdict = || (BTreeSet::new(), run.record.verdict.in_short());
    all.entry(law).or_insert_with(verdict).0.insert(run.record.surface.to_string());
}

/// Finds the laws that a failed trial breaks.
fn laws_of(meaning: Meaning, run: &TrialRun) -> BTreeSet<Law> {
    let verdict = &run.record.verdict;
    if matches!(verdict.mode, Some(Mode::Hang)) || (verdict.mode == Some(Mode::Crash) && verdict.reason.is_some()) {
        return [Law::CallEnds].into();
    }
    let musts = verdict.broken_checks().filter(|check| check.level == Level::Must);
    musts
        .filter_map(|check| match (check.axis, meaning) {
            (Axis::Outcome, Meaning::Failed(law)) => Some(law),
            (Axis::Text, _) => Some(Law::TextWasSent),
            (Axis::ToolCalls | Axis::Either, _) => Some(Law::NoHalfCall),
            _ => None,
        })
        .collect()
}

/// Finds the two forms of a call that do not agree on whether an answer is complete.
fn disagreeing(ran: &[TrialRun], all: &mut Broken) {
    let mut calls: BTreeMap<&str, Vec<(&TrialRun, bool)>> = BTreeMap::new();
    for run in ran {
        if let Some(completes) = completes(run) {
            calls.entry(run.record.surface.call()).or_default().push((run, completes));
        }
    }
    for runs in calls.into_values() {
        let completed = runs.iter().filter(|(_, completes)| *completes).count();
        if completed > 0 && completed < runs.len() {
            let says = |(run, completes): &(&TrialRun, bool)| {
                format!("{} is {}", run.record.surface, if *completes { "completed" } else { "not completed" })
            };
            let verdict = runs.iter().map(says).collect::<Vec<_>>().join(", ");
            let surfaces = runs.iter().map(|(run, _)| run.record.surface.to_string()).collect();
            all.insert(Law::SurfacesAgree, (surfaces, verdict));
        }
    }
}

/// Says whether a trial ended as a completion; none where that is not known.
fn completes(run: &TrialRun) -> Option<bool> {
    let verdict = &run.record.verdict;
    if verdict.status > Status::Fails || verdict.reason.is_some() {
        return None;
    }
    let outcome = verdict.checks.iter().find(|check| check.axis == Axis::Outcome && check.level == Level::Must)?;
    Some(outcome.observed.as_str() == Some("completed"))
}

/// Describes the shape of a stream: the kinds of its steps and of its events, without what they say.
pub(super) fn shape(steps: &[Step]) -> String {
    let kind = |data: &Value| match data {
        Value::Object(fields) => match fields.get("type") {
            Some(Value::String(kind)) => kind.clone(),
            _ => fields.keys().map(String::as_str).collect::<Vec<_>>().join(" "),
        },
        Value::String(_) => "text".to_owned(),
        other => other.to_string(),
    };
    let of_step = |step: &Step| match step {
        Step::Event(event) => format!("{} {}", event.name, kind(&event.data)),
        Step::Data(data) => kind(data),
        Step::Respond(_) => "respond".to_owned(),
        Step::Comment(_) => "comment".to_owned(),
        Step::Raw(_) | Step::Hex(_) => "raw".to_owned(),
        Step::Json(_) => "json".to_owned(),
        Step::Flush | Step::Pause(_) => "flush".to_owned(),
        // How the connection ends is no other way of losing the end.
        Step::End(_) => "end".to_owned(),
    };
    let mut all: Vec<String> = steps.iter().map(of_step).collect();
    all.dedup();
    all.join(" | ")
}
