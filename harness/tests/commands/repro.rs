//! `repro`: a folder that stands alone and shows what the record says, of a program that is not checked in and of an SDK in Python.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::repository::{HEALTHY, RECORDS, Repository, check, own, said};

/// An error inside the stream, in ten combinations.
const IN_BAND: &str = "anthropic/in-band/after-text";

/// One of them, which the worked example takes for a complete answer.
const SILENT: &str = "own-client/read::anthropic/in-band/after-text#overloaded";

/// An answer that ends early.
const CUT: &str = "anthropic/cut/no-terminal";

/// Records of the worked example.
fn recorded() -> Repository {
    let repository = Repository::with_cases(&[HEALTHY, IN_BAND]);
    let program = own().join("harness/examples/own_client.py").display().to_string();
    check(repository.call(&["run", "--nonce", "17", "--", "python3", &program]), 1, "fails (silent)");
    repository
}

/// Runs the script of a folder elsewhere, as whoever gets it does.
fn run_elsewhere(folder: &Path) -> String {
    let held = tempfile::tempdir().expect("a temporary directory");
    let copy = held.path().join("copy");
    let copied = Command::new("cp").arg("-r").arg(folder).arg(&copy).status().expect("cp is there");
    assert!(copied.success());
    let output = Command::new("sh").arg(copy.join("run.sh")).stdin(Stdio::null()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn a_folder_stands_alone_and_shows_what_the_record_says() {
    let repository = recorded();
    let came = check(repository.call(&["repro", SILENT, "--out", "folder"]), 0, "folder shows what the record says");
    assert!(said(&came).contains("fails (silent): outcome is completed"), "{}", said(&came));
    let folder = repository.root.join("folder");
    assert!(run_elsewhere(&folder).contains("\"ended\": \"returned\""));

    // The bytes are those that were recorded.
    let trials = repository.read(RECORDS);
    let trials = trials.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let combination = format!("{IN_BAND}#overloaded");
    let trial = trials.into_iter().find(|record| record["record"] == "trial" && record["case"] == combination.as_str());
    let trial = trial.expect("it was run");
    let script = repository.read("folder/script.json");
    assert!(script.contains(trial["nonce"].as_str().expect("a nonce")), "{script}");
    let issue = repository.read("folder/issue.md");
    for part in [
        "a failure looks like a complete answer",
        "`outcome` (MUST): expected `error`, and it is `completed`",
        "event: error",
        "https://platform.claude.com/docs",
    ] {
        assert!(issue.contains(part), "`{part}` is not in {issue}");
    }
    assert!(repository.read("folder/README.md").contains("sh run.sh"));
    assert!(!repository.read("folder/adapter.json").contains(&own().display().to_string()), "it needs no file of ours");

    // A passing trial shows that it passes.
    let passing = format!("own-client/read::{HEALTHY}");
    check(repository.call(&["repro", &passing, "--out", "passing"]), 0, "passing shows what the record says: pass");
}

#[test]
fn a_folder_that_shows_something_else_is_told() {
    let repository = recorded();
    let records = repository.read(RECORDS);
    let line = records.lines().find(|line| line.contains("#overloaded") && line.contains("\"record\":\"trial\""));
    let line = line.expect("it was run");
    let changed = line.replace("\"grade\":\"wrong\"", "\"grade\":\"absent\"");
    assert_ne!(changed, line);
    repository.write("changed.jsonl", &records.replace(line, &changed));
    let arguments = ["repro", SILENT, "--records", "changed.jsonl", "--out", "changed"];
    let came = check(repository.call(&arguments), 1, "changed does not show what the record says");
    assert!(said(&came).contains("outcome (must) is absent in the record, and wrong in the folder"), "{}", said(&came));
}

#[test]
fn nothing_of_somebody_is_overwritten() {
    let repository = recorded();
    check(repository.call(&["repro", SILENT, "--as-test"]), 2, "a test needs the call in code");
    repository.write("mine/notes", "mine");
    check(repository.call(&["repro", SILENT, "--out", "mine", "--force"]), 2, "was not made by this command");
    check(repository.call(&["repro", SILENT]), 0, "shows what the record says");
    let name = "repro-own-client-read-anthropic-in-band-after-text-overloaded";
    check(repository.call(&["repro", SILENT]), 2, &format!("{name} is there already; --force writes it anew"));
    check(repository.call(&["repro", SILENT, "--force"]), 0, "shows what the record says");
    assert_eq!(repository.read("mine/notes"), "mine");
}

#[test]
fn what_cannot_be_made_is_explained() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    check(repository.call(&["repro", "no trial"]), 2, "`no trial` names no trial");
    check(repository.call(&["repro", "reference/events::anthropic/cut/non"]), 2, "no case");
    check(repository.call(&["repro", &format!("reference/events::{CUT}")]), 2, "is no case but several");
    let trial = |rest: &str| format!("reference/events::{HEALTHY}{rest}");
    check(repository.call(&["repro", &trial("@cut-events")]), 2, "stands for many streams");
    check(repository.call(&["repro", &format!("refrence/events::{HEALTHY}")]), 2, "did you mean `reference`?");
    check(repository.call(&["repro", &format!("reference/evnts::{HEALTHY}")]), 2, "evnts");
    check(repository.call(&["repro", &trial(""), "--records", "absent.jsonl"]), 2, "absent.jsonl");
    for transport in ["h2", "production"] {
        check(repository.call(&["repro", &trial(&format!("@transport={transport}"))]), 2, "has no HTTP/2");
    }
    check(repository.call(&["repro", &trial("@transport=tls")]), 2, "cannot be told of one");
}

/// Makes a repository with the files of these folders. Environments and tools are those of the repository that this test belongs to.
fn with_sdk(cases: &[&str], folders: &[&str]) -> Repository {
    let repository = Repository::with_cases(cases);
    for folder in folders {
        for entry in own().join(folder).read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                repository.copy(path.strip_prefix(own()).expect("it lies there").to_str().expect("UTF-8"));
            }
        }
    }
    repository.copy("adapters/dialects.json");
    repository.copy("clients/pytest-streamspec/requirements-dev.lock");
    std::fs::create_dir_all(repository.root.join("target/streamspec")).expect("a folder");
    for folder in ["target/streamspec/env", "target/streamspec/tools"] {
        std::fs::create_dir_all(own().join(folder)).expect("a folder");
        std::os::unix::fs::symlink(own().join(folder), repository.root.join(folder)).expect("a link");
    }
    repository
}

