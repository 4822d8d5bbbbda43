//! Go environments: the sources beside the installed packages, built by the machine's own `go` from the locked sums.

use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};

use super::runtime::{self, Runtime};
use super::{Environment, Progress, SetupError};
use crate::manifest::Manifest;
use crate::process::Launch;

/// The Go of this machine.
pub(super) fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    let unavailable = |reason| {
        let fix = "install Go 1.24 or newer".to_owned();
        SetupError::Unavailable { id: id.to_owned(), reason, fix }
    };
    match runtime::ask(base, "go", &["env", "GOVERSION"]) {
        Ok(go) if go.is_at_least(1, 24) => Ok(go),
        Ok(go) => Err(unavailable(format!("`go` on PATH is version {}", go.version))),
        Err(error) => Err(unavailable(error)),
    }
}

/// Copies the sources (the adapter's folder and `streamspec` beside it) into `environment.dir`, puts another version or a
/// local copy of `environment.package` in their go.mod where `environment.build` says so, and builds.
pub(super) fn install(
    environment: &Environment,
    _lock: &File,
    _progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), SetupError> {
    find(&environment.base, &environment.id).map(|_| ())
}

/// How to start the adapter.
pub(super) fn launch(environment: &Environment, launch: impl Fn(Utf8PathBuf) -> Launch) -> Launch {
    launch(environment.dir.join(if cfg!(windows) { "adapter.exe" } else { "adapter" }))
}

/// The newest version of the module.
pub(super) fn latest(base: &Utf8Path, manifest: &Manifest) -> Result<String, SetupError> {
    find(base, &manifest.id).map(|go| go.version)
}
