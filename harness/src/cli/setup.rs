//! `streamspec setup`: make the SDKs' environments, and what gateways need.

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk, SelectedSdks};
use streamspec_adapters::setup::{Installed, Progress};
use streamspec_adapters::spec::Build;

use super::arguments::SetupOptions;
use super::{Exit, output, tell_broken};
use crate::message::progress;
use crate::run::Routes;
use crate::session::set_up;

pub(super) fn setup(root: &Utf8Path, options: &SetupOptions) -> anyhow::Result<Exit> {
    let routes = Routes::choose(root, &options.via)?;
    let is_of_gateways_alone = options.sdks.is_empty() && !options.via.is_empty();
    let chosen = Fleet::discover(root)?;
    let chosen = if is_of_gateways_alone { SelectedSdks::default() } else { chosen.choose(&options.sdks)? };
    let mut exit = tell_broken(&chosen.broken);
    for result in set_up(&chosen.sdks, &|event| print_progress(&event)) {
        match result {
            Ok(Sdk { manifest, build: Build::Local(path), .. }) => {
                output::say(format_args!("{}: {} is set up from {path}", manifest.id, manifest.package));
            }
            Ok(Sdk { manifest, .. }) => {
                output::say(format_args!("{}: {} {} is set up", manifest.id, manifest.package, manifest.version));
            }
            Err(error) => {
                output::warn(error);
                exit = Exit::Fault;
            }
        }
    }
    for (id, gateway) in routes.gateways() {
        match gateway.ensure(&|event| print_progress(&event)) {
            Ok(Installed { version, .. }) => {
                output::say(format_args!("{id}: {} {version} is set up", gateway.manifest.name));
            }
            Err(error) => {
                output::warn(error);
                exit = Exit::Fault;
            }
        }
    }
    Ok(exit)
}

/// Shows what set-up is doing, on stderr: set-up takes long enough to be asked about.
pub fn print_progress(event: &Progress) {
    output::warn(progress(event));
}
