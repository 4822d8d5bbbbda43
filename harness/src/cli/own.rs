//! The program behind `--`: it speaks the adapter protocol and is run like an SDK, although nothing of it is checked in.

use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::contract::Adapter;
use streamspec_adapters::fleet::{self, Sdk};
use streamspec_adapters::process::ProcessAdapter;
use streamspec_adapters::root::Root;

use super::output;
use crate::text;

/// Starts the program of a command in a home folder of its own. Where it does not start, or says no hello, this is told, and
/// there is none.
pub(super) async fn start(root: &Utf8Path, command: &[String]) -> Option<Arc<ProcessAdapter>> {
    let (program, arguments) = command.split_first()?;
    let started = fleet::open_command(program, arguments, &Root::at(root).home()).await;
    started.inspect_err(|error| refuse(&error.to_string())).ok()
}

/// Starts the program of a command and makes an SDK of what its hello says, which is told where it cannot be done.
pub(super) async fn start_as_sdk(root: &Utf8Path, command: &[String]) -> Option<Sdk> {
    let adapter = start(root, command).await?;
    match Sdk::of_command(Arc::clone(&adapter) as Arc<dyn Adapter>, command) {
        Ok(sdk) => Some(sdk),
        Err(error) => {
            adapter.close().await;
            refuse(&format!("{}: the hello cannot be used: {error}", command[0]));
            None
        }
    }
}

fn refuse(why: &str) {
    output::warn(format_args!("error: {}", text::visible(why)));
}
