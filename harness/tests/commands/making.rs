//! `new`, `fmt`, `check --watch`, `shrink` and `fuzz`: what they write, what they leave alone, and their exit codes.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::repository::{CUT, HEALTHY, Repository, check, said};

#[test]
fn a_new_case_says_what_is_to_be_filled_in_and_is_no_case_before() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let came = check(repository.call(&["new", "anthropic/cut/mine"]), 0, "wrote ");
    insta::assert_snapshot!("new", repository.told(&came));
    let file = "cases/anthropic/cut/mine.yaml";
    let written = repository.read(file);
    insta::assert_snapshot!("new-case", written);
    check(repository.call(&["check", file]), 2, "this is not an absolute URL");
    check(repository.call(&["new", "anthropic/cut/mine"]), 2, "is there already");
    assert_eq!(repository.read(file), written);
    repository.write(file, &written.replace("url: \"TO BE WRITTEN\"", "url: \"https://example.com/docs\""));
    check(repository.call(&["check", file]), 0, "0 errors");
    check(repository.call(&["run", "--sdk", "reference", "--case", "anthropic/cut/mine"]), 0, "wrote ");

    check(repository.call(&["new", "my/case.yaml", "--like", CUT]), 0, "wrote my/case.yaml");
    let copied = repository.read("my/case.yaml");
    assert!(copied.contains("title: TO BE WRITTEN\n") && copied.contains("matrix:\n"), "{copied}");
    assert!(!copied.contains("https://"), "{copied}");
    check(repository.call(&["check", "my/case.yaml"]), 2, "this is not an absolute URL");
}

#[test]
fn a_case_that_cannot_be_begun_is_explained() {
    let repository = Repository::with_cases(&[HEALTHY]);
    for (arguments, part) in [
        (&["antropic/cut/mine"][..], "is in no folder of a dialect"),
        (&["anthropic/mine"], "the id of a case is `anthropic/GROUP/NAME`"),
        (&["anthropic/cuts/mine"], "`cuts` is no group of anthropic-messages"),
        (&["anthropic/cut/mine", "--api", "openai-chat"], "cases of `anthropic` are of anthropic-messages"),
        (&["anthropic/cut/mine", "--api", "openai"], "the dialects are anthropic-messages"),
        (&["mine.yaml"], "name the dialect of the case by `--api`"),
        (&["anthropic/cut/mine", "--like", "anthropic/benign/txt"], "did you mean `anthropic/benign/text`?"),
        (&["gemini/cut/mine", "--like", HEALTHY], "is a case of anthropic-messages"),
    ] {
        check(repository.call(&[&["new"], arguments].concat()), 2, part);
    }
    assert!(!repository.root.join("cases/anthropic/cut").exists());
}

#[test]
fn fmt_gives_a_case_its_form_and_says_so() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    check(repository.call(&["fmt", "--check"]), 0, "2 files, 0 not formatted");
    let file = format!("cases/{HEALTHY}.yaml");
    let before = repository.read(&file);
    let changed =
        before.replace("rules: [A11, A12", "# Why.\nrules: [ A11,A12").replace("  - use: head", "  -   use:  head");
    repository.write(&file, &changed);
    check(repository.call(&["fmt", "--check"]), 1, &format!("{file} is not formatted"));
    assert_eq!(repository.read(&file), changed);
    check(repository.call(&["fmt", &file]), 0, &format!("formatted {file}"));
    assert_eq!(repository.read(&file), before.replace("\nrules:", "\n# Why.\nrules:"));
    check(repository.call(&["fmt"]), 0, "0 changed");
    repository.write(&file, &before.replace("rules:", "rulez:"));
    check(repository.call(&["fmt"]), 2, "rulez");
    check(repository.call(&["fmt", "absent.yaml"]), 2, "absent.yaml");
}

#[test]
fn check_watches_cases_and_tells_what_changed() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let mut command = repository.command(&["check", "--watch"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let mut until = |part: &str| {
        let all: Vec<String> = lines.by_ref().take(20_000).collect_until(part);
        assert!(all.last().is_some_and(|line| line.contains(part)), "`{part}` is not in {all:?}");
    };
    until("waiting for changes");
    let file = format!("cases/{HEALTHY}.yaml");
    let healthy = repository.read(&file);
    repository.write(&file, &healthy.replace("\nexpect:", "\nexpects:"));
    until("expects");
    repository.write(&file, &healthy);
    until(&format!("mended: {file}"));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

/// Takes items up to the first one that has a part.
trait CollectUntil: Iterator<Item = String> + Sized {
    fn collect_until(self, part: &str) -> Vec<String> {
        let mut all = Vec::new();
        for line in self {
            let is_last = line.contains(part);
            all.push(line);
            if is_last {
                break;
            }
        }
        all
    }
}

impl<I: Iterator<Item = String>> CollectUntil for I {}

#[test]
fn what_cannot_be_shrunk_or_fuzzed_is_explained() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let trial = format!("reference/events::{HEALTHY}");
    check(repository.call(&["shrink", &trial]), 5, "passes, so that there is nothing to look for");
    check(repository.call(&["shrink", "reference"]), 2, "`reference`");
    check(repository.call(&["shrink", &format!("{trial}@cut-bytes")]), 2, "is a sweep of many streams");
    check(repository.call(&["shrink", &format!("reference/events::{CUT}")]), 2, "names 3 trials; name one");
    check(repository.call(&["shrink", "reference/evnts::anthropic/benign/text"]), 2, "did you mean `events`?");
    check(repository.call(&["shrink", &trial, "--for", "5x"]), 2, "write a time of at most a day");
    repository.write("there.yaml", "mine");
    check(repository.call(&["shrink", &trial, "--out", "there.yaml"]), 2, "there.yaml is there already");
    assert_eq!(repository.read("there.yaml"), "mine");
    check(repository.call(&["fuzz", "--sdk", "refrence"]), 2, "did you mean `reference`?");
    check(
        repository.call(&["fuzz", "--sdk", "reference", "--api", "gemini-generate", "--trials", "4"]),
        5,
        "none of the cases",
    );
    check(repository.call(&["fuzz"]), 2, "--sdk");
}

#[test]
fn fuzzing_the_reference_client_finds_nothing_and_sends_the_same_streams_again() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let call = || {
        let came = check(
            repository.call(&["fuzz", "--sdk", "reference", "--seed", "7", "--trials", "40", "--out", "found"]),
            0,
            "0 findings",
        );
        let text = said(&came);
        text.split(" in ").next().expect("a text").to_owned()
    };
    let first = call();
    assert!(first.contains("reference: the streams of 2 cases, --seed 7"), "{first}");
    assert_eq!(first, call());
    assert!(!repository.root.join("found").exists());
}
