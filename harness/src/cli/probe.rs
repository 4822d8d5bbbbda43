//! `streamspec probe`: does an adapter keep the contract?

use std::sync::Arc;

use camino::Utf8Path;
use futures_util::stream::{self, StreamExt as _};
use streamspec_adapters::contract::{Adapter, Ask};
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::manifest::Transports;
use streamspec_adapters::process::Processes;

use super::arguments::ProbeOptions;
use super::{Exit, output, own, print_progress, tell_broken};
use crate::message::probed;
use crate::probe::{ProbeError, Target, probe as probe_adapter};
use crate::run::{PlanError, excluded};
use crate::server::Server;
use crate::session::set_up;

pub(super) fn probe(root: &Utf8Path, options: &ProbeOptions) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Runtime::new()?;
    let exit = match &options.sdk {
        Some(wanted) => checked_in(root, wanted, &runtime),
        None => command(root, &options.command, &runtime),
    };
    runtime.shutdown_background();
    exit
}

/// The number of adapters that are probed at once: most of a probe waits for an answer that stalls.
const AT_ONCE: usize = 4;

/// Probes adapters with manifests, and tells of them in their order; the worst of their results is the exit code.
fn checked_in(root: &Utf8Path, wanted: &str, runtime: &tokio::runtime::Runtime) -> anyhow::Result<Exit> {
    let chosen = Fleet::discover(root)?.choose(&[wanted])?;
    let mut worst = tell_broken(&chosen.broken);
    let mut sdks = Vec::new();
    for result in set_up(&chosen.sdks, &|event| print_progress(&event)) {
        match result {
            Ok(sdk) => sdks.push(sdk),
            Err(error) => {
                output::warn(error);
                worst = worst.max(Exit::Fault);
            }
        }
    }
    runtime.block_on(async {
        let mut probed = stream::iter(&sdks).map(|sdk| one(root, sdk)).buffered(AT_ONCE);
        while let Some(told) = probed.next().await {
            let (text, exit) = told?;
            output::print(text);
            worst = worst.max(exit);
        }
        Ok(worst)
    })
}

/// Probes one adapter with a manifest.
async fn one(root: &Utf8Path, sdk: &Sdk) -> anyhow::Result<(String, Exit)> {
    let id = &sdk.manifest.id;
    let targets = targets(sdk)?;
    let server = Server::start().await.map_err(ProbeError::Server)?;
    match sdk.open(Some(server.authority().file()), Processes::of(1)).await {
        Ok(adapter) => {
            let (text, exit) = report(root, &server, adapter, &targets, Some(&sdk.manifest.transports)).await?;
            Ok((format!("{id}\n{text}"), exit))
        }
        Err(error) => Ok((format!("{id}: {error}\n"), Exit::Fault)),
    }
}

/// Lists the surfaces of an SDK by each of their dialects. One that need not read the dialect's call of a tool is not asked for one.
fn targets(sdk: &Sdk) -> Result<Vec<Target>, PlanError> {
    let mut targets = Vec::new();
    for (name, surface) in &sdk.manifest.surfaces {
        for api in surface.apis.iter().copied() {
            let with_a_tool = format!("{}/benign/whole-tool-answer", api.folder());
            let takes_calls = excluded(&sdk.manifest, name, &with_a_tool)?.is_none();
            let asks = surface.asks.iter().copied().filter(|ask| *ask != Ask::Tool || takes_calls);
            targets.push(Target {
                api,
                surface: name.clone(),
                delivers: surface.is_described().then_some(surface.delivers),
                lacks: surface.is_described().then(|| surface.lacks.clone()),
                asks: asks.collect(),
            });
        }
    }
    Ok(targets)
}

/// Probes an adapter that is not checked in: its answer to `hello` says what it can be asked for.
fn command(root: &Utf8Path, command: &[String], runtime: &tokio::runtime::Runtime) -> anyhow::Result<Exit> {
    anyhow::ensure!(!command.is_empty(), "name an SDK, or a command after `--`");
    runtime.block_on(async {
        let Some(adapter) = own::start(root, command).await else { return Ok(Exit::Fault) };
        let sdk = Sdk::of(Arc::clone(&adapter) as Arc<dyn Adapter>);
        let server = Server::start().await.map_err(ProbeError::Server)?;
        let (text, exit) = report(root, &server, adapter, &targets(&sdk)?, None).await?;
        output::print(text);
        Ok(exit)
    })
}

/// Probes an adapter, and returns the results as text with the exit code for them.
async fn report(
    root: &Utf8Path,
    server: &Server,
    adapter: Arc<dyn Adapter>,
    targets: &[Target],
    transports: Option<&Transports>,
) -> anyhow::Result<(String, Exit)> {
    let results = probe_adapter(root, server, Arc::clone(&adapter), targets, transports).await;
    adapter.close().await;
    let results = results?;
    let sound = results.iter().all(|result| result.wrong.is_none());
    Ok((probed(&results), if sound { Exit::Conformant } else { Exit::Fault }))
}
