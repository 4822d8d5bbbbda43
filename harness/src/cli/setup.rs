//! `streamspec setup`: make the SDKs' environments.

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::setup::{Progress, SetupError};

use super::Exit;
use super::arguments::SetupOptions;
use crate::message::progress;
use crate::session::chosen;

pub(super) fn setup(root: &Utf8Path, options: &SetupOptions) -> anyhow::Result<Exit> {
    let mut exit = Exit::Conformant;
    for sdk in chosen(&Fleet::discover(root)?, &options.sdks)? {
        let manifest = &sdk.manifest;
        match sdk.ensure(&|event| print_progress(&event)) {
            Ok(()) => anstream::println!("{}: {} {} is set up", manifest.id, manifest.package, manifest.version),
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
