//! The release since which an SDK misleads its caller in some way.

use super::{History, Release};
use crate::judge::{Grade, Status};
use crate::report::view::FindingKind;

/// The beginning of what still goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The first release, of those that were run, from which on every one does it.
    pub version: String,
    /// True where it is the first that was run, so that an earlier one may have done it, too.
    pub or_earlier: bool,
}

impl History {
    /// Finds the release since which a kind of finding is there; none where the last release that was run does not have it, or where
    /// results do not tell.
    pub fn since(&self, kind: FindingKind) -> Option<Since> {
        let lasting = self.run().rev().take_while(|release| has(release, kind)).count();
        let first = self.run().rev().take(lasting).last()?;
        Some(Since { version: first.version.clone(), or_earlier: lasting == self.run().count() })
    }
}

/// Says if a kind of finding is in the results of a release.
fn has(release: &Release, kind: FindingKind) -> bool {
    let mut results = release.report.results.iter();
    match kind {
        FindingKind::Failed(mode) => results.any(|result| result.mode == Some(mode)),
        FindingKind::Contradicts => results.any(|result| {
            result.verdict <= Status::Fails && result.checks.iter().any(|check| check.grade == Grade::Contradictory)
        }),
        // A store has trials as written alone, by one transport.
        FindingKind::CutDependent | FindingKind::TransportDependent => false,
    }
}
