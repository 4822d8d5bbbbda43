//! Options of the commands that keep the suite in order: `adequacy` and `generate`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::id::EditionId;

/// Options of `adequacy`.
#[derive(Debug, Args)]
pub struct AdequacyOptions {
    /// Only these cases; the list of cases that catch no mutant is not checked then.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// Also show how many case files catch each mutant, the mutants that only one case file catches, and the case files of which
    /// another one catches all mutants; for this, every mutant is run on every combination of every matrix.
    #[arg(long)]
    pub unique: bool,
    /// Also show the case files that prove the same: they catch the same mutants, and in these records of a run every
    /// surface came to the same verdicts on them. It is an error where `cases/adequacy.toml` has no reason for one.
    #[arg(long, value_name = "FILE", requires = "unique")]
    pub records: Vec<Utf8PathBuf>,
    /// Also write `cases/witnesses.json`: for each case file a mutant that it catches, which the next run tries first.
    #[arg(long, conflicts_with = "cases")]
    pub write: bool,
    /// Also write to this file which mutants each case file alone catches, as `report --adequacy` reads it; for this, a mutant that
    /// one case file catches is run on the others until a second one does.
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub json: Option<Utf8PathBuf>,
    /// The most calls that are under way at once.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct GenerateOptions {
    /// Fail if a committed file is not what would be written, and write nothing.
    #[arg(long)]
    pub check: bool,
    /// Write the list of all cases with their digests as a draft of this edition, `2026.12`, instead of these files.
    #[arg(long, value_name = "NAME", conflicts_with = "check")]
    pub edition: Option<EditionId>,
    /// Freeze the edition: it is a draft no longer, and is never written again.
    #[arg(long, requires = "edition")]
    pub freeze: bool,
}
