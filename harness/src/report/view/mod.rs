//! The view of a run: everything that a report says, read from records once.
//!
//! Formats render it and compute nothing that two of them would need.

mod breakage;
mod caught;
mod count;
mod finding;
mod known;
mod place;
mod row;
mod sdk;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::deviation::KnownError;
use crate::id::Variant;
use crate::record::{CaseRecord, Record, SdkRecord, TrialRecord};

pub use breakage::Breakage;
pub use caught::CatchRow;
pub use count::Count;
pub use finding::{Finding, FindingKind, SdkFinding};
pub use known::Known;
pub use place::{Place, Places};
pub use row::{Conclusion, Row, Unlisted};
pub use sdk::{Sdk, Surface, without_patch};

pub(super) use known::reason;
pub(super) use place::file;
pub(super) use shown::{LONGEST_TEXT, cut, sentence, visible};

/// The suite that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// The version of streamspec.
    pub version: String,
    /// The number of the rules by which it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<u32>,
    /// The number of cases.
    pub cases: usize,
    /// The number of trials as written.
    pub trials: usize,
    /// The number of variant runs: trials that were run again with their bytes split or framed otherwise.
    pub variant_runs: usize,
}

/// A run, as every format shows it.
#[derive(Debug)]
pub struct View<'a> {
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<Sdk<'a>>,
    /// The cases, by id.
    pub cases: BTreeMap<&'a str, &'a CaseRecord>,
    /// The places of the checks in their case files; the beginnings of the files until they are looked for.
    pub places: Places,
}

/// Records that do not make a report.
#[derive(Debug, Error)]
pub enum ViewError {
    /// No run is in them.
    #[error("there is no run in these records")]
    Empty,
    /// They come from different suites.
    #[error("these records come from different versions of the suite, {one} and {other}; run them with one")]
    Versions {
        /// One version.
        one: String,
        /// Another one.
        other: String,
    },
    /// The same trial twice.
    #[error("{0} is recorded twice; leave out one of the files")]
    Twice(String),
    /// A list of known deviations in them cannot be read.
    #[error("the records of {sdk} hold a list of known deviations that cannot be used: {error}")]
    Known {
        /// The SDK.
        sdk: String,
        /// The fault of its list.
        error: Box<KnownError>,
    },
}

impl<'a> View<'a> {
    /// Sorts the records and compares each trial with its SDK's list of known deviations. The order of the records does not
    /// matter. Trials of an SDK that no record describes are left out; a run describes every SDK before its first trial.
    pub fn from_records(records: &'a [Record]) -> Result<Self, ViewError> {
        let (mut versions, mut whole) = (BTreeSet::new(), true);
        let (mut sdks, mut cases) = (BTreeMap::<&str, &SdkRecord>::new(), BTreeMap::new());
        let mut trials: BTreeMap<&str, Vec<&TrialRecord>> = BTreeMap::new();
        for record in records {
            match record {
                Record::Suite(suite) => {
                    versions.insert((suite.version.as_str(), suite.rules));
                    whole &= suite.whole;
                }
                Record::Case(case) => _ = cases.insert(case.id.as_str(), case),
                Record::Sdk(sdk) => _ = sdks.insert(&sdk.id, sdk),
                Record::Trial(trial) => trials.entry(&trial.sdk).or_default().push(trial),
            }
        }
        let (version, rules) = only(versions)?;
        let name = |trial: &'a TrialRecord| (&trial.surface, &trial.case, trial.variant);
        let sdks = sdks.into_iter().map(|(id, sdk)| {
            let mut trials = trials.remove(id).unwrap_or_default();
            trials.sort_unstable_by_key(|trial| name(trial));
            if let Some(twice) = trials.windows(2).find(|two| name(two[0]) == name(two[1])) {
                return Err(ViewError::Twice(twice[0].name()));
            }
            Sdk::of(sdk, &trials, &cases, whole)
                .map_err(|error| ViewError::Known { sdk: id.to_owned(), error: error.into() })
        });
        let sdks = sdks.collect::<Result<Vec<_>, _>>()?;
        let (all, variant_runs) = sdks
            .iter()
            .flat_map(Sdk::rows)
            .fold((0, 0), |(all, variant_runs), row| (all + 1, variant_runs + usize::from(row.is_variant_run())));
        let suite = Suite {
            version: version.to_owned(),
            rules: (rules > 0).then_some(rules),
            cases: cases.len(),
            trials: all - variant_runs,
            variant_runs,
        };
        Ok(Self { suite, sdks, cases, places: Places::default() })
    }

    /// Goes through the surfaces, by SDK and name.
    pub fn surfaces(&self) -> impl Iterator<Item = &Surface<'a>> {
        self.sdks.iter().flat_map(|sdk| &sdk.surfaces)
    }

    /// Goes through every trial, by SDK, surface, case and variant.
    pub fn rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.sdks.iter().flat_map(Sdk::rows)
    }

    /// Collects the variants in which the trials of each case were run again.
    pub fn variant_runs(&self) -> BTreeMap<&'a str, BTreeSet<Variant>> {
        let mut variant_runs: BTreeMap<&str, BTreeSet<Variant>> = BTreeMap::new();
        for row in self.rows().filter(|row| row.is_variant_run()) {
            variant_runs.entry(&row.trial.case).or_default().insert(row.trial.variant);
        }
        variant_runs
    }

    /// Counts all trials by standing, in one sentence.
    pub fn standings(&self) -> String {
        let count = |standing: Conclusion| self.rows().filter(|row| row.standing == standing).count();
        format!(
            "trials: {}; pass: {}; variants as written: {}; as listed: {}; not as listed: {}; faults: {}; not judged: {}",
            self.suite.trials + self.suite.variant_runs,
            count(Conclusion::Passes),
            count(Conclusion::AsWritten),
            count(Conclusion::AsListed),
            count(Conclusion::NotAsListed),
            count(Conclusion::Fault),
            count(Conclusion::NotJudged)
        )
    }
}

/// Finds the one version of the suite and of its rules.
fn only(versions: BTreeSet<(&str, u32)>) -> Result<(&str, u32), ViewError> {
    let mut versions = versions.into_iter();
    let one = versions.next().ok_or(ViewError::Empty)?;
    let Some(other) = versions.next() else { return Ok(one) };
    let name = |(version, rules)| format!("{version} with the rules {rules}");
    Err(ViewError::Versions { one: name(one), other: name(other) })
}
