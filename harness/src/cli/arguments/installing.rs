//! The options of the commands that look after an installation.

use camino::Utf8PathBuf;
use clap::Args;
use clap_complete::Shell;

/// Options of `clean`.
#[derive(Debug, Args)]
pub struct CleanOptions {
    /// Remove every environment, with private tools and what is remembered of the machine; the next run sets up anew.
    #[arg(long)]
    pub environments: bool,
    /// Remove all that is there: also the unpacked suites, and the home folders and locks of programs.
    #[arg(long, conflicts_with = "environments")]
    pub all: bool,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsOptions {
    /// The shell.
    pub shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManOptions {
    /// The folder, which is made if it is not there: `man1` in a folder of manual pages.
    #[arg(value_name = "FOLDER")]
    pub folder: Utf8PathBuf,
}
