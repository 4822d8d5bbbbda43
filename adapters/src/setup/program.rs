//! Programs that are no SDKs, such as gateways: from a package of the system, or from a registry into an environment.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::languages::base;
use super::{Environment, Progress, SetupError, runtime};
use crate::manifest::{Manifest, Transports};
use crate::spec::Build;

/// A program that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The file.
    pub program: Utf8PathBuf,
    /// Its version.
    pub version: String,
    /// The folder that it is installed into with its packages; of a program of the system that which holds it.
    pub folder: Utf8PathBuf,
}

/// A program of a package in a registry, at the version of a lock file.
#[derive(Clone, Copy, Debug)]
pub struct Packaged<'a> {
    /// The id of what needs it.
    pub id: &'a str,
    /// The language whose toolchain installs it.
    pub language: &'a str,
    /// The package.
    pub package: &'a str,
    /// The version.
    pub version: &'a str,
    /// The folder with the lock file.
    pub folder: &'a Utf8Path,
    /// The name of the program.
    pub program: &'a str,
}

/// Finds a program of the system and asks it for its version; an error says which Debian package holds it.
pub fn of_system(
    root: &Utf8Path,
    id: &str,
    program: &str,
    question: &[String],
    package: &str,
) -> Result<Installed, SetupError> {
    let question: Vec<&str> = question.iter().map(String::as_str).collect();
    let found = runtime::ask(&base(root), program, &question).map_err(|reason| SetupError::Unavailable {
        id: id.to_owned(),
        reason,
        fix: format!("it is in the Debian package `{package}`: `apt-get install {package}`"),
    })?;
    let folder = found.path.parent().unwrap_or(&found.path).to_owned();
    Ok(Installed { program: found.path, version: found.version, folder })
}

impl Packaged<'_> {
    /// Installs it, unless that is done.
    pub fn ensure(&self, root: &Utf8Path, progress: &(dyn Fn(Progress) + Sync)) -> Result<Installed, SetupError> {
        self.environment(root)?.install(progress)?;
        self.installed(root)
    }

    /// Finds it where it is installed already.
    pub fn installed(&self, root: &Utf8Path) -> Result<Installed, SetupError> {
        let environment = self.environment(root)?;
        if environment.is_complete() {
            let program = environment.programs().join(self.program);
            let (version, folder) = (self.version.to_owned(), environment.dir().to_owned());
            return Ok(Installed { program, version, folder });
        }
        Err(SetupError::Unavailable {
            id: self.id.to_owned(),
            reason: format!("{} {} is not installed yet", self.package, self.version),
            fix: format!("run `streamspec setup --via {}`", self.id),
        })
    }

    /// Returns the folder that it is installed into, which need not be there yet.
    pub fn dir(&self, root: &Utf8Path) -> Result<Utf8PathBuf, SetupError> {
        self.environment(root).map(|environment| environment.dir().to_owned())
    }

    fn environment(&self, root: &Utf8Path) -> Result<Environment, SetupError> {
        let manifest = Manifest {
            id: self.id.to_owned(),
            package: self.package.to_owned(),
            version: self.version.to_owned(),
            language: self.language.to_owned(),
            core: false,
            entry: None,
            error_bases: Vec::new(),
            configuration: BTreeMap::new(),
            base_url: BTreeMap::new(),
            transports: Transports::default(),
            surfaces: BTreeMap::new(),
            unsupported: Vec::new(),
        };
        let environment = Environment::of(root, &manifest, self.folder, &Build::Locked)?;
        environment.ok_or_else(|| SetupError::Unavailable {
            id: self.id.to_owned(),
            reason: format!("the toolchain of {} installs no programs", self.language),
            fix: "name another registry in its manifest".to_owned(),
        })
    }
}
