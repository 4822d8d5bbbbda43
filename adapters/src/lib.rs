//! The adapter contract of streamspec, its protocol, and the SDKs it drives.

mod answer;
pub mod codec;
pub mod contract;
pub mod dialect;
pub mod environment;
pub mod fleet;
pub mod gateway;
pub mod manifest;
pub mod native;
pub mod process;
pub mod protocol;
mod reference;
pub mod root;
mod secure;
pub mod setup;
pub mod spec;
pub mod suggest;
