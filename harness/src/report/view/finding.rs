//! Findings: what SDKs do wrong by themselves, without the handlers around them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Row, Sdk, View};
use crate::id::CaseId;
use crate::judge::{Grade, Mode};

/// A way in which an SDK misleads its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A trial as written fails in this mode.
    Failed(Mode),
    /// A status contradicts the error.
    Contradicts,
    /// The same bytes in other pieces come to another verdict.
    CutDependent,
}

/// One kind of finding.
#[derive(Debug)]
pub struct Finding<'v> {
    /// The kind.
    pub kind: FindingKind,
    /// The number of trials, or variant runs, that say something about an SDK: what the findings are a part of.
    pub of: usize,
    /// The SDKs in which it was found, most trials first.
    pub sdks: Vec<SdkFinding<'v>>,
}

/// The trials of one SDK in which it was found.
#[derive(Debug)]
pub struct SdkFinding<'v> {
    /// The SDK.
    pub sdk: &'v Sdk<'v>,
    /// The number of its trials, or variant runs, that say something about it.
    pub of: usize,
    /// The trials in which it was found; never empty.
    pub rows: Vec<&'v Row<'v>>,
    /// Their cases.
    pub cases: BTreeSet<&'v CaseId>,
}

impl FindingKind {
    /// Every kind, the most harmful first.
    pub const ALL: [Self; 8] = [
        Self::Failed(Mode::Fabricated),
        Self::Failed(Mode::Silent),
        Self::Contradicts,
        Self::Failed(Mode::Hang),
        Self::Failed(Mode::Crash),
        Self::CutDependent,
        Self::Failed(Mode::Spurious),
        Self::Failed(Mode::Wrong),
    ];

    fn covers(self, row: &Row<'_>) -> bool {
        match self {
            Self::Failed(mode) => !row.is_variant_run() && row.trial.verdict.mode == Some(mode),
            Self::Contradicts => {
                let mut broken = row.trial.verdict.broken_checks();
                !row.is_variant_run() && broken.any(|check| check.grade == Grade::Contradictory)
            }
            Self::CutDependent => row.is_cut_dependent(),
        }
    }
}

impl Finding<'_> {
    /// Counts the trials in which it was found.
    pub fn trials(&self) -> usize {
        self.sdks.iter().map(|found| found.rows.len()).sum()
    }
}

impl View<'_> {
    /// Collects everything that was found, the most harmful first.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        FindingKind::ALL.into_iter().map(|kind| self.finding(kind)).filter(|finding| !finding.sdks.is_empty()).collect()
    }

    fn finding(&self, kind: FindingKind) -> Finding<'_> {
        let mut sdks: Vec<SdkFinding<'_>> = Vec::new();
        let mut all = 0;
        for sdk in &self.sdks {
            let judged: Vec<&Row<'_>> =
                sdk.own().flat_map(|surface| &surface.rows).filter(|row| row.is_judged()).collect();
            let of = judged.iter().filter(|row| row.is_variant_run() == (kind == FindingKind::CutDependent)).count();
            let rows: Vec<&Row<'_>> = judged.into_iter().filter(|row| kind.covers(row)).collect();
            let cases = rows.iter().map(|row| &row.trial.case).collect();
            all += of;
            if !rows.is_empty() {
                sdks.push(SdkFinding { sdk, of, rows, cases });
            }
        }
        sdks.sort_by_key(|found| (Reverse(found.rows.len()), &found.sdk.record.id));
        Finding { kind, of: all, sdks }
    }
}
