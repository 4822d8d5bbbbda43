//! The tools of one language, and the environments that they install SDKs into.

use std::fmt::Debug;
use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::once::{STAMP, install_once, is_held, is_stamped, lock_of};
use super::{Need, Progress, SetupError, Standalone, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::Build;

/// Changed when environments are laid out or installed differently, so that older ones are not taken for complete.
const LAYOUT: &str = "3";

/// The tools of one language: what installs an SDK with its adapter, and what starts the adapter.
pub trait Toolchain: Debug + Send + Sync {
    /// Returns the language's name in manifests and reports, and of the folder under `adapters`.
    fn language(&self) -> &'static str;

    /// Tells whether the locked versions of its SDKs are linked into this program, so that only other builds of them
    /// have an environment, and an adapter has no source file of its own.
    fn is_linked(&self) -> bool {
        false
    }

    /// Tells whether a process of its runtime runs on one core at a time, however many calls are in flight there.
    fn has_one_thread(&self) -> bool {
        false
    }

    /// Looks for the programs that a machine must have, by asking each for its version. `base` is the [work folder](crate::root::Root::work).
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

    /// Makes the adapter of a complete environment at the locked version one that needs nothing else of the repository.
    fn standalone(&self, environment: &Environment) -> std::io::Result<Standalone>;

    /// Makes of the template of a program beside the adapter, where there is one, a program that needs nothing else of the repository.
    fn program(&self, _: &Environment) -> std::io::Result<Option<Standalone>> {
        Ok(None)
    }

    /// Returns the folder of a complete environment that holds the programs of its packages.
    fn programs(&self, environment: &Environment) -> Utf8PathBuf {
        environment.dir.join("bin")
    }

    /// Asks the registry for the newest published version of an SDK's package.
    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError>;

    /// Lists every published version of an SDK's package, in any order; none where no tool of the language lists them.
    fn releases(&self, _base: &Utf8Path, _manifest: &Manifest) -> Result<Option<Vec<String>>, SetupError> {
        Ok(None)
    }

    /// Moves the lock in a copy of an SDK's folder to a version of its package, and all that is installed with it to the newest that
    /// fits, and names the files that were written; none where the lock is made in another way.
    fn relock(
        &self,
        _base: &Utf8Path,
        _manifest: &Manifest,
        _folder: &Utf8Path,
        _version: &str,
    ) -> Result<Option<Vec<&'static str>>, SetupError> {
        Ok(None)
    }
}

/// The facts that decide the content of an environment, besides the build that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The version of the runtime, or what else of the machine it depends on.
    pub runtime: String,
    /// The files whose bytes are in the environment or decide what is.
    pub files: Vec<Utf8PathBuf>,
}

/// Names the folder of an environment: the id of the build, and the beginning of the hash over what decides its content.
fn folder_name(id: &str, hash: &str) -> String {
    format!("{id}-{}", &hash[..12])
}

/// Returns the id in the name of an environment's folder.
pub(super) fn id_in(folder: &str) -> &str {
    folder.rsplit_once('-').map_or(folder, |(id, _)| id)
}

/// The environment of one build of one SDK.
#[derive(Clone, Debug)]
pub struct Environment {
    pub(super) id: String,
    toolchain: &'static dyn Toolchain,
    /// The package's name in its registry.
    pub(super) package: String,
    pub(super) build: Build,
    /// The source file that is run.
    pub(super) entry: String,
    /// The adapter's folder among the sources.
    pub(super) sources: Utf8PathBuf,
    /// The work folder.
    pub(super) base: Utf8PathBuf,
    pub(super) dir: Utf8PathBuf,
    /// The content of the stamp when the install is complete: the state of a working copy.
    stamp: String,
}

