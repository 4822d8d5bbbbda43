//! `streamspec completions` and `streamspec man`: the command line described for shells, and for `man`.

use clap::CommandFactory as _;

use super::arguments::{CompletionsOptions, ManOptions};
use super::exit::CannotWrite;
use super::{Arguments, Exit, output};

pub(super) fn completions(options: &CompletionsOptions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "streamspec", &mut script);
    output::bytes(&script);
    Exit::Conformant
}

pub(super) fn man(options: &ManOptions) -> anyhow::Result<Exit> {
    let folder = &options.folder;
    let cannot = |why: std::io::Error| CannotWrite::new(folder, why);
    std::fs::create_dir_all(folder).map_err(cannot)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(cannot)?;
    output::say(format_args!("wrote {folder}/streamspec.1, and a page for each command"));
    Ok(Exit::Conformant)
}
