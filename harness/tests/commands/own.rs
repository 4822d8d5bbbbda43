//! Programs that are run without being checked in: the worked example, and what else may stand behind `--`.
#![cfg(unix)]

use std::process::Command;

use assert_cmd::assert::OutputAssertExt as _;
use serde_json::{Value, json};

use crate::repository::{CUT, HEALTHY, LIST, RECORDS, REPORT, Repository, check, own, page_data, said};

/// An error inside the stream, in ten combinations.
const IN_BAND: &str = "anthropic/in-band/after-text";
/// A caller who stops.
const STOPS: &str = "anthropic/caller/stop-and-silence";
/// A caller who makes a second call.
const AGAIN: &str = "anthropic/caller/again-after-a-whole-answer";
/// The page of a run.
const PAGE: &str = "target/streamspec/report/compatibility.html";

/// Returns the worked example as a command.
fn example() -> [String; 2] {
    ["python3".to_owned(), own().join("harness/examples/own_client.py").display().to_string()]
}

/// Runs a program with these options.
fn run(repository: &Repository, options: &[&str], command: &[&str]) -> assert_cmd::assert::Assert {
    repository.call(&[&["run"], options, &["--"], command].concat())
}

/// Returns the verdicts of the records, `own-client/read::CASE STATUS`, without combinations that came out alike.
fn verdicts(repository: &Repository) -> Vec<String> {
    let records = repository.read(RECORDS);
    let trials = records.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let trials = trials.filter(|record| record["record"] == "trial").map(|trial| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let case = text(&trial["case"]);
        let file = case.split('#').next().expect("a file");
        let (status, mode) = (text(&trial["verdict"]["status"]), text(&trial["verdict"]["mode"]));
        format!("{}/{}::{file} {status} {mode}", text(&trial["sdk"]), text(&trial["surface"])).trim_end().to_owned()
    });
    let mut verdicts: Vec<String> = trials.collect();
    verdicts.sort();
    verdicts.dedup();
    verdicts
}

/// Returns the data of the page of a run.
fn page(repository: &Repository) -> Value {
    page_data(&repository.root.join(PAGE))
}

/// Writes the command of a shell that says this hello and then what follows.
fn shell(hello: &Value, then: &str) -> String {
    format!("read -r line; printf '%s\\n' '{hello}'; {then}")
}

/// Makes a sound hello with some parts of it changed.
fn hello(change: &Value) -> Value {
    let mut hello = json!({
        "op": "hello", "protocol": 1, "sdk": { "name": "@acme/client", "version": "1.0.0", "language": "POSIX shell" },
        "runtime": "sh", "apis": ["anthropic-messages"], "error_bases": [], "surfaces": ["read"],
    });
    for (key, value) in change.as_object().expect("an object") {
        hello[key] = value.clone();
    }
    hello
}

#[test]
fn the_worked_example_gets_its_verdicts() {
    let repository = Repository::with_cases(&[HEALTHY, IN_BAND, STOPS, AGAIN]);
    let client = example();
    let command: Vec<&str> = client.iter().map(String::as_str).collect();
    let came = check(run(&repository, &["--nonce", "17"], &command), 1, "own-client/read");
    assert_eq!(
        verdicts(&repository),
        [
            format!("own-client/read::{HEALTHY} pass"),
            format!("own-client/read::{AGAIN} unsupported"),
            format!("own-client/read::{STOPS} pass"),
            format!("own-client/read::{IN_BAND} fails silent"),
        ]
    );
    assert!(!said(&came).contains("reference"), "no SDK runs beside it");

    // What it says about itself is in the records and in every format, its language in its own words.
    let records = repository.read(RECORDS);
    let sdk = records.lines().find(|line| line.starts_with("{\"record\":\"sdk\"")).expect("an SDK");
    let sdk: Value = serde_json::from_str(sdk).expect("JSON");
    assert_eq!(sdk["command"], json!(command));
    assert_eq!((&sdk["language"], &sdk["id"]), (&json!("Python without packages"), &json!("own-client")));
    let schema = std::fs::read_to_string(own().join("reports/records.schema.json")).expect("it is committed");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::draft202012::new(&schema).expect("a schema").is_valid(&sdk), "{sdk}");
    let formats = "json,markdown,html,short,junit,sarif,csv,badges,github";
    check(repository.call(&["report", "--format", formats]), 0, "wrote ");
    for file in ["compatibility.json", "compatibility.md"] {
        let text = repository.read(&format!("target/streamspec/report/{file}"));
        assert!(text.contains("Python without packages"), "{file}");
    }
    assert_eq!(page(&repository)["sdks"][0]["language"], "Python without packages");
    check(repository.call(&["compare", REPORT, REPORT]), 0, "0 broken, 0 worsened");
    check(repository.call(&["compare", REPORT, &format!("{REPORT}:own-client/read")]), 0, "0 broken, 0 worsened");

    // A part of it is chosen as of any SDK.
    check(run(&repository, &["--case", HEALTHY, "--surface", "re*", "--strict"], &command), 0, "wrote ");
    check(run(&repository, &["--case", HEALTHY, "--variants", "crlf", "--shard", "1/1"], &command), 0, "wrote ");
    check(run(&repository, &["--case", HEALTHY, "--surface", "raed"], &command), 2, "did you mean `read`?");
    check(run(&repository, &["--case", "gemini/*"], &command), 2, "no case");
}

