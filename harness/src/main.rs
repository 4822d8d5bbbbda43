//! The `streamspec` command.

use std::process::ExitCode;

use streamspec::cli;

fn main() -> ExitCode {
    cli::start().into()
}
