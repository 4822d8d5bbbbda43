//! Exit codes: one for each cause, and the only place that knows their numbers.

use std::fmt::{self, Write as _};
use std::process::ExitCode;

use camino::Utf8PathBuf;
use thiserror::Error;
use tokio::task::JoinError;

use crate::probe::ProbeError;
use crate::run::{EngineError, PlanError};
use crate::session::SessionError;

/// The outcome of a command; where several things happened, the last of these is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Everything is as it should be.
    Conformant,
    /// Something is not.
    NotConformant,
    /// There was nothing to do.
    NothingSelected,
    /// An SDK said nothing.
    Fault,
    /// streamspec itself broke.
    HarnessFault,
    /// The command cannot be understood.
    Usage,
    /// A file or standard output cannot be written.
    CannotWrite,
    /// Somebody ended it.
    Interrupted,
}

impl Exit {
    /// Every one, by number.
    pub const ALL: [Self; 8] = [
        Self::Conformant,
        Self::NotConformant,
        Self::Usage,
        Self::Fault,
        Self::HarnessFault,
        Self::NothingSelected,
        Self::CannotWrite,
        Self::Interrupted,
    ];

    /// Returns the number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::NotConformant => 1,
            Self::Usage => 2,
            Self::Fault => 3,
            Self::HarnessFault => 4,
            Self::NothingSelected => 5,
            Self::CannotWrite => 6,
            // What shells say of a program that ctrl-C ended.
            Self::Interrupted => 130,
        }
    }

    /// Returns its meaning.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Conformant => "conformant, or as listed",
            Self::NotConformant => "not conformant, or not as listed",
            Self::Usage => "usage, or invalid cases, records or selections",
            Self::Fault => {
                "an adapter or an installation broke, or an SDK or a surface that was asked for by its name, not as one of \
                 `core` or `all`, did not run"
            }
            Self::HarnessFault => "streamspec itself broke",
            Self::NothingSelected => "no trial was selected, or no selected one says anything about an SDK",
            Self::CannotWrite => {
                "records, a report or standard output cannot be written, or another run is writing there; found before the \
                 run where that is possible"
            }
            Self::Interrupted => "interrupted; the finished trials are in the records",
        }
    }

    /// Returns the one that an error leads to.
    pub fn of(error: &anyhow::Error) -> Self {
        let session = error.downcast_ref::<SessionError>();
        let nothing = matches!(session, Some(SessionError::Plan(PlanError::Empty)))
            || matches!(error.downcast_ref::<PlanError>(), Some(PlanError::Empty));
        let probe = error.downcast_ref::<ProbeError>();
        if error.downcast_ref::<CannotWrite>().is_some() {
            Self::CannotWrite
        } else if nothing {
            Self::NothingSelected
        } else if matches!(session, Some(SessionError::Server(_)))
            || matches!(probe, Some(ProbeError::Server(_)))
            || error.downcast_ref::<EngineError>().is_some()
            || error.downcast_ref::<JoinError>().is_some()
        {
            Self::HarnessFault
        } else {
            Self::Usage
        }
    }

    /// Writes the table of the README.
    pub fn table() -> String {
        let mut out = String::from("| code | meaning |\n|---:|---|\n");
        for exit in Self::ALL {
            let _ = writeln!(out, "| {} | {} |", exit.code(), exit.meaning());
        }
        out
    }

    /// Writes the same for a terminal.
    pub fn help() -> String {
        let lines = Self::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A place that cannot be written to.
#[derive(Debug, Error)]
#[error("{place} cannot be written: {reason}")]
pub(super) struct CannotWrite {
    /// The file or folder.
    pub place: Utf8PathBuf,
    /// The reason.
    pub reason: String,
}

impl CannotWrite {
    /// Names the place and the mistake there.
    pub(super) fn new(place: impl Into<Utf8PathBuf>, why: impl fmt::Display) -> Self {
        Self { place: place.into(), reason: format!("{why}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_code() {
        let mut codes: Vec<u8> = Exit::ALL.map(Exit::code).to_vec();
        assert!(codes.is_sorted() && codes.len() == 8, "{codes:?}");
        codes.dedup();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 130]);
    }

    #[test]
    fn every_error_has_its_cause() {
        let check = |error: anyhow::Error, exit| assert_eq!(Exit::of(&error), exit, "{error:?}");
        check(CannotWrite::new("a", "full").into(), Exit::CannotWrite);
        check(anyhow::Error::from(CannotWrite::new("a", "full")).context("more"), Exit::CannotWrite);
        check(PlanError::Empty.into(), Exit::NothingSelected);
        check(SessionError::Plan(PlanError::Empty).into(), Exit::NothingSelected);
        check(SessionError::Server(std::io::Error::other("no")).into(), Exit::HarnessFault);
        check(anyhow::anyhow!("no such thing"), Exit::Usage);
    }
}
