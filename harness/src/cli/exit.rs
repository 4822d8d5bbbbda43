//! Exit codes.

use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: conformant, or as listed.
    Conformant,
    /// 1: not conformant, or not as listed.
    NotConformant,
    /// 2: usage, or invalid cases, lists or selections.
    Usage,
    /// 3: an adapter, an installation or the harness broke.
    Fault,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Conformant => 0,
            Exit::NotConformant => 1,
            Exit::Usage => 2,
            Exit::Fault => 3,
        })
    }
}
