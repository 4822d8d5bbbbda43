//! Installs each SDK into an environment of its own under `target/streamspec/env`: at its locked version, at any other
//! published one with the dependencies of its day, or from a working copy.
//!
//! An environment's name carries a hash over everything that decides its content, so a changed lock file makes a new
//! one, and a stamp that is written last makes it complete: an interrupted install is removed and done again. Nothing
//! here prints; a callback gets each step.

mod command;
mod go;
mod java;
mod languages;
mod local;
mod needs;
mod once;
mod program;
mod python;
mod report;
mod runtime;
mod rust;
mod standalone;
mod toolchain;
mod typescript;

use camino::Utf8Path;

pub use self::languages::{TOOLCHAINS, languages, latest, linked_standalone, named, needs};
pub use self::local::size;
pub use self::needs::Need;
use self::once::STAMP;
pub use self::program::{Installed, Packaged, of_system};
pub use self::report::{Progress, SetupError};
pub use self::standalone::{InstallStep, Standalone};
use self::toolchain::id_in;
pub use self::toolchain::{Environment, Toolchain};
use crate::spec;

/// Lists the environments of other builds than the locked ones, with the bytes each takes.
pub fn other_builds(root: &Utf8Path) -> Vec<(String, u64)> {
    let environments = root.join("target").join("streamspec").join("env");
    let entries = environments.read_dir_utf8().into_iter().flatten().flatten();
    let mut builds: Vec<(String, u64)> = entries
        .filter(|entry| !spec::is_locked(id_in(entry.file_name())) && entry.path().join(STAMP).is_file())
        .map(|entry| (id_in(entry.file_name()).to_owned(), size(entry.path())))
        .collect();
    builds.sort();
    builds
}

#[cfg(test)]
mod tests;
