//! A history as pages show it.

use std::collections::BTreeMap;

use super::step::is_of_behaviour;
use super::text::change_in_words;
use super::{History, Release, Since, Step};
use crate::id::SdkId;
use crate::report::compare::{ChangeKind, CompareError};
use crate::report::view::{Count, FindingKind, Past, PastChange, PastFinding, PastGroup, PastRelease};

impl History {
    /// Makes what the page of an SDK shows of its history.
    pub fn past(&self, sdk: &SdkId) -> Result<Past, CompareError> {
        let steps = self.steps()?;
        let mut groups: Vec<String> =
            self.run().flat_map(|release| &release.report.counts).map(|count| count.group.clone()).collect();
        groups.sort_unstable();
        groups.dedup();
        let releases = self.releases.iter().map(|release| {
            let step = steps.iter().find(|step| step.release.version == release.version);
            past_release(release, step, &groups)
        });
        let since = FindingKind::ALL.into_iter().filter_map(|kind| {
            let Since { version, or_earlier } = self.since(kind)?;
            Some(PastFinding { kind: kind.filter().to_owned(), version, or_earlier })
        });
        Ok(Past {
            sdk: sdk.clone(),
            cases: self.releases.last().map_or(0, |release| release.report.suite.cases),
            releases: releases.collect(),
            since: since.collect(),
            groups,
        })
    }
}

fn past_release(release: &Release, step: Option<&Step<'_>>, groups: &[String]) -> PastRelease {
    let counts = Count::by_group(&release.report.counts);
    let changes = step.map(|step| step.comparison.changes.as_slice()).unwrap_or_default();
    let mut moved: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for change in changes {
        let (better, worse) = moved.entry(change.id.case.group()).or_default();
        match change.kind {
            ChangeKind::Fixed | ChangeKind::Improved => *better += 1,
            ChangeKind::Broken | ChangeKind::Worsened => *worse += 1,
            ChangeKind::Changed | ChangeKind::New | ChangeKind::Gone => {}
        }
    }
    let group = |name: &String| {
        let (better, worse) = moved.get(name.as_str()).copied().unwrap_or_default();
        let count = counts.get(name.as_str()).cloned().unwrap_or_default();
        let Count { pass, disputed, deviates, fails, .. } = count;
        PastGroup { pass: pass + disputed, deviates, fails, better, worse }
    };
    let is_run = release.not_run().is_none();
    PastRelease {
        version: release.version.clone(),
        not_run: release.not_run().map(str::to_owned),
        after: step.map(|step| step.before.version.clone()),
        groups: if is_run { groups.iter().map(group).collect() } else { Vec::new() },
        changes: step.map(past_changes).unwrap_or_default(),
    }
}

fn past_changes(step: &Step<'_>) -> Vec<PastChange> {
    let kinds = ChangeKind::ALL.into_iter().filter(|kind| is_of_behaviour(*kind));
    let of_kind = |kind: ChangeKind| {
        step.comparison.groups(kind).0.into_iter().map(move |group| PastChange {
            kind: kind.name().to_owned(),
            trials: group.changes.len(),
            words: change_in_words(&group.text),
            surfaces: group.surfaces().into_iter().map(Into::into).collect(),
            case: group.changes.first().map(|change| change.id.case.to_string()).unwrap_or_default(),
        })
    };
    kinds.flat_map(of_kind).collect()
}
