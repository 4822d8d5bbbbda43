//! Installs each SDK into an environment of its own under `target/streamspec/env`: at its locked version, at any other
//! published one with the dependencies of its day, or from a working copy.
//!
//! An environment's name carries a hash over everything that decides its content, so a changed lock file makes a new
//! one, and a stamp that is written last makes it complete: an interrupted install is removed and done again. Nothing
//! here prints; what happens is told to a callback.

mod command;
mod go;
mod java;
mod local;
mod needs;
mod python;
mod runtime;
mod rust;
mod typescript;

use std::fs::File;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

pub use self::local::size;
pub use self::needs::{Need, needs};
use crate::manifest::{Language, Manifest};
use crate::process::Launch;
use crate::spec::Build;

/// Changed when environments are laid out or installed differently, so that older ones are not taken for complete.
const LAYOUT: &str = "2";

/// The last file of an install.
const STAMP: &str = "streamspec-complete";

/// What a set-up is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another process installs the same environment; this one waits for it.
    Waiting {
        /// The SDK or tool.
        id: String,
    },
    /// An install begins.
    Installing {
        /// The SDK or tool.
        id: String,
        /// Where it goes.
        dir: Utf8PathBuf,
    },
    /// A command of the install begins.
    Running {
        /// The SDK or tool.
        id: String,
        /// The command, for people.
        command: String,
    },
    /// A faster way failed and a slower one is taken.
    Degraded {
        /// The SDK or tool.
        id: String,
        /// Why.
        reason: String,
    },
    /// The install is complete.
    Installed {
        /// The SDK or tool.
        id: String,
        /// How long it took.
        took: Duration,
    },
}

/// Why an environment could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The machine lacks a runtime; trials of this SDK do not run, and that is no failure of the SDK.
    #[error("{id}: {reason}; {fix}")]
    Unavailable {
        /// The SDK.
        id: String,
        /// What is missing.
        reason: String,
        /// What to do about it.
        fix: String,
    },
    /// A command of the install failed.
    #[error("{id}: `{command}` ended with {status}{}", indented(output))]
    Failed {
        /// The SDK.
        id: String,
        /// The command, for people.
        command: String,
        /// Its exit status or signal.
        status: String,
        /// The first and last lines of its output.
        output: String,
    },
    /// A registry has no such version of a package.
    #[error("{id}: the registry has no version of {what}")]
    NoVersion {
        /// The SDK.
        id: String,
        /// The package, with the version that was asked for.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{id}: {source}")]
    Io {
        /// The SDK.
        id: String,
        /// What the system said, naming the file.
        source: std::io::Error,
    },
}

fn no_version(id: &str, what: &str) -> SetupError {
    SetupError::NoVersion { id: id.to_owned(), what: what.to_owned() }
}

fn indented(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!("\n  | {}", output.replace('\n', "\n  | ")) }
}

