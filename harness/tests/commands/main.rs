//! The commands as people and scripts call them: what they say and write, what they leave alone, and their exit codes.

mod bless;
mod book;
mod documents;
mod each;
mod editions;
mod exits;
mod gateways;
mod help;
mod installed;
mod lines;
mod making;
mod manifest;
mod own;
mod past;
mod places;
mod recordings;
mod repository;
#[cfg(unix)]
mod repro;
mod reproduce;
mod selection;
mod serve;
mod serving;
mod show;
#[cfg(target_os = "linux")]
mod soak;
