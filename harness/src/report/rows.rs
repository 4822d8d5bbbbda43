//! Trials one by one, each beside what its SDK's list of known deviations says of it: what the formats for machines show.

use std::collections::BTreeMap;

use camino::{Utf8Component, Utf8Path};
use thiserror::Error;

use crate::case::{Axis, Level};
use crate::deviation::{Comparison, Known, KnownError};
use crate::id::{CaseId, Variant};
use crate::judge::{Check, Word};
use crate::load::Location;
use crate::message;
use crate::record::{CaseRecord, Record, SdkRecord, Statement, TrialRecord, statements};
use crate::text;

/// The longest text from outside that a line shows, in characters.
const LONGEST: usize = 300;

/// Every trial of some records, by SDK and surface.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    /// The version of streamspec.
    pub version: &'a str,
    /// The SDKs, by id.
    pub sdks: Vec<SdkRows<'a>>,
    cases: BTreeMap<&'a str, &'a CaseRecord>,
}

/// One SDK with its trials.
#[derive(Clone, Debug)]
pub struct SdkRows<'a> {
    /// What it says about itself.
    pub sdk: &'a SdkRecord,
    /// Its trials, by surface, case and variant.
    pub rows: Vec<Row<'a>>,
    /// What its list says that matches nothing, where every case was run on every surface.
    pub unused: Vec<Statement<'a>>,
}

/// One trial.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its record.
    pub trial: &'a TrialRecord,
    /// Its SDK.
    pub sdk: &'a SdkRecord,
    comparison: Comparison,
}

/// What a trial means for a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It passes, and nothing else was expected.
    Passes,
    /// It is a replay and comes out just as the trial as written, whatever that is.
    AsWritten,
    /// It deviates or fails as the list of known deviations says.
    AsListed,
    /// It deviates or fails as nobody said, or does not although the list says so.
    NotAsListed,
    /// The adapter or the harness broke, or two attempts differed: nobody can say what the trial comes to.
    Fault,
    /// The SDK's documents exclude it, or it was not run.
    NotJudged,
}

/// Something about a trial that the list does not cover.
#[derive(Clone, Debug)]
pub struct Surprise<'a> {
    /// The check it is about.
    pub axis: Axis,
    /// Its level; none for an entry of the list that is out of date.
    pub level: Option<Level>,
    /// What was expected and what came.
    pub text: String,
    /// The check itself.
    pub check: Option<&'a Check>,
}

/// A list of known deviations in the records that cannot be read.
#[derive(Debug, Error)]
#[error("the records of {sdk} hold a list of known deviations that cannot be used: {error}")]
pub struct RowsError {
    sdk: String,
    error: Box<KnownError>,
}

impl<'a> Rows<'a> {
    /// Sorts the trials and compares each with its SDK's list. Trials of an SDK that no record describes are left out; a
    /// run describes every SDK before its first trial.
    pub fn from_records(records: &'a [Record]) -> Result<Self, RowsError> {
        let (mut version, mut whole) = ("", true);
        let (mut sdks, mut cases) = (BTreeMap::new(), BTreeMap::new());
        let mut trials: BTreeMap<&str, Vec<&TrialRecord>> = BTreeMap::new();
        for record in records {
            match record {
                Record::Suite(suite) => (version, whole) = (&suite.version, whole && suite.whole),
                Record::Case(case) => _ = cases.insert(case.id.as_str(), case),
                Record::Sdk(sdk) => _ = sdks.insert(sdk.id.as_str(), sdk),
                Record::Trial(trial) => trials.entry(&trial.sdk).or_default().push(trial),
            }
        }
        let sdks = sdks.into_iter().map(|(id, sdk)| {
            let trials = trials.remove(id).unwrap_or_default();
            SdkRows::of(sdk, trials, whole).map_err(|error| RowsError { sdk: id.to_owned(), error: error.into() })
        });
        Ok(Self { version, sdks: sdks.collect::<Result<_, _>>()?, cases })
    }

    /// Every trial, by SDK, surface, case and variant.
    pub fn all(&self) -> impl Iterator<Item = &Row<'a>> {
        self.sdks.iter().flat_map(|sdk| &sdk.rows)
    }

    /// How many trials are of this standing.
    pub fn count(&self, standing: Standing) -> usize {
        self.all().filter(|row| row.standing() == standing).count()
    }

    /// What a case is about.
    pub fn title(&self, case: &str) -> &'a str {
        self.cases.get(case).map_or("", |case| &case.title)
    }
}

impl<'a> SdkRows<'a> {
    fn of(sdk: &'a SdkRecord, mut trials: Vec<&'a TrialRecord>, whole: bool) -> Result<Self, KnownError> {
        let known = Known::of(sdk.known.clone())?;
        trials.sort_by(|one, other| {
            (&one.surface, &one.case, one.variant).cmp(&(&other.surface, &other.case, other.variant))
        });
        let judged = trials.iter().any(|trial| trial.verdict.word <= Word::Fails);
        let unused = if whole && judged { known.unused(trials.iter().copied(), &sdk.version) } else { Vec::new() };
        let unused = unused.into_iter().filter_map(|number| statements(&sdk.known).nth(number)).collect();
        let rows = trials.into_iter().map(|trial| Row { trial, sdk, comparison: known.compare(trial, &sdk.version) });
        Ok(Self { sdk, rows: rows.collect(), unused })
    }
}

