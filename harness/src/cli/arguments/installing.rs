//! The options of the commands that look after an installation.

use camino::Utf8PathBuf;
use clap::Args;
use clap_complete::Shell;

/// Examples of `clean`.
pub(super) const CLEAN_EXAMPLES: &str = "\
Examples:
  streamspec clean
  streamspec clean --environments
  STREAMSPEC_CACHE=/tmp/streamspec streamspec clean --all";

/// Examples of `completions`.
pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  streamspec completions bash > ~/.local/share/bash-completion/completions/streamspec
  streamspec completions zsh > ~/.zfunc/_streamspec
  streamspec completions fish > ~/.config/fish/completions/streamspec.fish";

/// Examples of `man`.
pub(super) const MAN_EXAMPLES: &str = "\
Example:
  streamspec man ~/.local/share/man/man1";

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
