//! The command line's words.

mod examples;
mod installing;
mod looking;
mod making;
mod past;
mod recordings;
mod repro;
mod serving;
mod upkeep;

use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use installing::{CleanOptions, CompletionsOptions, ManOptions};
pub(super) use looking::{CompareOptions, ComparisonFormat, DiffOptions, ExplainOptions, ListOptions, ShowOptions};
pub(super) use making::{CheckOptions, FormatOptions, FuzzOptions, NewOptions, ShrinkOptions};
pub(super) use past::{BisectOptions, EveryOption, HistoryOptions, UpdateOptions};
pub(super) use recordings::{ImportOptions, RecordOptions};
pub(super) use repro::ReproOptions;
pub(super) use serving::ServeArguments;
pub(super) use upkeep::{AdequacyOptions, GenerateOptions};

use super::Exit;
use crate::id::{EditionId, Route, Shard, Transport};
use crate::report::{self, FORMATS, Format};

/// Tests what an SDK tells its caller when a streamed answer breaks.
#[derive(Debug, Parser)]
#[command(name = "streamspec", version, after_help = Exit::help())]
pub struct Arguments {
    /// The folder with the suite. By default it is the nearest checkout from here upwards, or else what the program has brought along.
    #[arg(long, global = true, env = "STREAMSPEC_ROOT")]
    pub root: Option<Utf8PathBuf>,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up the SDKs, run the suite on them, and write the compatibility report.
    ///
    /// `run -- COMMAND` runs the suite on a program of your own that speaks the adapter protocol, without anything of it being
    /// checked in.
    #[command(after_help = examples::RUN)]
    Run(RunOptions),
    /// Check case files: the given files and folders, or all of them with all manifests and lists of known deviations.
    #[command(after_help = examples::CHECK)]
    Check(CheckOptions),
    /// List the trials, without running them.
    #[command(after_help = examples::LIST)]
    List(ListOptions),
    /// Show what a case sends, byte for byte with the events in it, and what it expects.
    ///
    /// Each write has its offset on the wire and the number of its bytes there; its text is without the framing of the body. A run
    /// sends the same bytes but for `${nonce}`, for which each trial has a word of its own.
    ///
    /// Exit codes: 0 shown, 2 usage, no such case or answer, 6 standard output cannot be written.
    #[command(after_help = examples::SHOW)]
    Show(ShowOptions),
    /// Show what every SDK of a run makes of a case, those together that come to the same.
    ///
    /// The trials are those of the last run, or of the records that are named; `run --sdk all --case ID` makes them.
    ///
    /// Exit codes: 0 shown, 2 usage or records that cannot be read, 5 no trial of these cases is in the records, 6 standard output
    /// cannot be written.
    #[command(after_help = examples::DIFF_SDK)]
    DiffSdk(DiffOptions),
    /// Write a trial as a folder that stands alone: the bytes of its answers, a player, the call of the SDK, the text of an issue.
    ///
    /// The folder needs nothing of streamspec. A copy of it is run once, and must show what the record says.
    ///
    /// Exit codes: 0 it shows that, 1 it shows something else, 2 usage, no such trial, or one that no folder can be made of, 3 the
    /// SDK cannot be run or the folder does not come to a call, 6 the folder cannot be written.
    #[command(after_help = examples::REPRO)]
    Repro(ReproOptions),
    /// Explain a rule, an axis, a level, a verdict or a grade: what it means, its source and its cases, and which SDKs break it.
    ///
    /// The numbers are those of trials as written that fail or deviate: for a rule on its cases, for an axis or a grade at a check
    /// that counts. Exit codes: 0 explained, 2 usage or no such term.
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainOptions),
    /// Set up the SDKs' environments under target/, and what gateways have there.
    #[command(after_help = examples::SETUP)]
    Setup(SetupOptions),
    /// List the SDKs: versions, surfaces, what is set up and how much disk space it takes.
    #[command(after_help = examples::SDKS)]
    Sdks,
    /// Say what this machine lacks to run every SDK and every gateway, and how to get it.
    ///
    /// Exit codes: 0 nothing is missing, 1 something that SDKs need is.
    #[command(after_help = examples::DOCTOR)]
    Doctor,
    /// Test an adapter itself, before a suite is run on it.
    #[command(after_help = examples::PROBE)]
    Probe(ProbeOptions),
    /// Write the compatibility report from records.
    #[command(after_help = examples::REPORT)]
    Report(ReportOptions),
    /// Join the records of several machines into one file.
    ///
    /// Refuses what is mixed (versions of streamspec, rules of judgement, cases, versions of an SDK), doubled or missing: a
    /// shard that is not there, a run that was cut short. Exit codes: 0 joined, 2 refused.
    #[command(after_help = examples::MERGE)]
    Merge(MergeOptions),
    /// Compare two reports trial by trial: what was fixed, what broke, what changed, what is new, what is gone.
    ///
    /// Refuses reports that were judged by different rules, or on cases that do not send and expect the same.
    ///
    /// Exit codes: 0 nothing broken or worsened, 1 something is, 2 usage, refused or not a whole report, 3 a verdict was lost
    /// to a fault of an adapter or of streamspec itself.
    #[command(after_help = examples::COMPARE)]
    Compare(CompareOptions),
    /// Tell what the releases of an SDK made of the same cases, and which of them changed what.
    ///
    /// Each release is run on every case of its dialects as written, with the dependencies of the day on which it was released. Its results
    /// are kept in a file of a store, so that a history which was interrupted, or is asked for more releases, goes on where it is.
    /// One that cannot be set up is kept with the reason. Two stores are joined by copying their files together. Results that
    /// were judged by other rules, or on other cases, are refused.
    ///
    /// Versions are those that the registry lists: of Python packages, npm and Go modules. For other languages, and previews, name them.
    ///
    /// Exit codes: 0 told, 2 usage, or results in the store that do not fit, 3 the machine lacks what runs the SDK, 5 no such
    /// release, 6 the store cannot be written, 130 interrupted; what was run is in the store.
    #[command(after_help = examples::HISTORY)]
    History(HistoryOptions),
    /// Find the release that changed what a trial comes to.
    ///
    /// The releases between two that come to different results are halved until one is left. One that cannot be set up is passed
    /// over.
    ///
    /// Exit codes: 0 found, 2 usage, or no such trial, 3 a release at an end of the range says nothing, 5 both ends come to the
    /// same.
    #[command(after_help = examples::BISECT)]
    Bisect(BisectOptions),
    /// Move the locks of SDKs to the newest versions, after a comparison of both on the cases.
    ///
    /// For each SDK the lock is made anew in a copy, set up there, and run beside the locked version; then its files and the version in
    /// `adapter.toml` are written. The list of known deviations stays: `run` and `bless` bring it up to date. An SDK with changes
    /// in git that are not committed, to these files or the list, is left alone. The locks of all languages but Rust are made in
    /// this way; SDKs in Rust are linked into this program.
    ///
    /// Exit codes: 0 nothing broken or worsened, 1 something is, 2 usage, or an SDK that is left alone, 3 a set-up failed or the new
    /// version says nothing, 5 all are at the newest version, 6 a file cannot be written.
    #[command(after_help = examples::UPDATE)]
    Update(UpdateOptions),
    /// Rewrite the lists of known deviations from the records of a whole run.
    ///
    /// Keeps what still holds, with its reasons and comments, and what the run did not look at; narrows or removes what no
    /// longer holds; joins entries with the same reason and link; marks what is new as `unexplained`. Before it, run
    /// `streamspec run --variants quick`, which exits with 1 when there is something to bless. Records of a selection, of a run
    /// that was cut short, of other cases or of another version of the SDK are refused.
    #[command(after_help = examples::BLESS)]
    Bless(BlessOptions),
    /// Play cases to a client of your own, and judge what it made of them.
    ///
    /// Each case has a URL that never changes, which is the base URL for the client: it appends its own path. A request there
    /// begins a new attempt, or goes on with one whose case has more answers. What is asked and sent is shown as it happens. An
    /// HTTP interface, which `clients/README.md` documents, lists the cases, opens sessions, tells what was sent, and
    /// judges. It listens on 127.0.0.1 alone, until it is ended.
    ///
    /// Exit codes: 0 ended by ctrl-C or a signal, 2 usage, no such case, or a port that is taken, 6 standard output cannot be
    /// written.
    #[command(after_help = examples::SERVE)]
    Serve(ServeArguments),
    /// Write a case file to begin with, which says what is to be filled in.
    ///
    /// Exit codes: 0 written, 2 usage, or the file is there already, 6 the file cannot be written.
    #[command(after_help = examples::NEW)]
    New(NewOptions),
    /// Format case files: the order of their fields, indentation, spaces, empty lines. Comments stay.
    ///
    /// Words and quotation marks stay as they are written, and so does the choice between braces and lines. A file is only written where it makes the same cases as before. The order of the fields is part of a case's digest.
    ///
    /// Exit codes: 0 formatted, 1 with `--check` something is not, 2 usage or a file that is no case or cannot be formatted, 6 a
    /// file cannot be written.
    #[command(after_help = examples::FMT)]
    Fmt(FormatOptions),
    /// Find the smallest stream on which a trial comes to the same verdict, and write it as a case file.
    ///
    /// The verdict is the same where the status, the mode and the axes that do not hold are. Steps are left out, then what they hold;
    /// each candidate is a trial on the SDK, and the reference client must pass it. What is expected of the text and of other
    /// contents of the answer is what the reference client reads of them; how the answer must end is never changed.
    ///
    /// Exit codes: 0 shrunk, 2 usage or no such trial, 3 the trial says nothing about the SDK, 5 it passes, 6 the file cannot be
    /// written.
    #[command(after_help = examples::SHRINK)]
    Shrink(ShrinkOptions),
    /// Change the streams of cases by chance, and judge by laws what SDKs make of them.
    ///
    /// Events are dropped, doubled, swapped, cut, split and framed otherwise; errors, comments and what is unknown are put between
    /// them. The laws are those of `cases/rules` that hold of every stream: an error or a cut is never a completion, no tool call is
    /// made of half a one, text is what was sent, a call ends, other bytes that mean the same mean the same. What breaks one is
    /// shrunk, told once, and written as a case file with `--out`.
    ///
    /// Exit codes: 0 nothing was found, 1 something was, 2 usage, 3 an adapter broke or an SDK was not run, 4 streamspec itself
    /// broke, 5 there was nothing to run, 6 a file cannot be written.
    #[command(after_help = examples::FUZZ)]
    Fuzz(FuzzOptions),
    /// Write cases from recordings of real answers: of curl, browsers, mitmproxy, VCR, or the streams themselves.
    #[command(after_help = examples::IMPORT)]
    Import(ImportOptions),
    /// Pass requests of a real client on to a real server, and write a case of each answer.
    ///
    /// The URL that is told at the beginning is the base URL for the client. Each request is told in one line when its answer is over.
    #[command(after_help = examples::RECORD)]
    Record(RecordOptions),
    /// Run every mutant of the reference client on every case: does the suite catch them?
    #[command(after_help = examples::ADEQUACY)]
    Adequacy(AdequacyOptions),
    /// Write the generated files: JSON Schemas and the table of rules and cases; or an edition of the suite.
    #[command(after_help = examples::GENERATE)]
    Generate(GenerateOptions),
    /// Remove what set-ups have made: environments that nothing uses any more, or more of them.
    ///
    /// In a checkout it looks below its `target/streamspec` and leaves records and reports alone; elsewhere into the cache, which is
    /// `streamspec` in the user's folder for caches, or the folder that `STREAMSPEC_CACHE` names. Without an option, these are
    /// environments of other versions of SDKs than the locked ones, those of earlier lock files, and suites of other versions of this
    /// program. It says what it has removed, with the bytes, and refuses while a run is going on.
    ///
    /// Exit codes: 0 removed, or there was nothing, 2 usage, or a folder that is no cache of this program, 6 something cannot be removed, or
    /// a run is going on.
    #[command(after_help = examples::CLEAN)]
    Clean(CleanOptions),
    /// Print the completions of a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsOptions),
    /// Write a manual page for each command into a folder.
    ///
    /// Exit codes: 0 written, 6 the folder cannot be written to.
    #[command(after_help = examples::MAN)]
    Man(ManOptions),
}

