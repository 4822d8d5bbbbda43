//! The mutants that case files alone catch, as pages show them. They are made of a run of mutants, not of records, and are handed to the
//! view as they are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// The mutants that case files alone catch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Alone {
    /// The number of all mutants.
    pub mutants: usize,
    /// The mutants that are caught by one case file alone, by its id.
    pub cases: BTreeMap<String, Vec<AloneMutant>>,
}

/// A mutant that one case file catches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AloneMutant {
    /// The name.
    pub name: String,
    /// Its fault, in a sentence.
    pub about: String,
}
