//! `streamspec run` as a program: its environment, and the commands that it prints.

use std::process::{Command, Output};

use serde_json::Value;

/// Runs the program in a folder of its own, and hands over its output and its records of trials.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Output, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let records = folder.path().join("records.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_streamspec"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(arguments)
        .arg("--records")
        .arg(&records)
        .arg("--report")
        .arg(folder.path())
        .envs(environment.iter().copied())
        .output()
        .expect("the program runs");
    let text = std::fs::read_to_string(&records).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    (output, lines.filter(|record| record["record"] == "trial").collect())
}

/// A control character in a value that async-openai puts into a header would end the process.
#[test]
fn an_sdk_in_the_same_process_sees_nothing_of_the_user_s_environment() {
    let settings = [("OPENAI_ORG_ID", "a\u{1}b"), ("OPENAI_API_KEY", "mine"), ("HTTP_PROXY", "http://127.0.0.1:9")];
    let asked = ["run", "--sdk", "async-openai", "--case", "openai-chat/benign/whole-answer"];
    let (output, trials) = run(&asked, &settings);
    assert!(!trials.is_empty(), "{output:?}");
    for trial in trials {
        assert_eq!(trial["verdict"]["status"], "pass", "{trial}");
    }
}

#[test]
fn the_command_that_is_printed_runs_the_same_trial_with_the_same_bytes() {
    let asked = ["run", "--sdk", "async-openai", "--surface", "create-stream", "--case", "openai-chat/in-band/*"];
    let (output, trials) = run(&[&asked[..], &["--verbose"]].concat(), &[]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let command = text.lines().find_map(|line| line.trim().strip_prefix("reproduce: cargo run --release -- "));
    let words: Vec<String> = command.expect("a failure").split(' ').map(|word| word.replace('\'', "")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (again, reproduced) = run(&words, &[]);
    let [trial] = reproduced.as_slice() else { panic!("{} trials: {again:?}", reproduced.len()) };
    let same = trials.iter().find(|before| before["case"] == trial["case"]).expect("it was run before");
    for field in ["nonce", "verdict", "observation"] {
        assert_eq!(trial[field], same[field], "{field}");
    }
    // A client that has read the error leaves, and the server may have ended its answer before that or not.
    let exchanges = |trial: &Value| trial["wire"].as_array().expect("requests").clone();
    assert_eq!(exchanges(trial).len(), exchanges(same).len());
    for (again, before) in exchanges(trial).iter().zip(exchanges(same)) {
        if again["written"] == before["written"] {
            assert_eq!(again["digest"], before["digest"]);
        } else {
            assert!([again, &before].iter().any(|exchange| exchange["client_left"] == true), "{again} {before}");
        }
    }
}
