//! The oracle that wants the same verdict.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8PathBuf;
use serde_json::Value;
use streamspec_adapters::contract::{Ended, Field, Reading};

use super::rederive::{is_only_contents, rederive};
use super::{Bench, Oracle};
use crate::case::{About, Axis, Case, Event, Expect, Level, Step};
use crate::id::CaseId;
use crate::judge::{Mode, Status, Verdict};
use crate::load::{Candidates, Document};
use crate::run::TrialRun;

/// The parts of a verdict that two trials have in common which break in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    status: Status,
    mode: Option<Mode>,
    /// The axes that do not hold, at the levels that count.
    axes: BTreeSet<(Level, Axis)>,
    /// The class of the error, where an error is what should not have been: another error would be another failure.
    class: Option<String>,
}

impl Signature {
    /// Returns that of a trial.
    pub fn of(ran: &TrialRun) -> Self {
        let verdict: &Verdict = &ran.record.verdict;
        let is_an_error = matches!(verdict.mode, Some(Mode::Spurious | Mode::Crash));
        let error = ran.record.observation.as_ref().and_then(|seen| seen.error.as_ref()).filter(|_| is_an_error);
        Self {
            status: verdict.status,
            mode: verdict.mode,
            axes: verdict.broken_checks().map(|check| (check.level, check.axis)).collect(),
            class: error.map(|error| error.class.clone()),
        }
    }

    /// Returns the status.
    pub const fn status(&self) -> Status {
        self.status
    }
}

/// The way in which a client came to the end of an answer: what a smaller stream must have in common with the first one to mean the
/// same.
type Way = (Ended, Option<String>, Option<String>, Option<String>, Option<String>);

/// Returns that of a trial; none where the client has seen nothing.
fn way(ran: &TrialRun) -> Option<Way> {
    let seen = ran.record.observation.as_ref()?;
    let error = seen.error.as_ref();
    let class = error.map(|error| error.class.clone());
    let word = |field: &Field<Reading<String>>| field.value().map(|reading| reading.value.clone());
    let kind = error.and_then(|error| word(&error.kind));
    let code = error.and_then(|error| word(&error.code));
    Some((seen.ended, class, kind, code, seen.stop_reason.value().cloned()))
}

/// Names the first and the last event of answers, by their types or else by their names.
fn outer_events(answers: &[Vec<Step>]) -> Option<(String, String)> {
    let kind = |step: &Step| match step {
        Step::Event(Event { name, data, .. }) => {
            Some(data.get("type").and_then(Value::as_str).unwrap_or(name).to_owned())
        }
        Step::Data(data) => Some(data.get("type").or(Some(data)).map(Value::to_string).unwrap_or_default()),
        _ => None,
    };
    let kind = |step: &Step| kind(step).map(|kind| if kind.starts_with('{') { "an object".to_owned() } else { kind });
    let mut all = answers.last()?.iter().filter_map(kind);
    let first = all.next()?;
    Some((first.clone(), all.next_back().unwrap_or(first)))
}

/// Wants a case on which each surface comes to the verdict that it has come to before, whose subject is the same, and which the
/// reference client passes and comes to the end of in the same way. What is expected of the contents of the answer is what the
/// reference client reads.
pub struct SameVerdict<'a> {
    bench: &'a Bench,
    candidates: &'a Candidates,
    name: Utf8PathBuf,
    wanted: Vec<Signature>,
    id: CaseId,
    about: About,
    /// The ends to which the reference client came.
    ways: Vec<Option<Way>>,
    /// The first and the last event of a healthy answer, without which it would be another one.
    outer_events: Option<(String, String)>,
    broken_events: usize,
    kept: Document,
}

impl<'a> SameVerdict<'a> {
    /// Makes the oracle for a case with its document, and what each surface of the bench has come to on it.
    pub async fn new(
        bench: &'a Bench,
        candidates: &'a Candidates,
        case: &Case,
        document: Document,
        wanted: Vec<Signature>,
    ) -> Self {
        // Changed streams are about something that their case is not.
        let about = candidates.read(&case.file, &document).map_or(case.about, |read| read.about);
        let ways = bench.run_reference(&Arc::new(case.clone())).await.iter().map(way).collect();
        let broken_events = candidates.broken_events(case);
        let outer_events = (about == About::Healthy).then(|| outer_events(&case.exchanges)).flatten();
        let (id, name) = (case.id.clone(), case.file.clone());
        Self { bench, candidates, name, wanted, id, about, ways, outer_events, broken_events, kept: document }
    }

    /// Returns the document of the last case that was kept.
    pub fn kept(&self) -> &Document {
        &self.kept
    }

    /// Returns the expectation of that case.
    pub fn kept_expectation(&self) -> Option<Expect> {
        self.candidates.read(&self.name, &self.kept).ok().map(|case| case.expect)
    }

    /// Reads a document, whose subject must be the same.
    fn read(&self, document: &Document) -> Option<Arc<Case>> {
        let case = self.candidates.read(&self.name, document).ok()?;
        let is_same = case.about == self.about && self.candidates.broken_events(&case) <= self.broken_events;
        let has_outer_events = self.outer_events.is_none() || outer_events(&case.exchanges) == self.outer_events;
        // The name of a case decides which surfaces document that they do not do what it is about.
        (is_same && has_outer_events).then(|| Arc::new(Case { id: self.id.clone(), ..case }))
    }

    /// Makes the document of answers, with an expectation that the reference client meets; none where there is no such one.
    async fn expected(&self, answers: &[Vec<Step>]) -> Option<(Document, Arc<Case>)> {
        let mut document = self.kept.clone();
        document.set_answers(answers);
        let case = self.read(&document)?;
        let ran = self.bench.run_reference(&case).await;
        if ran.iter().map(way).ne(self.ways.iter().cloned()) {
            return None;
        }
        if ran.iter().all(passes) {
            return Some((document, case));
        }
        let hands_over = |ran: &&TrialRun| ran.record.observation.as_ref().is_some_and(|seen| seen.text.is_some());
        let seen = ran.iter().find(hands_over)?.record.observation.as_ref()?;
        if !ran.iter().all(|ran| is_only_contents(&ran.record.verdict)) {
            return None;
        }
        let expect = rederive(document.get("expect"), seen);
        document.set("expect", expect);
        let case = self.read(&document)?;
        let ran = self.bench.run_reference(&case).await;
        ran.iter().all(passes).then_some((document, case))
    }
}

fn passes(ran: &TrialRun) -> bool {
    ran.record.verdict.status == Status::Pass
}

impl Oracle for SameVerdict<'_> {
    async fn holds(&mut self, answers: &[Vec<Step>]) -> bool {
        let Some((document, case)) = self.expected(answers).await else { return false };
        let ran = self.bench.run_subject(&case).await;
        let holds = ran.iter().map(Signature::of).collect::<Vec<_>>() == self.wanted;
        if holds {
            self.kept = document;
        }
        holds
    }
}
