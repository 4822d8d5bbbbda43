//! `history`, `bisect` and `update`: what they keep, what they refuse, and their exit codes, without a registry.

use std::process::Command;

use serde_json::Value;

use crate::repository::{CUT, HEALTHY, Repository, check, said};

/// The store, and the results of the version of the reference client that is linked in, which needs no registry.
const STORE: &str = "results";
const RESULTS: &str = concat!("results/reference/", env!("CARGO_PKG_VERSION"), ".json");
const BUILD: &str = concat!("reference@", env!("CARGO_PKG_VERSION"));

const HISTORY: [&str; 5] = ["history", "--sdk", BUILD, "--store", STORE];
const STORED: [&str; 6] = ["history", "--sdk", "reference", "--store", STORE, "--stored"];

#[test]
fn the_results_of_a_release_are_kept_once() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let came = said(&check(repository.call(&HISTORY), 0, "No release changed what a trial comes to."));
    assert!(came.contains("of which 0 are in"), "{came}");
    let kept = repository.read(RESULTS);
    let report: Value = serde_json::from_str(&kept).expect("it is JSON");
    assert_eq!(report["sdks"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["sources"], serde_json::json!({}), "what cases say of themselves is in their files");

    let again = said(&check(repository.call(&HISTORY), 0, "1 releases"));
    assert!(again.contains("of which 1 are in") && !again.contains(" s\n"), "nothing is run again: {again}");
    assert_eq!(repository.read(RESULTS), kept);
    check(repository.call(&STORED), 0, "pass");
    let told = repository.call(&[&STORED[..], &["--json"]].concat()).success();
    let told: Value = serde_json::from_slice(&told.get_output().stdout).expect("it is JSON");
    assert_eq!(told["releases"][0]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_release_that_changed_something_is_told() {
    let repository = Repository::with_cases(&[HEALTHY]);
    check(repository.call(&HISTORY), 0, "1 releases");
    let mut report: Value = serde_json::from_str(&repository.read(RESULTS)).expect("it is JSON");
    for count in report["counts"].as_array_mut().expect("a list") {
        (count["fails"], count["pass"]) = (count["pass"].take(), 0.into());
    }
    let surfaces = report["counts"][0]["surfaces"].clone();
    report["results"] = serde_json::json!([
        { "sdk": "reference", "surfaces": surfaces, "verdict": "fails", "mode": "spurious", "cases": { HEALTHY: [] } },
    ]);
    repository.write("results/reference/0.0.1.json", &report.to_string());
    repository.write("results/reference/0.0.2.json", &report.to_string());
    let mut lost = report.clone();
    lost["sdks"][0]["not_run"] = "`pip` ended with 1".into();
    (lost["counts"], lost["results"]) = (serde_json::json!([]), serde_json::json!([]));
    repository.write("results/reference/0.0.3.json", &lost.to_string());
    let told = said(&check(repository.call(&STORED), 0, "fails (spurious) → pass"));
    let title = format!("{} after 0.0.2: ", env!("CARGO_PKG_VERSION"));
    assert!(told.contains(&title) && !told.contains("0.0.2 after 0.0.1"), "{told}");
    assert!(told.contains("not run: `pip` ended with 1"), "{told}");

    check(repository.call(&["run", "--case", HEALTHY]), 0, "wrote ");
    check(repository.call(&["report", "--format", "html", "--history", STORE]), 0, "wrote ");
    check(repository.call(&["report", "--format", "html", "--history", "nowhere"]), 2, "no such folder of histories");
}

#[test]
fn results_of_other_rules_and_cases_are_refused() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    check(repository.call(&HISTORY), 0, "1 releases");
    let kept = repository.read(RESULTS);
    check(repository.call(&[&HISTORY[..], &["--case", HEALTHY]].concat()), 2, "name another store, or run it again");
    let mut report: Value = serde_json::from_str(&kept).expect("it is JSON");
    report["suite"]["rules"] = 99.into();
    repository.write(RESULTS, &report.to_string());
    let refused = said(&check(repository.call(&HISTORY), 2, "it was judged by the rules 99"));
    assert!(refused.contains(RESULTS), "{refused}");
    check(repository.call(&["run", "--case", HEALTHY]), 0, "wrote ");
    check(repository.call(&["report", "--format", "html", "--history", STORE]), 2, "it was judged by the rules 99");
    check(repository.call(&[&HISTORY[..], &["--again"]].concat()), 0, "1 releases");
    assert_eq!(repository.read(RESULTS), kept, "it is as it was");
    repository.write(RESULTS, "{}");
    check(repository.call(&HISTORY), 2, "not a report of streamspec");
}

#[test]
fn a_range_that_cannot_be_run_is_explained() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let trial = format!("reference/events::{HEALTHY}");
    for (arguments, code, part) in [
        (&["history", "--sdk", "reference"][..], 2, "no tool of rust lists the releases of a package; name them"),
        (&["history", "--sdk", "refrence"], 2, "did you mean `reference`?"),
        (&["history", "--sdk", "all"], 2, "a history is that of one"),
        (&["history", "--sdk", "reference@latest"], 2, "a history is of releases"),
        (&["history", "--sdk", "reference", "--from", "new"], 2, "`new` is no release's number"),
        (&STORED, 5, "the store holds no release of reference"),
        (&["bisect", &trial], 2, "no tool of rust lists the releases of a package"),
        (&["bisect", "reference/nope::anthropic/cut/eof"], 2, "has no surface `nope`"),
        (&["bisect", "reference"], 2, "invalid value 'reference'"),
        (&["bisect", &format!("{trial}@cut-bytes")], 2, "is a sweep of many streams"),
    ] {
        check(repository.call(arguments), code, part);
    }
}

#[test]
fn an_sdk_with_changes_that_are_not_committed_is_left_alone() {
    let repository = Repository::with_cases(&[HEALTHY]);
    check(repository.call(&["update", "reference"]), 2, "git cannot tell what is committed");
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&repository.root).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        assert!(git.args(arguments).output().expect("git is on PATH").status.success(), "{arguments:?}");
    };
    git(&["init"]);
    git(&["add", "."]);
    git(&["commit", "--message", "all"]);
    check(repository.call(&["update", "all"]), 5, "reference is part of this suite and has no other version");
    let unknown = check(repository.call(&["update", "all", "--case", "anthropic/nope"]), 2, "no case `anthropic/nope`");
    assert_eq!(said(&unknown).matches("no case").count(), 1, "what is wrong with the cases is said once");
    let list = "adapters/rust/reference/known-deviations.toml";
    repository.write(list, "# Mine.\n");
    let came = said(&check(repository.call(&["update", "reference"]), 2, "have changes that are not committed"));
    assert!(came.contains("known-deviations.toml"), "{came}");
    assert_eq!(repository.read(list), "# Mine.\n");
    check(repository.call(&["update", "refrence"]), 2, "did you mean `reference`?");
}
