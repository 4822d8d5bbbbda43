//! `adapter.toml`: what a checked-in adapter says about itself before anything is installed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::transports::{Support, Transports};
pub use crate::contract::{AnswerField, Delivers, Surface};
use crate::contract::{Api, Identity};

/// The environment variable in which an adapter's process gets its manifest, as JSON with the keys of `adapter.toml`.
pub const VARIABLE: &str = "STREAMSPEC_MANIFEST";

/// The checked-in description of one SDK and its adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The id used on the command line and in reports, `anthropic-python`.
    pub id: String,
    /// The package's name in its registry.
    pub package: String,
    /// The locked version.
    pub version: String,
    /// The language, which also decides how the adapter is set up and started; the name of the folder it is in.
    pub language: String,
    /// True where a plain run and `cargo test` run it; the others are run when they are named, or with `all`.
    #[serde(default)]
    pub core: bool,
    /// The adapter's source file beside the manifest; absent for native adapters.
    #[serde(default)]
    pub entry: Option<String>,
    /// Root classes of the SDK's own exceptions.
    pub error_bases: Vec<String>,
    /// A sentence each about how the base URL, the timeout and the retries are set.
    pub configuration: BTreeMap<String, String>,
    /// The line of code with which an application sets the base URL, for each dialect; `{url}` stands for the root below which
    /// the dialect's own paths lie.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub base_url: BTreeMap<Api, String>,
    /// The way in which the SDK is made to trust the certificate of a run, for each encrypted transport.
    #[serde(default, skip_serializing_if = "Transports::is_empty")]
    pub transports: Transports,
    /// The surfaces, by name.
    pub surfaces: BTreeMap<String, Surface>,
    /// The refusals that the SDK documents, by surface or axis.
    #[serde(default)]
    pub unsupported: Vec<Unsupported>,
}

impl Manifest {
    /// Makes the manifest of an SDK that has none: what its adapter says about itself.
    pub(crate) fn of(identity: &Identity) -> Self {
        let surfaces = identity.surfaces.iter().map(|name| {
            let described = identity.described.get(name).cloned();
            (name.clone(), described.unwrap_or_else(|| Surface::undescribed(&identity.apis)))
        });
        let is_of_ids = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let name = identity.sdk.name.trim_start_matches('@');
        Self {
            id: name.chars().map(|character| if is_of_ids(character) { character } else { '-' }).collect(),
            package: identity.sdk.name.clone(),
            version: identity.sdk.version.clone(),
            language: identity.sdk.language.clone(),
            core: false,
            entry: None,
            error_bases: identity.error_bases.clone(),
            configuration: BTreeMap::new(),
            base_url: BTreeMap::new(),
            transports: Transports::default(),
            surfaces: surfaces.collect(),
            unsupported: Vec::new(),
        }
    }

    /// Writes it as the JSON that the adapter's process gets, so that no adapter repeats what stands in here.
    ///
    /// # Panics
    ///
    /// Never: its keys are strings.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a manifest has only string keys")
    }
}

/// A documented refusal: trials it covers are neither run nor counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unsupported {
    /// Glob over surfaces; all when absent.
    #[serde(default)]
    pub surfaces: Option<String>,
    /// Glob over case ids.
    pub cases: String,
    /// The reason, in a sentence.
    pub reason: String,
    /// The documentation that says so.
    pub link: String,
}

#[cfg(test)]
mod tests;
mod transports;
