//! The program where there is no checkout: it brings the suite along.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::assert::{Assert, OutputAssertExt as _};

use crate::repository::{HEALTHY, check, own, page_data, said};

/// An empty folder, and beside it a cache that is not there yet.
struct Installed {
    held: tempfile::TempDir,
}

impl Installed {
    fn new() -> Self {
        let installed = Self { held: tempfile::tempdir().expect("a temporary directory") };
        std::fs::create_dir(installed.here()).expect("a folder");
        installed
    }

    fn here(&self) -> PathBuf {
        self.held.path().join("here")
    }

    fn cache(&self) -> PathBuf {
        self.held.path().join("cache")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamspec"));
        command.args(arguments).current_dir(self.here()).stdin(Stdio::null());
        command.env_remove("STREAMSPEC_ROOT").env_remove("STREAMSPEC_SHARD").env("STREAMSPEC_CACHE", self.cache());
        command
    }

    fn call(&self, arguments: &[&str]) -> Assert {
        self.command(arguments).assert()
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    folder
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_run_in_an_empty_folder_leaves_its_results_there() {
    let installed = Installed::new();
    let came = check(installed.call(&["run", "--sdk", "reference", "--case", HEALTHY]), 0, "wrote ");
    assert!(said(&came).contains("wrote streamspec-results/report/compatibility.html"), "{}", said(&came));
    assert_eq!(names(&installed.here()), set(&["streamspec-results"]));
    assert_eq!(names(&installed.here().join("streamspec-results")), set(&["records.jsonl", "report"]));
    // What reads the last run finds it.
    check(installed.call(&["report", "--format", "csv"]), 0, "wrote streamspec-results/report/trials.csv");
    check(installed.call(&["diff-sdk", HEALTHY]), 0, "reference");
    check(
        installed.call(&["merge", "streamspec-results/records.jsonl", "--out", "merged.jsonl"]),
        0,
        "wrote merged.jsonl",
    );
    check(
        installed.call(&["run", "--case", HEALTHY, "--sdk", "reference", "--records", "mine/r", "--report", "mine"]),
        0,
        "wrote mine/",
    );
    assert!(installed.here().join("mine/compatibility.json").is_file());
    // What the program brings along, it does not change.
    for arguments in [&["bless"][..], &["generate"], &["fmt"], &["new", "anthropic/cut/mine"]] {
        check(installed.call(arguments), 2, "changes files of a checkout, and there is none here");
    }
    assert_eq!(names(&installed.cache()), set(&["CACHEDIR.TAG", "locks", "streamspec-cache", "suites"]));
}

/// The advice where a file was added and nothing else has changed since the program was built.
const STALE: &str = "the program was built before; `touch harness/src/main.rs`";

/// Lists the files below a folder, by their names there.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("a folder that can be read"));
    let files = walk.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(folder).expect("it is below it").to_owned()).collect()
}

#[test]
fn the_suite_that_it_brings_along_is_that_of_the_checkout() {
    let installed = Installed::new();
    check(installed.call(&["show", HEALTHY]), 0, HEALTHY);
    let suites = installed.cache().join("suites");
    let suite = suites.join(names(&suites).pop_first().expect("it was unpacked"));
    assert_eq!(files(&suite.join("cases")), files(&own().join("cases")), "{STALE}");
    let mut all = files(&suite);
    assert!(all.remove(Path::new("streamspec-unpacked")), "{all:?}");
    for file in &all {
        let read =
            |root: &Path| std::fs::read(root.join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(read(&suite) == read(own()), "{} differs: {STALE}", file.display());
    }
    // Every SDK and every gateway is there, and what another version of an SDK in Rust is built from.
    let manifests = |root: &Path| -> BTreeSet<PathBuf> {
        let manifest = |file: &PathBuf| file.ends_with("adapter.toml") || file.ends_with("gateway.toml");
        let walk = walkdir::WalkDir::new(root.join("adapters")).min_depth(3).max_depth(3).into_iter().flatten();
        walk.map(|entry| entry.path().strip_prefix(root).expect("it is below it").to_owned()).filter(manifest).collect()
    };
    assert!(manifests(own()).len() > 30);
    assert_eq!(manifests(&suite), manifests(own()), "`harness/suite/adapters` lacks a link, or {STALE}");
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "adapters/Cargo.toml",
        "adapters/src/lib.rs",
        "adapters/examples/streamspec-native.rs",
    ] {
        assert!(all.contains(Path::new(file)), "{file}");
    }
    let left_out = |file: &&PathBuf| {
        file.components()
            .any(|part| ["tests", "node_modules", "__pycache__"].iter().any(|name| part.as_os_str() == *name))
    };
    assert_eq!(all.iter().find(left_out), None);
}

