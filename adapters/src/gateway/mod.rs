//! Gateways: real proxies that stand between an SDK and the server. They are found by their manifests below `adapters/gateways`,
//! set up, started and ended here.
//!
//! The configuration decides what becomes of a broken stream, so it is a part of the gateway: the same program in two
//! configurations is two gateways.

mod manifest;
mod running;
mod template;
#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::manifest::{FILE, GatewayManifest, Install, ManifestError, Ready, Source, TokenPlace};
pub use self::running::{Doubt, GatewayError, Listening, RunningGateway};
use crate::root::Root;
use crate::setup::{Installed, Packaged, Progress, SetupError, of_system};
use crate::suggest;

/// The word that asks for every gateway.
pub const ALL: &str = "all";

/// A gateway that is checked in.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Its manifest.
    pub manifest: GatewayManifest,
    /// Its folder.
    pub dir: Utf8PathBuf,
    /// The folder with the lock file of its package.
    locked_in: Utf8PathBuf,
    root: Utf8PathBuf,
}

/// An error that keeps gateways from being found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// A manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A folder cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// No gateway has this id.
    #[error("there is no gateway `{id}`; {help}")]
    Unknown {
        /// The id that was asked for.
        id: String,
        /// A sentence that names the likeliest ids, or all of them.
        help: String,
    },
}

impl Gateway {
    /// Reads every gateway below `adapters/gateways`, in the order of their ids; none where there is no such folder.
    pub fn discover(root: &Utf8Path) -> Result<Vec<Self>, FindError> {
        let root = camino::absolute_utf8(root)?;
        let folder = root.join("adapters").join("gateways");
        let mut dirs = Vec::new();
        if folder.is_dir() {
            for entry in folder.read_dir_utf8()? {
                let dir = entry?.into_path();
                if dir.join(FILE).is_file() {
                    dirs.push(dir);
                }
            }
        }
        dirs.sort();
        let read = |dir: Utf8PathBuf| {
            let manifest = GatewayManifest::read(&dir)?;
            Ok(Self { locked_in: manifest.locked_in(&dir), manifest, dir, root: root.clone() })
        };
        dirs.into_iter().map(read).collect()
    }

    /// Finds the gateways that are asked for, each once: by id, or all of them.
    pub fn choose<T: AsRef<str>>(root: &Utf8Path, words: &[T]) -> Result<Vec<Self>, FindError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let every = Self::discover(root)?;
        let ids: Vec<&str> = every.iter().map(|gateway| gateway.manifest.id.as_str()).chain([ALL]).collect();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        if let Some(unknown) = words.iter().find(|word| !ids.contains(word)) {
            return Err(FindError::Unknown { id: (*unknown).to_owned(), help: suggest::help(unknown, &ids) });
        }
        let is_asked = |gateway: &&Self| words.iter().any(|word| *word == ALL || *word == gateway.manifest.id);
        Ok(every.iter().filter(is_asked).cloned().collect())
    }

    /// Makes sure that its program is there, and says where and in which version. Blocks.
    pub fn ensure(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Installed, SetupError> {
        match self.packaged() {
            None => self.of_system(),
            Some(packaged) => packaged.ensure(&self.root, progress),
        }
    }

    /// Looks for its program, and installs nothing.
    pub fn installed(&self) -> Result<Installed, SetupError> {
        match self.packaged() {
            None => self.of_system(),
            Some(packaged) => packaged.installed(&self.root),
        }
    }

    /// Returns the environment that its program is installed into, which need not be there yet; none for a program of the system.
    pub fn environment(&self) -> Result<Option<Utf8PathBuf>, SetupError> {
        self.packaged().map(|packaged| packaged.dir(&self.root)).transpose()
    }

    fn of_system(&self) -> Result<Installed, SetupError> {
        let GatewayManifest { id, install, .. } = &self.manifest;
        of_system(&self.root, id, &install.program, &install.version_arguments, install.from.package())
    }

    /// Describes its program where that comes from a registry.
    fn packaged(&self) -> Option<Packaged<'_>> {
        let GatewayManifest { id, version, install, .. } = &self.manifest;
        let (_, language) = install.from.locked()?;
        let (package, program) = (install.from.package(), install.program.as_str());
        let id = install.locked_by.as_ref().unwrap_or(id);
        Some(Packaged { id, language, package, version, folder: &self.locked_in, program })
    }

    /// Returns the folder below which it has one for each start.
    fn folder(&self) -> Utf8PathBuf {
        Root::at(&self.root).gateways()
    }
}
