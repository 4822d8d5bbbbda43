//! The proof of a folder: run once where nothing else of the repository is, it shows what the record says.

use std::collections::BTreeMap;
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use streamspec_adapters::contract::{CallOutcome, CallResult, Observation};
use streamspec_adapters::environment::of_the_user;
use streamspec_adapters::protocol::Hello;
use thiserror::Error;

use super::{Repro, folder, printed, program};
use crate::id::Transport;
use crate::judge::{Control, Evidence, Verdict, failed_first, judge};
use crate::run::RELEASE;
use crate::server::{Exchange, Sent, Transcript};
use crate::transport::{Bursts, Version};
use crate::wire::Script;

/// The number of lines of a failed run that are shown.
const LINES: usize = 20;

/// The result of a folder that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The end that its caller saw, in a line.
    pub shown: String,
    /// The differences from the record, each in a sentence; none where it shows the same.
    pub differences: Vec<String>,
}

/// A folder that did not come to a call.
#[derive(Debug, Error)]
pub enum ProofError {
    /// A file cannot be written or read, or the shell does not start.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The script failed.
    #[error("`sh {script}` ended with {status} in a copy of the folder:\n{output}")]
    Failed {
        /// The script.
        script: &'static str,
        /// Its exit status or signal.
        status: String,
        /// The last lines of what it said.
        output: String,
    },
    /// A file that it has written is not what it should be.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: &'static str,
        /// The mistake.
        error: serde_json::Error,
    },
}

/// The file of `call.py --out`.
#[derive(Debug, Deserialize)]
struct Seen {
    #[serde(default)]
    hello: Option<HelloLine>,
    outcome: Outcome,
    #[serde(default)]
    observation: Option<Box<Observation>>,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    took_ms: u64,
    #[serde(default)]
    answered_ms: f64,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
enum HelloLine {
    Hello(Hello),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Observed,
    Hang,
    Crash,
    Fault,
}

/// The file of `play.py --log`. Times are in milliseconds since 1970.
#[derive(Debug, Deserialize)]
pub(super) struct Played {
    begun_ms: f64,
    exchanges: Vec<PlayedExchange>,
}

#[derive(Debug, Deserialize)]
struct PlayedExchange {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    at_ms: f64,
    answer: usize,
    written: u64,
    digest: String,
    sent: Sent,
    done_ms: Option<f64>,
    client_left_ms: Option<f64>,
}

/// Runs a copy of a folder once, in a place where nothing else is, and compares what came of it with the record. With `install`
/// the copy installs the SDK by itself, as it will wherever it is sent; otherwise it finds what is set up already, as far as it is.
///
/// # Errors
///
/// The folder did not come to a call.
pub fn prove(repro: &Repro, files: &BTreeMap<Utf8PathBuf, Vec<u8>>, install: bool) -> Result<Proof, ProofError> {
    let held = tempfile::tempdir()?;
    let copy = Utf8Path::from_path(held.path()).ok_or_else(|| io::Error::other("the temporary folder is not UTF-8"))?;
    folder::write_all(copy, files)?;
    let short = program::of(repro);
    if !install {
        for step in &short.as_ref().unwrap_or(&repro.adapter).install {
            let (place, there) = &step.set_up;
            if there.exists() {
                link(there, &copy.join(place))?;
            }
        }
    }
    let mut command = Command::new("sh");
    // Registries and proxies are the user's; what calls the SDK gets nothing of it.
    let command = command.arg(folder::RUN).current_dir(copy).envs(of_the_user()).stdin(Stdio::null());
    let output = command.output()?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        return Err(ProofError::Failed {
            script: folder::RUN,
            status: output.status.to_string(),
            output: last_lines(&said),
        });
    }
    if short.is_some() {
        let output = fs::read_to_string(copy.join("seen/output.txt"))?;
        let (shown, differences) = printed::compared(&output, repro);
        return Ok(Proof { shown, differences });
    }
    let verdict = verdict(repro, copy)?;
    let differences = differences(&repro.trial.verdict, &verdict);
    Ok(Proof { shown: verdict.in_short(), differences })
}

/// Returns the last lines of what a program said.
pub(super) fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(unix)]
fn link(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    fs::os::unix::fs::symlink(from, to)
}

/// Leaves the installation to the folder itself.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
const fn link(_: &Utf8Path, _: &Utf8Path) -> io::Result<()> {
    Ok(())
}

