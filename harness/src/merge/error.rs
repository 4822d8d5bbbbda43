//! The reasons why records are not joined.

use thiserror::Error;

/// Records that cannot be joined.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MergeError {
    /// There is no run in them.
    #[error("{0}: this file holds no run: its first line must say which suite was run")]
    Empty(String),
    /// They come from different versions of the suite.
    #[error("{one} was run with streamspec {version} and {other} with {other_version}; run them with one version")]
    Versions {
        /// A file.
        one: String,
        /// Its version.
        version: String,
        /// Another file.
        other: String,
        /// Its version.
        other_version: String,
    },
    /// They were judged by different rules.
    #[error("{one} was judged by the rules {rules} and {other} by the rules {other_rules}; run them with one version")]
    Rules {
        /// A file.
        one: String,
        /// Its rules.
        rules: u32,
        /// Another file.
        other: String,
        /// Its rules.
        other_rules: u32,
    },
    /// They come from different cases.
    #[error("{one} and {other} come from different cases: {what}; run them from one checkout")]
    Cases {
        /// A file.
        one: String,
        /// Another file.
        other: String,
        /// The difference, in words.
        what: String,
    },
    /// An SDK is not the same in two files.
    #[error("{sdk} is not the same in {one} and {other}: {what}")]
    Sdk {
        /// The SDK's id.
        sdk: String,
        /// A file.
        one: String,
        /// Another file.
        other: String,
        /// The difference, in words.
        what: String,
    },
    /// The same trial twice.
    #[error("{trial} is recorded twice, in {one} and in {other}; leave out one of the files")]
    Twice {
        /// The trial's name.
        trial: String,
        /// The file that has it first.
        one: String,
        /// The file that has it again.
        other: String,
    },
    /// A run did not come to its end.
    #[error("{file}: {sdk} has {has} of {own} trials; the run was cut short, run it again")]
    CutShort {
        /// The file.
        file: String,
        /// The SDK's id.
        sdk: String,
        /// The number of trials in the file.
        has: usize,
        /// The number of trials that the run planned for itself.
        own: usize,
    },
    /// A shard is not there.
    #[error("{sdk}: {missing} of {trials} trials are missing; given: {given}")]
    Gap {
        /// The SDK's id.
        sdk: String,
        /// The number of trials that no file has.
        missing: usize,
        /// The number of trials of the whole plan.
        trials: usize,
        /// The shards that are there, with their files.
        given: String,
    },
}
