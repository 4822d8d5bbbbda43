//! The command line.

mod adequacy;
mod arguments;
mod bisect;
mod bless;
mod builds;
mod check;
mod clean;
mod committed;
mod compare;
mod completions;
mod diff_sdk;
mod ending;
mod exit;
mod explain;
mod fmt;
mod fuzz;
mod generate;
mod history;
mod import;
mod list;
mod lock;
mod merge;
mod named;
mod new;
mod output;
mod own;
mod places;
mod probe;
mod record;
mod report;
mod repro;
mod rerun;
mod run;
mod sdks;
mod serve;
mod setup;
mod shard;
mod show;
mod shrink;
mod store;
mod update;
mod watch;

pub use arguments::{Arguments, Command};
pub use exit::Exit;
pub use generate::generated;
pub use run::fresh_nonce;
pub use setup::print_progress;

use camino::Utf8Path;
use clap::Parser as _;
use streamspec_adapters::fleet::Broken;

use crate::bundle::Bundle;
use crate::load::{self, Selection, Suite};
use crate::session::{Request, Session};
use crate::text;

/// Understands the command line, runs the command, and says with which code to exit. The bundle is the suite where there is no
/// checkout.
pub fn start(bundle: Bundle) -> Exit {
    let exit = match Arguments::try_parse() {
        Ok(arguments) => main(arguments, bundle).unwrap_or_else(|error| {
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
pub fn main(arguments: Arguments, bundle: Bundle) -> anyhow::Result<Exit> {
    let Arguments { root: given, command } = arguments;
    if matches!(
        command,
        Command::Run(_)
            | Command::Probe(_)
            | Command::Repro(_)
            | Command::Shrink(_)
            | Command::Fuzz(_)
            | Command::Import(_)
            | Command::Record(_)
            | Command::History(_)
            | Command::Bisect(_)
            | Command::Update(_)
    ) {
        // They call SDKs in this process.
        streamspec_adapters::environment::scrub();
    }
    let root = || places::root(given.clone(), bundle);
    match command {
        Command::Run(options) => run::run(&root()?, &options),
        Command::Compare(options) => compare::compare(&options),
        Command::Check(options) => check::check(&root()?, &options),
        Command::List(options) => list::list(&root()?, &options),
        Command::Show(options) => show::show(&root()?, &options),
        Command::DiffSdk(options) => diff_sdk::diff_sdk(&root()?, &options),
        Command::Repro(options) => repro::repro(&root()?, &options),
        Command::Explain(options) => explain::explain(&root()?, &options),
        Command::Setup(options) => setup::setup(&root()?, &options),
        Command::Sdks => sdks::sdks(&root()?),
        Command::Doctor => sdks::doctor(&root()?),
        Command::Probe(options) => probe::probe(&root()?, &options),
        Command::Merge(options) => merge::merge(&root()?, &options),
        Command::Report(options) => report::report(&root()?, &options),
        Command::History(options) => history::history(&root()?, &options),
        Command::Bisect(options) => bisect::bisect(&root()?, &options),
        Command::Update(options) => update::update(&root()?, &options),
        Command::Bless(options) => bless::bless(&root()?, &options),
        Command::Serve(options) => serve::serve(&root()?, &options),
        Command::New(options) => new::new(&root()?, &options),
        Command::Fmt(options) => fmt::fmt(&root()?, &options),
        Command::Shrink(options) => shrink::shrink(&root()?, &options),
        Command::Fuzz(options) => fuzz::fuzz(&root()?, &options),
        Command::Import(options) => import::import(&root()?, &options),
        Command::Record(options) => record::record(&root()?, &options),
        Command::Adequacy(options) => adequacy::adequacy(&root()?, &options),
        Command::Generate(options) => generate::generate(&root()?, &options),
        Command::Clean(options) => clean::clean(given, bundle, &options),
        Command::Completions(options) => Ok(completions::completions(&options)),
        Command::Man(options) => completions::man(&options),
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

/// Opens the session of a request whose SDKs all have to run, and tells which of them do not: the code is that of a fault then. Where
/// no session can be opened this is told, too, and the code is all there is.
fn session_of(root: &Utf8Path, request: &Request) -> Result<(Session, Exit), Exit> {
    let session = Session::open(root, request, &|event| print_progress(&event)).map_err(run::refuse)?;
    let unavailable = session.unavailable.iter().map(|one| (one.sdk.manifest.id.as_str(), &one.reason));
    let broken = session.broken.iter().map(|one| (one.id.as_str(), &one.reason));
    let mut exit = Exit::Conformant;
    for (id, why) in unavailable.chain(broken) {
        output::warn(format_args!("error: {id} is not run: {}", text::visible(why)));
        exit = Exit::Fault;
    }
    Ok((session, exit))
}
