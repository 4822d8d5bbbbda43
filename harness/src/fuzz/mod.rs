//! Streams that no case has: the streams of cases, changed by the grammar of their codec, and judged by laws instead of written
//! expectations.

mod change;
mod document;
mod finding;
mod law;
mod lawful;
mod meaning;
mod mutant;
mod plain;
mod run;
mod seed;
#[cfg(test)]
mod tests;

pub use finding::Finding;
pub use law::Law;
pub use run::{Budget, Fuzzed, Fuzzer};
