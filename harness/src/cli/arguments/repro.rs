//! The options of `repro`.

use camino::Utf8PathBuf;
use clap::Args;

use super::RECORDS;
use crate::id::TrialId;

/// Examples of `repro`.
pub(super) const REPRO_EXAMPLES: &str = "\
Examples:
  streamspec repro 'anthropic-python/create-sync::anthropic/in-band/after-text#overloaded'
  streamspec repro 'openai-go/stream::openai-chat/cut/eof@crlf' --out eof --install
  sh eof/run.sh";

/// Options of `repro`.
#[derive(Debug, Args)]
pub struct ReproOptions {
    /// The trial, as `run`, `list` and the reports name it: `SDK/SURFACE::CASE`, and `@VARIANT` where it is not as written.
    pub trial: TrialId,
    /// The records of the run in which the trial is; where they do not have it, it is run first.
    #[arg(long, default_value = RECORDS, value_name = "FILE")]
    pub records: Utf8PathBuf,
    /// The folder to write; `repro-` and the name of the trial where none is named.
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
    /// Write a folder anew that this command has made before; whatever else lies in it is left alone.
    #[arg(long)]
    pub force: bool,
    /// Let the copy that is run install the SDK by itself, instead of using what is set up already.
    #[arg(long)]
    pub install: bool,
    /// A program that speaks the adapter protocol, where the records do not have the trial and its SDK is not checked in.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}
