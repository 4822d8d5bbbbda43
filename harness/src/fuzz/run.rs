//! Runs changed streams one after another, judges them, and shrinks what breaks a law.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::finding::{Broken, Finding, broken, broken_same, shape};
use super::law::Law;
use super::lawful::{Lawful, case_of};
use super::meaning::{Meaning, body, meaning};
use super::mutant::Mutant;
use super::plain::{Unlike, same_case};
use super::seed;
use crate::case::{Case, Rule, Step};
use crate::judge::Status;
use crate::load::{Candidates, Document, Problems, rules};
use crate::run::{Trial, TrialRun};
use crate::shrink::{Bench, Limits, Oracle, SameVerdict, Shrunk, Signature, Size, shrink};

/// The number of streams that are on their way at once.
const AT_ONCE: u64 = 8;

/// The time of the search for a smaller stream of one finding.
const SEARCH: Duration = Duration::from_mins(1);

/// The end of a run.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The number of trials after which no further stream is made.
    pub trials: Option<u64>,
    /// The time after which none is.
    pub time: Duration,
    /// The most candidates of the search for a smaller stream of one finding.
    pub candidates: u32,
}

/// The numbers of a run, and what it found.
#[derive(Debug, Default)]
pub struct Fuzzed {
    /// The streams that were sent.
    pub streams: u64,
    /// The trials on them, without those of the searches for smaller ones.
    pub trials: u64,
    /// The trials that say nothing about the SDK because it documents that it does not do this.
    pub unsupported: u64,
    /// The faults of adapters and of the harness, each reason once.
    pub faults: BTreeSet<String>,
    /// True where one of them is the harness's.
    pub is_broken: bool,
    /// The findings, each once.
    pub findings: Vec<Finding>,
    /// The number of times that a finding was seen again.
    pub seen_again: u64,
    /// The wall time of the trials on streams, without that of the searches.
    pub took: Duration,
}

/// Makes streams and judges what an SDK makes of them.
pub struct Fuzzer {
    root: Utf8PathBuf,
    bench: Bench,
    candidates: Candidates,
    rules: Vec<Rule>,
    seeds: Vec<Arc<Case>>,
    run: u64,
}

/// A stream that was sent.
struct Sent {
    number: u64,
    mutant: Mutant,
    case: Arc<Case>,
    meaning: Option<Meaning>,
    ran: Vec<TrialRun>,
}

impl Fuzzed {
    /// Counts the trials of a stream.
    fn count(&mut self, sent: &Sent) {
        self.streams += 1;
        self.trials += sent.ran.len() as u64;
        for run in &sent.ran {
            let verdict = &run.record.verdict;
            match verdict.status {
                Status::AdapterFault | Status::HarnessFault => {
                    self.is_broken |= verdict.status == Status::HarnessFault;
                    self.faults.insert(verdict.in_short());
                }
                Status::Unsupported | Status::NotRun => self.unsupported += 1,
                _ => {}
            }
        }
    }
}

impl Fuzzer {
    /// Makes a fuzzer of the surfaces of a bench, with the streams of the cases in a plan of their trials. The number of the run
    /// decides on every stream.
    ///
    /// # Errors
    ///
    /// Rules or schemas that cannot be read.
    pub fn new(root: &Utf8Path, bench: Bench, trials: &[Trial], run: u64) -> Result<Self, Problems> {
        let seeds = seed::choose(trials, bench.surfaces());
        Ok(Self { root: root.to_owned(), bench, candidates: Candidates::new(root), rules: rules(root)?, seeds, run })
    }

    /// Returns the number of cases whose streams are changed.
    pub fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// Runs until the budget is used up, and tells of each finding.
    pub async fn run(&self, budget: Budget, tell: &mut dyn FnMut(&Finding)) -> Fuzzed {
        let mut all = Fuzzed::default();
        let (mut seen, mut shapes) = (BTreeSet::new(), BTreeSet::new());
        let mut baselines = BTreeMap::new();
        let begun = Instant::now();
        let mut number = 0;
        let is_left =
            |all: &Fuzzed| budget.trials.is_none_or(|trials| all.trials < trials) && begun.elapsed() < budget.time;
        while !self.seeds.is_empty() && is_left(&all) {
            let batch = Instant::now();
            let sent = join_all((number..number + AT_ONCE).map(|number| self.send(number))).await;
            all.took += batch.elapsed();
            number += AT_ONCE;
            for sent in sent.into_iter().flatten() {
                // The same number of trials is always the same trials, whatever was on its way beside them.
                if budget.trials.is_some_and(|trials| all.trials >= trials) {
                    break;
                }
                all.count(&sent);
                for (law, (surfaces, verdict)) in self.judged(&sent, &mut baselines).await {
                    let coarse = (law, surfaces.clone(), sent.case.api, sent.mutant.described());
                    if !seen.insert(coarse) {
                        all.seen_again += 1;
                        continue;
                    }
                    let finding = self.shrunk(&sent, law, &surfaces, verdict, budget.candidates).await;
                    let key = (law, finding.surfaces.clone(), sent.case.api, finding.shape.clone());
                    if shapes.insert(key) {
                        tell(&finding);
                        all.findings.push(finding);
                    } else {
                        all.seen_again += 1;
                    }
                }
            }
        }
        all
    }

