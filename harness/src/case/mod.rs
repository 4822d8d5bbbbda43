//! A case: what the server sends, and what a client must make of it.
//!
//! These are plain types. [`crate::load`] makes them from YAML; nothing else knows YAML. `schema.json` beside the
//! cases is generated from [`CaseFile`] and [`FragmentFile`].

mod expect;
mod rule;
mod step;
mod time;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use streamspec_adapters::contract::{Api, Ask};
use thiserror::Error;

pub use expect::{
    Axis, Bound, Checks, Connection, ErrorClass, Expect, Level, OneOf, Outcome, StatusCheck, TextMatch, ToolExpected,
    ToolsMatch,
};
pub use rule::{Rule, RuleFile};
pub use step::{Encoding, End, Event, Framing, Repeat, Respond, Step, Use};

use crate::id::{self, CaseId, Variant};

/// A case file as it is written.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseFile {
    /// One sentence: what happens on the wire.
    pub title: String,
    /// The dialect.
    pub api: Api,
    /// Where the expectation comes from; at least one.
    pub sources: Vec<Source>,
    /// Rules of `cases/rules/*.yaml` that this case tests: `S3`, `H1`, `C6`.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Where maintainers have ruled otherwise.
    #[serde(default)]
    pub disputed: Option<Dispute>,
    /// Why a MUST may rest on an issue alone.
    #[serde(default)]
    pub why_must: Option<WhyMust>,
    /// What the client asks the model for.
    #[serde(default)]
    pub ask: Ask,
    /// The timeout the SDK is configured with, in milliseconds.
    #[serde(default = "CaseFile::default_timeout")]
    pub timeout: u64,
    /// The number of retries the SDK is configured with.
    #[serde(default)]
    pub max_retries: u32,
    /// Named values: each combination is a trial of its own, `${axis.field}` stands for its values.
    #[serde(default)]
    pub matrix: BTreeMap<String, Map<String, Value>>,
    /// The answer to every request; short for one of `exchanges`.
    #[serde(default)]
    pub stream: Option<Vec<Step>>,
    /// The answers to the first, second, … request; the last one is repeated.
    #[serde(default)]
    pub exchanges: Option<Vec<Vec<Step>>>,
    /// The same error as a plain HTTP response, for `error.class: same-as-http`.
    #[serde(default)]
    pub control: Option<Vec<Step>>,
    /// Why a healthy stream of this case holds what the vendor's schema does not; without it `check` refuses that.
    #[serde(default)]
    pub beyond_schema: Option<String>,
    /// Ways of cutting or dressing the bytes that this case does not survive, because it is about them.
    #[serde(default)]
    pub variants: Variants,
    /// What a client must make of it.
    pub expect: Expect,
}

impl CaseFile {
    /// Long enough for a loaded machine; cases about silence set their own.
    const fn default_timeout() -> u64 {
        20_000
    }
}

/// A file of fragments as it is written: steps by name, for one api.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FragmentFile {
    /// The dialect whose cases may use these fragments.
    pub api: Api,
    /// The fragments, by name.
    pub fragments: BTreeMap<String, Fragment>,
}

/// A named piece of a stream.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fragment {
    /// What it is, in one sentence.
    pub about: String,
    /// Values for `${name}` in the steps that a `use` may replace `with` others.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The steps it stands for.
    pub steps: Vec<Step>,
}

