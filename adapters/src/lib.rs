//! The adapter contract of streamspec, its protocol, and the SDKs it drives.

pub mod contract;
pub mod manifest;
pub mod native;
pub mod protocol;
mod reference;
