//! `streamspec setup`: make the SDKs' environments.

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::setup::{Progress, SetupError};
use streamspec_adapters::spec::Build;

use super::Exit;
use super::arguments::SetupOptions;
use crate::message::progress;
use crate::session::set_up;

pub(super) fn setup(root: &Utf8Path, options: &SetupOptions) -> anyhow::Result<Exit> {
    let chosen = Fleet::discover(root)?.choose(&options.sdks)?;
    let mut exit = Exit::Conformant;
    for result in set_up(&chosen, &|event| print_progress(&event)) {
        match result {
            Ok(Sdk { manifest, build: Build::Local(path), .. }) => {
                anstream::println!("{}: {} is set up from {path}", manifest.id, manifest.package);
            }
            Ok(Sdk { manifest, .. }) => {
                anstream::println!("{}: {} {} is set up", manifest.id, manifest.package, manifest.version);
            }
            Err(error @ SetupError::Unavailable { .. }) => {
                anstream::println!("{error}");
                exit = exit.max(Exit::NotConformant);
            }
            Err(error) => {
                anstream::eprintln!("{error}");
                exit = Exit::Fault;
            }
        }
    }
    Ok(exit)
}

/// Shows what set-up is doing, on stderr: set-up takes long enough to be asked about.
pub fn print_progress(event: &Progress) {
    anstream::eprintln!("{}", progress(event));
}
