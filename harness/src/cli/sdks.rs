//! `streamspec sdks`: which SDKs there are, and what is set up. `streamspec doctor`: what this machine lacks.

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::gateway::Gateway;
use streamspec_adapters::setup::{self, SetupError};

use super::{Exit, output, tell_broken};
use crate::message;
use crate::message::{SdkLine, State};
use crate::server::Server;

pub(super) fn sdks(root: &Utf8Path) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let lines: Vec<SdkLine<'_>> =
        fleet.sdks().iter().map(|sdk| SdkLine { manifest: &sdk.manifest, state: state(sdk) }).collect();
    output::print(message::sdks(&lines, &setup::other_builds(root)));
    Ok(tell_broken(fleet.broken()))
}

pub(super) fn doctor(root: &Utf8Path) -> anyhow::Result<Exit> {
    let needs = setup::needs(root);
    let runtime = tokio::runtime::Runtime::new()?;
    let listens = runtime.block_on(Server::start()).map(|_| ()).map_err(|error| error.to_string());
    let gateways = Gateway::discover(root)?;
    output::print(message::doctor(&needs, &gateways, listens.as_ref().map_err(String::as_str).copied()));
    let lacking = listens.is_err() || needs.iter().any(|need| need.required && need.found.is_err());
    Ok(if lacking { Exit::NotConformant } else { Exit::Conformant })
}

fn state(sdk: &Sdk) -> State {
    match sdk.environment() {
        Ok(None) => State::Linked,
        Ok(Some(environment)) if environment.is_complete() => State::Installed(setup::size(environment.dir())),
        Ok(Some(_)) => State::Missing,
        Err(SetupError::Unavailable { reason, fix, .. }) => State::Unavailable(format!("{reason}; {fix}")),
        Err(error) => State::Unavailable(error.to_string()),
    }
}
