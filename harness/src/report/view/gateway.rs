//! Gateways of a view: what each made of the answers that went through it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::native::REFERENCE as READER;

use super::Row;
use super::beside::{Beside, CameTo, Through};
use crate::blame::{Side, Word};
use crate::case::About;
use crate::id::{self, CaseId, Route, Transport, TrialId};
use crate::json::is_default;
use crate::record::{GatewayRecord, Run, TrialRecord};

/// A gateway with the numbers of its trials as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gateway {
    /// The route that it is on: its id.
    pub route: Route,
    /// The name of the product; empty where the records do not say.
    pub name: String,
    /// The version that was run.
    pub version: String,
    /// The numbers by group of cases, those of all dialects together: `in-band`, `cut`, …
    pub groups: BTreeMap<String, BlameCount>,
    /// The numbers by the fate of the first answer.
    pub about: BTreeMap<About, BlameCount>,
    /// The harm that it does, the worst first.
    pub findings: Vec<GatewayFinding>,
    /// Its trials beside the same ones on the direct route; absent where the records have none of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
}

/// Numbers of trials through a gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlameCount {
    /// The numbers by the word of their blame.
    pub words: BTreeMap<Word, usize>,
    /// Trials in which it sent requests again by itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retried: usize,
    /// Those of them in which it did so after the server had begun to send a stream.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retried_after_output: usize,
    /// Trials in which it held bytes back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delayed: usize,
    /// Trials in which it kept a connection of which the other side was over.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_open: usize,
    /// Trials that say nothing about the gateway.
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_blamed: usize,
}

/// One kind of harm that a gateway does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GatewayFinding {
    /// The kind.
    pub kind: GatewayFindingKind,
    /// The number of trials in which it was found; never 0.
    pub trials: usize,
    /// The number of their cases.
    pub cases: usize,
    /// The first of these trials; of the reference client where it has any.
    pub example: TrialId,
}

/// A kind of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayFindingKind {
    /// [`Word::Invented`].
    Invented,
    /// A request was sent again after output.
    RetriedAfterOutput,
    /// [`Word::LostAtTheGateway`].
    LostAtTheGateway,
    /// [`Word::ChangedAtTheGateway`].
    ChangedAtTheGateway,
    /// The client's connection was kept although the answer was over.
    ClientLeftOpen,
    /// The server's connection was kept although the client had gone.
    ServerLeftOpen,
    /// Bytes were held back.
    Delayed,
    /// A request was sent again before output.
    Retried,
}

impl Gateway {
    /// Counts the answers that it passed on, whatever an SDK made of them.
    pub fn passed_on(&self) -> usize {
        let all = BlameCount::sum(self.groups.values());
        all.of(Word::PassedOn) + all.of(Word::LostAtTheSdk)
    }

    /// Counts the answers of which somebody can tell what became of them.
    pub fn blamed(&self) -> usize {
        BlameCount::sum(self.groups.values()).words.values().sum()
    }
}

impl BlameCount {
    /// Counts the trials with a word.
    pub fn of(&self, word: Word) -> usize {
        self.words.get(&word).copied().unwrap_or_default()
    }

    /// Counts the trials with any word.
    pub fn blamed(&self) -> usize {
        self.words.values().sum()
    }

    /// Adds counts up.
    pub fn sum<'a>(counts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for count in counts {
            count.words.iter().for_each(|(word, number)| *sum.words.entry(*word).or_default() += number);
            sum.retried += count.retried;
            sum.retried_after_output += count.retried_after_output;
            sum.delayed += count.delayed;
            sum.left_open += count.left_open;
            sum.not_blamed += count.not_blamed;
        }
        sum
    }

    fn add(&mut self, trial: &TrialRecord) {
        let Some(blame) = &trial.blame else {
            self.not_blamed += 1;
            return;
        };
        *self.words.entry(blame.word).or_default() += 1;
        self.retried += usize::from(blame.retried.is_some());
        self.retried_after_output += usize::from(blame.retried.is_some_and(|retried| retried.after_output));
        self.delayed += usize::from(blame.delayed_ms.is_some());
        self.left_open += usize::from(blame.left_open.is_some());
    }
}

impl GatewayFindingKind {
    /// Every kind, the worst first.
    pub const ALL: [Self; 8] = [
        Self::Invented,
        Self::RetriedAfterOutput,
        Self::LostAtTheGateway,
        Self::ChangedAtTheGateway,
        Self::ClientLeftOpen,
        Self::ServerLeftOpen,
        Self::Delayed,
        Self::Retried,
    ];

