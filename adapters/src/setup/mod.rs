//! Installs each SDK at its locked version into an environment of its own under `target/streamspec/env`.
//!
//! An environment's name carries a hash over everything that decides its content, so a changed lock file makes a new
//! one, and a stamp that is written last makes it complete: an interrupted install is removed and done again. Nothing
//! here prints; what happens is told to a callback.

mod command;
mod python;
mod runtime;
mod typescript;

use std::fs::File;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

use crate::manifest::{Language, Manifest};
use crate::process::Launch;

/// Changed when environments are laid out or installed differently, so that older ones are not taken for complete.
const LAYOUT: &str = "1";

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
    /// A file could not be read or written.
    #[error("{id}: {source}")]
    Io {
        /// The SDK.
        id: String,
        /// What the system said, naming the file.
        source: std::io::Error,
    },
}

fn indented(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!("\n  | {}", output.replace('\n', "\n  | ")) }
}

/// The environment of one SDK.
#[derive(Clone, Debug)]
pub struct Environment {
    id: String,
    language: Language,
    /// The source file that is run.
    entry: String,
    /// The adapter's folder among the sources.
    sources: Utf8PathBuf,
    /// `target/streamspec`.
    base: Utf8PathBuf,
    dir: Utf8PathBuf,
}

impl Environment {
    /// The environment that belongs to an adapter's folder and lock file; `None` for adapters that need none.
    pub fn of(root: &Utf8Path, manifest: &Manifest, sources: &Utf8Path) -> Result<Option<Self>, SetupError> {
        let id = &manifest.id;
        let base = root.join("target").join("streamspec");
        let (locks, runtime): (&[&str], String) = match manifest.language {
            Language::Python => (&["requirements.lock"], python::find(&base, id)?.version),
            // The lock file brings the runtime; what npm installs depends on the platform.
            Language::Typescript => (&["package.json", "package-lock.json"], std::env::consts::ARCH.to_owned()),
            Language::Rust => return Ok(None),
        };
        let mut hash = Sha256::new();
        for part in [LAYOUT, &runtime, std::env::consts::OS] {
            hash.update(part);
            hash.update([0]);
        }
        for lock in locks {
            hash.update(fs_err::read(sources.join(lock)).map_err(|source| SetupError::Io { id: id.clone(), source })?);
            hash.update([0]);
        }
        let hash = hex::encode(hash.finalize());
        Ok(Some(Self {
            id: id.clone(),
            language: manifest.language,
            entry: manifest.entry.clone().unwrap_or_default(),
            sources: sources.to_owned(),
            dir: base.join("env").join(format!("{id}-{}", &hash[..12])),
            base,
        }))
    }

    /// Where it is.
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// Whether it is installed; a look at one file.
    pub fn is_complete(&self) -> bool {
        self.dir.join(STAMP).exists()
    }

    /// Installs what is missing. Only one process installs; a second one waits for the first.
    pub fn ensure(&self, progress: &dyn Fn(Progress)) -> Result<(), SetupError> {
        install_once(&self.id, &self.dir, progress, |lock| match self.language {
            Language::Python => python::install(self, lock, progress),
            Language::Typescript => typescript::install(self, lock, progress),
            Language::Rust => Ok(()),
        })?;
        // Also when everything is installed, the machine may lack what runs it.
        self.program().map(|_| ())
    }

    /// How to start the adapter in this environment.
    pub fn launch(&self) -> Result<Launch, SetupError> {
        let mut launch = Launch::new(&self.id, self.program()?, self.dir.join("home"));
        match self.language {
            Language::Typescript => {
                let entry = typescript::sync(self).map_err(|source| self.io(source))?;
                launch.args = vec!["--disable-warning=ExperimentalWarning".to_owned(), entry.into_string()];
            }
            Language::Python | Language::Rust => {
                launch.args = vec![self.sources.join(&self.entry).into_string()];
                if let Some(shared) = self.sources.parent() {
                    launch.env.insert("PYTHONPATH".to_owned(), shared.to_string());
                }
            }
        }
        Ok(launch)
    }

    /// The runtime that runs the adapter.
    fn program(&self) -> Result<Utf8PathBuf, SetupError> {
        match self.language {
            Language::Typescript => typescript::program(self),
            Language::Python | Language::Rust => Ok(python::executable(&self.dir, "python")),
        }
    }

    fn io(&self, source: std::io::Error) -> SetupError {
        SetupError::Io { id: self.id.clone(), source }
    }
}

/// Runs `install` for an empty `dir` under an exclusive lock, unless the stamp says that it is done.
fn install_once(
    id: &str,
    dir: &Utf8Path,
    progress: &dyn Fn(Progress),
    install: impl FnOnce(&File) -> Result<(), SetupError>,
) -> Result<(), SetupError> {
    let io = |source| SetupError::Io { id: id.to_owned(), source };
    let stamp = dir.join(STAMP);
    if stamp.exists() {
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
    if stamp.exists() {
        return Ok(());
    }
    let started = Instant::now();
    progress(Progress::Installing { id: id.to_owned(), dir: dir.to_owned() });
    if dir.exists() {
        fs_err::remove_dir_all(dir).map_err(io)?;
    }
    install(&lock)?;
    fs_err::write(&stamp, "").map_err(io)?;
    progress(Progress::Installed { id: id.to_owned(), took: started.elapsed() });
    Ok(())
}

#[cfg(test)]
mod tests;
