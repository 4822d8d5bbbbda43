//! The oracle that wants a stream which breaks the same law on the same surfaces.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;

use super::document::{document, expect};
use super::finding::broken;
use super::law::Law;
use super::meaning::{Meaning, body, meaning};
use crate::case::{Case, Rule, Step};
use crate::judge::Status;
use crate::load::{Candidates, Document};
use crate::shrink::{Bench, Oracle};

/// Makes the case of a changed stream, with what the laws expect of it alone.
pub(super) fn case_of(seed: &Case, combination: &str, steps: &[Step], meaning: Meaning, is_a_beginning: bool) -> Case {
    let expect = serde_json::from_value(expect(seed, steps, meaning, is_a_beginning)).unwrap_or_default();
    let id = crate::id::CaseId::of(seed.id.file(), Some(combination));
    Case { id, exchanges: vec![steps.to_vec()], control: None, disputed: None, expect, ..seed.clone() }
}

/// Wants a stream that breaks a law on surfaces, of which the bytes decide the same, whose case file is well formed, and on which
/// the reference client passes.
pub(super) struct Lawful<'a> {
    pub(super) bench: &'a Bench,
    pub(super) candidates: &'a Candidates,
    pub(super) rules: &'a [Rule],
    pub(super) seed: &'a Case,
    pub(super) law: Law,
    pub(super) meaning: Meaning,
    pub(super) surfaces: &'a BTreeSet<String>,
    pub(super) is_a_beginning: bool,
    /// The most events that the vendor's schema does not have in their form.
    pub(super) broken_events: usize,
    /// The file of the last stream that was kept.
    pub(super) kept: Option<Document>,
}

impl Oracle for Lawful<'_> {
    async fn holds(&mut self, answers: &[Vec<Step>]) -> bool {
        let [steps] = answers else { return false };
        if meaning(self.seed.api, &body(self.seed.api, steps)) != self.meaning {
            return false;
        }
        let document = document(self.seed, steps, self.law, self.meaning, self.rules, self.is_a_beginning);
        let Ok(written) = self.candidates.read(Utf8Path::new(&self.seed.file), &document) else { return false };
        if self.candidates.broken_events(&written) > self.broken_events {
            return false;
        }
        let reference = self.bench.run_reference(&Arc::new(written)).await;
        if reference.iter().any(|run| run.record.verdict.status != Status::Pass) {
            return false;
        }
        let case = Arc::new(case_of(self.seed, "fuzzed", steps, self.meaning, self.is_a_beginning));
        let ran = self.bench.run_subject(&case).await;
        let found = broken(self.meaning, &ran);
        let holds = found.get(&self.law).is_some_and(|(surfaces, _)| surfaces == self.surfaces);
        if holds {
            self.kept = Some(document);
        }
        holds
    }
}
