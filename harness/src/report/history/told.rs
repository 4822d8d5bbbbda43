//! A history for programs: `history --json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{History, Step};
use crate::json::is_default;
use crate::judge::{Mode, Status};
use crate::record::EditionRecord;
use crate::report::compare::{Change, ChangeKind, CompareError};
use crate::report::view::Count;

const SCHEMA: &str = "streamspec-history/1";

/// A history with the changes of each release, trial by trial.
#[derive(Debug, Serialize)]
pub struct ToldHistory {
    /// The name and version of this shape, `streamspec-history/1`.
    schema: &'static str,
    /// The id of the SDK, without a build.
    sdk: String,
    /// The number of the rules by which all were judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<u32>,
    /// The edition of the suite, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<EditionRecord>,
    /// The number of cases.
    cases: usize,
    /// The releases, the oldest first.
    releases: Vec<ToldRelease>,
}

/// A release.
#[derive(Debug, Serialize)]
struct ToldRelease {
    version: String,
    /// The reason why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_run: Option<String>,
    /// The numbers of trials that came to each status, by group of cases.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<String, ToldCount>,
    /// The release that it is compared with; absent of the first that was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// The number of changes of each kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counts: BTreeMap<ChangeKind, usize>,
    /// The number of trials that differ only in how long the call took; they are no changes.
    #[serde(skip_serializing_if = "is_default")]
    by_the_clock: usize,
    /// Every change, by kind and the trial's identity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
}

/// Numbers of trials by status.
#[derive(Debug, Serialize)]
struct ToldCount {
    pass: usize,
    #[serde(skip_serializing_if = "is_default")]
    disputed: usize,
    deviates: usize,
    fails: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    modes: BTreeMap<Mode, usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    not_judged: BTreeMap<Status, usize>,
}

impl ToldHistory {
    /// Tells a history.
    pub fn of(history: &History) -> Result<Self, CompareError> {
        let steps = history.steps()?;
        let mut releases = Vec::new();
        for release in &history.releases {
            let step = steps.iter().find(|step| step.release.version == release.version);
            let groups = Count::by_group(&release.report.counts).into_iter();
            releases.push(ToldRelease {
                version: release.version.clone(),
                not_run: release.not_run().map(str::to_owned),
                groups: groups.map(|(group, count)| (group.to_owned(), count.into())).collect(),
                after: step.map(|step| step.before.version.clone()),
                counts: step.map(|step| step.comparison.counts.clone()).unwrap_or_default(),
                by_the_clock: step.map_or(0, |step| step.by_the_clock),
                changes: step.map(|Step { comparison, .. }| comparison.changes.clone()).unwrap_or_default(),
            });
        }
        let suite = history.releases.first().map(|release| &release.report.suite);
        Ok(Self {
            schema: SCHEMA,
            sdk: history.sdk.clone(),
            rules: suite.and_then(|suite| suite.rules),
            edition: suite.and_then(|suite| suite.edition.clone()),
            cases: suite.map_or(0, |suite| suite.cases),
            releases,
        })
    }

    /// Writes it as JSON.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl From<Count> for ToldCount {
    fn from(count: Count) -> Self {
        let Count { pass, disputed, deviates, fails, modes, not_judged, .. } = count;
        Self { pass, disputed, deviates, fails, modes, not_judged }
    }
}
