//! The languages that SDKs are written in. Each is a file with one [`Toolchain`] and an entry in [`TOOLCHAINS`].

use camino::{Utf8Path, Utf8PathBuf};

use super::go::Go;
use super::java::Java;
use super::python::Python;
use super::rust::{self, Rust};
use super::typescript::TypeScript;
use super::{Environment, Need, Progress, SetupError, Standalone, Toolchain};
use crate::manifest::Manifest;
use crate::root::Root;
use crate::spec::Build;

/// Every language, in the order of reports.
pub const TOOLCHAINS: [&dyn Toolchain; 5] = [&Python, &TypeScript, &Rust, &Go, &Java];

/// Finds the toolchain of the language of that name.
pub fn named(language: &str) -> Option<&'static dyn Toolchain> {
    TOOLCHAINS.into_iter().find(|toolchain| toolchain.language() == language)
}

/// Lists the names of all languages, for people.
pub fn languages() -> String {
    TOOLCHAINS.map(Toolchain::language).join(", ")
}

/// Looks for every program that a toolchain needs, by asking it for its version.
pub fn needs(root: &Utf8Path) -> Vec<Need> {
    let base = base(root);
    TOOLCHAINS.iter().flat_map(|toolchain| toolchain.needs(&base)).collect()
}

/// Asks the registry for the newest published version of an SDK's package.
pub fn latest(
    root: &Utf8Path,
    manifest: &Manifest,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<String, SetupError> {
    of(manifest)?.latest(&base(root), manifest, progress)
}

/// Lists every published version of an SDK's package, in any order; none where no tool of its language lists them.
pub fn releases(root: &Utf8Path, manifest: &Manifest) -> Result<Option<Vec<String>>, SetupError> {
    of(manifest)?.releases(&base(root), manifest)
}

/// Moves the lock in a copy of an SDK's folder to a version of its package, and names the files that were written; none where the
/// lock of its language is made in another way.
pub fn relock(
    root: &Utf8Path,
    manifest: &Manifest,
    folder: &Utf8Path,
    version: &str,
) -> Result<Option<Vec<&'static str>>, SetupError> {
    of(manifest)?.relock(&base(root), manifest, folder, version)
}

/// Makes the adapter of what is linked into this program one that needs nothing else of the repository.
pub fn linked_standalone(root: &Utf8Path, id: &str) -> Result<Standalone, SetupError> {
    rust::standalone(&base(root), id).map_err(|source| SetupError::Io { id: id.to_owned(), source })
}

impl Environment {
    /// Names the environment of a build of an SDK; `None` for what is linked into this program. `sources` is the
    /// adapter's folder.
    pub fn of(
        root: &Utf8Path,
        manifest: &Manifest,
        sources: &Utf8Path,
        build: &Build,
    ) -> Result<Option<Self>, SetupError> {
        Self::new(of(manifest)?, base(root), manifest, sources, build)
    }
}

/// Finds the toolchain of an SDK.
fn of(manifest: &Manifest) -> Result<&'static dyn Toolchain, SetupError> {
    named(&manifest.language).ok_or_else(|| SetupError::Unavailable {
        id: manifest.id.clone(),
        reason: format!("there is no toolchain for the language `{}`", manifest.language),
        fix: format!("the languages are {}", languages()),
    })
}

/// Returns the folder that set-ups write into.
pub(super) fn base(root: &Utf8Path) -> Utf8PathBuf {
    Root::at(root).work()
}
