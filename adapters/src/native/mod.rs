//! The adapters that are linked into this program: SDKs written in Rust, and the reference client with its mutants.

#[cfg(feature = "anthropic-ai-sdk")]
mod anthropic_ai_sdk;
#[cfg(feature = "async-anthropic")]
mod async_anthropic;
#[cfg(feature = "async-openai")]
mod async_openai;
#[cfg(feature = "aws-sdk-bedrockruntime")]
mod aws_sdk_bedrockruntime;
#[allow(dead_code, reason = "whether it is used depends on the SDKs that are linked in")]
mod caller;
#[cfg(feature = "claude-api")]
mod claude_api;
#[cfg(feature = "eventsource-stream")]
mod eventsource_stream;
#[cfg(feature = "genai")]
mod genai;
#[allow(dead_code, reason = "which of it is used depends on the SDKs that are linked in")]
mod message_event;
#[allow(dead_code, reason = "which of it is used depends on the SDKs that are linked in")]
mod observer;
#[cfg(feature = "ollama-rs")]
mod ollama_rs;
#[allow(dead_code, reason = "which of it is used depends on the SDKs that are linked in")]
mod reading;
#[allow(dead_code, reason = "which of it is used depends on the SDKs that are linked in")]
mod request;
#[cfg(test)]
pub(crate) mod rig;
#[cfg(feature = "rig")]
mod rig_core;
mod runtime;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::contract::Adapter;
use crate::manifest::Manifest;
use crate::reference::{self, Mutant};
pub use crate::reference::{Contents, contents};
use crate::spec;
use task::Task;

/// The id of the reference client; those of its mutants are made of it and the fault.
pub const REFERENCE: &str = "reference";

/// Lists every faulty reference client: the fault in its id, and what it does wrong, in a sentence.
pub fn mutants() -> Vec<(&'static str, &'static str)> {
    Mutant::ALL.iter().map(|mutant| (mutant.name(), mutant.about())).collect()
}

/// The SDKs that have a native adapter, each with its manifest. The code of one is linked in if the program was built with
/// the cargo feature of its id.
const SDKS: [(&str, &str); 9] = [
    ("anthropic-ai-sdk", include_str!("../../rust/anthropic-ai-sdk/adapter.toml")),
    ("async-anthropic", include_str!("../../rust/async-anthropic/adapter.toml")),
    ("async-openai", include_str!("../../rust/async-openai/adapter.toml")),
    ("aws-sdk-bedrockruntime", include_str!("../../rust/aws-sdk-bedrockruntime/adapter.toml")),
    ("claude-api", include_str!("../../rust/claude-api/adapter.toml")),
    ("eventsource-stream", include_str!("../../rust/eventsource-stream/adapter.toml")),
    ("genai", include_str!("../../rust/genai/adapter.toml")),
    ("ollama-rs", include_str!("../../rust/ollama-rs/adapter.toml")),
    ("rig", include_str!("../../rust/rig/adapter.toml")),
];

/// Returns the manifest of a native adapter, whether it is linked in or not; that of the reference client serves its
/// mutants as well.
///
/// # Panics
///
/// Never: the manifests are part of the program, and the tests read each of them.
pub fn manifest(id: &str) -> Option<Manifest> {
    let text = match spec::client_and_fault(id).map_or(id, |(client, _)| client) {
        REFERENCE => include_str!("../../rust/reference/adapter.toml"),
        sdk => SDKS.iter().find(|(id, _)| *id == sdk)?.1,
    };
    let mut manifest: Manifest = toml::from_str(text).expect("the checked-in manifests are tested to parse");
    id.clone_into(&mut manifest.id);
    Some(manifest)
}

/// Returns the cargo feature with which a native adapter is linked in, if this program was built without it.
pub fn missing_feature(id: &str) -> Option<&'static str> {
    let (feature, _) = SDKS.iter().find(|(sdk, _)| *sdk == id)?;
    open(id).is_none().then_some(feature)
}

/// Opens a native adapter by its id; none if no such adapter is linked in.
pub fn open(id: &str) -> Option<Arc<dyn Adapter>> {
    let named = |name: &str| Mutant::ALL.iter().copied().find(|mutant| mutant.name() == name);
    let mutant = match spec::client_and_fault(id) {
        Some((REFERENCE, name)) => Some(named(name)?),
        Some(_) => return None,
        None => None,
    };
    let manifest = manifest(id)?;
    Some(Arc::new(match id {
        #[cfg(feature = "anthropic-ai-sdk")]
        "anthropic-ai-sdk" => Task::new(&manifest, anthropic_ai_sdk::observe),
        #[cfg(feature = "async-anthropic")]
        "async-anthropic" => Task::new(&manifest, async_anthropic::observe),
        #[cfg(feature = "async-openai")]
        "async-openai" => Task::new(&manifest, async_openai::observe),
        #[cfg(feature = "aws-sdk-bedrockruntime")]
        "aws-sdk-bedrockruntime" => Task::new(&manifest, aws_sdk_bedrockruntime::observe),
        #[cfg(feature = "claude-api")]
        "claude-api" => Task::new(&manifest, claude_api::observe),
        #[cfg(feature = "eventsource-stream")]
        "eventsource-stream" => Task::new(&manifest, eventsource_stream::observe),
        #[cfg(feature = "genai")]
        "genai" => Task::new(&manifest, genai::observe),
        #[cfg(feature = "ollama-rs")]
        "ollama-rs" => Task::new(&manifest, ollama_rs::observe),
        #[cfg(feature = "rig")]
        "rig" => Task::new(&manifest, rig_core::observe),
        _ if manifest.package == env!("CARGO_PKG_NAME") => match mutant {
            Some(mutant) => Task::new(&manifest, move |call| mutant.observe(call)),
            None => Task::new(&manifest, reference::observe),
        },
        _ => return None,
    }))
}
