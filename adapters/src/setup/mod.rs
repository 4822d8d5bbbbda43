//! Installs each SDK into an environment of its own under `env` of the [work folder](crate::root::Root::work): at its locked version, at any other
//! published one with the dependencies of its day, or from a working copy.
//!
//! An environment's name carries a hash over everything that decides its content, so a changed lock file makes a new
//! one, and a stamp that is written last makes it complete: an interrupted install is removed and done again. Nothing
//! here prints; a callback gets each step.

mod command;
mod found;
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

pub use self::found::{Found, found, other_builds};
pub use self::languages::{TOOLCHAINS, languages, latest, linked_standalone, named, needs, releases, relock};
pub use self::local::size;
pub use self::needs::Need;
pub use self::once::is_held;
pub use self::program::{Installed, Packaged, of_system};
pub use self::report::{Progress, SetupError};
pub use self::standalone::{InstallStep, Standalone};
pub use self::toolchain::{Environment, Toolchain};

#[cfg(test)]
mod tests;