/// Judges what a folder that was run has left in its files.
fn verdict(repro: &Repro, copy: &Utf8Path) -> Result<Verdict, ProofError> {
    let seen: Seen = read(copy, "seen/observed.json")?;
    let played: Played = read(copy, "seen/transcript.json")?;
    let mut control = None;
    if repro.case.control.is_some() {
        let seen: Seen = read(copy, "seen/control.json")?;
        let played: Played = read(copy, "seen/control-transcript.json")?;
        control = Some(Control::new(seen.answered(), &played.transcript(repro.trial.transport)));
    }
    let script = repro.script();
    let hello = seen.hello.as_ref().map(|HelloLine::Hello(hello)| hello);
    let (answered, transcript) = (seen.answered(), played.transcript(repro.trial.transport));
    let released = repro.watch.map(|_| played.is_released(&script, seen.answered_ms));
    Ok(judge(&Evidence {
        case: &repro.case,
        nonce: &repro.trial.nonce,
        surface: repro.surface.as_ref(),
        error_bases: hello.map(|hello| hello.error_bases.as_slice()).unwrap_or_default(),
        answered: &answered,
        control: control.as_ref(),
        script: &script,
        transcript: &transcript,
        stated: None,
        released,
        client_side: None,
    }))
}

fn read<T: DeserializeOwned>(copy: &Utf8Path, file: &'static str) -> Result<T, ProofError> {
    let bytes = fs::read(copy.join(file))?;
    serde_json::from_slice(&bytes).map_err(|error| ProofError::File { file, error })
}

/// Compares two verdicts of one trial. What a variant run says beside the trial as written is not compared, as the other one was
/// not made here.
fn differences(recorded: &Verdict, shown: &Verdict) -> Vec<String> {
    let mut found = Vec::new();
    let of_variants = recorded.checks.iter().any(|check| check.axis.is_of_variants());
    if !of_variants && recorded.status_and_mode() != shown.status_and_mode() {
        found.push(format!("the record says `{}`, and the folder shows `{}`", recorded.in_short(), shown.in_short()));
    }
    let grades = |verdict: &Verdict| -> BTreeMap<String, &'static str> {
        let checks = verdict.checks.iter().filter(|check| !check.axis.is_of_variants());
        checks.map(|check| (format!("{} ({})", check.axis, check.level.name()), check.grade.name())).collect()
    };
    let (recorded, shown) = (grades(recorded), grades(shown));
    for check in recorded.keys().chain(shown.keys().filter(|check| !recorded.contains_key(*check))) {
        let of = |grades: &BTreeMap<String, &'static str>| grades.get(check).map_or("not there", |grade| *grade);
        if of(&recorded) != of(&shown) {
            found.push(format!("{check} is {} in the record, and {} in the folder", of(&recorded), of(&shown)));
        }
    }
    found
}

impl Seen {
    /// Makes the result of the call.
    fn answered(&self) -> CallResult {
        let detail = self.detail.clone();
        let outcome = match (self.outcome, &self.observation) {
            (Outcome::Observed, Some(observation)) => {
                CallOutcome::Observed(Box::new(failed_first(observation.as_ref().clone())))
            }
            (Outcome::Observed, None) => CallOutcome::Fault { detail: "there is no observation".to_owned() },
            (Outcome::Hang, _) => CallOutcome::Hang,
            (Outcome::Crash, _) => CallOutcome::Crash { detail, alone: true },
            (Outcome::Fault, _) => CallOutcome::Fault { detail },
        };
        CallResult { outcome, stderr: String::new(), took: Duration::from_millis(self.took_ms) }
    }
}

impl Played {
    /// Makes the record that the server would have made.
    pub(super) fn transcript(&self, transport: Transport) -> Transcript {
        let since = |time: f64| Duration::from_secs_f64((time - self.begun_ms).max(0.0) / 1000.0);
        let exchange = |played: &PlayedExchange| Exchange {
            answer: played.answer,
            at: since(played.at_ms),
            method: played.method.clone(),
            path: played.path.clone(),
            headers: played.headers.clone(),
            body: played.body.clone(),
            transport,
            version: Version::Http11,
            written: played.written,
            digest: played.digest.clone(),
            bursts: Bursts::default(),
            sent: played.sent.clone(),
            done_at: played.done_ms.map(since),
            client_left_at: played.client_left_ms.map(since),
        };
        Transcript { exchanges: self.exchanges.iter().map(exchange).collect(), ..Transcript::default() }
    }

    /// Says whether the client let go of the connection soon enough after its caller had been told.
    fn is_released(&self, script: &Script, answered_ms: f64) -> bool {
        let bound = answered_ms + RELEASE.as_secs_f64() * 1000.0;
        self.exchanges.last().is_some_and(|last| {
            let holds = script.answer(last.answer).is_some_and(|answer| answer.end == crate::case::End::Stall);
            last.sent == Sent::Whole && !holds || last.client_left_ms.is_some_and(|at| at <= bound)
        })
    }
}
