//! The steps that a set-up reports, and the reasons for which it fails.

use std::time::Duration;

use camino::Utf8PathBuf;

/// A step of a set-up.
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
        /// The folder that it is installed into.
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
        /// The reason for which the faster way failed.
        reason: String,
    },
    /// The install is complete.
    Installed {
        /// The SDK or tool.
        id: String,
        /// The time it took.
        took: Duration,
    },
}

/// A reason for which an environment could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The machine lacks a runtime; trials of this SDK do not run, and that is no failure of the SDK.
    #[error("{id}: {reason}; {fix}")]
    Unavailable {
        /// The SDK.
        id: String,
        /// A sentence about what is missing.
        reason: String,
        /// The advice that mends it.
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
        /// The system's error, which names the file.
        source: std::io::Error,
    },
}

pub(super) fn no_version(id: &str, what: &str) -> SetupError {
    SetupError::NoVersion { id: id.to_owned(), what: what.to_owned() }
}

fn indented(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!("\n  | {}", output.replace('\n', "\n  | ")) }
}
