//! Runs the commands of an install, in the user's own environment: registries, proxies and certificates are theirs.

use std::ffi::OsStr;
use std::fs::File;
use std::process::{Command, Output, Stdio};

use super::{Progress, SetupError};
use crate::environment;

/// The number of lines of a failed command's output that are shown: npm says what is wrong first, the others last.
const FIRST_LINES: usize = 6;
const LAST_LINES: usize = 14;

/// Makes a command that runs in the user's own environment, which this process may not have.
pub(super) fn users_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.envs(environment::of_the_user());
    command
}

/// Runs a command to its end; a failure carries the ends of its output.
///
/// The command gets the environment's lock, an empty file, as its stdin: nobody is there to answer a question, and if
/// this process is killed, the lock lasts until the command, which goes on writing, has ended as well.
pub(super) fn run(
    id: &str,
    mut command: Command,
    lock: &File,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), SetupError> {
    progress(Progress::Running { id: id.to_owned(), command: describe(&command) });
    let stdin = lock.try_clone().map_err(|source| SetupError::Io { id: id.to_owned(), source })?;
    finished(id, command.stdin(stdin)).map(|_| ())
}

/// Tells whether a command that changes nothing succeeds.
pub(super) fn succeeds(mut command: Command, lock: &File) -> bool {
    lock.try_clone().is_ok_and(|stdin| command.stdin(stdin).output().is_ok_and(|output| output.status.success()))
}

/// Returns the output of a command that changes nothing.
pub(super) fn output_of(id: &str, command: &mut Command) -> Result<String, SetupError> {
    let output = finished(id, command.stdin(Stdio::null()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn finished(id: &str, command: &mut Command) -> Result<Output, SetupError> {
    let shown = describe(command);
    let failed = |status, output| SetupError::Failed { id: id.to_owned(), command: shown.clone(), status, output };
    // An install that does not byte-compile makes every start pay for it.
    let output = command.env_remove("PYTHONDONTWRITEBYTECODE").output();
    let output = output.map_err(|error| failed(error.to_string(), String::new()))?;
    if output.status.success() {
        return Ok(output);
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let mut lines: Vec<String> = text.lines().map(printable).filter(|line| !line.trim().is_empty()).collect();
    if lines.len() > FIRST_LINES + LAST_LINES {
        lines.splice(FIRST_LINES..lines.len() - LAST_LINES, ["…".to_owned()]);
    }
    Err(failed(output.status.to_string(), lines.join("\n")))
}

/// Writes the command as a person would type it: the program without its folder, the arguments as they are.
fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn printable(line: &str) -> String {
    line.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
