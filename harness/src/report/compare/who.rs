//! The part of a report that is compared: all of it, one SDK, or one surface.

use std::collections::BTreeSet;

use super::{CompareError, States};
use crate::id::{SdkId, SdkSurface, SurfaceId, TrialId, divided};
use crate::report::published::{Report, ReportSdk};

/// The part of a report that is compared; everything where nothing is named.
#[derive(Clone, Copy)]
pub(super) struct ComparedPart<'a> {
    pub(super) sdk: Option<&'a str>,
    pub(super) surface: Option<&'a str>,
}

impl<'a> ComparedPart<'a> {
    pub(super) fn parse(named: Option<&'a str>) -> Self {
        let parts = named.map(divided);
        Self { sdk: parts.map(|(sdk, _)| sdk), surface: parts.and_then(|(_, surface)| surface) }
    }

    /// Replaces the id by the one that the SDK has in a report.
    pub(super) fn resolved(self, side: &'static str, report: &'a Report) -> Result<Self, CompareError> {
        let Some(name) = self.sdk.filter(|name| report.sdks.iter().all(|sdk| sdk.id != *name)) else { return Ok(self) };
        let base = SdkId::from(name);
        let builds = report.sdks.iter().filter(|sdk| sdk.id.base() == base.base()).map(|sdk| sdk.id.as_str());
        // What is named for one report only may be another build in the other one.
        match builds.collect::<Vec<_>>().as_slice() {
            [] => Ok(self),
            [one] => Ok(Self { sdk: Some(*one), ..self }),
            several => Err(CompareError::Several { side, name: name.to_owned(), known: several.join(", ") }),
        }
    }

    pub(super) fn has(self, sdk: &str, surface: &str) -> bool {
        self.sdk.is_none_or(|own| own == sdk) && self.surface.is_none_or(|own| own == surface)
    }

    /// Returns the name under which a trial is compared.
    pub(super) fn key(self, id: TrialId) -> TrialId {
        let (sdk, surface) = (self.sdk.map_or(id.sdk, SdkId::from), self.surface.map_or(id.surface, SurfaceId::from));
        TrialId { sdk, surface, ..id }
    }

    pub(super) fn chosen(self, side: &'static str, report: &'a Report) -> Result<Vec<&'a ReportSdk>, CompareError> {
        let unknown = |name: &str, known: Vec<String>| {
            Err(CompareError::Unknown { side, name: name.to_owned(), known: known.join(", ") })
        };
        let sdks: Vec<_> = report.sdks.iter().filter(|sdk| self.sdk.is_none_or(|id| sdk.id == id)).collect();
        match (self.sdk, self.surface, sdks.first()) {
            (Some(id), _, None) => unknown(id, report.sdks.iter().map(|sdk| sdk.id.to_string()).collect()),
            (Some(id), Some(surface), Some(sdk)) if !sdk.surfaces.iter().any(|own| *own == *surface) => {
                let known = sdk.surfaces.iter().map(|surface| SdkSurface::new(id, surface.as_str()).to_string());
                unknown(&SdkSurface::new(id, surface).to_string(), known.collect())
            }
            _ => Ok(sdks),
        }
    }

    /// Refuses two SDKs whose surfaces have no name in common: they cannot be compared by surface.
    pub(super) fn comparable(self, new: Self, was: &States<'_>, now: &States<'_>) -> Result<(), CompareError> {
        let surfaces =
            |states: &States<'_>| states.of.keys().map(|key| key.surface.to_string()).collect::<BTreeSet<_>>();
        let (old_surfaces, new_surfaces) = (surfaces(was), surfaces(now));
        if self.sdk == new.sdk || old_surfaces.is_empty() || new_surfaces.is_empty() {
            return Ok(());
        }
        if old_surfaces.is_disjoint(&new_surfaces) {
            let list = |surfaces: BTreeSet<String>| surfaces.into_iter().collect::<Vec<_>>().join(", ");
            return Err(CompareError::Disjoint { old: list(old_surfaces), new: list(new_surfaces) });
        }
        Ok(())
    }
}
