//! The script behind the GitHub action, with inputs that nobody should trust.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder that looks like the repository to the script, and a git repository of an SDK.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        let script = place.root().join(".github/actions/streamspec");
        fs::create_dir_all(&script).expect("room on the disk");
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/actions/streamspec/run");
        fs::copy(own, script.join("run")).expect("the script is there");
        fs::create_dir(place.sdk()).expect("room on the disk");
        fs::write(place.sdk().join("version"), "1").expect("room on the disk");
        place.git(&["init", "--quiet"]);
        place.commit();
        place
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn sdk(&self) -> PathBuf {
        self.folder.path().join("sdk")
    }

    fn source(&self) -> PathBuf {
        self.root().join("target/streamspec/source/anthropic-python")
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.sdk()).args(["-c", "user.name=x", "-c", "user.email=x@example.com"]).args(arguments);
        assert!(git.status().expect("git is there").success(), "{arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    /// Runs the script; the real program then finds no suite in this root.
    fn run(&self, inputs: &[(&str, &str)]) -> Output {
        let mut script = Command::new("bash");
        script.arg(self.root().join(".github/actions/streamspec/run")).current_dir(self.folder.path());
        script.env("STREAMSPEC", env!("CARGO_BIN_EXE_streamspec")).env_remove("GITHUB_ACTIONS");
        script.env("GITHUB_OUTPUT", self.folder.path().join("output"));
        script.envs(inputs.iter().copied()).output().expect("bash is there")
    }

    fn refused(&self, inputs: &[(&str, &str)], said: &str) {
        let output = self.run(inputs);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), stderr.contains(said)), (Some(2), true), "{inputs:?}: {stderr}");
    }

    fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }
}

#[test]
fn an_sdk_that_is_a_path_removes_nothing() {
    let place = Place::new();
    let repository = place.sdk();
    let repository = repository.to_str().expect("UTF-8");
    for sdk in ["../../..", "..", ".", "/tmp", "a/b", "", "-x", "A"] {
        place.refused(&[("SDK", sdk), ("REPOSITORY", repository)], "");
        assert!(place.root().join(".github/actions/streamspec/run").exists() && place.sdk().exists(), "{sdk}");
    }
    assert!(!place.root().join("target").exists());
}

#[test]
fn a_folder_that_the_script_did_not_make_is_left_alone() {
    let place = Place::new();
    let repository = place.sdk();
    let inputs = [("SDK", "anthropic-python"), ("REPOSITORY", repository.to_str().expect("UTF-8"))];
    fs::create_dir_all(place.source()).expect("room on the disk");
    fs::write(place.source().join("mine"), "work").expect("room on the disk");
    place.refused(&inputs, "not made by this script");
    assert_eq!(fs::read_to_string(place.source().join("mine")).expect("it is left"), "work");
    // Nor is what a link leads to.
    fs::remove_dir_all(place.source()).expect("it is there");
    std::os::unix::fs::symlink(place.sdk(), place.source()).expect("room on the disk");
    place.refused(&inputs, "not made by this script");
    assert!(place.sdk().join("version").exists());
}

#[test]
fn a_clone_of_its_own_is_brought_to_the_newest_state() {
    let place = Place::new();
    let repository = place.sdk();
    let inputs = [("SDK", "anthropic-python"), ("REPOSITORY", repository.to_str().expect("UTF-8"))];
    let version = || fs::read_to_string(place.source().join("version")).expect("it was cloned");
    place.run(&inputs);
    assert_eq!(version(), "1");
    fs::write(place.source().join("version"), "changed").expect("room on the disk");
    fs::write(place.source().join("built"), "earlier").expect("room on the disk");
    fs::write(place.sdk().join("version"), "2").expect("room on the disk");
    place.commit();
    place.run(&inputs);
    assert_eq!((version().as_str(), place.source().join("built").exists()), ("2", false));
}

#[test]
fn a_line_end_in_an_input_forges_no_output() {
    let place = Place::new();
    for name in ["SDK", "REPOSITORY", "REF", "VARIANTS", "SHARD", "BASELINE", "FAIL_ON", "OUT"] {
        for end in ["\n", "\r\n", "\u{1b}["] {
            let value = format!("x{end}run=0\n::set-output name=run::0");
            place.refused(&[("SDK", "anthropic-python"), (name, &value)], &format!("error: {name} holds a line end"));
        }
    }
    assert_eq!(place.output(), "");
    assert!(!place.folder.path().join("streamspec-report").exists());
}
