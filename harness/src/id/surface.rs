//! A surface, by itself and with the SDK that it belongs to.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::escape::{Escaped, plain};
use super::name::name;
use super::sdk::SdkId;

/// The signs that an SDK or a surface cannot have in the name of a trial, and the one that escapes them.
pub(super) const SIGNS: &[char] = &['%', '/', ':'];

name! {
    /// One way of calling an SDK, as its manifest names it.
    SurfaceId
}

/// The endings of the names of surfaces that are one call of an SDK in two forms.
const FORMS: [&str; 2] = ["-sync", "-async"];

impl SurfaceId {
    /// Returns the name of the call without its form, `create` of `create-sync` and of `create-async`.
    pub fn call(&self) -> &str {
        FORMS.iter().find_map(|form| self.strip_suffix(form)).unwrap_or(self)
    }
}

/// A surface of an SDK. As text `anthropic-python/create-sync`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SdkSurface {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The surface.
    pub surface: SurfaceId,
}

impl SdkSurface {
    /// Joins an SDK and one of its surfaces.
    pub fn new(sdk: impl Into<SdkId>, surface: impl Into<SurfaceId>) -> Self {
        Self { sdk: sdk.into(), surface: surface.into() }
    }
}

impl fmt::Display for SdkSurface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Escaped(&self.sdk, SIGNS), Escaped(&self.surface, SIGNS))
    }
}

impl FromStr for SdkSurface {
    type Err = NoTrialId;

    fn from_str(text: &str) -> Result<Self, NoTrialId> {
        let parts = || {
            let (sdk, surface) = text.split_once('/')?;
            Some(Self::new(plain(sdk, SIGNS)?, plain(surface, SIGNS)?))
        };
        parts().ok_or_else(|| NoTrialId(text.to_owned()))
    }
}

/// Divides a text that names an SDK, or an SDK and one of its surfaces.
pub fn divided(named: &str) -> (&str, Option<&str>) {
    named.split_once('/').map_or((named, None), |(sdk, surface)| (sdk, Some(surface)))
}

/// A text that is not the identity of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` names no trial; one is named `SDK/SURFACE::CASE` or `SDK/SURFACE::CASE@VARIANT`")]
pub struct NoTrialId(pub(super) String);