/// A selection of trials.
#[derive(Clone, Debug, Default, Args)]
pub struct Selected {
    /// These SDKs: ids, `core` (the default) or `all`; may be repeated or separated by commas.
    ///
    /// `anthropic-python@0.49.0` is another published version, with the dependencies of its time,
    /// `anthropic-python@0.79.0,0.100.0,latest` are three, and `anthropic-python=PATH` is a working copy or a package file.
    #[arg(long, visible_alias = "sdks", value_delimiter = ',', value_name = "ID[@VERSION|=PATH]")]
    pub sdk: Vec<String>,
    /// Only these surfaces; globs. A glob that matches no surface of the SDKs, or none of which a trial is run, is an error.
    #[arg(long, value_delimiter = ',', value_name = "GLOB")]
    pub surface: Vec<String>,
    /// The routes to run the trials by, instead of `direct` alone: gateways, which stand between the SDK and the server, `direct`, or
    /// `all` for every gateway; may be repeated or separated by commas.
    ///
    /// `--sdk reference --via nginx-default` says what the gateway itself passes on; `--via direct,nginx-default` runs each trial
    /// without it, too.
    #[arg(long, value_delimiter = ',', value_name = "GATEWAY")]
    pub via: Vec<String>,
    /// The transports to run the trials by, instead of `http1` alone; may be repeated or separated by commas.
    #[arg(long = "transport", value_delimiter = ',', value_parser = transports(), value_name = "NAME")]
    pub transports: Vec<Transport>,
    /// Only these cases: ids (`anthropic/in-band/after-text#overloaded`), folders, globs (`gemini/*`) or files.
    ///
    /// In globs `*` and `?` do not match `/`, `**` does; a glob that matches a folder takes all cases in it.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// Only the cases of this edition, `2026.12`; refused where one of them has changed since the edition was made.
    #[arg(long, value_name = "NAME")]
    pub edition: Option<EditionId>,
    /// Also run every case split or framed otherwise: `full`, or names of variants; `quick` is one-byte and crlf on the
    /// first combination of each matrix, as in `cargo test`.
    #[arg(long, value_delimiter = ',', value_name = "VARIANT")]
    pub variants: Vec<String>,
    /// Also cut every healthy stream before its stop reason, after every event or after every byte.
    #[arg(long, value_name = "WHERE")]
    pub cuts: Option<Places>,
    /// Also put the dialect's documented error into every healthy stream before its stop reason, after every event or inside
    /// the events.
    #[arg(long, value_name = "WHERE")]
    pub errors: Option<Places>,
    /// Only this part of the trials, `2/3` for the second of three; the name of a trial alone decides on its part.
    ///
    /// Run each part on a machine of its own and join the records with `streamspec merge`. `auto` takes the part from the variables that a
    /// CI system sets for one of several machines: `STREAMSPEC_SHARD=2/3` anywhere, or those of GitLab, Buildkite, CircleCI, AWS Batch and
    /// indexed Jobs of Kubernetes, of which the last also needs `STREAMSPEC_SHARDS`, the number of parts.
    #[arg(long, value_name = "I/N|auto", value_parser = super::shard::parse)]
    pub shard: Option<Shard>,
}

