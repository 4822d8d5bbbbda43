//! Reports that cannot be compared.

use thiserror::Error;

/// A report that cannot be compared.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CompareError {
    /// There is no such SDK or surface in it.
    #[error("there is no `{name}` in the {side} report; there are: {known}")]
    Unknown {
        /// `old` or `new`.
        side: &'static str,
        /// The SDK, or the SDK and its surface.
        name: String,
        /// The names that there are to choose from.
        known: String,
    },
    /// Several builds of the SDK are in it.
    #[error("there are several builds of `{name}` in the {side} report; name one of {known}")]
    Several {
        /// `old` or `new`.
        side: &'static str,
        /// The SDK.
        name: String,
        /// Its builds.
        known: String,
    },
    /// Two SDKs have no surface in common.
    #[error("the two SDKs have no surface in common: {old} and {new}; name one of each, `FILE:sdk/surface`")]
    Disjoint {
        /// The old one's surfaces.
        old: String,
        /// The new one's surfaces.
        new: String,
    },
    /// It says less than every trial of its cases: passes are only counted, so nothing may be missing.
    #[error(
        "the {side} report has {has} of {trials} trials of {surface} on {group}: it is of a shard or of an unfinished run; \
         `streamspec merge` the records and write the report again"
    )]
    Partial {
        /// `old` or `new`.
        side: &'static str,
        /// The SDK and its surface.
        surface: String,
        /// The group of cases.
        group: String,
        /// The number of trials that are there.
        has: usize,
        /// The number of trials that should be there.
        trials: usize,
    },
}
