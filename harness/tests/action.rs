//! The script behind the GitHub action, with inputs that nobody should trust.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder that looks like the repository to the script, and a git repository of an SDK.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let sandbox = Self { folder: tempfile::tempdir().expect("a folder") };
        let script = sandbox.root().join(".github/actions/streamspec");
        fs::create_dir_all(&script).expect("room on the disk");
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/actions/streamspec/run");
        fs::copy(own, script.join("run")).expect("the script is there");
        fs::create_dir(sandbox.sdk()).expect("room on the disk");
        fs::write(sandbox.sdk().join("version"), "1").expect("room on the disk");
        sandbox.git(&["init", "--quiet"]);
        sandbox.commit();
        sandbox
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

    fn refused(&self, inputs: &[(&str, &str)], message: &str) {
        let output = self.run(inputs);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), stderr.contains(message)), (Some(2), true), "{inputs:?}: {stderr}");
    }

    fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("output")).unwrap_or_default()
    }
}

#[test]
fn an_sdk_that_is_a_path_removes_nothing() {
    let sandbox = Sandbox::new();
    let repository = sandbox.sdk();
    let repository = repository.to_str().expect("UTF-8");
    for sdk in ["../../..", "..", ".", "/tmp", "a/b", "", "-x", "A"] {
        sandbox.refused(&[("SDK", sdk), ("REPOSITORY", repository)], "");
        assert!(sandbox.root().join(".github/actions/streamspec/run").exists() && sandbox.sdk().exists(), "{sdk}");
    }
    assert!(!sandbox.root().join("target").exists());
}

#[test]
fn a_folder_that_the_script_did_not_make_is_left_alone() {
    let sandbox = Sandbox::new();
    let repository = sandbox.sdk();
    let inputs = [("SDK", "anthropic-python"), ("REPOSITORY", repository.to_str().expect("UTF-8"))];
    fs::create_dir_all(sandbox.source()).expect("room on the disk");
    fs::write(sandbox.source().join("mine"), "work").expect("room on the disk");
    sandbox.refused(&inputs, "not made by this script");
    assert_eq!(fs::read_to_string(sandbox.source().join("mine")).expect("it is left"), "work");
    // Nor is what a link leads to.
    fs::remove_dir_all(sandbox.source()).expect("it is there");
    std::os::unix::fs::symlink(sandbox.sdk(), sandbox.source()).expect("room on the disk");
    sandbox.refused(&inputs, "not made by this script");
    assert!(sandbox.sdk().join("version").exists());
}

#[test]
fn a_clone_of_its_own_is_brought_to_the_newest_state() {
    let sandbox = Sandbox::new();
    let repository = sandbox.sdk();
    let inputs = [("SDK", "anthropic-python"), ("REPOSITORY", repository.to_str().expect("UTF-8"))];
    let version = || fs::read_to_string(sandbox.source().join("version")).expect("it was cloned");
    sandbox.run(&inputs);
    assert_eq!(version(), "1");
    fs::write(sandbox.source().join("version"), "changed").expect("room on the disk");
    fs::write(sandbox.source().join("built"), "earlier").expect("room on the disk");
    fs::write(sandbox.sdk().join("version"), "2").expect("room on the disk");
    sandbox.commit();
    sandbox.run(&inputs);
    assert_eq!((version().as_str(), sandbox.source().join("built").exists()), ("2", false));
}

#[test]
fn a_line_end_in_an_input_forges_no_output() {
    let sandbox = Sandbox::new();
    for name in ["SDK", "REPOSITORY", "REF", "VARIANTS", "SHARD", "BASELINE", "FAIL_ON", "OUT", "RELEASE"] {
        for end in ["\n", "\r\n", "\u{1b}["] {
            let value = format!("x{end}run=0\n::set-output name=run::0");
            sandbox.refused(&[("SDK", "anthropic-python"), (name, &value)], &format!("error: {name} holds a line end"));
        }
    }
    assert_eq!(sandbox.output(), "");
    assert!(!sandbox.folder.path().join("streamspec-report").exists());
}

/// Runs the program of a release that lies in a folder, with these checksums.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_released_program_is_held_to_its_checksum() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder.path().join("release");
    fs::create_dir(&folder).expect("room on the disk");
    // It says by what it was called, as the real one takes long to pack.
    fs::write(folder.join("streamspec"), "#!/bin/sh\necho \"called with $*\"\nexit 5\n").expect("room on the disk");
    let archive = "streamspec-linux-x64.tar.gz";
    let shell = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).current_dir(&folder).output().expect("sh is there");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    };
    shell(&format!("chmod +x streamspec && tar -czf {archive} streamspec && sha256sum {archive} > SHA256SUMS"));
    let run = || {
        let place = format!("file://{}", folder.display());
        let output = sandbox.run(&[("SDK", "anthropic-python"), ("RELEASE", &place), ("STREAMSPEC", "")]);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let (code, said) = run();
    assert!(code == Some(5) && said.contains("called with --root"), "{code:?}: {said}");
    shell(&format!("echo more >> {archive}"));
    let (code, said) = run();
    assert!(
        code == Some(2) && said.contains("has not the checksum") && !said.contains("called with"),
        "{code:?}: {said}"
    );
    // Nothing is built in this sandbox, which is no workspace.
    fs::remove_file(folder.join(archive)).expect("it is there");
    let (code, said) = run();
    assert!(code != Some(0) && said.contains("for this platform: it is built"), "{code:?}: {said}");
}
