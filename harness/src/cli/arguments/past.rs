//! The options of the commands about other releases of an SDK than the locked one.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::id::{EditionId, TrialId};

/// Options of `update`.
#[derive(Debug, Args)]
pub struct UpdateOptions {
    /// The SDKs: ids, `core` (the default) or `all`; may be separated by commas.
    #[arg(value_delimiter = ',', value_name = "ID")]
    pub sdks: Vec<String>,
    /// Compare the two builds on these cases only: ids, folders, globs or files.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// Say what would change, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The most calls that are under way at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
}

/// Options of `history`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Args)]
pub struct HistoryOptions {
    /// The SDK, by its id. With versions behind it, `anthropic-python@0.49.0,0.50.0`, just these are run.
    #[arg(long, required = true, value_delimiter = ',', value_name = "ID[@VERSION]")]
    pub sdk: Vec<String>,
    /// The first release; the oldest one that the registry lists by default.
    #[arg(long, value_name = "VERSION")]
    pub from: Option<String>,
    /// The last release; the newest one by default.
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// The releases that are run: the last of each minor number, or each of them.
    #[arg(long, value_enum, default_value_t = EveryOption::Minor)]
    pub every: EveryOption,
    /// Run at most so many of these, spread evenly over the range.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub most: Option<u16>,
    /// Only these cases: ids, folders, globs or files.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// Only the cases of this edition, `2026.12`.
    #[arg(long, value_name = "NAME")]
    pub edition: Option<EditionId>,
    /// The folder of results; `target/streamspec/history` in a checkout by default, `streamspec-results/history` elsewhere.
    #[arg(long, value_name = "FOLDER")]
    pub store: Option<Utf8PathBuf>,
    /// Run nothing, and tell what the store holds.
    #[arg(long, conflicts_with_all = ["every", "most", "cases", "edition", "again", "keep"])]
    pub stored: bool,
    /// Run again what the store holds already.
    #[arg(long)]
    pub again: bool,
    /// Keep the environments of releases; without it each is removed after its run, unless it was there before.
    #[arg(long)]
    pub keep: bool,
    /// The releases that are set up and run together: what they wait for passes at the same time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=32), value_name = "N")]
    pub at_once: u16,
    /// Tell it as JSON, with every trial that changed.
    #[arg(long)]
    pub json: bool,
    /// The most calls that are under way at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
}

/// The releases of a range that are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EveryOption {
    /// The last release of each minor number, 1.4 of 1.4.0 and 1.4.1.
    Minor,
    /// Every release.
    Release,
}

/// Options of `bisect`.
#[derive(Debug, Args)]
pub struct BisectOptions {
    /// The trial, by its name: `anthropic-python/create-sync::anthropic/cut/no-terminal`, with `@` and a variant where it is one.
    #[arg(value_name = "TRIAL")]
    pub trial: TrialId,
    /// A release before the change; by default the first one that has the surface.
    #[arg(long, value_name = "VERSION")]
    pub good: Option<String>,
    /// A release after it; the locked one by default.
    #[arg(long, value_name = "VERSION")]
    pub bad: Option<String>,
    /// Keep the environments of releases; without it each is removed after its run, unless it was there before.
    #[arg(long)]
    pub keep: bool,
}