/// The newest published version of an SDK's package, as its registry says now.
pub fn latest(
    root: &Utf8Path,
    manifest: &Manifest,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<String, SetupError> {
    let base = root.join("target").join("streamspec");
    match manifest.language {
        Language::Python => python::latest(&base, manifest, progress),
        Language::Typescript => typescript::latest(&base, manifest),
        Language::Rust => rust::latest(&base, manifest),
        Language::Go => go::latest(&base, manifest),
        Language::Java => java::latest(&base, manifest),
    }
}

/// The environments of other builds than the locked ones, with the bytes each takes.
pub fn other_builds(root: &Utf8Path) -> Vec<(String, u64)> {
    let environments = root.join("target").join("streamspec").join("env");
    let entries = environments.read_dir_utf8().into_iter().flatten().flatten();
    let mut builds: Vec<(String, u64)> = entries
        .filter(|entry| entry.file_name().contains('@') && entry.path().join(STAMP).is_file())
        .map(|entry| {
            let name = entry.file_name().rsplit_once('-').map_or(entry.file_name(), |(name, _)| name);
            (name.to_owned(), size(entry.path()))
        })
        .collect();
    builds.sort();
    builds
}

/// The environment of one build of one SDK.
#[derive(Clone, Debug)]
pub struct Environment {
    id: String,
    language: Language,
    /// The package's name in its registry.
    package: String,
    build: Build,
    /// The source file that is run.
    entry: String,
    /// The adapter's folder among the sources.
    sources: Utf8PathBuf,
    /// `target/streamspec`.
    base: Utf8PathBuf,
    dir: Utf8PathBuf,
    /// What the stamp says when the install is complete: the state of a working copy.
    stamp: String,
}

impl Environment {
    /// The environment of a build of an SDK; `None` for what is linked into this program.
    pub fn of(
        root: &Utf8Path,
        manifest: &Manifest,
        sources: &Utf8Path,
        build: &Build,
    ) -> Result<Option<Self>, SetupError> {
        let id = &manifest.id;
        let io = |source| SetupError::Io { id: id.clone(), source };
        let base = root.join("target").join("streamspec");
        let shared = sources.parent().unwrap_or(sources);
        let named = |names: &[&str]| names.iter().map(|name| sources.join(name)).collect::<Vec<_>>();
        let (files, runtime) = match (manifest.language, build) {
            (Language::Rust, Build::Locked) => return Ok(None),
            (Language::Python, Build::Locked) => (named(&["requirements.lock"]), python::find(&base, id)?.version),
            (Language::Python, _) => (named(&["requirements.in"]), python::find(&base, id)?.version),
            // The lock file brings the runtime; what npm installs depends on the platform.
            (Language::Typescript, _) => {
                (named(&["package.json", "package-lock.json"]), std::env::consts::ARCH.to_owned())
            }
            // What is compiled is made anew when its sources change.
            (Language::Go, _) => (go::sources(sources).map_err(io)?, go::find(&base, id)?.version),
            (Language::Java, _) => {
                let files = [sources.to_owned(), shared.join("streamspec")];
                (local::files(&files).map_err(io)?, java::find(&base, id)?.version)
            }
            (Language::Rust, _) => (rust::sources(root).map_err(io)?, env!("CARGO_PKG_RUST_VERSION").to_owned()),
        };
        let mut hash = Sha256::new();
        for part in [LAYOUT, &runtime, std::env::consts::OS, &format!("{build:?}")] {
            hash.update(part);
            hash.update([0]);
        }
        // What is known about an SDK changes nothing about its environment.
        for file in files.iter().filter(|file| file.file_name() != Some("known-deviations.toml")) {
            hash.update(fs_err::read(file).map_err(io)?);
            hash.update([0]);
        }
        let hash = hex::encode(hash.finalize());
        let stamp = if let Build::Local(path) = build { local::fingerprint(path).map_err(io)? } else { String::new() };
        Ok(Some(Self {
            id: id.clone(),
            language: manifest.language,
            package: manifest.package.clone(),
            build: build.clone(),
            entry: manifest.entry.clone().unwrap_or_default(),
            sources: sources.to_owned(),
            dir: base.join("env").join(format!("{id}-{}", &hash[..12])),
            base,
            stamp,
        }))
    }

    /// Where it is.
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// Whether it is installed; a look at one file.
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
        install_once(&self.id, &self.dir, &self.stamp, progress, |lock| match self.language {
            Language::Python => python::install(self, lock, progress),
            Language::Typescript => typescript::install(self, lock, progress),
            Language::Rust => rust::install(self, lock, progress),
            Language::Go => go::install(self, lock, progress),
            Language::Java => java::install(self, lock, progress),
        })?;
        // Also when everything is installed, the machine may lack what runs it.
        self.launch().map(|_| ())
    }

    /// How to start the adapter in this environment.
    pub fn launch(&self) -> Result<Launch, SetupError> {
        let launch = |program: Utf8PathBuf| Launch::new(&self.id, program, self.dir.join("home"));
        match self.language {
            Language::Python => Ok(python::launch(self, launch)),
            Language::Typescript => typescript::launch(self, launch),
            Language::Rust => Ok(rust::launch(self, launch)),
            Language::Go => Ok(go::launch(self, launch)),
            Language::Java => java::launch(self, launch),
        }
    }

    fn io(&self, source: std::io::Error) -> SetupError {
        SetupError::Io { id: self.id.clone(), source }
    }
}

/// Whether an install is complete, in the state that is wanted.
fn is_stamped(dir: &Utf8Path, stamp: &str) -> bool {
    fs_err::read_to_string(dir.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// Runs `install` for an empty `dir` under an exclusive lock, unless the stamp says that it is done.
fn install_once(
    id: &str,
    dir: &Utf8Path,
    stamp: &str,
    progress: &(dyn Fn(Progress) + Sync),
    install: impl FnOnce(&File) -> Result<(), SetupError>,
) -> Result<(), SetupError> {
    let io = |source| SetupError::Io { id: id.to_owned(), source };
    if is_stamped(dir, stamp) {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        fs_err::create_dir_all(parent).map_err(io)?;
    }
    // Beside the directory, which is removed. The system drops the lock with the last process that holds it.
    let path = format!("{dir}.lock");
    let lock = fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
    let lock = lock.into_file();
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            progress(Progress::Waiting { id: id.to_owned() });
            lock.lock().map_err(io)?;
        }
        Err(std::fs::TryLockError::Error(source)) => return Err(io(source)),
    }
    if is_stamped(dir, stamp) {
        return Ok(());
    }
    let started = Instant::now();
    progress(Progress::Installing { id: id.to_owned(), dir: dir.to_owned() });
    if dir.exists() {
        fs_err::remove_dir_all(dir).map_err(io)?;
    }
    install(&lock)?;
    fs_err::write(dir.join(STAMP), stamp).map_err(io)?;
    progress(Progress::Installed { id: id.to_owned(), took: started.elapsed() });
    Ok(())
}

#[cfg(test)]
mod tests;
