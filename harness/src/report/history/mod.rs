//! The history of an SDK: what its releases made of the same cases, and which of them changed what.
//!
//! The results of each release are a [`Report`] of one build, made lean: the cases have no titles and no sources, the SDK no list of
//! known deviations. Nothing here reads or writes a file.

mod lean;
mod number;
mod page;
mod since;
mod step;
mod text;
mod told;

use std::collections::BTreeMap;

use thiserror::Error;

pub use lean::{is_worth_keeping, lean};
pub use number::{Choice, Every, Number, chosen};
pub use since::Since;
pub use step::Step;
pub use told::ToldHistory;

use super::published::{Report, ReportSdk};
use super::view::View;
use crate::id::CaseId;

/// The results of some releases of one SDK.
#[derive(Debug)]
pub struct History {
    /// The id of the SDK, without a build.
    pub sdk: String,
    /// The releases, the oldest first.
    pub releases: Vec<Release>,
}

/// The results of one release.
#[derive(Clone, Debug)]
pub struct Release {
    /// The version.
    pub version: String,
    /// The report of this build alone.
    pub report: Report,
}

/// Results that were judged otherwise than others, or on other cases, and say nothing about a change.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Unfit {
    /// They were judged by other rules.
    #[error("it was judged by {was} and this is about {now}")]
    Rules {
        /// Its rules.
        was: String,
        /// Those that are wanted.
        now: String,
    },
    /// A case sends or expects something else.
    #[error("its case {case} is not the same: {was} there, {now} here")]
    Case {
        /// The case.
        case: String,
        /// Its digest there.
        was: String,
        /// Its digest here.
        now: String,
    },
    /// It has other cases.
    #[error("it has {was} cases and this is about {now}, for example {example}")]
    Cases {
        /// The number of its cases.
        was: usize,
        /// The number of those that are wanted.
        now: usize,
        /// The first that only one of them has.
        example: String,
    },
}

/// The basis that results must have in common to stand beside others: the rules, and the cases with their digests.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The number of the rules.
    pub rules: Option<u32>,
    /// The cases of the SDK's dialects with their digests.
    pub cases: BTreeMap<CaseId, String>,
}

impl History {
    /// Puts releases in the order of their numbers.
    pub fn of(sdk: String, mut releases: Vec<Release>) -> Self {
        releases.sort_by_key(|release| Number::parse(&release.version));
        Self { sdk, releases }
    }

    /// Goes through the releases that were run, the oldest first.
    pub fn run(&self) -> impl DoubleEndedIterator<Item = &Release> {
        self.releases.iter().filter(|release| release.not_run().is_none())
    }
}

impl Release {
    /// Returns what the report says of the SDK.
    pub fn sdk(&self) -> Option<&ReportSdk> {
        self.report.sdks.first()
    }

    /// Returns the reason why it was not run.
    pub fn not_run(&self) -> Option<&str> {
        self.sdk().map_or(Some("the SDK is not in its report"), |sdk| sdk.not_run.as_deref())
    }

    /// Returns what it was judged by.
    pub fn basis(&self) -> Basis {
        let digest = |digest: &Option<String>| digest.clone().unwrap_or_default();
        let cases = self.report.cases.iter().map(|case| (case.id.clone(), digest(&case.digest)));
        Basis { rules: self.report.suite.rules, cases: cases.collect() }
    }
}

impl Basis {
    /// Returns that of the trials of a report.
    pub fn of(view: &View<'_>) -> Self {
        let cases = view.cases.values().map(|case| (case.id.clone(), case.digest.clone()));
        Self { rules: view.suite.rules, cases: cases.collect() }
    }

    /// Checks that results on another basis can stand beside those on this one. A digest may be the beginning of another.
    pub fn fits(&self, other: &Self) -> Result<(), Unfit> {
        self.agrees(other)?;
        let only = |one: &Self, other: &Self| one.cases.keys().find(|case| !other.cases.contains_key(*case)).cloned();
        match only(other, self).or_else(|| only(self, other)) {
            Some(case) => {
                Err(Unfit::Cases { was: other.cases.len(), now: self.cases.len(), example: case.to_string() })
            }
            None => Ok(()),
        }
    }

    /// Checks the same, where one may have cases that the other has not.
    pub fn agrees(&self, other: &Self) -> Result<(), Unfit> {
        if self.rules != other.rules {
            let name =
                |rules: Option<u32>| rules.map_or_else(|| "unnumbered rules".into(), |n| format!("the rules {n}"));
            return Err(Unfit::Rules { was: name(other.rules), now: name(self.rules) });
        }
        for (case, was) in &other.cases {
            let Some(now) = self.cases.get(case) else { continue };
            let is_same = now.starts_with(was.as_str()) || was.starts_with(now.as_str());
            if !is_same || now.is_empty() != was.is_empty() {
                let now = now.get(..was.len()).unwrap_or(now).to_owned();
                return Err(Unfit::Case { case: case.to_string(), was: was.clone(), now });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