#[test]
fn a_checkout_around_goes_before_what_the_program_brings_along() {
    let installed = Installed::new();
    let root = own().to_str().expect("UTF-8");
    check(installed.call(&["--root", root, "list", "--sdk", "reference", "--case", HEALTHY]), 0, HEALTHY);
    let mut below = installed.command(&["list", "--sdk", "reference", "--case", HEALTHY]);
    below.current_dir(own().join("harness/tests"));
    check(below.assert(), 0, HEALTHY);
    assert!(!installed.cache().exists(), "nothing was unpacked");
    check(installed.call(&["--root", "/", "list"]), 2, "/: no `cases` and `adapters` folders here");
}

#[test]
fn what_is_removed_is_told_and_nothing_else_goes() {
    let installed = Installed::new();
    check(installed.call(&["clean"]), 0, "so there is nothing to remove");
    check(installed.call(&["sdks"]), 0, "anthropic-python");
    let cache = installed.cache();
    let write = |file: &str| {
        let path = cache.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, "12345").expect("a file");
    };
    for file in [
        "env/acme@1.0-0123456789ab/x",
        "env/reference-0123456789ab/x",
        "suites/0.0.1-x/cases/x",
        "tools/uv/x",
        "mine/x",
    ] {
        write(file);
    }
    let came = said(&check(installed.call(&["clean"]), 0, "removed 15 bytes"));
    for name in ["acme@1.0-0123456789ab: 5 bytes", "reference-0123456789ab: 5 bytes", "0.0.1-x: 5 bytes"] {
        assert!(came.contains(name), "{came}");
    }
    assert_eq!(names(&cache.join("suites")).len(), 1, "its own suite stays");
    check(installed.call(&["clean", "--environments"]), 0, "tools: 5 bytes");
    check(installed.call(&["clean", "--all"]), 0, "removed ");
    assert_eq!(names(&cache), set(&["CACHEDIR.TAG", "mine", "streamspec-cache"]), "what is not its own stays");
    std::fs::remove_dir_all(cache.join("mine")).expect("it is there");
    check(installed.call(&["clean", "--all"]), 0, "removed ");
    assert!(!cache.exists());
    // A folder of somebody else.
    write("env/mine/x");
    check(installed.call(&["clean", "--all"]), 2, "is no cache of streamspec");
    check(installed.call(&["list", "--sdk", "reference"]), 2, "it holds other files");
    assert_eq!(names(&cache), set(&["env"]));
}

#[cfg(unix)]
#[test]
fn what_lies_behind_a_link_is_left_alone() {
    let repository = crate::repository::Repository::with_cases(&[HEALTHY]);
    let elsewhere = tempfile::tempdir().expect("a temporary directory");
    let other = elsewhere.path().join("acme@1.0-0123456789ab");
    std::fs::create_dir(&other).expect("a folder");
    std::fs::create_dir_all(repository.root.join("target/streamspec")).expect("a folder");
    repository.write("target/streamspec/records.jsonl", "mine");
    repository.write("target/streamspec/tools/x", "12");
    std::os::unix::fs::symlink(elsewhere.path(), repository.root.join("target/streamspec/env")).expect("a link");
    check(repository.call(&["clean", "--all"]), 6, "it is a link to another place");
    assert!(other.is_dir());
    assert_eq!(names(&repository.root.join("target/streamspec")), set(&["env", "records.jsonl"]));
}