/// No record has the trial, so that it is run first.
#[test]
fn an_sdk_in_python_is_shown_by_a_short_program_and_by_a_test() {
    let repository = with_sdk(&[HEALTHY, CUT], &["adapters/python", "adapters/python/anthropic"]);
    let trial = format!("anthropic-python/text-sync::{CUT}#close");
    let came = check(repository.call(&["repro", &trial, "--out", "folder"]), 0, "folder shows what the record says");
    assert!(said(&came).contains("so it is run first"), "{}", said(&came));
    let program = repository.read("folder/program.py");
    assert!(program.contains("stream.text_stream") && !program.contains("get_final_message"), "{program}");
    let issue = repository.read("folder/issue.md");
    assert!(issue.contains("with client.messages.stream(**REQUEST) as stream:"), "{issue}");

    check(
        repository.call(&["repro", &trial, "--as-test", "--out", "test_it.py"]),
        0,
        "test_it.py is red: AssertionError",
    );
    check(repository.call(&["repro", &trial, "--as-test", "--out", "test_it.py"]), 2, "test_it.py is there already");
    let healthy = format!("anthropic-python/create-async::{HEALTHY}");
    let arguments = ["repro", &healthy, "--as-test", "--out", "test_it.py", "--force"];
    check(repository.call(&arguments), 0, "test_it.py is green");
}

/// The folder has certificates of its own, and the program is told to trust them as the manifest says.
#[test]
fn a_trial_over_tls_is_shown_over_tls() {
    let repository = with_sdk(&[CUT], &["adapters/python", "adapters/python/anthropic"]);
    let trial = format!("anthropic-python/text-sync::{CUT}#close@transport=tls");
    check(repository.call(&["repro", &trial, "--out", "folder"]), 0, "folder shows what the record says");
    assert!(repository.read("folder/run.sh").contains("SSL_CERT_FILE=\"$PWD/authority.pem\""));
    assert!(repository.read("folder/authority.pem").starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(repository.read("folder/script.json").contains("\"tls\": true"));
    check(repository.call(&["repro", &trial, "--as-test"]), 2, "plays over TLS");
}

#[test]
fn an_sdk_in_go_is_shown_by_a_short_program_and_by_a_test() {
    let repository = with_sdk(
        &[HEALTHY, IN_BAND],
        &["adapters/go/streamspec", "adapters/go/streamspec/golden", "adapters/go/anthropic"],
    );
    let trial = format!("anthropic-go/accumulate::{IN_BAND}#overloaded");
    check(repository.call(&["repro", &trial, "--out", "folder"]), 0, "folder shows what the record says: raised");
    let program = repository.read("folder/program.go");
    assert!(program.contains("message.Accumulate") && !program.contains("go:build"), "{program}");
    let arguments = ["repro", &trial, "--as-test", "--out", "it_test.go"];
    check(repository.call(&arguments), 0, "it_test.go is red: it_test.go:");
    let test = repository.read("it_test.go");
    assert!(test.contains("package anthropic_test\n") && test.contains("event: error"), "{test}");
    let healthy = format!("anthropic-go/stream::{HEALTHY}");
    let arguments = ["repro", &healthy, "--as-test", "--out", "it_test.go", "--force"];
    check(repository.call(&arguments), 0, "it_test.go is green");
}

#[test]
fn an_sdk_in_java_is_shown_by_a_short_program_and_by_a_test() {
    let repository = with_sdk(&[HEALTHY, IN_BAND], &["adapters/java/streamspec", "adapters/java/anthropic-java"]);
    let trial = format!("anthropic-java/final-sync::{IN_BAND}#overloaded");
    check(repository.call(&["repro", &trial, "--out", "folder"]), 0, "folder shows what the record says: raised");
    let program = repository.read("folder/program.java");
    assert!(program.contains("message::accumulate") && !program.contains("AsyncStreamResponse"), "{program}");
    let arguments = ["repro", &trial, "--as-test", "--out", "FirstTest.java"];
    check(repository.call(&arguments), 0, "FirstTest.java is red: ");
    assert!(repository.read("FirstTest.java").contains("final class FirstTest {"));
    let healthy = format!("anthropic-java/create-async::{HEALTHY}");
    let arguments = ["repro", &healthy, "--as-test", "--out", "FirstTest.java", "--force"];
    check(repository.call(&arguments), 0, "FirstTest.java is green");
}
