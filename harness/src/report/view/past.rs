//! The history of an SDK, as pages show it. It is made of a store, not of records, and is handed to the view as it is.

use schemars::JsonSchema;
use serde::Serialize;

use crate::id::{SdkId, SurfaceId};

/// The history of one SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Past {
    /// The SDK in this report.
    pub sdk: SdkId,
    /// The number of cases that each release was run on.
    pub cases: usize,
    /// The groups of cases, by name.
    pub groups: Vec<String>,
    /// The releases, the oldest first.
    pub releases: Vec<PastRelease>,
    /// Since when there is what is found today.
    pub since: Vec<PastFinding>,
}

/// One release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastRelease {
    /// The version.
    pub version: String,
    /// The reason why it was not run.
    pub not_run: Option<String>,
    /// The release that it is compared with; none of the first that was run.
    pub after: Option<String>,
    /// The numbers of each group of cases, in the order of the groups; none where it was not run.
    pub groups: Vec<PastGroup>,
    /// The changes that it made.
    pub changes: Vec<PastChange>,
}

/// The trials of one release on one group of cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastGroup {
    /// Those that pass, and those that differ only where maintainers have ruled otherwise.
    pub pass: usize,
    /// Those in which a SHOULD does not hold.
    pub deviates: usize,
    /// Those in which a MUST does not hold.
    pub fails: usize,
    /// Those that came out better than in the release before.
    pub better: usize,
    /// Those that came out worse.
    pub worse: usize,
}

/// Trials of a release that changed alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastChange {
    /// The kind: `broken`, `worsened`, `fixed`, `improved` or `changed`.
    pub kind: String,
    /// Their number.
    pub trials: usize,
    /// The verdicts before and now, and what is seen otherwise.
    pub words: String,
    /// Their surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// The id of one of their cases.
    pub case: String,
}

/// The beginning of a kind of finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PastFinding {
    /// The kind, as the filters of the page name it: a mode, or `contradictory`.
    pub kind: String,
    /// The first release from which on every one that was run has it.
    pub version: String,
    /// True where that is the first that was run, so that an earlier one may have it, too.
    pub or_earlier: bool,
}
