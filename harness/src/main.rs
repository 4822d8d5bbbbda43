//! The `streamspec` command.

use std::process::ExitCode;

use streamspec::bundle::Bundle;
use streamspec::cli;

fn main() -> ExitCode {
    cli::start(Bundle::new(streamspec_embed::suite!())).into()
}
