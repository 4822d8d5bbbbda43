//! The files of a folder, and how they are written where nobody's own are.

use std::collections::BTreeMap;
use std::io;

use askama::Template;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::{Value, json};
use thiserror::Error;

use super::script::ScriptFile;
use super::tls::AUTHORITY;
use super::{Repro, Tls, program, told};
use crate::id::TrialId;
use streamspec_adapters::contract::Caller;
use streamspec_adapters::setup::Standalone;

/// The player.
pub(super) const PLAYER: &str = include_str!("folder/play.py");

/// The program that makes one call by the adapter protocol.
const CALL: &str = include_str!("folder/call.py");

/// The file that says that the folder was made by this command, and names what was.
const MARK: &str = ".streamspec-repro.json";

/// The script that installs, plays and calls.
pub(super) const RUN: &str = "run.sh";

/// A folder that cannot be written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// It is somebody's own.
    #[error("{0} is there already, and was not made by this command; name another folder with --out")]
    Foreign(Utf8PathBuf),
    /// It was made by this command before.
    #[error("{0} is there already; --force writes it anew, or name another folder with --out")]
    There(Utf8PathBuf),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[derive(Template)]
#[template(path = "README.md")]
struct Readme<'a> {
    repro: &'a Repro,
    program: bool,
    call: String,
    headline: String,
    seen: Vec<String>,
    broken: Vec<String>,
    sources: Vec<String>,
    control: bool,
}

#[derive(Template)]
#[template(path = "issue.md")]
struct Issue<'a> {
    repro: &'a Repro,
    call: String,
    headline: String,
    seen: Vec<String>,
    broken: Vec<String>,
    sources: Vec<String>,
    answers: String,
    /// The program in a fenced block; none where the call is made by an adapter.
    program: Option<String>,
}

#[derive(Template)]
#[template(path = "run.sh", escape = "none")]
struct Run<'a> {
    alone: &'a Standalone,
    /// The command of a program, and the seconds after which it is ended; none where the call is made by an adapter.
    program: Option<(String, u64)>,
    /// The variable that names the certificate to trust; none where the player speaks in the clear.
    trust: Option<&'a str>,
    control: bool,
}

/// Returns the name of a folder for a trial.
pub(super) fn name(id: &TrialId) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || "._".contains(sign) { sign } else { '-' };
    let text: String = id.to_string().chars().map(plain).collect();
    let words: Vec<&str> = text.split('-').filter(|word| !word.is_empty()).collect();
    format!("repro-{}", words.join("-"))
}

/// Makes all files.
pub(super) fn files(repro: &Repro) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let transport = repro.trial.transport;
    let (call, program) = (call(repro), program::of(repro));
    let control = if program.is_some() { None } else { repro.control() };
    let (headline, seen, broken) = (told::headline(repro), told::seen(repro), told::broken(repro));
    let sources = told::sources(&repro.case.sources);
    let readme = Readme {
        repro,
        program: program.is_some(),
        call: call.clone(),
        headline: headline.clone(),
        seen: seen.clone(),
        broken: broken.clone(),
        sources: sources.clone(),
        control: control.is_some(),
    };
    let answers = told::fenced("", &told::answers(repro));
    let listing = program.as_ref().and_then(|program| listing(program, repro));
    let issue = Issue { repro, call, headline, seen, broken, sources, answers, program: listing };
    let alone = program.as_ref().unwrap_or(&repro.adapter);
    let started = program.as_ref().map(|program| (program.start.join(" "), repro.patience.as_secs()));
    let trust = repro.tls.as_ref().map(Tls::variable);
    let run = Run { alone, program: started, trust, control: control.is_some() };
    // Writing to a string does not fail.
    let text = |rendered: Result<String, askama::Error>| (rendered.unwrap_or_default() + "\n").into_bytes();
    let mut files = alone.files.clone();
    files.extend(
        [
            ("README.md", text(readme.render())),
            ("issue.md", text(issue.render())),
            (RUN, text(run.render())),
            ("play.py", PLAYER.as_bytes().to_vec()),
            ("script.json", ScriptFile::of(&repro.script(), transport).to_json()),
        ]
        .map(|(name, bytes)| (name.into(), bytes)),
    );
    if program.is_none() {
        let mut variables = repro.adapter.variables.clone();
        variables.extend(repro.tls.iter().map(|tls| (tls.variable().to_owned(), AUTHORITY.to_owned())));
        let start = json!({ "start": repro.adapter.start, "variables": variables });
        files.insert("call.py".into(), CALL.as_bytes().to_vec());
        files.insert("call.json".into(), pretty(&question(repro)));
        files.insert("adapter.json".into(), pretty(&start));
    }
    if let Some(control) = control {
        files.insert("control.json".into(), ScriptFile::of(&control, transport).to_json());
    }
    files.extend(repro.tls.iter().flat_map(Tls::files));
    let mut names: Vec<&Utf8PathBuf> = files.keys().collect();
    names.sort();
    let mark = pretty(&json!({ "trial": repro.trial.name(), "files": names }));
    files.insert(MARK.into(), mark);
    files
}

