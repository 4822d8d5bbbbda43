//! The view of a run: everything that a report says, read from records once.
//!
//! Formats render it and compute nothing that two of them would need.

mod alone;
mod beside;
mod breakage;
mod caught;
mod conclusion;
mod count;
mod finding;
mod gateway;
mod known;
mod past;
mod place;
mod row;
mod rows;
mod sdk;
mod seen;
mod shown;
mod times;
mod transports;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::root::BY_CARGO;
use thiserror::Error;

use crate::deviation::{self, KnownError};
use crate::id::{SdkId, Variant, VariantRun};
use crate::record::{CaseRecord, EditionRecord, ReadError, Records, Run, SdkRecord, TrialPlace};

pub use alone::{Alone, AloneMutant};
pub use beside::{Beside, CameTo, SideBySide};
pub use breakage::Breakage;
pub use caught::{CatchRow, Catches};
pub use conclusion::Conclusion;
pub use count::Count;
pub use finding::{Finding, FindingKind, SdkFinding};
pub use gateway::{BlameCount, Gateway, GatewayFinding, GatewayFindingKind};
pub use known::Known;
pub use past::Past;
pub(super) use past::{PastChange, PastFinding, PastGroup, PastRelease};
pub use place::{Place, Places};
pub use row::{Row, Unlisted};
use rows::Numbers;
pub use sdk::{Sdk, Surface, without_patch};
pub use seen::{Seen, SeenRow};
pub use times::{SdkTimes, TimeSpent};
pub use transports::{Folded, TransportDifference, Transports};
pub use waits::{Wait, Waits};

pub(super) use known::reason;
pub(super) use place::file;
pub(super) use shown::{LONGEST_TEXT, cut, sentence, visible};
pub(super) use transports::first;
pub(super) use waits::waited;

/// The suite that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// The version of streamspec.
    pub version: String,
    /// The number of the rules by which it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<u32>,
    /// The edition of the suite that was run; absent where the cases were selected otherwise, or none is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<EditionRecord>,
    /// The number of cases.
    pub cases: usize,
    /// The number of trials as written.
    pub trials: usize,
    /// The number of variant runs: trials that were run again with their bytes split or framed otherwise.
    pub variant_runs: usize,
}

impl Suite {
    /// Says which edition it is, in a sentence with a space before it; nothing where it is none.
    pub fn of_edition(&self) -> String {
        self.edition.as_ref().map(|edition| format!(" The suite is edition {edition}.")).unwrap_or_default()
    }
}