impl<'a> Row<'a> {
    /// What it means for a build.
    pub fn standing(&self) -> Standing {
        match self.trial.verdict.word {
            Word::Unsupported | Word::NotRun => Standing::NotJudged,
            Word::Flaky | Word::AdapterFault | Word::HarnessFault => Standing::Fault,
            Word::Pass | Word::Disputed | Word::Deviates | Word::Fails if !self.comparison.is_as_listed() => {
                Standing::NotAsListed
            }
            _ if self.trial.variant != Variant::AsWritten && self.own_checks().next().is_none() => Standing::AsWritten,
            Word::Pass => Standing::Passes,
            Word::Disputed | Word::Deviates | Word::Fails => Standing::AsListed,
        }
    }

    /// The case and, of a replay, the variant: `anthropic/in-band/overloaded@crlf`.
    pub fn case_name(&self) -> String {
        self.trial.id().case_and_variant()
    }

    /// The verdict with the kind of a failure: `fails (silent)`.
    pub fn verdict(&self) -> String {
        self.trial.verdict.word_and_mode()
    }

    /// The case file, relative to the root of the repository.
    pub fn file(&self) -> String {
        file(&self.trial.case)
    }

    /// The checks that do not hold; of a replay, only those about being one.
    pub fn own_checks(&self) -> impl Iterator<Item = &'a Check> {
        let replay = self.trial.variant != Variant::AsWritten;
        self.trial.verdict.broken_checks().filter(move |check| check.axis.is_of_replays() == replay)
    }

    /// The checks that do not hold as the list says, each with what says so.
    pub fn listed(&self) -> Vec<(&'a Check, Vec<Statement<'a>>)> {
        let surprises: Vec<usize> = self.surprising().collect();
        let checks = self.trial.verdict.checks.iter().enumerate().filter(|(place, _)| !surprises.contains(place));
        checks
            .filter(|(_, check)| self.own_checks().any(|own| std::ptr::eq(own, *check)))
            .map(|(_, check)| {
                let said = self.comparison.used.iter().filter_map(|number| self.statement(*number));
                (check, said.filter(|said| said.scope.axis == check.axis).collect())
            })
            .collect()
    }

    /// What the list does not cover: new deviations, other ones than listed, listed ones that are gone.
    pub fn surprises(&self) -> Vec<Surprise<'a>> {
        let mut all = Vec::new();
        for place in self.surprising() {
            let Some(check) = self.trial.verdict.checks.get(place) else { continue };
            let listed = self.comparison.different.iter().find(|(different, _)| *different == place);
            let listed = listed.and_then(|(_, number)| self.statement(*number));
            let listed = listed
                .map(|said| format!("; listed is {}", visible(&said.scope.observed.join(" or "))))
                .unwrap_or_default();
            all.push(Surprise {
                axis: check.axis,
                level: Some(check.level),
                text: format!("{}{listed}", sentence(check)),
                check: Some(check),
            });
        }
        for Statement { entry, scope } in self.comparison.stale.iter().filter_map(|number| self.statement(*number)) {
            let text = format!(
                "{} holds, though a deviation is listed ({}); remove or narrow the entry",
                scope.axis,
                visible(&entry.reason)
            );
            all.push(Surprise { axis: scope.axis, level: None, text, check: None });
        }
        all
    }

    /// Why there is no verdict, or why it is what it is where no check says so.
    pub fn reason(&self) -> String {
        visible(self.trial.verdict.reason.as_deref().unwrap_or_default())
    }

    fn statement(&self, number: usize) -> Option<Statement<'a>> {
        statements(&self.sdk.known).nth(number)
    }

    fn surprising(&self) -> impl Iterator<Item = usize> {
        self.comparison.new.iter().copied().chain(self.comparison.different.iter().map(|(place, _)| *place))
    }
}

/// A check with its level, what was expected and what came: `must outcome: expected error, observed completed`.
pub(super) fn sentence(check: &Check) -> String {
    format!("{} {}: {}", check.level.name(), check.axis, visible(&message::sentence(check)))
}

/// A text from outside on one line, with everything visible that a reader or a file format could stumble over.
pub(super) fn visible(text: &str) -> String {
    // These two are in Unicode, but in no XML document.
    text::shown(text, LONGEST).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

/// The file of a case; one whose name leads elsewhere has none.
pub(super) fn file(case: &CaseId) -> String {
    let file = case.file();
    let stays = Utf8Path::new(file).components().all(|part| matches!(part, Utf8Component::Normal(_)));
    if stays { format!("cases/{file}.yaml") } else { "cases".to_owned() }
}

/// Where checks stand in their case files; found before anything is rendered, since rendering reads no files.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<(String, Level, Axis), Place>);

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

impl Place {
    /// Where a file begins: for what stands nowhere in it.
    const START: Self = Self { line: 1, column: 1 };
}

impl Places {
    /// Asks for every place that the rows need.
    pub fn find(rows: &Rows<'_>, locate: impl Fn(&str, Level, Axis) -> Option<Location>) -> Self {
        let mut places = BTreeMap::new();
        for row in rows.all() {
            let stale = row.surprises().into_iter().map(|surprise| (Level::Must, surprise.axis));
            for (level, axis) in row.own_checks().map(|check| (check.level, check.axis)).chain(stale) {
                let key = (row.file(), level, axis);
                if axis.is_of_replays() || places.contains_key(&key) {
                    continue;
                }
                let found = locate(&key.0, level, axis).map(|found| Place { line: found.line, column: found.column });
                places.insert(key, found.unwrap_or(Place::START));
            }
        }
        Self(places)
    }

    /// Where a check of a case stands; the beginning of the file where that is not known.
    pub fn of(&self, case: &CaseId, level: Level, axis: Axis) -> Place {
        self.0.get(&(file(case), level, axis)).copied().unwrap_or(Place::START)
    }
}
