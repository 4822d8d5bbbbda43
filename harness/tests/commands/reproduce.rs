//! The commands that explanations print: each runs the trial that it was printed for, and no other, with the same bytes.

use std::collections::BTreeMap;
use std::process::Command;

use assert_cmd::assert::OutputAssertExt as _;
use serde_json::Value;

use crate::repository::{CUT, HEALTHY, LIST, RECORDS, Repository, check, said};

/// A list of what the reference client does not do: the trials that it names are not as listed, so they are explained.
const LISTED: &str = r#"
[[deviation]]
reason = "nothing of this is so"

[[deviation.where]]
axis = "outcome"
observed = ["completed"]
cases = ["anthropic/cut/*"]

[[deviation.where]]
axis = "variants"
observed = ["crlf: x"]
surfaces = ["events"]
cases = ["anthropic/cut/no-terminal#close"]

[[deviation.where]]
axis = "cuts"
observed = ["x"]
surfaces = ["events"]
cases = ["anthropic/benign/*"]

[[deviation.where]]
axis = "errors"
observed = ["x"]
surfaces = ["events"]
cases = ["anthropic/benign/*"]
"#;

/// The options of sweeps, as commands name them.
const SWEEPS: [&str; 4] = [" --cuts events", " --cuts bytes", " --errors events", " --errors bytes"];

/// The number of bytes that end a chunked body.
const LAST_CHUNK: u64 = b"0\r\n\r\n".len() as u64;

#[cfg(unix)]
#[test]
fn every_printed_command_runs_its_trial_again() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    repository.write(LIST, LISTED);
    let mut forms: BTreeMap<&str, String> = BTreeMap::new();
    for sweep in SWEEPS {
        let arguments = ["run", "--variants", "crlf"].into_iter().chain(sweep.split_whitespace());
        let came = check(repository.call(&arguments.collect::<Vec<_>>()), 1, "is gone");
        let trials = trials(&repository);
        let said = said(&came);
        let commands: Vec<&str> =
            said.lines().filter_map(|line| line.trim().strip_prefix("reproduce: cargo run --release -- ")).collect();
        assert_eq!(commands.len(), 3 * 2 + 1 + 1, "{said}");
        for command in commands {
            let form = [" --variants crlf"].into_iter().chain(SWEEPS).find(|form| command.contains(form));
            if forms.insert(form.unwrap_or("as written"), command.to_owned()).is_some() {
                continue;
            }
            let again = shell(&repository, command);
            assert_eq!(again.len(), if form.is_some() { 2 } else { 1 }, "{command}");
            for trial in again {
                let is_it = |before: &&Value| name(before) == name(&trial);
                let before = trials.iter().find(is_it).unwrap_or_else(|| panic!("{trial} was not run before"));
                for field in ["nonce", "verdict", "observation"] {
                    assert_eq!(trial[field], before[field], "{field} of {command}");
                }
                is_sent_again(before, &trial, command);
            }
        }
    }
    assert_eq!(
        forms.keys().copied().collect::<Vec<_>>(),
        [" --cuts bytes", " --cuts events", " --errors bytes", " --errors events", " --variants crlf", "as written"]
    );
}

/// Runs a printed command as a shell takes it, with the program in place of cargo, and hands over its trials.
fn shell(repository: &Repository, command: &str) -> Vec<Value> {
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("\"$0\" {command}"))
        .arg(env!("CARGO_BIN_EXE_streamspec"))
        .current_dir(&repository.root);
    check(shell.assert(), 1, "this known deviation is gone");
    trials(repository)
}

fn trials(repository: &Repository) -> Vec<Value> {
    let text = repository.read(RECORDS);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    lines.filter(|record| record["record"] == "trial").collect()
}

fn name(trial: &Value) -> [&Value; 4] {
    ["sdk", "surface", "case", "variant"].map(|field| &trial[field])
}

/// Checks that the same bytes were sent. A client that has what it waits for may leave before the last bytes of an answer are
/// written, in one run and not in the other; then the shorter one says that it left, and its bytes are not compared.
fn is_sent_again(before: &Value, again: &Value, command: &str) {
    let exchanges = |trial: &Value| trial["wire"].as_array().expect("requests").clone();
    let (before, again) = (exchanges(before), exchanges(again));
    assert_eq!(before.len(), again.len(), "{command}");
    for (before, again) in before.iter().zip(&again) {
        let written = |exchange: &Value| exchange["written"].as_u64().expect("a number of bytes");
        if written(before) == written(again) {
            assert_eq!(before["digest"], again["digest"], "{command}");
        } else {
            let shorter = if written(before) < written(again) { before } else { again };
            assert!(shorter["client_left"].as_bool().expect("a boolean"), "{command}: {before} {again}");
            assert!(written(before).abs_diff(written(again)) <= LAST_CHUNK, "{command}: {before} {again}");
        }
    }
}
