//! Standard output and standard error. Neither is worth a panic, and what is lost of the first is told at the end.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use super::exit::CannotWrite;

/// The first thing that went wrong with standard output; the command goes on, since its records matter more.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Writes to standard output.
pub(super) fn print(text: impl fmt::Display) {
    if let Err(error) = write!(anstream::stdout().lock(), "{text}") {
        let _ = LOST.set(error);
    }
}

/// Writes a line to standard output.
pub(super) fn say(line: impl fmt::Display) {
    print(format_args!("{line}\n"));
}

/// Writes bytes to standard output as they are.
pub(super) fn bytes(bytes: &[u8]) {
    if let Err(error) = io::stdout().write_all(bytes) {
        let _ = LOST.set(error);
    }
}

/// Hands over what was written, for a reader that waits for it.
pub(super) fn flush() {
    if let Err(error) = io::stdout().flush() {
        let _ = LOST.set(error);
    }
}

/// Writes a line to standard error. Nobody can be told where that fails.
pub(super) fn warn(line: impl fmt::Display) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Checks that everything was written that went to standard output. A reader that left has what it wanted.
pub(super) fn finish() -> Result<(), CannotWrite> {
    let flushed = io::stdout().flush();
    let error = LOST.get().or(flushed.as_ref().err());
    match error {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotWrite::new("standard output", error)),
        _ => Ok(()),
    }
}
