//! The parts that benches share: pairs of times measured one after the other, and their ratio.

#![allow(dead_code, reason = "each bench uses a part of it")]

pub(crate) mod programs;

use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use streamspec::case::Case;
use streamspec::load::{self, Selection};

/// The number of pairs, unless `ROUNDS` says another one.
const ROUNDS: usize = 5;

/// The times of the same work done in two ways, pair by pair.
#[derive(Debug, Default)]
pub(crate) struct Pairs(Vec<[Duration; 2]>);

impl Pairs {
    /// Measures both ways one after the other, as often as it takes; the first pair warms up and does not count.
    pub(crate) async fn measure(
        mut one: impl AsyncFnMut() -> anyhow::Result<Duration>,
        mut other: impl AsyncFnMut() -> anyhow::Result<Duration>,
    ) -> anyhow::Result<Self> {
        let rounds = match std::env::var("ROUNDS") {
            Ok(number) => number.parse().with_context(|| format!("ROUNDS: {number}"))?,
            Err(_) => ROUNDS,
        };
        let mut pairs = Self::default();
        for round in 0..=rounds {
            let pair = [one().await?, other().await?];
            if round > 0 {
                pairs.0.push(pair);
            }
        }
        Ok(pairs)
    }

    /// Returns the median of one side in seconds.
    pub(crate) fn median(&self, side: usize) -> f64 {
        median(self.0.iter().map(|pair| pair[side].as_secs_f64()).collect())
    }

    /// Says how many times the first side the second one takes: the median of the pairs, and the least and the most of them.
    pub(crate) fn ratio(&self) -> String {
        let ratios: Vec<f64> = self.0.iter().map(|[one, other]| other.as_secs_f64() / one.as_secs_f64()).collect();
        let [least, most] =
            [ratios.iter().copied().fold(f64::MAX, f64::min), ratios.iter().copied().fold(0.0, f64::max)];
        format!("{:.2} times ({least:.2} to {most:.2}, {} pairs)", median(ratios), self.0.len())
    }
}

/// Returns the value in the middle, or between the two there.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.len() % 2, values.get(middle)) {
        (1, Some(value)) => *value,
        (_, Some(value)) => f64::midpoint(values[middle - 1], *value),
        (_, None) => f64::NAN,
    }
}

/// Says whether this is a bench and not `cargo test --benches`, which only asks whether it builds.
pub(crate) fn is_asked() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Returns the folder of the repository.
pub(crate) fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Utf8PathBuf::from).unwrap_or_default()
}

/// Loads the cases of these names, in which `*` stands for any characters.
pub(crate) fn cases(names: &[&str]) -> anyhow::Result<Vec<Case>> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let cases = load::suite(&root(), &Selection::named(&names))?.cases;
    anyhow::ensure!(!cases.is_empty(), "there is no case {names:?}");
    Ok(cases)
}