/// The places of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Places {
    /// After every event.
    Events,
    /// After every byte.
    Bytes,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The trials to run.
    #[command(flatten)]
    pub selected: Selected,
    /// Only the trials that these records of an earlier run show as flaky, as a fault, or not as listed.
    #[arg(long, value_name = "RECORDS")]
    pub rerun: Option<Utf8PathBuf>,
    /// Ignore the lists of known deviations: every MUST and SHOULD counts.
    #[arg(long)]
    pub strict: bool,
    /// The most calls that are under way at once; of those that wait for the clock, up to eight times as many, while the processors
    /// are idle.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Explain every trial that does not pass, not only the first 20 of those that are not as listed.
    #[arg(long, short)]
    pub verbose: bool,
    /// The file to write the records to; `target/streamspec/records.jsonl` in a checkout by default, `streamspec-results/records.jsonl`
    /// elsewhere.
    #[arg(long, value_name = "FILE")]
    pub records: Option<Utf8PathBuf>,
    /// The folder to write the report to; `target/streamspec/report` in a checkout by default, `streamspec-results/report` elsewhere.
    ///
    /// `reports`, where it is committed, takes only a whole run of the whole fleet, `--sdk all`.
    #[arg(long, value_name = "FOLDER")]
    pub report: Option<Utf8PathBuf>,
    /// Open the report's page in the browser when it is written.
    #[arg(long)]
    pub open: bool,
    /// The run's nonce, to send the very same bytes again.
    #[arg(long)]
    pub nonce: Option<String>,
    /// A program that speaks the adapter protocol, with its arguments, behind all options.
    ///
    /// Its `hello` gives its name, its language in any words, its dialects and its surfaces, on which every case of these
    /// dialects is run; `adapters/MANIFEST.md` says what else may stand there. It has no list of known deviations, so that every
    /// MUST and SHOULD counts. No SDK is run beside it but those that `--sdk` names, whose results are then in the same report.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Options of `setup`.
