//! "Did you mean …?"

use std::fmt::Write as _;

pub(super) use streamspec_adapters::suggest::nearest;
use streamspec_adapters::suggest::{near, question};

/// Writes a sentence for people who wrote a name that nobody knows.
pub(super) fn help<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    match near(wrong, known.iter().copied()).as_slice() {
        [] if known.is_empty() => "there are none".to_owned(),
        [] => format!("known: {}", list(&known)),
        names => question(names),
    }
}

/// Lists names in backticks with commas between, cut short when there are too many to read.
pub(super) fn list(names: &[&str]) -> String {
    const READABLE: usize = 40;
    let mut text = String::new();
    for (at, name) in names.iter().take(READABLE).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}`{name}`");
    }
    if names.len() > READABLE {
        let _ = write!(text, " and {} more", names.len() - READABLE);
    }
    text
}