/// A run, as every format shows it. The trials stay in their records and are read again, one after another, where a format
/// needs more of them than the numbers here.
#[derive(Debug)]
pub struct View<'a> {
    /// The suite that was run.
    pub suite: Suite,
    /// The SDKs, by id.
    pub sdks: Vec<Sdk<'a>>,
    /// The cases, by id.
    pub cases: BTreeMap<&'a str, &'a CaseRecord>,
    /// Everything that was found, the most harmful first.
    pub findings: Vec<Finding<'a>>,
    /// The gateways that trials went through, those that do the most harm first.
    pub gateways: Vec<Gateway>,
    /// The histories of SDKs; none until they are handed over.
    pub past: Vec<Past>,
    /// The time of the run, by where it went.
    pub times: TimeSpent,
    /// The mutants that case files alone catch; none until they are handed over.
    pub alone: Option<Alone>,
    /// The places of the checks in their case files; the beginnings of the files until they are looked for.
    pub places: Places,
    /// The words that start this program, with which commands begin; those of a checkout until others are named.
    pub invocation: &'static str,
    records: &'a Records,
    /// The cases in which some surface delivers text.
    with_text: BTreeSet<&'a str>,
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
    /// The records, when they are read again.
    #[error(transparent)]
    Read(#[from] ReadError),
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
    /// Compares each trial with its SDK's list of known deviations and counts. The order of the trials does not matter.
    pub fn from_records(records: &'a Records) -> Result<Self, ViewError> {
        let suites = records.runs.iter().map(|run| (run.suite.version.as_str(), run.suite.rules));
        let (version, rules) = only(suites.collect())?;
        let whole = records.runs.iter().all(|run| run.suite.whole);
        let cases: BTreeMap<&str, &CaseRecord> =
            records.runs.iter().flat_map(|run| &run.cases).map(|(id, case)| (id.as_str(), case)).collect();
        let recorded: BTreeMap<&str, &SdkRecord> =
            records.runs.iter().flat_map(|run| &run.sdks).map(|(id, sdk)| (id.as_str(), sdk)).collect();
        if let Some((trial, ..)) = records.doubles(|place| Some(place.name())).next() {
            return Err(ViewError::Twice(trial.to_string()));
        }
        let suite = Suite {
            version: version.to_owned(),
            rules: (rules > 0).then_some(rules),
            edition: Run::edition(&records.runs).cloned(),
            cases: cases.len(),
            trials: 0,
            variant_runs: 0,
        };
        let (places, with_text) = (Places::default(), BTreeSet::new());
        let (findings, gateways) = (Vec::new(), Vec::new());
        let (sdks, past, invocation) = (Vec::new(), Vec::new(), BY_CARGO);
        let (mut times, is_one_run) = (TimeSpent::default(), records.runs.len() == 1);
        let mut view = Self {
            suite,
            sdks,
            cases,
            findings,
            gateways,
            past,
            times: TimeSpent::default(),
            alone: None,
            places,
            invocation,
            records,
            with_text,
        };
        let mut findings = finding::none();
        let mut gateways = gateway::Gathered::default();
        for record in recorded.into_values() {
            let list = view.list(record);
            let list = list.map_err(|error| ViewError::Known { sdk: record.id.to_string(), error: error.into() })?;
            let sdk = Sdk::of(record, records, list);
            let mut numbers = Numbers::of(record);
            for surface in &sdk.surfaces {
                view.count(&sdk, surface, &mut numbers, &mut gateways)?;
            }
            let sdk = numbers.of_sdk(sdk, whole);
            numbers.spending.add_to(&mut times, record, is_one_run);
            view.with_text.append(&mut numbers.with_text);
            numbers.found.add_to(&mut findings);
            view.sdks.push(sdk);
        }
        view.findings = finding::sorted(findings);
        view.times = times.sorted();
        view.gateways = gateways.named(&records.runs);
        let variant_runs = view.trials().filter(|place| place.variant != Variant::AsWritten).count();
        (view.suite.trials, view.suite.variant_runs) = (view.trials().count() - variant_runs, variant_runs);
        Ok(view)
    }

    /// Makes the list of known deviations of an SDK. Builds of one SDK share theirs: its globs take much memory.
    fn list(&self, record: &SdkRecord) -> Result<Rc<deviation::KnownDeviations>, KnownError> {
        match self.sdks.iter().find(|sdk| sdk.record.known == record.known) {
            Some(sdk) => Ok(Rc::clone(&sdk.list)),
            None => Ok(Rc::new(deviation::KnownDeviations::of(record.known.clone())?)),
        }
    }

    /// Goes through the places of the trials, in the order of [`View::rows`].
    fn trials(&self) -> impl Iterator<Item = &'a TrialPlace> {
        self.surfaces().flat_map(|surface| surface.trials)
    }

    /// Goes through the surfaces, by SDK and name.
    pub fn surfaces(&self) -> impl Iterator<Item = &Surface<'a>> {
        self.sdks.iter().flat_map(|sdk| &sdk.surfaces)
    }

    /// Returns the command that starts the program of an SDK that is not checked in; nothing for any other one.
    pub fn command(&self, sdk: &SdkId) -> &'a [String] {
        let found = self.sdks.iter().find(|one| one.record.id == *sdk);
        found.and_then(|one| one.record.command.as_deref()).unwrap_or_default()
    }

    /// Collects the variants in which the trials of each case were run again, by route and transport.
    pub fn variant_runs(&self) -> BTreeMap<&'a str, BTreeSet<VariantRun>> {
        let mut variant_runs: BTreeMap<&str, BTreeSet<VariantRun>> = BTreeMap::new();
        for place in self.trials().filter(|place| place.variant != Variant::AsWritten) {
            variant_runs.entry(self.records.case(place)).or_default().insert(place.variant_run());
        }
        variant_runs
    }

    /// Counts all trials by conclusion, in one sentence.
    pub fn conclusions(&self) -> String {
        let count = |conclusion: Conclusion| self.sdks.iter().map(|sdk| sdk.conclusion(conclusion)).sum::<usize>();
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
