//! A small repository that the commands are run in, and what they come to there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::assert::{Assert, OutputAssertExt as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A healthy answer.
pub(crate) const HEALTHY: &str = "anthropic/benign/text";
/// An answer that ends early, in three combinations.
pub(crate) const CUT: &str = "anthropic/cut/no-terminal";
/// A healthy answer with pauses.
pub(crate) const SLOW: &str = "anthropic/benign/pauses";

/// The records of a run.
pub(crate) const RECORDS: &str = "target/streamspec/records.jsonl";
/// The report of a run.
pub(crate) const REPORT: &str = "target/streamspec/report/compatibility.json";
/// The list of known deviations of the reference client.
pub(crate) const LIST: &str = "adapters/rust/reference/known-deviations.toml";

/// An entry about something that the reference client does not do.
pub(crate) const GONE: &str = "\
# Of a person.
[[deviation]]
reason = \"w\"

[[deviation.where]]
axis = \"outcome\"
observed = [\"completed\"]
cases = [\"anthropic/cut/*\"]
";

/// An entry about variant runs.
pub(crate) const VARIANTS: &str = "\
# Of another one.
[[deviation]]
reason = \"v\"

[[deviation.where]]
axis = \"variants\"
observed = [\"cr: x\"]
cases = [\"anthropic/**\"]
";

/// A small repository: the reference client and a few cases.
pub(crate) struct Repository {
    _held: tempfile::TempDir,
    pub(crate) root: PathBuf,
}

impl Repository {
    pub(crate) fn new() -> Self {
        Self::with_cases(&[HEALTHY, CUT, SLOW])
    }

    /// Makes a repository with these cases, which may be as slow as they like.
    pub(crate) fn with_cases(cases: &[&str]) -> Self {
        let held = tempfile::tempdir().expect("a temporary directory");
        let root = held.path().canonicalize().expect("it is there");
        let repository = Self { _held: held, root };
        for case in cases {
            repository.copy(&format!("cases/{case}.yaml"));
        }
        for folder in ["cases/fragments", "cases/rules"] {
            for entry in own().join(folder).read_dir().expect("a folder") {
                let name = entry.expect("an entry").file_name().into_string().expect("a name");
                repository.copy(&format!("{folder}/{name}"));
            }
        }
        for file in ["adapter.toml", "known-deviations.toml"] {
            repository.copy(&format!("adapters/rust/reference/{file}"));
        }
        repository
    }

    /// Adds an SDK that this program has not been built with.
    pub(crate) fn with_unlinked(self) -> Self {
        self.copy("adapters/rust/genai/adapter.toml");
        self
    }

    /// Takes a file over from the repository that this test belongs to.
    pub(crate) fn copy(&self, file: &str) {
        let target = self.root.join(file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(own().join(file), target).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamspec"));
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null()).env_remove("STREAMSPEC_ROOT");
        command.env_remove("STREAMSPEC_CACHE").env_remove("STREAMSPEC_SHARD");
        command
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Assert {
        self.command(arguments).assert()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Returns what a command said, with a word in place of all that differs between machines and versions.
    pub(crate) fn told(&self, came: &Assert) -> String {
        let said = said(came).replace(&self.root.display().to_string(), "[ROOT]");
        said.replace(env!("CARGO_PKG_VERSION"), "[VERSION]").replace("streamspec.exe", "streamspec")
    }
}

/// Returns the repository that this test belongs to.
pub(crate) fn own() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

/// Returns everything that a command said.
pub(crate) fn said(came: &Assert) -> String {
    let output = came.get_output();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!said.contains("panicked at"), "{said}");
    said
}

/// Returns the data of a page.
pub(crate) fn page_data(page: &Path) -> Value {
    let page = fs::read_to_string(page).expect("a page");
    let (_, rest) = page.split_once("id=\"data\">").expect("the data");
    let data = rest.split('<').next().expect("its text").trim();
    let bytes = STANDARD.decode(data).expect("base64");
    serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).expect("JSON")
}

/// Holds a command to its exit code and to a part of what it said.
#[track_caller]
pub(crate) fn check(came: Assert, code: i32, part: &str) -> Assert {
    let came = came.code(code);
    let said = said(&came);
    assert!(said.contains(part), "`{part}` is not in: {said}");
    came
}
