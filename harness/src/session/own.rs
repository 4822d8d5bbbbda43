//! The choice of SDKs: those of the fleet, and the one of a program that is not checked in.

use streamspec_adapters::fleet::{Fleet, Sdk, SelectedSdks};

use super::{Request, SessionError};

impl Request {
    /// Chooses the SDKs. With a program that is not checked in, only those of the fleet that are named are run beside it.
    pub(crate) fn chosen(&self, fleet: &Fleet) -> Result<SelectedSdks, SessionError> {
        let Some(own) = &self.own else { return Ok(fleet.choose(&self.sdks)?) };
        is_free(fleet, own)?;
        let mut chosen = if self.sdks.is_empty() { SelectedSdks::default() } else { fleet.choose(&self.sdks)? };
        chosen.sdks.push(own.clone());
        Ok(chosen)
    }
}

/// Checks that no SDK that is checked in has the id.
fn is_free(fleet: &Fleet, own: &Sdk) -> Result<(), SessionError> {
    let id = own.manifest.id.as_str();
    let sdks = fleet.sdks().iter().map(|sdk| sdk.manifest.id.as_str());
    let mut ids = sdks.chain(fleet.broken().iter().map(|broken| broken.id.as_str()));
    if ids.any(|taken| taken == id) {
        return Err(SessionError::Taken { name: own.manifest.package.clone(), id: id.to_owned() });
    }
    Ok(())
}