#[derive(Debug, Args)]
pub struct SetupOptions {
    /// The SDKs: as `run --sdk` takes them.
    #[arg(value_delimiter = ',', value_name = "ID[@VERSION|=PATH]")]
    pub sdks: Vec<String>,
    /// The gateways: as `run --via` takes them; without SDKs, these alone.
    #[arg(long, value_delimiter = ',', value_name = "GATEWAY")]
    pub via: Vec<String>,
}

/// Options of `probe`.
#[derive(Debug, Args)]
pub struct ProbeOptions {
    /// The SDK, as `run --sdk` takes it, or `all`.
    #[arg(required_unless_present = "command")]
    pub sdk: Option<String>,
    /// The command of an adapter that is not checked in.
    #[arg(last = true, conflicts_with = "sdk")]
    pub command: Vec<String>,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// Files of records, by default those of the last run; those of several machines are merged.
    pub records: Vec<Utf8PathBuf>,
    /// Only the trials by these routes: gateways, or `direct`; may be repeated or separated by commas.
    #[arg(long = "via", value_delimiter = ',', value_name = "GATEWAY")]
    pub routes: Vec<Route>,
    /// Only the trials by these transports; may be repeated or separated by commas.
    #[arg(long = "transport", value_delimiter = ',', value_parser = transports(), value_name = "NAME")]
    pub transports: Vec<Transport>,
    /// The folder to write to, by default that of the last run; `reports`, where it is committed, takes only the records of a whole run of
    /// the whole fleet.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<Utf8PathBuf>,
    /// The formats to write; may be repeated or separated by commas.
    #[arg(long, value_delimiter = ',', value_parser = formats(), default_value = report::DEFAULT, value_name = "FORMAT")]
    pub format: Vec<String>,
    /// The store of `history`: the page of each SDK that is in it shows what its releases fixed and broke.
    #[arg(long, value_name = "STORE")]
    pub history: Option<Utf8PathBuf>,
    /// The file of `adequacy --json`: the page of each case shows which mutants it alone catches. One that was made with other
    /// cases, mutants or rules is refused.
    #[arg(long, value_name = "FILE")]
    pub adequacy: Option<Utf8PathBuf>,
    /// Open the page in the browser; it is written also where `html` is not among the formats.
    #[arg(long)]
    pub open: bool,
}

/// Reads the name of a transport; help and errors list all of them.
fn transports() -> impl TypedValueParser<Value = Transport> {
    let names = Transport::ALL.iter().map(|transport| transport.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Transport>())
}

/// Lists the names of the formats, each with what it is for.
fn formats() -> PossibleValuesParser {
    let value = |format: &dyn Format| {
        let help = format!("{}, for {}", format.writes().replace('`', ""), format.purpose().replace('`', ""));
        PossibleValue::new(format.name()).help(help)
    };
    PossibleValuesParser::new(FORMATS.into_iter().map(value))
}

/// Options of `merge`.
#[derive(Debug, Args)]
pub struct MergeOptions {
    /// Files of records.
    #[arg(required = true)]
    pub records: Vec<Utf8PathBuf>,
    /// The file to write the records of all of them to.
    #[arg(long, short, value_name = "FILE")]
    pub out: Utf8PathBuf,
}

/// Options of `bless`.
#[derive(Debug, Args)]
pub struct BlessOptions {
    /// The records of a whole run; by default those of the last run.
    pub records: Option<Utf8PathBuf>,
}