#[test]
fn its_trials_are_listed_without_being_run() {
    let repository = Repository::with_cases(&[HEALTHY, STOPS, AGAIN]);
    let client = example();
    let command: Vec<&str> = client.iter().map(String::as_str).collect();
    let list = |options: &[&str], command: &[&str]| repository.call(&[&["list"], options, &["--"], command].concat());
    let came = check(list(&[], &command), 0, &format!("own-client/read::{HEALTHY}\n"));
    let said = said(&came);
    assert!(
        said.contains(&format!("own-client/read::{AGAIN}#chunked (unsupported: ")) && !said.contains("reference"),
        "{said}"
    );
    assert!(!repository.root.join(RECORDS).exists(), "nothing is run");
    check(list(&["--sdk", "reference"], &command), 0, &format!("reference/events::{HEALTHY}\n"));
    check(list(&["--surface", "raed"], &command), 2, "did you mean `read`?");
    check(list(&[], &["no-such-program"]), 3, "no-such-program");
    check(list(&["--coverage"], &command), 2, "cannot be used with");
}

#[test]
fn the_printed_command_runs_the_trial_again() {
    let repository = Repository::with_cases(&[HEALTHY, IN_BAND]);
    // A name with a space and a quote, as files may have it.
    let program = "my client's.py";
    repository.write(program, &std::fs::read_to_string(own().join(&example()[1])).expect("the example"));
    let came = check(run(&repository, &["--nonce", "17"], &["python3", program]), 1, "fails (silent)");
    let told = said(&came);
    let printed = told.lines().find_map(|line| line.trim().strip_prefix("reproduce: cargo run --release -- "));
    let printed = printed.expect("a command");
    assert!(printed.ends_with(r"--nonce 17 --verbose -- python3 'my client'\''s.py'"), "{printed}");
    let before = repository.read(RECORDS);
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_streamspec");
    shell.arg("-c").arg(format!("\"$0\" {printed}")).arg(program).current_dir(&repository.root);
    check(shell.assert(), 1, "fails (silent)");
    let again = repository.read(RECORDS);
    let trials = |records: &str| -> Vec<Value> {
        let lines = records.lines().map(|line| serde_json::from_str(line).expect("a record"));
        lines.filter(|record: &Value| record["record"] == "trial").collect()
    };
    let [trial] = &trials(&again)[..] else { panic!("one trial, not {again}") };
    let first = trials(&before).into_iter().find(|first| first["case"] == trial["case"]).expect("it was run before");
    for field in ["nonce", "verdict", "observation"] {
        assert_eq!(trial[field], first[field], "{field} of {printed}");
    }
    // The page makes the same command of its parts.
    let page = page(&repository);
    let mut command = page["ways"][0]["commands"]["as-written"].as_str().expect("a command").to_owned();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let sdk = &page["sdks"][0];
    let parts = [
        ("sdk", &sdk["asked"]),
        ("surface", &trial["surface"]),
        ("case", &trial["case"]),
        ("program", &sdk["program"]),
    ];
    for (name, part) in parts {
        command = command.replace(&format!("{{{name}}}"), &text(part));
    }
    assert_eq!(command, format!("cargo run --release -- {}", printed.replace(" --nonce 17", "")));
}

#[test]
fn it_runs_beside_the_sdks_that_are_named() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let client = example();
    let command: Vec<&str> = client.iter().map(String::as_str).collect();
    let came = check(run(&repository, &["--sdk", "reference"], &command), 1, "own-client/read");
    assert!(said(&came).contains("reference/events"));

    let list = repository.read(LIST);
    check(
        repository.call(&["bless"]),
        2,
        "own-client: its list is left as it is: it is a program that is not checked in",
    );
    assert_eq!(repository.read(LIST), list);

    // What is not green of it needs its command, and is run again with it.
    check(repository.call(&["run", "--rerun", RECORDS, "--records", "again.jsonl"]), 2, " -- python3 ");
    check(run(&repository, &["--rerun", RECORDS, "--records", "again.jsonl"], &command), 1, "own-client/read");
    let again = repository.read("again.jsonl");
    assert!(again.contains(CUT) && !again.contains(&format!("\"case\":\"{HEALTHY}\"")), "{again}");

    check(run(&repository, &["--report", "reports", "--sdk", "all"], &command), 2, "leave out the command after `--`");
    check(repository.call(&["report", "--out", "reports"]), 2, "own-client in these records is not");
}