/// Shows the program of a template in a fenced block.
fn listing(program: &Standalone, repro: &Repro) -> Option<String> {
    let text = String::from_utf8(program.files.get(program.template.as_ref()?)?.clone()).ok()?;
    Some(told::fenced(&repro.sdk.language, &text))
}

/// Returns the call in the SDK's own words.
fn call(repro: &Repro) -> String {
    let described = repro.surface.as_ref().filter(|surface| surface.is_described());
    let call = described.map_or_else(|| repro.trial.surface.to_string(), |surface| surface.call.clone());
    told::name(&call)
}

/// Writes the call as `call.py` asks the adapter for it.
fn question(repro: &Repro) -> Value {
    let case = &repro.case;
    let mut run = json!({
        "api": case.api,
        "surface": repro.trial.surface,
        "timeout_ms": case.timeout,
        "max_retries": case.max_retries,
        "ask": case.ask,
    });
    if case.caller != Caller::default() {
        run["caller"] = json!(case.caller);
    }
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    json!({
        "run": run,
        "deadline_ms": milliseconds(repro.deadline),
        "watch_ms": repro.watch.map_or(0, milliseconds),
    })
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// Writes files into a folder that is not there, or with `force` into one that this command has made before; of that, the files
/// that it made then and does not make now are removed, and all others are left alone.
///
/// # Errors
///
/// The folder is there already, or cannot be written.
pub fn write(folder: &Utf8Path, files: &BTreeMap<Utf8PathBuf, Vec<u8>>, force: bool) -> Result<(), FolderError> {
    if folder.symlink_metadata().is_ok() {
        let made = made(folder).ok_or_else(|| FolderError::Foreign(folder.to_owned()))?;
        if !force {
            return Err(FolderError::There(folder.to_owned()));
        }
        for file in made.iter().filter(|file| !files.contains_key(*file) && folder.join(file).is_file()) {
            fs::remove_file(folder.join(file))?;
        }
    }
    write_all(folder, files)?;
    Ok(())
}

/// Writes files into a folder.
pub(super) fn write_all(folder: &Utf8Path, files: &BTreeMap<Utf8PathBuf, Vec<u8>>) -> io::Result<()> {
    for (name, bytes) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(&file, bytes)?;
        #[cfg(unix)]
        if name == RUN || name.starts_with("program") {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

/// Returns the files of a folder that this command has made; none where it has not. None of them lies outside of it.
fn made(folder: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
    let mark: Value = serde_json::from_slice(&fs::read(folder.join(MARK)).ok()?).ok()?;
    let files: Vec<Utf8PathBuf> = serde_json::from_value(mark.get("files")?.clone()).ok()?;
    let is_inside = |file: &Utf8PathBuf| file.components().all(|part| matches!(part, camino::Utf8Component::Normal(_)));
    Some(files.into_iter().filter(is_inside).collect())
}
