//! The options of the commands that look something up and run nothing.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::{Selected, transports};
use crate::id::Transport;

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// The trials to list.
    #[command(flatten)]
    pub selected: Selected,
    /// List every rule and public bug with the cases that test it, instead of the trials.
    #[arg(long, conflicts_with = "command")]
    pub coverage: bool,
    /// A program that speaks the adapter protocol, with its arguments, behind all options, as `run` takes it.
    ///
    /// It is started, asked who it is, and ended. No SDK is listed beside it but those that `--sdk` names.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Options of `show`.
#[derive(Debug, Args)]
pub struct ShowOptions {
    /// The cases: ids (`anthropic/in-band/after-text#overloaded`), folders, globs (`gemini/*`) or files.
    #[arg(required = true, value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// The variant, instead of the case as it is written.
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
    /// The nonce of a trial, `nonce` in its record, to show the very bytes that were sent in it.
    #[arg(long, value_name = "NONCE")]
    pub nonce: Option<String>,
    /// The transport; by default `http1`, or the one that alone has all of the case. By `h2` the frames are shown that the server sends.
    #[arg(long, value_parser = transports(), value_name = "NAME")]
    pub transport: Option<Transport>,
    /// Only this answer of the case, from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub answer: Option<u16>,
    /// Write the bytes as a hexadecimal dump.
    #[arg(long)]
    pub hex: bool,
    /// Write nothing but the bytes of one answer of one case, as they go over the wire, or inside of TLS.
    #[arg(long, conflicts_with = "hex")]
    pub raw: bool,
}

/// Options of `diff-sdk`.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// The cases: ids (`anthropic/in-band/after-text#overloaded`), folders, globs (`gemini/*`) or files.
    #[arg(required = true, value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// The records of a run; by default those of the last one.
    #[arg(long, value_name = "FILE")]
    pub records: Option<Utf8PathBuf>,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// The terms: `A13`, `error.status`, `should`, `deviates`, `silent`, `transport`.
    #[arg(required = true, value_name = "TERM")]
    pub words: Vec<String>,
    /// The report that says which SDKs break it; by default the one that comes with the suite, `reports/compatibility.json`.
    #[arg(long, value_name = "FILE")]
    pub report: Option<Utf8PathBuf>,
}

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareOptions {
    /// The report to compare with: its JSON, `FILE`, or one SDK of it, `FILE:sdk`, or one surface, `FILE:sdk/surface`. An
    /// id without a version also names the only build of the SDK in a report, such as `anthropic-python@local`.
    #[arg(value_name = "OLD[:SDK[/SURFACE]]")]
    pub old: String,
    /// The report to compare, likewise; two SDKs are compared by surface and case, two surfaces by case.
    #[arg(value_name = "NEW[:SDK[/SURFACE]]")]
    pub new: String,
    /// The format of the comparison.
    #[arg(long, value_enum, default_value_t = ComparisonFormat::Markdown)]
    pub format: ComparisonFormat,
}

/// A format of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ComparisonFormat {
    /// Tables for people, short enough for a comment on a pull request.
    Markdown,
    /// A page of its own that opens from disk.
    Html,
    /// Every change, for programs.
    Json,
}
