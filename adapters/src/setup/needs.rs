//! The programs that set-up and adapters need of a machine.

use camino::Utf8Path;

use super::SetupError;
use super::runtime::{self, Runtime};

/// A program that must be on `PATH`, and whether it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The program.
    pub program: &'static str,
    /// The language whose SDKs need it.
    pub language: &'static str,
    /// The use that is made of it, in a few words.
    pub purpose: &'static str,
    /// Its version and path, or what is wrong and how to mend it.
    pub found: Result<String, String>,
    /// True where SDKs of that language cannot be run without it.
    pub required: bool,
}

impl Need {
    /// Describes a program without which no SDK of that language can be run.
    pub(super) fn required(
        program: &'static str,
        language: &'static str,
        purpose: &'static str,
        found: Result<Runtime, SetupError>,
    ) -> Self {
        let found = found.map(|runtime| about(&runtime)).map_err(|error| match error {
            SetupError::Unavailable { reason, fix, .. } => format!("{reason}; {fix}"),
            other => other.to_string(),
        });
        Self { program, language, purpose, found, required: true }
    }

    /// Asks for a program that SDKs can do without, and describes it; `fix` says how to get it.
    pub(super) fn optional(
        program: &'static str,
        language: &'static str,
        purpose: &'static str,
        base: &Utf8Path,
        fix: &str,
    ) -> Self {
        let asked = runtime::ask(base, program, &["--version"]);
        let found = asked.map(|runtime| about(&runtime)).map_err(|reason| format!("{reason}; {fix}"));
        Self { program, language, purpose, found, required: false }
    }
}

fn about(runtime: &Runtime) -> String {
    format!("{} at {}", runtime.version, runtime.path)
}