    /// Makes the stream with a number and runs it on every surface; none where chance makes none.
    async fn send(&self, number: u64) -> Option<Sent> {
        let mutant = Mutant::new(self.run, number, &self.seeds)?;
        let seed = &self.seeds[mutant.seed];
        let combination = format!("fuzz-{number}");
        let (case, meaning) = if mutant.means_the_same() {
            (same_case(seed, &combination, &mutant.steps), None)
        } else {
            let meaning = meaning(seed.api, &body(seed.api, &mutant.steps));
            (case_of(seed, &combination, &mutant.steps, meaning, mutant.is_a_beginning()), Some(meaning))
        };
        let case = Arc::new(case);
        let ran = self.bench.run_subject(&case).await;
        Some(Sent { number, mutant, case, meaning, ran })
    }

    /// Finds the laws that the trials of a stream break.
    async fn judged(&self, sent: &Sent, baselines: &mut BTreeMap<usize, Vec<(String, Signature)>>) -> Broken {
        if let Some(meaning) = sent.meaning {
            return broken(meaning, &sent.ran);
        }
        if sent.ran.iter().all(|run| run.record.verdict.status != Status::Fails) {
            return Broken::new();
        }
        let place = sent.mutant.seed;
        if let std::collections::btree_map::Entry::Vacant(entry) = baselines.entry(place) {
            let seed = &self.seeds[place];
            let case = Arc::new(same_case(seed, "as-it-is", &seed.exchanges[0]));
            let ran = self.bench.run_subject(&case).await;
            entry.insert(ran.iter().map(|run| (run.record.surface.to_string(), Signature::of(run))).collect());
        }
        let known = baselines.get(&place);
        broken_same(&sent.mutant, &sent.ran, |run| {
            let signature = (run.record.surface.to_string(), Signature::of(run));
            !known.is_some_and(|known| known.contains(&signature))
        })
    }

    /// Finds the smallest stream that breaks the law on the same surfaces.
    async fn shrunk(
        &self,
        sent: &Sent,
        law: Law,
        surfaces: &BTreeSet<String>,
        verdict: String,
        candidates: u32,
    ) -> Finding {
        let seed = &self.seeds[sent.mutant.seed];
        let bench = self.bench.of_surfaces(surfaces.iter().cloned().collect());
        let limits = Limits { candidates, until: Instant::now() + SEARCH };
        let answers = vec![sent.mutant.steps.clone()];
        let (shrunk, document) = match sent.meaning {
            Some(meaning) => {
                let mut oracle = Lawful {
                    bench: &bench,
                    candidates: &self.candidates,
                    rules: &self.rules,
                    seed,
                    law,
                    meaning,
                    surfaces,
                    is_a_beginning: sent.mutant.is_a_beginning(),
                    broken_events: self.candidates.broken_events(&sent.case),
                    kept: None,
                };
                oracle.holds(&answers).await;
                let shrunk = shrink(answers, &mut oracle, limits).await;
                let document = oracle.kept.take();
                let whole = || {
                    super::document::document(
                        seed,
                        &sent.mutant.steps,
                        law,
                        meaning,
                        &self.rules,
                        oracle.is_a_beginning,
                    )
                };
                (shrunk, document.unwrap_or_else(whole))
            }
            None => self.same_shrunk(&bench, sent, answers, limits).await,
        };
        let steps = shrunk.answers.first().map_or(&[][..], Vec::as_slice);
        Finding {
            law,
            sdk: self.bench.subject().manifest.id.clone(),
            surfaces: surfaces.iter().cloned().collect(),
            number: sent.number,
            case: seed.id.to_string(),
            api: seed.api,
            changes: sent.mutant.described(),
            verdict,
            sizes: [Size::of(seed, std::slice::from_ref(&sent.mutant.steps)), Size::of(seed, &shrunk.answers)],
            candidates: shrunk.candidates,
            document,
            shape: shape(steps),
        }
    }

    /// Does the same for a stream that means the same as that of its case, with the expectation of the case.
    async fn same_shrunk(
        &self,
        bench: &Bench,
        sent: &Sent,
        answers: Vec<Vec<Step>>,
        limits: Limits,
    ) -> (Shrunk, Document) {
        let seed = &self.seeds[sent.mutant.seed];
        let mut document = Document::of(&self.root, seed).unwrap_or_default();
        let mut must = document.get("expect").get("must").cloned().unwrap_or_default();
        if let Some(must) = must.as_object_mut() {
            must.remove("error.class");
        }
        document.set("expect", json!({ "must": must }));
        document.set("title", json!(format!("{}: {}", seed.title, sent.mutant.described())));
        for field in ["control", "disputed"] {
            document.set(field, Value::Null);
        }
        document.set_answers(&answers);
        let ran = bench.run_subject(&sent.case).await;
        let wanted = ran.iter().map(Signature::of).collect();
        let same = SameVerdict::new(bench, &self.candidates, &sent.case, document, wanted).await;
        let mut oracle = Unlike { same, bench, seed, kept: None };
        let shrunk = shrink(answers, &mut oracle, limits).await;
        let kept = oracle.kept.take().unwrap_or_else(|| oracle.same.kept().clone());
        (shrunk, kept)
    }
}
