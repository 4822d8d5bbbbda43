//! TLS in a folder: the certificates of its player, and how the SDK is told to trust them.

use camino::Utf8PathBuf;
use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::manifest::{Support, Transports};

use super::NoRepro;
use crate::id::{Transport, TrialId};
use crate::transport::Certificates;

/// The file with the certificate that the SDK has to trust.
pub(super) const AUTHORITY: &str = "authority.pem";

/// The certificates of a folder, made for it alone, and the variable that tells the SDK, or its adapter, which to trust.
#[derive(Clone, Debug)]
pub struct Tls {
    certificates: Certificates,
    support: Support,
}

impl Tls {
    /// Makes the certificates for a trial; none where it was in the clear.
    ///
    /// # Errors
    ///
    /// Nothing outside of this program can tell the SDK what to trust.
    pub fn of(id: &TrialId, sdk: Option<&Sdk>) -> Result<Option<Self>, NoRepro> {
        if id.transport != Transport::Tls {
            return Ok(None);
        }
        let no_trust = || NoRepro::Trust(id.sdk.to_string());
        let manifest = &sdk.ok_or_else(no_trust)?.manifest;
        let support = match manifest.transports.tls.clone().ok_or_else(no_trust)? {
            Support::Variable(name) => Support::Variable(name),
            Support::Client(option) if manifest.entry.is_some() => Support::Client(option),
            Support::Client(_) | Support::Unsupported(_) => return Err(no_trust()),
        };
        let certificates = Certificates::new().map_err(|error| NoRepro::Keys(error.to_string()))?;
        Ok(Some(Self { certificates, support }))
    }

    /// Returns the environment variable that names the file with the certificate to trust.
    pub(super) fn variable(&self) -> &str {
        match &self.support {
            Support::Variable(name) => name,
            Support::Client(_) | Support::Unsupported(_) => Transports::OWN,
        }
    }

    /// Says whether it is the adapter that makes the SDK trust it, so that a program without one cannot.
    pub(super) const fn needs_adapter(&self) -> bool {
        !matches!(self.support, Support::Variable(_))
    }

    /// Returns the files of the player.
    pub(super) fn files(&self) -> impl Iterator<Item = (Utf8PathBuf, Vec<u8>)> {
        let Certificates { authority, server, key } = self.certificates.clone();
        [(AUTHORITY, authority), ("server.pem", server), ("server-key.pem", key)]
            .into_iter()
            .map(|(name, text)| (name.into(), text.into_bytes()))
    }
}
