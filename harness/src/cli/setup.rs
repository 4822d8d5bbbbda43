//! `streamspec setup`: make the SDKs' environments.

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::setup::{Progress, SetupError};

use super::Exit;
use super::arguments::SetupOptions;

pub(super) fn setup(root: &Utf8Path, options: &SetupOptions) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let sdks = if options.sdks.is_empty() {
        fleet.sdks().to_vec()
    } else {
        options.sdks.iter().map(|id| fleet.get(id)).collect::<Result<_, _>>()?
    };
    let mut exit = Exit::Conformant;
    for sdk in sdks {
        let id = &sdk.manifest.id;
        match sdk.ensure(root, &|event| print(id, event)) {
            Ok(()) => anstream::println!("{id}: {} {} is set up", sdk.manifest.package, sdk.manifest.version),
            Err(error @ SetupError::Unavailable(_)) => {
                anstream::println!("{id}: not available: {error}");
                exit = exit.max(Exit::NotConformant);
            }
            Err(error) => {
                anstream::eprintln!("{id}: {error}");
                exit = Exit::Fault;
            }
        }
    }
    Ok(exit)
}

/// Shows what set-up is doing, on stderr: set-up takes long enough to be asked about.
pub fn print(id: &str, event: Progress) {
    anstream::eprintln!("{id}: {event}");
}
