//! The command line's words.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::run::Shard;

/// What does an SDK tell its caller when a streamed answer breaks?
///
/// Exit codes: 0 conformant or as listed, 1 not, 2 usage or invalid cases, 3 adapter or harness fault.
#[derive(Debug, Parser)]
#[command(name = "streamspec", version)]
pub struct Arguments {
    /// The repository; the nearest one from here upwards by default.
    #[arg(long, global = true, env = "STREAMSPEC_ROOT")]
    pub root: Option<Utf8PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up the SDKs, run the suite on them, and write the compatibility report.
    Run(RunOptions),
    /// Check case files: all of them, or the given files and folders.
    Check(CheckOptions),
    /// List the trials, without running them.
    List(ListOptions),
    /// Set up the SDKs' environments under target/.
    Setup(SetupOptions),
    /// Test an adapter itself, before a suite is run on it.
    Probe(ProbeOptions),
    /// Write the compatibility report from records.
    Report(ReportOptions),
    /// Rewrite the lists of known deviations from the records of a whole run.
    Bless(BlessOptions),
    /// Run every mutant of the reference client on every case: does the suite catch them?
    Adequacy(AdequacyOptions),
    /// Write the generated files: JSON Schemas and the table of rules and cases.
    Generate(GenerateOptions),
}

/// What to run.
#[derive(Clone, Debug, Default, Args)]
pub struct Selected {
    /// These SDKs: ids, `core` (the default) or `all`; may be repeated or separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    pub sdk: Vec<String>,
    /// Only these surfaces; globs.
    #[arg(long, value_delimiter = ',', value_name = "GLOB")]
    pub surface: Vec<String>,
    /// Only these cases: ids (`anthropic/in-band/after-text#overloaded`), globs or files.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// Also replay every case cut or dressed otherwise: `quick`, `full`, or names of variants.
    #[arg(long, value_delimiter = ',', value_name = "VARIANT")]
    pub variants: Vec<String>,
    /// Also cut every healthy stream before its stop reason, after every event or after every byte.
    #[arg(long, value_name = "WHERE")]
    pub cuts: Option<Cuts>,
    /// Only this part of the trials, `2/3` for the second of three; a trial's name alone decides where it belongs.
    ///
    /// Run each part on a machine of its own and join the records with `streamspec merge`.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
}

/// Where a sweep cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cuts {
    /// After every event.
    Events,
    /// After every byte.
    Bytes,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// What to run.
    #[command(flatten)]
    pub selected: Selected,
    /// Ignore the lists of known deviations: every MUST and SHOULD counts.
    #[arg(long)]
    pub strict: bool,
    /// How many calls may be under way at once; most of them wait on sockets.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Explain every trial that does not pass, also those that are as listed.
    #[arg(long, short)]
    pub verbose: bool,
    /// Where to write the records.
    #[arg(long, default_value = "target/streamspec/records.jsonl", value_name = "FILE")]
    pub records: Utf8PathBuf,
    /// Where to write the report; `reports`, where it is committed, takes no selection of cases or surfaces.
    #[arg(long, default_value = "target/streamspec/report", value_name = "FOLDER")]
    pub report: Utf8PathBuf,
    /// The run's nonce, to send the very same bytes again.
    #[arg(long)]
    pub nonce: Option<String>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Files or folders; all cases by default.
    pub paths: Vec<Utf8PathBuf>,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// What to list.
    #[command(flatten)]
    pub selected: Selected,
    /// Instead of the trials: every rule and public bug with the cases that test it.
    #[arg(long)]
    pub coverage: bool,
}

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct SetupOptions {
    /// The SDKs: ids, `core` (the default) or `all`.
    pub sdks: Vec<String>,
}

/// Options of `probe`.
#[derive(Debug, Args)]
pub struct ProbeOptions {
    /// The SDK, by id.
    #[arg(required_unless_present = "command")]
    pub sdk: Option<String>,
    /// The command of an adapter that is not checked in.
    #[arg(last = true, conflicts_with = "sdk")]
    pub command: Vec<String>,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// Files of records; those of several machines are merged.
    #[arg(default_value = "target/streamspec/records.jsonl")]
    pub records: Vec<Utf8PathBuf>,
    /// Where to write.
    #[arg(long, default_value = "reports")]
    pub out: Utf8PathBuf,
}

/// Options of `bless`.
#[derive(Debug, Args)]
pub struct BlessOptions {
    /// The records of a whole run.
    #[arg(default_value = "target/streamspec/records.jsonl")]
    pub records: Utf8PathBuf,
}

/// Options of `adequacy`.
#[derive(Debug, Args)]
pub struct AdequacyOptions {
    /// Only these cases; then nothing is compared with the list of cases that catch no mutant.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// How many calls may be under way at once.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct GenerateOptions {
    /// Fail if a committed file is not what would be written, and write nothing.
    #[arg(long)]
    pub check: bool,
}
