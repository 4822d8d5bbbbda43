//! `streamspec probe`: does an adapter keep the contract?

use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::contract::Adapter;
use streamspec_adapters::fleet::{self, Fleet, Sdk};
use streamspec_adapters::setup::SetupError;

use super::arguments::ProbeOptions;
use super::{Exit, print_progress};
use crate::message::probed;
use crate::probe::{Target, probe as probe_adapter};

pub(super) fn probe(root: &Utf8Path, options: &ProbeOptions) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Runtime::new()?;
    let exit = match &options.sdk {
        Some(wanted) => checked_in(root, wanted, &runtime),
        None => command(root, &options.command, &runtime),
    };
    runtime.shutdown_background();
    exit
}

/// Adapters with manifests, one after the other; the worst of their findings is the exit code.
fn checked_in(root: &Utf8Path, wanted: &str, runtime: &tokio::runtime::Runtime) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let mut worst = Exit::Conformant;
    for asked in fleet.choose(&[wanted])? {
        worst = worst.max(one(root, &asked, runtime)?);
    }
    Ok(worst)
}

/// One adapter with a manifest.
fn one(root: &Utf8Path, asked: &Sdk, runtime: &tokio::runtime::Runtime) -> anyhow::Result<Exit> {
    let sdk = match asked.ensure(&|event| print_progress(&event)) {
        Ok(sdk) => sdk,
        Err(error @ SetupError::Unavailable { .. }) => {
            anstream::eprintln!("{error}");
            return Ok(Exit::NotConformant);
        }
        Err(error) => {
            anstream::eprintln!("{error}");
            return Ok(Exit::Fault);
        }
    };
    let id = &sdk.manifest.id;
    anstream::println!("{id}");
    let surfaces = sdk.manifest.surfaces.iter();
    let targets = surfaces.flat_map(|(name, surface)| {
        let target = |api| Target { api, surface: name.clone(), delivers: Some(surface.delivers) };
        surface.apis.iter().copied().map(target)
    });
    let targets: Vec<_> = targets.collect();
    runtime.block_on(async {
        match sdk.open().await {
            Ok(adapter) => report(root, adapter, &targets).await,
            Err(error) => {
                anstream::eprintln!("{id}: {error}");
                Ok(Exit::Fault)
            }
        }
    })
}

/// An adapter that is not checked in: its answer to `hello` says what it can be asked for.
fn command(root: &Utf8Path, command: &[String], runtime: &tokio::runtime::Runtime) -> anyhow::Result<Exit> {
    let Some((program, arguments)) = command.split_first() else {
        anyhow::bail!("name an SDK, or a command after `--`");
    };
    runtime.block_on(async {
        let adapter = match fleet::open_command(program, arguments, &root.join("target/streamspec/home")).await {
            Ok(adapter) => adapter,
            Err(error) => {
                anstream::eprintln!("{program}: {error}");
                return Ok(Exit::Fault);
            }
        };
        let identity = adapter.identity().clone();
        let surfaces = identity.surfaces.iter();
        let targets = surfaces.flat_map(|surface| {
            identity.apis.iter().map(|&api| Target { api, surface: surface.clone(), delivers: None })
        });
        report(root, adapter, &targets.collect::<Vec<_>>()).await
    })
}

async fn report(root: &Utf8Path, adapter: Arc<dyn Adapter>, targets: &[Target]) -> anyhow::Result<Exit> {
    let findings = probe_adapter(root, Arc::clone(&adapter), targets).await;
    adapter.close().await;
    let findings = findings?;
    anstream::print!("{}", probed(&findings));
    let sound = findings.iter().all(|finding| finding.wrong.is_none());
    Ok(if sound { Exit::Conformant } else { Exit::Fault })
}
