//! The environment of one build of one SDK: where it is, whether it is complete, and how its adapter is started.

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use super::once::{STAMP, install_once, is_stamped};
use super::toolchain::{self, Toolchain};
use super::{Progress, SetupError, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::Build;

/// Changed when environments are laid out or installed differently, so that older ones are not taken for complete.
const LAYOUT: &str = "2";

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
    /// `target/streamspec`.
    pub(super) base: Utf8PathBuf,
    pub(super) dir: Utf8PathBuf,
    /// The content of the stamp when the install is complete: the state of a working copy.
    stamp: String,
}

impl Environment {
    /// Names the environment of a build of an SDK; `None` for what is linked into this program.
    pub fn of(
        root: &Utf8Path,
        manifest: &Manifest,
        sources: &Utf8Path,
        build: &Build,
    ) -> Result<Option<Self>, SetupError> {
        let id = &manifest.id;
        let io = |source| SetupError::Io { id: id.clone(), source };
        let toolchain = toolchain::of(manifest)?;
        if toolchain.is_linked() && *build == Build::Locked {
            return Ok(None);
        }
        let base = root.join("target").join("streamspec");
        let inputs = toolchain.inputs(&base, id, sources, build)?;
        let mut hash = Sha256::new();
        for part in [LAYOUT, &inputs.runtime, std::env::consts::OS, &format!("{build:?}")] {
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
            dir: base.join("env").join(format!("{id}-{}", &hash[..12])),
            base,
            stamp,
        }))
    }

    /// Its folder, which need not be there yet.
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// Tells whether it is installed, by a look at one file.
    pub fn is_complete(&self) -> bool {
        is_stamped(&self.dir, &self.stamp)
    }

    /// Makes it incomplete, because something else was found in it than what was asked for.
    pub fn distrust(&self) {
        // Where the stamp cannot be removed, the next run fails as this one did.
        let _ = fs_err::remove_file(self.dir.join(STAMP));
    }

    /// Installs what is missing. Only one process installs; a second one waits for the first.
    pub fn ensure(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
        install_once(&self.id, &self.dir, &self.stamp, progress, |lock| self.toolchain.install(self, lock, progress))?;
        // Also when everything is installed, the machine may lack what runs it.
        self.launch().map(|_| ())
    }

    /// Says how the adapter is started in this environment.
    pub fn launch(&self) -> Result<Launch, SetupError> {
        self.toolchain.launch(self)
    }

    /// A launch of this program in this environment, without arguments.
    pub(super) fn launch_of(&self, program: Utf8PathBuf) -> Launch {
        Launch::new(&self.id, program, self.dir.join("home"))
    }

    /// The folder with what the adapters of a language share, beside the adapters' own folders.
    pub(super) fn shared(&self) -> &Utf8Path {
        self.sources.parent().unwrap_or(&self.sources)
    }

    pub(super) fn io(&self, source: std::io::Error) -> SetupError {
        SetupError::Io { id: self.id.clone(), source }
    }
}
