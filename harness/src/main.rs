//! The `streamspec` command.

use std::process::ExitCode;

use clap::Parser;
use streamspec::cli::{self, Arguments, Exit};

fn main() -> ExitCode {
    match cli::main(Arguments::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            Exit::Usage.into()
        }
    }
}
