//! `adapter.toml`: what a checked-in adapter says about itself before anything is installed.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::contract::{Ability, Api, Identity};

/// The environment variable in which an adapter's process gets its manifest, as JSON with the keys of `adapter.toml`.
pub const VARIABLE: &str = "STREAMSPEC_MANIFEST";

/// The checked-in description of one SDK and its adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The surfaces, by name.
    pub surfaces: BTreeMap<String, Surface>,
    /// The refusals that the SDK documents, by surface or axis.
    #[serde(default)]
    pub unsupported: Vec<Unsupported>,
}

impl Manifest {
    /// Makes the manifest of an SDK that has none: what its adapter says about itself, and no surface described.
    pub(crate) fn of(identity: &Identity) -> Self {
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
            surfaces: BTreeMap::new(),
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

/// One way of using one SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Surface {
    /// The dialects this surface speaks.
    pub apis: Vec<Api>,
    /// The form in which its caller gets the answer.
    pub delivers: Delivers,
    /// The fields that surfaces of this kind show and this one does not, because the SDK's does not have them.
    #[serde(default)]
    pub lacks: Vec<AnswerField>,
    /// The fields that this surface shows beside those that all surfaces of its kind do.
    #[serde(default)]
    pub also_shows: Vec<AnswerField>,
    /// The abilities of its caller beside to read to the end. A case that needs another one is unsupported.
    #[serde(default)]
    pub caller: Vec<Ability>,
    /// The link to the SDK's own page that says so, if this call asks the model again by itself when it rejects an
    /// answer, an empty one for example. More requests than a case expects then say nothing about retries.
    #[serde(default)]
    pub asks_again: Option<String>,
    /// The call in the SDK's own words, `client.messages.create(stream=True)`.
    pub call: String,
    /// The first version that had it, if that is known: at an older one it is unsupported.
    #[serde(default)]
    pub since: Option<Version>,
    /// The file beside the manifest that holds the code of this surface, where that is no call of the SDK but a
    /// caller's own handling of it: what an application would write. Reports show it.
    #[serde(default)]
    pub handler: Option<String>,
}

impl Surface {
    /// Returns the fields that every observation of this surface holds; where only the finished answer is handed over,
    /// once there is one.
    pub fn shows(&self) -> Vec<AnswerField> {
        let all: &[AnswerField] = match self.delivers {
            Delivers::Events | Delivers::Final => &[AnswerField::Text, AnswerField::ToolCalls, AnswerField::StopReason],
            Delivers::Text => &[AnswerField::Text],
        };
        let also = self.also_shows.iter().copied();
        all.iter().copied().filter(|field| !self.lacks.contains(field)).chain(also).collect()
    }
}

/// A part of an answer or of its failure that an observation has a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerField {
    /// The answer's text.
    Text,
    /// The tool calls.
    ToolCalls,
    /// The stop reason.
    StopReason,
    /// The numbers of tokens.
    Usage,
    /// The model's thoughts.
    Thinking,
    /// The text of a refusal, where it is apart from the answer's.
    Refusal,
    /// The notices that the answer is over, by callbacks, events or a subscriber.
    Endings,
    /// The class of an error inside the stream. Without an SDK such an error is an event, and nothing of a class of
    /// errors.
    ErrorClass,
    /// The HTTP status of a response that is refused.
    ErrorStatus,
    /// The type of the error in a response that is refused.
    ErrorType,
    /// The code of that error.
    ErrorCode,
}

impl AnswerField {
    /// Returns the name in manifests and observations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::ToolCalls => "tool_calls",
            Self::StopReason => "stop_reason",
            Self::Usage => "usage",
            Self::Thinking => "thinking",
            Self::Refusal => "refusal",
            Self::Endings => "endings",
            Self::ErrorClass => "error_class",
            Self::ErrorStatus => "error_status",
            Self::ErrorType => "error_type",
            Self::ErrorCode => "error_code",
        }
    }
}

/// The form in which the caller of a surface gets the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivers {
    /// Events, one by one.
    Events,
    /// Pieces of text, one by one.
    Text,
    /// The finished answer only.
    Final,
}

/// A documented refusal: trials it covers are neither run nor counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
