//! The number of files that this process may have open at once; every connection is one of them.

use std::io;

/// The number of files that is enough for a run of the whole fleet many times over. Some programs close every number up
/// to the limit when they start another one, so that a limit of a thousand millions, as containers have it, would cost
/// each of them seconds.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// The number of files that macOS lets a process have, whatever it says.
#[cfg(unix)]
const ENOUGH_FOR_MACOS: u64 = 10_240;

/// Raises the soft limit towards the hard one.
#[cfg(unix)]
pub(super) fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    for enough in [ENOUGH, ENOUGH_FOR_MACOS] {
        let wanted = limit.maximum.map_or(enough, |hard| hard.min(enough));
        let is_lower = limit.current.is_some_and(|soft| soft < wanted);
        if !is_lower || setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).is_ok() {
            return;
        }
    }
}

/// Returns the soft limit, where there is one.
#[cfg(unix)]
pub(super) fn limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// The number of files without which clients and adapters do not start.
const FEWEST: u64 = 256;

/// Refuses a limit that is too low for any run.
pub(super) fn suffice(limit: Option<u64>) -> io::Result<()> {
    match limit {
        Some(limit) if limit < FEWEST => Err(io::Error::other(format!(
            "this process may have {limit} files open at once (`ulimit -n`), and a run needs at least {FEWEST}"
        ))),
        _ => Ok(()),
    }
}

/// Does nothing: elsewhere there is no such limit.
#[cfg(not(unix))]
pub(super) const fn raise() {}

/// Returns none: elsewhere there is no such limit.
#[cfg(not(unix))]
pub(super) const fn limit() -> Option<u64> {
    None
}

/// Says whether an error means that there is no file to be had, in this process or in the whole system.
#[cfg(unix)]
pub(super) fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    Errno::from_io_error(error).is_some_and(|errno| [Errno::MFILE, Errno::NFILE].contains(&errno))
}

/// Denies it: elsewhere the system says it in other ways.
#[cfg(not(unix))]
pub(super) const fn is_shortage(_: &io::Error) -> bool {
    false
}

/// Describes an error, with its remedy where that is known.
pub(super) fn described(error: &io::Error) -> String {
    match limit() {
        Some(limit) if is_shortage(error) => {
            format!("{error}; this process may have {limit} files open at once (`ulimit -n`); raise that limit")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_too_low_for_any_run_is_named() {
        assert!(suffice(None).is_ok() && suffice(Some(FEWEST)).is_ok());
        let message = suffice(Some(20)).expect_err("too few").to_string();
        assert_eq!(message, "this process may have 20 files open at once (`ulimit -n`), and a run needs at least 256");
    }
}
