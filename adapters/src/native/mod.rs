//! The adapters that are linked into this program: SDKs written in Rust, and the reference client with its mutants.

mod async_openai;
#[cfg(test)]
pub(crate) mod rig;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::contract::{Adapter, Call};
use crate::manifest::Manifest;
use crate::reference::{self, Mutant};
use task::Task;

/// The id of the reference client; its mutants are `reference+NAME`.
pub const REFERENCE: &str = "reference";

/// Every faulty reference client: the name after the plus sign of its id, and what it does wrong, in a sentence.
pub fn mutants() -> Vec<(&'static str, &'static str)> {
    Mutant::ALL.iter().map(|mutant| (mutant.name(), mutant.about())).collect()
}

/// The manifest of a native adapter; that of the reference client serves its mutants as well.
///
/// # Panics
///
/// Never: the manifests are part of the program, and the tests read each of them.
pub fn manifest(id: &str) -> Option<Manifest> {
    let text = match id.split_once('+').map_or(id, |(before, _)| before) {
        REFERENCE => include_str!("../../rust/reference/adapter.toml"),
        "async-openai" => include_str!("../../rust/async-openai/adapter.toml"),
        _ => return None,
    };
    let mut manifest: Manifest = toml::from_str(text).expect("the checked-in manifests are tested to parse");
    id.clone_into(&mut manifest.id);
    Some(manifest)
}

/// Opens a native adapter by its id; none if no such adapter is linked in.
pub fn open(id: &str) -> Option<Arc<dyn Adapter>> {
    let named = |name: &str| Mutant::ALL.iter().copied().find(|mutant| mutant.name() == name);
    let mutant = match id.split_once('+') {
        Some((REFERENCE, name)) => Some(named(name)?),
        Some(_) => return None,
        None => None,
    };
    let manifest = manifest(id)?;
    Some(match id {
        "async-openai" => Arc::new(Task::new(&manifest, async_openai::observe)),
        _ => Arc::new(Task::new(&manifest, move |call: Call| reference::observe(call, mutant))),
    })
}
