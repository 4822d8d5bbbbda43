//! `streamspec setup`: make the SDKs' environments.

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::setup::Progress;
use streamspec_adapters::spec::Build;

use super::arguments::SetupOptions;
use super::{Exit, output, tell_broken};
use crate::message::progress;
use crate::session::set_up;

pub(super) fn setup(root: &Utf8Path, options: &SetupOptions) -> anyhow::Result<Exit> {
    let chosen = Fleet::discover(root)?.choose(&options.sdks)?;
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
    Ok(exit)
}

/// Shows what set-up is doing, on stderr: set-up takes long enough to be asked about.
pub fn print_progress(event: &Progress) {
    output::warn(progress(event));
}
