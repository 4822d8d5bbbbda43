//! The options of the commands that make and change case files, or streams that no case has.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;
use streamspec_adapters::contract::Api;

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Files or folders of cases; by default all cases, manifests and lists.
    pub paths: Vec<Utf8PathBuf>,
    /// Check cases again whenever a file of them changes, and tell what is new and what is mended, until ctrl-C.
    #[arg(long)]
    pub watch: bool,
}

/// Options of `shrink`.
#[derive(Debug, Args)]
pub struct ShrinkOptions {
    /// The trial, by its name, as `run` and reports write it: `openai-python/create-sync::openai-chat/cut/after-text`, with `@` and
    /// a variant where it is one.
    pub trial: String,
    /// The case file to write, which must not be there yet; standard output without it.
    #[arg(long, value_name = "FILE")]
    pub out: Option<Utf8PathBuf>,
    /// The time after which no further candidate is run: `90s`, `5m`.
    #[arg(long = "for", default_value = "5m", value_parser = duration, value_name = "TIME")]
    pub time: Duration,
    /// The most candidates that are run.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub trials: u32,
    /// The run's nonce, to send the very same bytes again.
    #[arg(long)]
    pub nonce: Option<String>,
}

/// Options of `fuzz`.
#[derive(Debug, Args)]
pub struct FuzzOptions {
    /// The SDKs, as `run --sdk` takes them; may be repeated or separated by commas.
    #[arg(long, required = true, value_delimiter = ',', value_name = "ID[@VERSION|=PATH]")]
    pub sdk: Vec<String>,
    /// Only these surfaces; globs.
    #[arg(long, value_delimiter = ',', value_name = "GLOB")]
    pub surface: Vec<String>,
    /// Only this dialect.
    #[arg(long, value_parser = api, value_name = "DIALECT")]
    pub api: Option<Api>,
    /// Change the streams of these cases only: ids, folders, globs or files.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// The time after which no further stream is made, for each SDK: `90s`, `5m`.
    #[arg(long = "for", default_value = "5m", value_parser = duration, value_name = "TIME")]
    pub time: Duration,
    /// The number of trials after which no further stream is made, for each SDK; a stream is one trial for each surface. The same
    /// number with the same `--seed` is the same trials, where `--for` does not end them before.
    #[arg(long, value_name = "N")]
    pub trials: Option<u64>,
    /// The number that decides on every stream; without it, one that no earlier run had, which is told.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The folder to write a case file to for each finding; one that is there already is left as it is.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<Utf8PathBuf>,
    /// The most calls that are under way at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct NewOptions {
    /// The case, by its id, `anthropic/cut/mine`, or the file to write, `my/case.yaml`.
    pub case: String,
    /// The dialect; that of the folder by default.
    #[arg(long, value_parser = api, value_name = "DIALECT")]
    pub api: Option<Api>,
    /// The case to begin with, by its id, instead of a template: its file is copied, with the title and the sources to be written.
    #[arg(long, value_name = "CASE")]
    pub like: Option<String>,
}

/// Options of `fmt`.
#[derive(Debug, Args)]
pub struct FormatOptions {
    /// Case files or folders of them; by default all below `cases/`.
    pub paths: Vec<Utf8PathBuf>,
    /// Write nothing, and fail where a file is not formatted.
    #[arg(long)]
    pub check: bool,
}

/// Reads the name of a dialect.
fn api(text: &str) -> Result<Api, String> {
    let all = || Api::ALL.map(Api::name);
    Api::ALL.into_iter().find(|api| api.name() == text).ok_or_else(|| format!("the dialects are {}", all().join(", ")))
}

/// Reads a time: a number with `ms`, `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len()));
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    let time = number.zip(milliseconds).and_then(|(number, unit)| number.checked_mul(unit)).map(Duration::from_millis);
    time.filter(|time| *time <= Duration::from_hours(24))
        .ok_or_else(|| "write a time of at most a day, as `90s`, `5m` or `2h`".to_owned())
}
