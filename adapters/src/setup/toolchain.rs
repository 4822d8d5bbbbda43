//! The languages that SDKs are written in. Each is a file with one [`Toolchain`] and an entry in [`TOOLCHAINS`].

use std::fmt::Debug;
use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};

use super::go::Go;
use super::java::Java;
use super::python::Python;
use super::rust::Rust;
use super::typescript::TypeScript;
use super::{Environment, Need, Progress, SetupError};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::Build;

/// Every language, in the order of reports.
pub const TOOLCHAINS: [&dyn Toolchain; 5] = [&Python, &TypeScript, &Rust, &Go, &Java];

/// The tools of one language: what installs an SDK with its adapter, and what starts the adapter.
pub trait Toolchain: Debug + Send + Sync {
    /// The language's name in manifests and reports, and of the folder under `adapters`.
    fn language(&self) -> &'static str;

    /// Tells whether the locked versions of its SDKs are linked into this program, so that only other builds of them have
    /// an environment, and an adapter has no source file of its own.
    fn is_linked(&self) -> bool {
        false
    }

    /// Looks for the programs that a machine must have, by asking each for its version. `base` is `target/streamspec`.
    fn needs(&self, base: &Utf8Path) -> Vec<Need>;

    /// Names what decides the content of an environment. `sources` is the adapter's folder.
    fn inputs(&self, base: &Utf8Path, id: &str, sources: &Utf8Path, build: &Build) -> Result<Inputs, SetupError>;

    /// Installs into the environment's folder, which is not there yet. Each command gets the lock as its stdin.
    fn install(
        &self,
        environment: &Environment,
        lock: &File,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), SetupError>;

    /// Says how the adapter is started in a complete environment.
    fn launch(&self, environment: &Environment) -> Result<Launch, SetupError>;

    /// Asks the registry for the newest published version of an SDK's package.
    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError>;
}

/// The facts that decide the content of an environment, besides the build that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The version of the runtime, or what else of the machine it depends on.
    pub runtime: String,
    /// The files whose bytes are in the environment or decide what is.
    pub files: Vec<Utf8PathBuf>,
}

/// The toolchain of the language of that name.
pub fn named(language: &str) -> Option<&'static dyn Toolchain> {
    TOOLCHAINS.into_iter().find(|toolchain| toolchain.language() == language)
}

/// The toolchain of an SDK.
pub(super) fn of(manifest: &Manifest) -> Result<&'static dyn Toolchain, SetupError> {
    named(&manifest.language).ok_or_else(|| SetupError::Unavailable {
        id: manifest.id.clone(),
        reason: format!("there is no toolchain for the language `{}`", manifest.language),
        fix: format!("the languages are {}", languages()),
    })
}

/// The names of all languages, for people.
pub fn languages() -> String {
    TOOLCHAINS.map(Toolchain::language).join(", ")
}

/// The newest published version of an SDK's package, as its registry says now.
pub fn latest(
    root: &Utf8Path,
    manifest: &Manifest,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<String, SetupError> {
    of(manifest)?.latest(&root.join("target").join("streamspec"), manifest, progress)
}
