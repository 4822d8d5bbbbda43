//! Finds the language runtimes of this machine, and remembers their versions so that a look costs no process.

use std::io::{self, Write as _};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;

use super::command::users_command;

/// A runtime on `PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Runtime {
    /// The program that was found.
    pub(super) path: Utf8PathBuf,
    /// The lines that it prints about itself.
    pub(super) lines: Vec<String>,
    /// Its version.
    pub(super) version: String,
}

impl Runtime {
    /// Tells whether it is this version or newer.
    pub(super) fn is_at_least(&self, major: u64, minor: u64) -> bool {
        Version::parse(&self.version).is_ok_and(|version| version >= Version::new(major, minor, 0))
    }
}

/// The folders of a system's services, which `PATH` has for its administrator alone.
const SERVICES: &str = "/usr/local/sbin:/usr/sbin";

/// Finds the program of that name on `PATH` or among the system's services; none where there is none, or its path is not UTF-8.
pub(super) fn find(name: &str) -> Option<Utf8PathBuf> {
    let found = which::which(name).or_else(|_| which::which_in(name, Some(SERVICES), "/")).ok()?;
    Utf8PathBuf::from_path_buf(found).ok()
}

/// Asks a program for its version, which must be in the first line it prints; an error says why there is none.
///
/// The answer is kept under `base`, and is valid as long as the program's file stays the same.
pub(super) fn ask(base: &Utf8Path, name: &str, question: &[&str]) -> Result<Runtime, String> {
    let path = find(name).ok_or_else(|| format!("no `{name}` on PATH"))?;
    let cache = base.join("runtimes").join(name);
    let key = fingerprint(&path);
    let known = key.as_ref().and_then(|key| Some(fs_err::read_to_string(&cache).ok()?.strip_prefix(key)?.to_owned()));
    let text = if let Some(text) = known {
        text
    } else {
        let output = users_command(&path).args(question).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("`{path}` cannot be run: {error}"))?;
        if !output.status.success() {
            return Err(format!("`{path}` did not print its version: {}", output.status));
        }
        // Some say it on stderr.
        let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        let text = String::from_utf8_lossy(&said).into_owned();
        if let Some(key) = key {
            // Only a cache: without it the next look asks again.
            let _ = write_atomically(&cache, format!("{key}{text}").as_bytes());
        }
        text
    };
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let version = lines.first().and_then(|line| version_in(line));
    let version = version.ok_or_else(|| format!("`{path}` did not print its version"))?;
    Ok(Runtime { path, lines, version })
}

/// Finds the version in a line, in the first word that begins with one: `go1.26` is 1.26.0, `nginx/1.22.1` is 1.22.1.
pub(super) fn version_in(line: &str) -> Option<String> {
    let words = line.split([' ', '\t', '/']).map(|word| word.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    let word = words.into_iter().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let numbers = word.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    let mut parts: Vec<&str> = numbers.split('.').filter(|part| !part.is_empty()).take(3).collect();
    parts.resize(3, "0");
    let version = parts.join(".");
    Version::parse(&version).is_ok().then_some(version)
}

/// Changes when another program takes the path.
fn fingerprint(path: &Utf8Path) -> Option<String> {
    let metadata = path.metadata().ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("{path}\n{modified} {}\n", metadata.len()))
}

/// Writes a file so that nobody ever sees half of it, and everyone can read it.
pub(super) fn write_atomically(path: &Utf8Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    fs_err::create_dir_all(folder)?;
    let mut fresh = tempfile::Builder::new();
    #[cfg(unix)]
    fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut fresh = fresh.tempfile_in(folder)?;
    fresh.write_all(content)?;
    fresh.persist(path)?;
    Ok(())
}