    /// Returns the words of reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invented => Word::Invented.name(),
            Self::RetriedAfterOutput => "retried after output",
            Self::LostAtTheGateway => Word::LostAtTheGateway.name(),
            Self::ChangedAtTheGateway => Word::ChangedAtTheGateway.name(),
            Self::ClientLeftOpen => "left the client's connection open",
            Self::ServerLeftOpen => "left the server's connection open",
            Self::Delayed => "delayed",
            Self::Retried => "retried before output",
        }
    }

    fn covers(self, trial: &TrialRecord) -> bool {
        let Some(blame) = &trial.blame else { return false };
        let is_after = blame.retried.map(|retried| retried.after_output);
        match self {
            Self::Invented => blame.word == Word::Invented,
            Self::RetriedAfterOutput => is_after == Some(true),
            Self::LostAtTheGateway => blame.word == Word::LostAtTheGateway,
            Self::ChangedAtTheGateway => blame.word == Word::ChangedAtTheGateway,
            Self::ClientLeftOpen => blame.left_open == Some(Side::Downstream),
            Self::ServerLeftOpen => blame.left_open == Some(Side::Upstream),
            Self::Delayed => blame.delayed_ms.is_some(),
            Self::Retried => is_after == Some(false),
        }
    }
}

/// The gateways of a view while their trials are counted.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    routes: BTreeMap<Route, Gathering<'a>>,
    /// The results of one surface on the direct route, and those through gateways.
    direct: BTreeMap<(&'a CaseId, Transport), CameTo>,
    through: Vec<(Route, (&'a CaseId, Transport), Through)>,
}

#[derive(Default)]
struct Gathering<'a> {
    groups: BTreeMap<String, BlameCount>,
    about: BTreeMap<About, BlameCount>,
    found: [Found<'a>; GatewayFindingKind::ALL.len()],
    beside: Option<Beside>,
}

#[derive(Default)]
struct Found<'a> {
    trials: usize,
    cases: BTreeSet<&'a CaseId>,
    example: Option<TrialId>,
}

impl<'a> Gathered<'a> {
    /// Adds a trial of a surface. One in another variant is in no number here.
    pub(super) fn add(&mut self, row: &Row<'_>, case: &'a CaseId) {
        let trial = &row.trial;
        if trial.is_variant_run() {
            return;
        }
        let place = (case, trial.transport);
        if trial.route == Route::Direct {
            self.direct.insert(place, CameTo::of(&trial.verdict));
            return;
        }
        self.through.push((trial.route, place, Through::of(trial)));
        let own = self.routes.entry(trial.route).or_default();
        own.groups.entry(id::about(case.group()).to_owned()).or_default().add(trial);
        if let Some(about) = row.case.and_then(|case| case.about) {
            own.about.entry(about).or_default().add(trial);
        }
        for (kind, found) in GatewayFindingKind::ALL.into_iter().zip(&mut own.found) {
            if kind.covers(trial) {
                found.trials += 1;
                found.cases.insert(case);
                // What a gateway does is best seen with the client that reads everything as the documents say.
                let is_readers = |sdk: &str| sdk == READER;
                let is_better = |example: &TrialId| !is_readers(&example.sdk) && is_readers(&trial.sdk);
                if found.example.as_ref().is_none_or(is_better) {
                    found.example = Some(trial.id());
                }
            }
        }
    }

    /// Compares the trials of a surface with those on the direct route, once all of them have been added.
    pub(super) fn surface_ends(&mut self) {
        let direct = std::mem::take(&mut self.direct);
        for (route, place, through) in self.through.drain(..) {
            let Some(before) = direct.get(&place).filter(|before| before.is_judged() && through.came.is_judged())
            else {
                continue;
            };
            let Some(own) = self.routes.get_mut(&route) else { continue };
            own.beside.get_or_insert_default().add(*before, through);
        }
    }

    /// Names the gateways as the runs do, those that do the most harm first.
    pub(super) fn named(self, runs: &[Run]) -> Vec<Gateway> {
        let named = |route| runs.iter().flat_map(|run| &run.suite.gateways).find(|named| named.route == route);
        let gateway = |(route, own): (Route, Gathering<'_>)| {
            let (name, version) = named(route)
                .map(|GatewayRecord { name, version, .. }| (name.clone(), version.clone()))
                .unwrap_or_default();
            let findings = GatewayFindingKind::ALL.into_iter().zip(own.found).filter_map(|(kind, found)| {
                let (trials, cases) = (found.trials, found.cases.len());
                Some(GatewayFinding { kind, trials, cases, example: found.example? })
            });
            let findings = findings.collect();
            let beside = own.beside.map(Beside::sorted);
            Gateway { route, name, version, groups: own.groups, about: own.about, findings, beside }
        };
        let mut all: Vec<Gateway> = self.routes.into_iter().map(gateway).collect();
        let harm = |gateway: &Gateway| {
            GatewayFindingKind::ALL.map(|kind| {
                let found = gateway.findings.iter().find(|found| found.kind == kind);
                Reverse(found.map_or(0, |found| found.trials))
            })
        };
        all.sort_by_key(|gateway| (harm(gateway), gateway.route));
        all
    }
}
