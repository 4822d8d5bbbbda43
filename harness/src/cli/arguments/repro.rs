//! The options of `repro`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::id::TrialId;

/// Options of `repro`.
#[derive(Debug, Args)]
pub struct ReproOptions {
    /// The trial, as `run`, `list` and the reports name it: `SDK/SURFACE::CASE`, and `@VARIANT` where it is not as written.
    pub trial: TrialId,
    /// The records of the run in which the trial is, by default those of the last run; where they do not have it, it is run first.
    #[arg(long, value_name = "FILE")]
    pub records: Option<Utf8PathBuf>,
    /// Write one test file for the SDK's own repository instead, in pytest, Vitest, `go test` or JUnit, with the bytes inside: red today, and green once the
    /// SDK is mended. It is run once, and must be red; for a trial that passes it must be green.
    #[arg(long, conflicts_with = "install")]
    pub as_test: bool,
    /// The folder or the test file to write; a name is made of that of the trial where none is named.
    #[arg(long, value_name = "PATH")]
    pub out: Option<Utf8PathBuf>,
    /// Write a folder or a file anew that this command has made before; whatever else lies in the folder is left alone.
    #[arg(long)]
    pub force: bool,
    /// Let the copy that is run install the SDK by itself, instead of using what is set up already.
    #[arg(long)]
    pub install: bool,
    /// A program that speaks the adapter protocol, where the records do not have the trial and its SDK is not checked in.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}