impl Environment {
    /// Names the environment of a build of an SDK; `None` for what is linked into this program. `base` is
    /// the work folder, `sources` the adapter's folder.
    pub(super) fn new(
        toolchain: &'static dyn Toolchain,
        base: Utf8PathBuf,
        manifest: &Manifest,
        sources: &Utf8Path,
        build: &Build,
    ) -> Result<Option<Self>, SetupError> {
        let id = &manifest.id;
        let io = |source| SetupError::Io { id: id.clone(), source };
        if toolchain.is_linked() && *build == Build::Locked {
            return Ok(None);
        }
        let inputs = toolchain.inputs(&base, id, sources, build)?;
        let mut hash = Sha256::new();
        for part in [LAYOUT, &inputs.runtime, std::env::consts::OS, &build.canonical()] {
            hash.update(part);
            hash.update([0]);
        }
        // What is known about an SDK changes nothing about its environment.
        for file in inputs.files.iter().filter(|file| file.file_name() != Some("known-deviations.toml")) {
            hash.update(fs_err::read(file).map_err(io)?);
            hash.update([0]);
        }
        let hash = hex::encode(hash.finalize());
        let stamp = if let Build::Local(path) = build { local::fingerprint(path).map_err(io)? } else { String::new() };
        Ok(Some(Self {
            id: id.clone(),
            toolchain,
            package: manifest.package.clone(),
            build: build.clone(),
            entry: manifest.entry.clone().unwrap_or_default(),
            sources: sources.to_owned(),
            dir: base.join("env").join(folder_name(id, &hash)),
            base,
            stamp,
        }))
    }

    /// Returns its folder, which need not be there yet.
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// Tells whether it is installed, by a look at one file.
    pub fn is_complete(&self) -> bool {
        is_stamped(&self.dir, &self.stamp)
    }

    /// Makes it incomplete, because something else was found in it than what was asked for.
    pub fn mark_incomplete(&self) {
        // Where the stamp cannot be removed, the next run fails as this one did.
        let _ = fs_err::remove_file(self.dir.join(STAMP));
    }

    /// Removes it with its lock, unless another process is installing it.
    pub fn remove(&self) -> std::io::Result<()> {
        let lock = lock_of(&self.dir);
        if is_held(&lock) || !self.dir.exists() {
            return Ok(());
        }
        fs_err::remove_dir_all(&self.dir)?;
        fs_err::remove_file(lock)
    }

    /// Installs what is missing, and checks that what runs the adapter is there.
    pub fn ensure(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
        self.install(progress)?;
        // Also when everything is installed, the machine may lack what runs it.
        self.launch().map(|_| ())
    }

    /// Installs what is missing. Only one process installs; a second one waits for the first.
    pub(super) fn install(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
        install_once(&self.id, &self.dir, &self.stamp, progress, |lock| self.toolchain.install(self, lock, progress))
    }

    /// Returns the folder that holds the programs of its packages.
    pub(super) fn programs(&self) -> Utf8PathBuf {
        self.toolchain.programs(self)
    }

    /// Says how the adapter is started in this environment.
    pub fn launch(&self) -> Result<Launch, SetupError> {
        self.toolchain.launch(self)
    }

    /// Makes a launch of this program in this environment, without arguments.
    pub(super) fn launch_of(&self, program: Utf8PathBuf) -> Launch {
        Launch::new(&self.id, program, self.dir.join("home"))
    }

    /// Makes its adapter one that needs nothing else of the repository.
    pub fn standalone(&self) -> Result<Standalone, SetupError> {
        self.toolchain.standalone(self).map_err(|source| self.io(source))
    }

    /// Makes of the template beside its adapter, where there is one, a program that needs nothing else of the repository.
    pub fn program(&self) -> Result<Option<Standalone>, SetupError> {
        self.toolchain.program(self).map_err(|source| self.io(source))
    }

    /// Returns the folder with what the adapters of a language share, beside the adapters' own folders.
    pub(super) fn shared(&self) -> &Utf8Path {
        self.sources.parent().unwrap_or(&self.sources)
    }

    pub(super) fn io(&self, source: std::io::Error) -> SetupError {
        SetupError::Io { id: self.id.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_an_environment_holds_the_id() {
        for id in ["openai-go", "openai-go@1.2.3-beta.1", "openai-go@local"] {
            assert_eq!(id_in(&folder_name(id, "0123456789abcdef")), id);
        }
    }
}
