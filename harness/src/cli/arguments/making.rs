//! The options of the commands that make and change case files, or streams that no case has.

use std::time::Duration;

use camino::Utf8PathBuf;
use clap::Args;

/// Examples of `shrink`.
pub(super) const SHRINK_EXAMPLES: &str = "\
Examples:
  streamspec shrink openai-typescript/create::openai-chat/cut/after-text --out small.yaml
  streamspec shrink 'anthropic-python/text-sync::anthropic/in-band/after-text#overloaded' --for 60s";

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
    time.filter(|time| *time <= Duration::from_hours(24)).ok_or_else(|| "write a time of at most a day, as `90s`, `5m` or `2h`".to_owned())
}