#[test]
fn shells_and_man_get_the_command_line_described() {
    let installed = Installed::new();
    for (shell, part) in
        [("bash", "complete -F _streamspec"), ("zsh", "#compdef streamspec"), ("fish", "complete -c streamspec")]
    {
        check(installed.call(&["completions", shell]), 0, part);
    }
    check(installed.call(&["completions", "sh"]), 2, "[possible values: bash");
    check(installed.call(&["man", "man1"]), 0, "wrote man1/streamspec.1");
    let pages = names(&installed.here().join("man1"));
    assert!(pages.contains("streamspec-run.1") && pages.contains("streamspec.1"), "{pages:?}");
    std::fs::write(installed.here().join("file"), "mine").expect("a file");
    check(installed.call(&["man", "file"]), 6, "cannot be written");
    assert!(!installed.cache().exists(), "none of this needs the suite");
}

#[test]
fn one_of_several_machines_runs_its_part() {
    let installed = Installed::new();
    let listed = |variables: &[(&str, &str)], shard: &str| {
        let mut command =
            installed.command(&["list", "--sdk", "reference", "--case", "anthropic/cut/*", "--shard", shard]);
        let output = command.envs(variables.iter().copied()).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let variables = [("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "3")];
    assert_eq!(listed(&variables, "auto"), listed(&[], "2/3"));
    // `run` begins the program anew, without the variables of the user.
    let mut run = installed.command(&["run", "--sdk", "reference", "--case", "anthropic/cut/*", "--shard", "auto"]);
    check(run.envs(variables).assert(), 0, "wrote ");
    let records =
        std::fs::read_to_string(installed.here().join("streamspec-results/records.jsonl")).expect("it is there");
    assert!(records.contains(r#""shard":{"index":2,"of":3}"#), "{}", records.lines().next().unwrap_or_default());
}

/// The worked example takes an error for a complete answer, so that its trial is explained with the command that runs it again.
#[test]
fn the_commands_that_are_printed_are_those_of_the_installed_program() {
    let installed = Installed::new();
    let program = own().join("harness/examples/own_client.py").display().to_string();
    let silent = "anthropic/in-band/after-text#overloaded";
    let came =
        check(installed.call(&["run", "--nonce", "17", "--case", silent, "--", "python3", &program]), 1, "silent");
    let again = format!("reproduce: streamspec run --surface read --case '{silent}' --nonce 17 --verbose -- python3 ");
    assert!(said(&came).contains(&again), "{}", said(&came));
    let page = page_data(&installed.here().join("streamspec-results/report/compatibility.html"));
    let command = page["ways"][0]["commands"]["as-written"].as_str().expect("a command");
    assert!(command.starts_with("streamspec run{sdk} "), "{command}");
    check(installed.call(&["diff-sdk", HEALTHY]), 5, "`streamspec run --sdk all --case");
    check(installed.call(&["new", "my/case.yaml", "--api", "openai-chat"]), 0, "  streamspec check my/case.yaml ");

    // The same program in a checkout that it was not built in, as one that was installed, prints its own name there, too.
    let copy = installed.held.path().join("streamspec");
    std::fs::copy(env!("CARGO_BIN_EXE_streamspec"), &copy).expect("it is there");
    let mut elsewhere = Command::new(&copy);
    elsewhere.arg("--root").arg(own()).args(["run", "--case", silent]);
    for (option, name) in [("--records", "records"), ("--report", "report")] {
        elsewhere.arg(option).arg(installed.here().join(name));
    }
    elsewhere.args(["--", "python3", &program]).current_dir(installed.here()).stdin(Stdio::null());
    check(elsewhere.assert(), 1, "reproduce: streamspec run --surface read");
}