/// One case with its matrix values and fragments filled in: one trial for each surface and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The path below `cases/` without its ending, and the names of the matrix values:
    /// `anthropic/in-band/after-text#overloaded`.
    pub id: CaseId,
    /// The file, relative to the root of the repository.
    pub file: Utf8PathBuf,
    /// SHA-256 of the file with everything filled in, in hexadecimal: of what all its combinations send and expect. Words
    /// that only people read are no part of it.
    pub digest: String,
    /// See [`CaseFile::title`].
    pub title: String,
    /// See [`CaseFile::api`].
    pub api: Api,
    /// See [`CaseFile::sources`].
    pub sources: Vec<Source>,
    /// See [`CaseFile::rules`].
    pub rules: Vec<String>,
    /// See [`CaseFile::disputed`].
    pub disputed: Option<Dispute>,
    /// See [`CaseFile::ask`].
    pub ask: Ask,
    /// See [`CaseFile::timeout`]; milliseconds.
    pub timeout: u64,
    /// See [`CaseFile::max_retries`].
    pub max_retries: u32,
    /// The answers to the first, second, … request; the last one is repeated. No [`Step::Use`] and no
    /// [`Step::Repeat`] is left; `${nonce}` is.
    pub exchanges: Vec<Vec<Step>>,
    /// See [`CaseFile::control`]. As in `exchanges`.
    pub control: Option<Vec<Step>>,
    /// See [`CaseFile::beyond_schema`].
    pub beyond_schema: Option<String>,
    /// See [`CaseFile::variants`].
    pub variants: Variants,
    /// See [`CaseFile::expect`].
    pub expect: Expect,
}

impl Case {
    /// Whether the clock decides what is seen: the SDK's timeout is short enough to fire, or some time counts.
    pub fn is_timed(&self) -> bool {
        self.timeout < CaseFile::default_timeout()
            || self.levels().flat_map(|(_, checks)| checks.all()).any(|checks| {
                checks.elapsed.is_some()
                    || checks.wait.is_some()
                    || checks.outcome.as_ref().is_some_and(|outcome| outcome.0.contains(&Outcome::Waiting))
            })
    }

    /// The group: the folder below that of the api.
    pub fn group(&self) -> &str {
        id::about(self.id.group())
    }

    /// Whether the last answer is whole, however unusual its form: nothing in it fails, so a client can hide no failure.
    pub fn sends_a_whole_answer(&self) -> bool {
        let accepted = self.expect.must.outcomes().unwrap_or_default();
        matches!(self.group(), "benign" | "framing") && accepted.contains(&Outcome::Completed)
    }

    /// The checks of each level.
    pub fn levels(&self) -> impl Iterator<Item = (Level, &Checks)> {
        let Expect { must, should, may } = &self.expect;
        [(Level::Must, must), (Level::Should, should), (Level::May, may)].into_iter()
    }
}

/// The longest pattern, and how deep its braces may be nested: far more than anyone writes, and no work for the matcher.
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

/// A glob over names of cases or surfaces, in which `*` stays within a folder.
pub(crate) fn matcher(pattern: &str) -> Result<GlobSet, GlobError> {
    matchers(&[pattern])
}

/// Several of them.
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

/// How deep braces are nested.
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
pub const GROUPS: [&str; 8] = ["benign", "in-band", "cut", "framing", "payload", "http", "retry", "stall"];

/// The groups of an api.
pub fn groups(api: Api) -> impl Iterator<Item = &'static str> {
    GROUPS.iter().chain(api.dialect().vendors).copied()
}

/// Where an expectation comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of document it is.
    pub basis: Basis,
    /// The document, with an anchor where it has one.
    pub url: String,
    /// The words that say so, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// What an expectation rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A standard: WHATWG, an RFC.
    Spec,
    /// The provider's documentation.
    VendorDoc,
    /// The provider's published schema or the types generated from it.
    VendorSchema,
    /// A maintainer's decision in an issue or pull request.
    MaintainerRuling,
    /// A conclusion from documents that do not say it in these words.
    Derived,
    /// A report of what happened.
    Issue,
}

/// A ruling that differs from the expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// Where it was ruled.
    pub url: String,
    /// What was ruled, in one sentence.
    pub position: String,
    /// What the ruling is about: a check of one of these axes that does not hold is counted apart.
    pub axes: Vec<Axis>,
}

/// The two reasons that make a MUST without a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhyMust {
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