#[test]
fn programs_that_cannot_be_run_are_told_of() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let version = hello(&json!({ "protocol": 2 }));
    let named = |name: &str| hello(&json!({ "sdk": { "name": name, "version": "1", "language": "" } }));
    let description = json!({ "apis": ["anthropic-messages"], "delivers": "text", "call": "read()" });
    for (script, code, part) in [
        ("exit 7".to_owned(), 3, "sh: the adapter ended with exit status: 7 before it sent its hello"),
        (
            "echo Hello".to_owned(),
            3,
            "sh: the adapter's first line must be its hello, but line 1 of stdout is not JSON",
        ),
        (shell(&version, ""), 3, "sh: the adapter speaks protocol version 2, this harness version 1"),
        (shell(&hello(&json!({ "apis": ["smoke-signals"] })), ""), 3, "at `/apis/0`: \"smoke-signals\" is not valid"),
        (shell(&hello(&json!({ "surfaces": [] })), ""), 3, "sh: the hello cannot be used: `surfaces` is empty"),
        (shell(&hello(&json!({ "apis": [] })), ""), 3, "sh: the hello cannot be used: `apis` is empty"),
        (shell(&hello(&json!({ "surfaces": ["a/b"] })), ""), 3, "`surfaces` holds `a/b`"),
        (shell(&named("@/"), ""), 3, "`sdk.name` is `@/`; an id is made of"),
        (shell(&named("all"), ""), 3, "`sdk.name` is `all`, which is the name of a set"),
        (
            shell(&hello(&json!({ "described": { "raed": description } })), ""),
            3,
            "`described.raed`: `surfaces` does not",
        ),
        (shell(&named("reference"), "cat > /dev/null"), 2, "`reference` is an SDK that is checked in; give it another"),
    ] {
        let came = check(run(&repository, &[], &["sh", "-c", &script]), code, part);
        assert!(!repository.root.join(RECORDS).exists(), "{}", said(&came));
    }
    check(run(&repository, &[], &["there-is-no-such-program"]), 3, "cannot start `there-is-no-such-program`");
    // The others are run nevertheless, and the fault stays one.
    let came = check(run(&repository, &["--sdk", "reference"], &["sh", "-c", "exit 7"]), 3, "exit status: 7");
    assert!(said(&came).contains("reference/events") && repository.read(RECORDS).contains("\"status\":\"pass\""));
}

#[test]
fn a_program_that_dies_in_the_middle_is_started_again() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let script = shell(&hello(&json!({})), "read -r line; echo gone >&2; exit 9");
    let came = check(run(&repository, &["--sdk", "reference"], &["sh", "-c", &script]), 1, "fails (crash)");
    let told = said(&came);
    assert!(told.contains("the adapter's process ended with exit status: 9; its last line on stderr: gone"), "{told}");
    let mine: Vec<String> = verdicts(&repository).into_iter().filter(|one| one.starts_with("acme-client/")).collect();
    assert_eq!(mine, [HEALTHY, CUT].map(|case| format!("acme-client/read::{case} fails crash")));
}

#[test]
fn a_surface_is_held_to_its_description_and_to_nothing_else() {
    let repository = Repository::with_cases(&[HEALTHY, STOPS]);
    let client = std::fs::read_to_string(&example()[1]).expect("the example");
    let blind = client.replace(", \"text\": text}", "}");
    assert_ne!(blind, client);
    repository.write("blind.py", &blind);
    let came = check(run(&repository, &["--case", HEALTHY], &["python3", "blind.py"]), 3, "adapter-fault");
    assert!(said(&came).contains("the observation has no `text`, which the surface shows"), "{}", said(&came));

    repository.write("blind.py", &blind.replace("def main():", "del HELLO[\"described\"]\n\n\ndef main():"));
    check(run(&repository, &[], &["python3", "blind.py"]), 0, "own-client/read");
    let expected = [format!("own-client/read::{HEALTHY} pass"), format!("own-client/read::{STOPS} unsupported")];
    assert_eq!(verdicts(&repository), expected);
    let records = repository.read(RECORDS);
    assert!(records.contains("a program says so in its hello, by `caller` in `described.read`"), "{records}");
    assert!(!records.contains("\"calls\""), "nobody says what the call is");
}
