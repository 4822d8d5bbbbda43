//! The command line.

mod adequacy;
mod arguments;
mod bless;
mod check;
mod committed;
mod compare;
mod diff_sdk;
mod ending;
mod exit;
mod explain;
mod generate;
mod list;
mod lock;
mod merge;
mod named;
mod output;
mod own;
mod probe;
mod report;
mod repro;
mod rerun;
mod run;
mod sdks;
mod serve;
mod setup;
mod show;

pub use arguments::{Arguments, Command};
pub use exit::Exit;
pub use generate::generated;
pub use run::fresh_nonce;
pub use setup::print_progress;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser as _;
use streamspec_adapters::fleet::Broken;

use crate::load::{self, Selection, Suite};
use crate::text;

/// Understands the command line, runs the command, and says with which code to exit.
pub fn start() -> Exit {
    let exit = match Arguments::try_parse() {
        Ok(arguments) => main(arguments).unwrap_or_else(|error| {
            output::warn(format_args!("error: {}", text::visible(&format!("{error:#}"))));
            Exit::of(&error)
        }),
        Err(asked) => {
            if !asked.use_stderr() {
                output::print(asked.render().ansi());
                return finished(Exit::Conformant);
            }
            output::warn(asked.render().ansi().to_string().trim_end());
            Exit::Usage
        }
    };
    finished(exit)
}

/// Returns the same, unless what was said got lost.
fn finished(exit: Exit) -> Exit {
    output::finish().map_or_else(
        |error| {
            output::warn(format_args!("error: {error}"));
            exit.max(Exit::CannotWrite)
        },
        |()| exit,
    )
}

/// Runs one command and says with which code to exit.
pub fn main(arguments: Arguments) -> anyhow::Result<Exit> {
    // Reports are compared wherever they are, without a repository around.
    if let Command::Compare(options) = &arguments.command {
        return compare::compare(options);
    }
    let root = root(arguments.root)?;
    if matches!(arguments.command, Command::Run(_) | Command::Probe(_) | Command::Repro(_)) {
        // They call SDKs in this process.
        streamspec_adapters::environment::scrub();
    }
    match arguments.command {
        Command::Run(options) => run::run(&root, &options),
        Command::Compare(options) => compare::compare(&options),
        Command::Check(options) => check::check(&root, &options),
        Command::List(options) => list::list(&root, &options),
        Command::Show(options) => show::show(&root, &options),
        Command::DiffSdk(options) => diff_sdk::diff_sdk(&root, &options),
        Command::Repro(options) => repro::repro(&root, &options),
        Command::Explain(options) => explain::explain(&root, &options),
        Command::Setup(options) => setup::setup(&root, &options),
        Command::Sdks => sdks::sdks(&root),
        Command::Doctor => sdks::doctor(&root),
        Command::Probe(options) => probe::probe(&root, &options),
        Command::Merge(options) => merge::merge(&root, &options),
        Command::Report(options) => report::report(&root, &options),
        Command::Bless(options) => bless::bless(&root, &options),
        Command::Serve(options) => serve::serve(&root, &options),
        Command::Adequacy(options) => adequacy::adequacy(&root, &options),
        Command::Generate(options) => generate::generate(&root, &options),
    }
}

/// Loads the cases that a selection takes, with the rules; where they cannot be used, it tells why, and there are none.
fn load(root: &Utf8Path, selection: &Selection) -> Option<Suite> {
    load::suite(root, selection).map_err(|problems| output::warn(text::visible(&problems.to_string()))).ok()
}

/// Tells of SDKs whose manifests cannot be used; each is a fault of that SDK alone.
fn tell_broken(all: &[Broken]) -> Exit {
    for Broken { id, reason: why } in all {
        output::warn(format_args!("{id}: {why}"));
    }
    if all.is_empty() { Exit::Conformant } else { Exit::Fault }
}

/// Finds the repository: the nearest folder, from here upwards, that holds `cases` and `adapters`.
fn root(given: Option<Utf8PathBuf>) -> anyhow::Result<Utf8PathBuf> {
    let is_root = |folder: &Utf8PathBuf| folder.join("cases").is_dir() && folder.join("adapters").is_dir();
    if let Some(root) = given {
        anyhow::ensure!(is_root(&root), "{root}: no `cases` and `adapters` folders here");
        return Ok(root);
    }
    let here = Utf8PathBuf::try_from(std::env::current_dir()?)?;
    let found = here.ancestors().map(Utf8PathBuf::from).find(is_root);
    found.ok_or_else(|| anyhow::anyhow!("{here}: not inside a streamspec repository; pass --root"))
}
