//! A trial beside what its SDK's list of known deviations says of it.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::{Conclusion, Sdk, file, sentence, visible};
use crate::case::{Axis, Level};
use crate::deviation::{self, Comparison};
use crate::judge::{Check, Status};
use crate::record::{CaseRecord, SdkRecord, Statement, TrialRecord, statements};

/// One trial.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its record.
    pub trial: TrialRecord,
    /// Its SDK.
    pub sdk: &'a SdkRecord,
    /// Its case.
    pub case: Option<&'a CaseRecord>,
    list: &'a deviation::KnownDeviations,
    /// The ids of the statements in that list.
    ids: &'a [String],
    comparison: OnceCell<Comparison>,
}

/// Something about a trial that the list does not cover.
#[derive(Clone, Debug)]
pub struct Unlisted<'a> {
    /// The check it is about.
    pub axis: Axis,
    /// Its level; none for an entry of the list that is out of date.
    pub level: Option<Level>,
    /// A sentence about what was expected and what came.
    pub text: String,
    /// The check itself.
    pub check: Option<&'a Check>,
}

impl<'a> Row<'a> {
    pub(super) fn new(trial: TrialRecord, sdk: &'a Sdk<'_>, case: Option<&'a CaseRecord>) -> Self {
        Self { trial, sdk: sdk.record, case, list: &sdk.list, ids: &sdk.ids, comparison: OnceCell::new() }
    }

    /// Collects the known deviations that cover it, by their ids in the SDK's list.
    pub fn known(&self) -> BTreeSet<&'a str> {
        self.trial.known.iter().filter_map(|place| self.ids.get(*place)).map(String::as_str).collect()
    }

    /// Compares it with its SDK's list of known deviations, the first time that this is asked for.
    pub(super) fn comparison(&self) -> &Comparison {
        self.comparison.get_or_init(|| self.list.compare(&self.trial, &self.sdk.version))
    }

    /// Tells its meaning for a build.
    pub fn conclusion(&self) -> Conclusion {
        match self.trial.verdict.status {
            Status::Unsupported | Status::NotRun => Conclusion::NotJudged,
            Status::Flaky | Status::AdapterFault | Status::GatewayFault | Status::HarnessFault => Conclusion::Fault,
            Status::Pass | Status::Disputed | Status::Deviates | Status::Fails if !self.comparison().is_as_listed() => {
                Conclusion::NotAsListed
            }
            _ if self.trial.is_variant_run() && self.own_checks().next().is_none() => Conclusion::AsWritten,
            Status::Pass => Conclusion::Passes,
            Status::Disputed | Status::Deviates | Status::Fails => Conclusion::AsListed,
        }
    }

    /// Says whether text was delivered.
    pub(super) fn has_text(&self) -> bool {
        let text = self.trial.observation.as_ref().and_then(|observation| observation.text.as_ref());
        text.is_some_and(|text| !text.is_empty())
    }

    /// Names the case and, of a variant run, the variant: `anthropic/in-band/overloaded@crlf`.
    pub fn case_name(&self) -> String {
        self.trial.id().case_and_variant()
    }

    /// Names the trial without its SDK.
    pub fn name_within_sdk(&self) -> String {
        self.trial.id().within_sdk()
    }

    /// Says what its case is about, in the words of its title.
    pub fn title(&self) -> &'a str {
        self.case.map_or("", |case| &case.title)
    }

    /// Names the verdict with the kind of a failure: `fails (silent)`.
    pub fn verdict(&self) -> String {
        self.trial.verdict.status_and_mode()
    }

    /// Names the case file, relative to the root of the repository.
    pub fn file(&self) -> String {
        file(&self.trial.case)
    }

    /// Finds the checks that do not hold; of a variant run, only those about being one.
    pub fn own_checks(&self) -> impl Iterator<Item = &Check> {
        let variant_run = self.trial.is_variant_run();
        self.trial.verdict.broken_checks().filter(move |check| check.axis.is_of_variants() == variant_run)
    }

    /// Finds the checks that do not hold as the list says, each with the statements that say so.
    pub fn listed(&self) -> Vec<(&Check, Vec<Statement<'a>>)> {
        let unlisted: Vec<usize> = self.unlisted_checks().collect();
        let checks = self.trial.verdict.checks.iter().enumerate().filter(|(place, _)| !unlisted.contains(place));
        checks
            .filter(|(_, check)| self.own_checks().any(|own| std::ptr::eq(own, *check)))
            .map(|(_, check)| {
                let used = self.comparison().used.iter().filter_map(|number| self.statement(*number));
                (check, used.filter(|used| used.scope.axis == check.axis).collect())
            })
            .collect()
    }

    /// Finds what the list does not cover: new deviations, other ones than listed, listed ones that are gone.
    pub fn unlisted(&self) -> Vec<Unlisted<'_>> {
        let mut all = Vec::new();
        for place in self.unlisted_checks() {
            let Some(check) = self.trial.verdict.checks.get(place) else { continue };
            let listed = self.comparison().different.iter().find(|(different, _)| *different == place);
            let listed = listed.and_then(|(_, number)| self.statement(*number));
            let listed = listed
                .map(|listed| format!("; listed is {}", visible(&listed.scope.observed.join(" or "))))
                .unwrap_or_default();
            all.push(Unlisted {
                axis: check.axis,
                level: Some(check.level),
                text: format!("{}{listed}", sentence(check)),
                check: Some(check),
            });
        }
        for Statement { entry, scope } in self.comparison().stale.iter().filter_map(|number| self.statement(*number)) {
            let text = format!(
                "{} holds, though a deviation is listed ({}); remove or narrow the entry",
                scope.axis,
                visible(&entry.reason)
            );
            all.push(Unlisted { axis: scope.axis, level: None, text, check: None });
        }
        all
    }

    /// Says why there is no verdict, or why it is what it is where no check says so.
    pub fn reason(&self) -> String {
        visible(self.trial.verdict.reason.as_deref().unwrap_or_default())
    }

    fn statement(&self, number: usize) -> Option<Statement<'a>> {
        statements(&self.sdk.known).nth(number)
    }

    fn unlisted_checks(&self) -> impl Iterator<Item = usize> {
        self.comparison().new.iter().copied().chain(self.comparison().different.iter().map(|(place, _)| *place))
    }
}
