//! Findings: what SDKs do wrong by themselves, without the handlers around them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Row;
use super::transports::Part;
use crate::id::{CaseId, TrialId};
use crate::judge::{Grade, Mode};
use crate::record::{SdkRecord, TrialRecord};

/// A way in which an SDK misleads its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A trial as written fails in this mode.
    Failed(Mode),
    /// A status contradicts the error.
    Contradicts,
    /// The same bytes in other pieces come to another verdict.
    CutDependent,
    /// The same answer by another transport comes to another verdict.
    TransportDependent,
}

/// One kind of finding.
#[derive(Debug)]
pub struct Finding<'a> {
    /// The kind.
    pub kind: FindingKind,
    /// The number of trials, variant runs, or trials by another transport than the first, that say something about an SDK: what the
    /// findings are a part of.
    pub of: usize,
    /// The SDKs in which it was found, most trials first.
    pub sdks: Vec<SdkFinding<'a>>,
}

/// One kind of finding in one SDK.
#[derive(Debug)]
pub struct SdkFinding<'a> {
    /// The SDK.
    pub sdk: &'a SdkRecord,
    /// The number of its trials, or variant runs, that say something about it.
    pub of: usize,
    /// The number of trials in which it was found; never 0.
    pub trials: usize,
    /// The number of their cases.
    pub cases: usize,
    /// The first of these cases, by id.
    pub first_case: &'a CaseId,
    /// The first of these trials, by surface and case.
    pub example: TrialId,
}

/// The findings in the trials of one SDK, while they are counted.
pub(super) struct Found<'a> {
    sdk: &'a SdkRecord,
    /// The numbers of trials as written, of variant runs and of trials beside those by the first transport, that say something about
    /// it.
    judged: [usize; 3],
    /// One for each kind.
    kinds: [Tally<'a>; FindingKind::ALL.len()],
}

/// The trials of one kind.
#[derive(Default)]
struct Tally<'a> {
    trials: usize,
    cases: BTreeSet<&'a CaseId>,
    example: Option<TrialId>,
}

impl FindingKind {
    /// Every kind, the most harmful first.
    pub const ALL: [Self; 9] = [
        Self::Failed(Mode::Fabricated),
        Self::Failed(Mode::Silent),
        Self::Contradicts,
        Self::Failed(Mode::Hang),
        Self::Failed(Mode::Crash),
        Self::CutDependent,
        Self::TransportDependent,
        Self::Failed(Mode::Spurious),
        Self::Failed(Mode::Wrong),
    ];

    /// Returns the word by which filters of the page choose its trials.
    pub const fn filter(self) -> &'static str {
        match self {
            Self::Failed(mode) => mode.name(),
            Self::Contradicts => "contradictory",
            Self::CutDependent => "cut-dependent",
            Self::TransportDependent => "transport-dependent",
        }
    }

    fn covers(self, trial: &TrialRecord, part: Part) -> bool {
        match self {
            Self::Failed(mode) => !trial.is_variant_run() && trial.verdict.mode == Some(mode),
            Self::Contradicts => {
                let mut broken = trial.verdict.broken_checks();
                !trial.is_variant_run() && broken.any(|check| check.grade == Grade::Contradictory)
            }
            Self::CutDependent => trial.is_cut_dependent(),
            Self::TransportDependent => part == Part::Unlike,
        }
    }
}

impl Finding<'_> {
    /// Counts the trials in which it was found.
    pub fn trials(&self) -> usize {
        self.sdks.iter().map(|found| found.trials).sum()
    }
}

impl<'a> Found<'a> {
    pub(super) fn new(sdk: &'a SdkRecord) -> Self {
        Self { sdk, judged: [0; 3], kinds: Default::default() }
    }

    /// Adds a trial of one of the SDK's own surfaces. One that came out as by the first transport is no second finding.
    pub(super) fn add(&mut self, row: &Row<'_>, case: &'a CaseId, part: Part) {
        let trial = &row.trial;
        if !trial.is_judged() {
            return;
        }
        self.judged[2] += usize::from(matches!(part, Part::Alike | Part::Unlike));
        if part == Part::Alike {
            return;
        }
        self.judged[usize::from(trial.is_variant_run())] += 1;
        for (kind, tally) in FindingKind::ALL.into_iter().zip(&mut self.kinds) {
            if kind.covers(trial, part) {
                tally.trials += 1;
                tally.cases.insert(case);
                tally.example.get_or_insert_with(|| trial.id());
            }
        }
    }

    /// Adds what was found to the findings of all SDKs, which stand in the order of their kinds.
    pub(super) fn add_to(self, findings: &mut [Finding<'a>]) {
        for (finding, tally) in findings.iter_mut().zip(self.kinds) {
            let of = self.judged[match finding.kind {
                FindingKind::Failed(_) | FindingKind::Contradicts => 0,
                FindingKind::CutDependent => 1,
                FindingKind::TransportDependent => 2,
            }];
            finding.of += of;
            if let (Some(first_case), Some(example)) = (tally.cases.first().copied(), tally.example) {
                let (sdk, trials, cases) = (self.sdk, tally.trials, tally.cases.len());
                finding.sdks.push(SdkFinding { sdk, of, trials, cases, first_case, example });
            }
        }
    }
}

/// Makes findings of every kind, in none of which anything was found yet.
pub(super) fn none<'a>() -> Vec<Finding<'a>> {
    FindingKind::ALL.into_iter().map(|kind| Finding { kind, of: 0, sdks: Vec::new() }).collect()
}

/// Sorts findings, and leaves out those of which there are none.
pub(super) fn sorted(mut findings: Vec<Finding<'_>>) -> Vec<Finding<'_>> {
    findings.retain(|finding| !finding.sdks.is_empty());
    for finding in &mut findings {
        finding.sdks.sort_by_key(|found| (Reverse(found.trials), &found.sdk.id));
    }
    findings
}
