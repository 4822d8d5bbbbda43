//! The program behind `--`: it speaks the adapter protocol and is run like an SDK, although nothing of it is checked in.

use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::contract::Adapter;
use streamspec_adapters::fleet::{self, Sdk};
use streamspec_adapters::process::ProcessAdapter;
use streamspec_adapters::root::Root;
use tokio::runtime::Runtime;

use super::{Exit, output};
use crate::session::Request;
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

/// Calls with the program of a command beside the SDKs of a request, and ends it. Where it does not start, that is a fault, and the SDKs
/// that are named are taken without it.
pub(super) fn beside(
    root: &Utf8Path,
    command: &[String],
    request: &mut Request,
    runtime: &Runtime,
    call: impl FnOnce(&Request) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    request.own = runtime.block_on(start_as_sdk(root, command));
    let is_lost = request.own.is_none() && !command.is_empty();
    let exit = if is_lost && request.sdks.is_empty() { Ok(Exit::Fault) } else { call(request) };
    if let Some(adapter) = request.own.as_ref().and_then(Sdk::own_adapter) {
        runtime.block_on(adapter.close());
    }
    exit.map(|exit| if is_lost { exit.max(Exit::Fault) } else { exit })
}

fn refuse(why: &str) {
    output::warn(format_args!("error: {}", text::visible(why)));
}
