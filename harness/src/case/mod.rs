//! A case: what the server sends, and what a client must make of it.
//!
//! These are plain types. [`crate::load`] makes them from YAML; nothing else knows YAML.

mod about;
mod compare;
mod expect;
mod request;
mod rule;
#[cfg(test)]
mod sample;
mod source;
mod step;
mod time;
mod travel;
mod usage;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::{Api, Ask, Caller};
use thiserror::Error;

pub use about::About;
pub use compare::{
    Bound, Connection, Endings, ErrorClass, OneOf, Outcome, Resent, StatusCheck, TextMatch, ToolExpected, ToolsMatch,
};
pub use expect::{Axis, Checks, Expect, Level};
pub(crate) use request::is_part;
pub use request::{Condition, RequestMatch};
pub use rule::{Rule, RuleFile};
pub use source::{Basis, Confidence, Recording, Source};
pub use step::{Encoding, End, Event, Framing, Respond, Step, Version};
pub use usage::UsageMatch;

use crate::id::{self, CaseId, Variant};

/// The timeout of a case that sets none, in milliseconds: long enough for a loaded machine.
pub(crate) const DEFAULT_TIMEOUT: u64 = 20_000;

/// One case with its matrix values and fragments filled in: one trial for each surface and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The path below `cases/` without its ending, and the names of the matrix values:
    /// `anthropic/in-band/after-text#overloaded`.
    pub id: CaseId,
    /// The file, relative to the root of the repository.
    pub file: Utf8PathBuf,
    /// SHA-256 of the file with everything filled in, in hexadecimal: of what all its combinations send and expect,
    /// with their names. Words that only people read are no part of it.
    pub digest: String,
    /// One sentence: what happens on the wire.
    pub title: String,
    /// The dialect.
    pub api: Api,
    /// The documents that the expectation comes from.
    pub sources: Vec<Source>,
    /// The rules of `cases/rules/*.yaml` that it tests: `S3`, `H1`, `C6`.
    pub rules: Vec<String>,
    /// The ruling of maintainers that differs from the expectation, if there is one.
    pub disputed: Option<Dispute>,
    /// The request that the client makes of the model.
    pub ask: Ask,
    /// The timeout the SDK is configured with, in milliseconds.
    pub timeout: u64,
    /// The number of retries the SDK is configured with.
    pub max_retries: u32,
    /// The caller's own actions, other than to read to the end.
    pub caller: Caller,
    /// The subject.
    pub about: About,
    /// The answers to the first, second, … request; the last one is repeated. Of the names in `${…}` only `${nonce}` is
    /// left.
    pub exchanges: Vec<Vec<Step>>,
    /// The parts that a request must have to get an answer, by the place of that answer; one without gets any request.
    pub conditions: BTreeMap<usize, Condition>,
    /// The same error as a plain HTTP response, for `error.class: same-as-http`.
    pub control: Option<Vec<Step>>,
    /// The reason why a healthy stream of it holds what the vendor's schema does not.
    pub beyond_schema: Option<String>,
    /// The variants that the case opts out of.
    pub variants: Variants,
    /// The checks on what a client makes of it.
    pub expect: Expect,
}

impl Case {
    /// Says whether the clock decides what is seen: some time is measured, or the client may wait for longer than it is watched.
    pub fn is_timed(&self) -> bool {
        self.is_measured() || self.levels().flat_map(|(_, checks)| checks.all()).any(Checks::accept_waiting)
    }

    /// Says whether a client that is late is seen otherwise: the SDK's timeout is short enough to fire, or some time counts.
    pub fn is_measured(&self) -> bool {
        self.timeout < DEFAULT_TIMEOUT
            || self.caller.read.cancels()
            || self
                .levels()
                .flat_map(|(_, checks)| checks.all())
                .any(|checks| checks.elapsed.is_some() || checks.wait.is_some() || checks.connection.is_some())
    }

    /// Returns the group: the folder below that of the api.
    pub fn group(&self) -> &str {
        id::about(self.id.group())
    }

    /// Returns the checks of each level.
    pub fn levels(&self) -> impl Iterator<Item = (Level, &Checks)> {
        let Expect { must, should, may } = &self.expect;
        [(Level::Must, must), (Level::Should, should), (Level::May, may)].into_iter()
    }
}

/// The longest pattern, and how deep its braces may be nested: far more than anyone writes, and no work for the
/// matcher.
const LONGEST_GLOB: usize = 1000;
const DEEPEST_GLOB: usize = 8;

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GlobError {
    /// It is no glob.
    #[error("{0}")]
    Wrong(globset::ErrorKind),
    /// It is longer than anyone writes.
    #[error("it is longer than {LONGEST_GLOB} bytes")]
    Long,
    /// Its braces are nested deeper than anyone writes.
    #[error("its braces are nested deeper than {DEEPEST_GLOB}")]
    Deep,
}

/// Compiles a glob over names of cases or surfaces, in which `*` stays within a folder.
pub(crate) fn matcher(pattern: &str) -> Result<GlobSet, GlobError> {
    matchers(&[pattern])
}

/// Compiles several globs.
pub(crate) fn matchers<T: AsRef<str>>(patterns: &[T]) -> Result<GlobSet, GlobError> {
    let wrong = |error: globset::Error| GlobError::Wrong(error.kind().clone());
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.as_ref();
        if pattern.len() > LONGEST_GLOB {
            return Err(GlobError::Long);
        }
        if depth(pattern) > DEEPEST_GLOB {
            return Err(GlobError::Deep);
        }
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().map_err(wrong)?);
    }
    // Unlike a single glob's matcher, a set says when it is too much for the engine of regular expressions.
    set.build().map_err(wrong)
}

/// Counts how deep braces are nested.
fn depth(pattern: &str) -> usize {
    let mut open = 0_usize;
    let depths = pattern.chars().map(|character| {
        match character {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    });
    depths.max().unwrap_or_default()
}

/// The groups that every api has: folders of cases, columns of the matrix.
pub const GROUPS: [&str; 9] = ["benign", "in-band", "cut", "framing", "payload", "http", "retry", "stall", "caller"];

/// Returns the groups of an api.
pub fn groups(api: Api) -> impl Iterator<Item = &'static str> {
    GROUPS.iter().chain(api.dialect().vendors).copied()
}

/// A ruling that differs from the expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// The page with the ruling.
    pub url: String,
    /// The ruling, in one sentence.
    pub position: String,
    /// The axes that the ruling is about: a check of one of them that does not hold is counted apart.
    pub axes: Vec<Axis>,
}

/// The two reasons that make a MUST without a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MustReason {
    /// Breaking it makes failure look like success.
    FailureLooksLikeSuccess,
    /// Breaking it executes or repeats side effects.
    RepeatsEffects,
}

/// The variants a case opts out of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variants {
    /// The names of the variants that change what this case is about.
    #[serde(default)]
    pub except: Vec<Variant>,
}
