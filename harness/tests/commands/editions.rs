//! Editions of the suite, from a draft to what is said when a case of a frozen one changes.

use serde_json::Value;

use crate::repository::{CUT, HEALTHY, RECORDS, REPORT, Repository, SLOW, check, said};

const FILE: &str = "cases/editions/2026.12.toml";

/// Makes a repository with two cases, of which an edition is frozen.
fn frozen() -> Repository {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let draft = "case files: 2, cases: 4; a draft, which `--freeze` freezes";
    check(repository.call(&["generate", "--edition", "2026.12"]), 0, draft);
    check(repository.call(&["generate", "--edition", "2026.12", "--freeze"]), 0, "case files: 2, cases: 4; frozen");
    repository
}

/// Returns the edition as the records of the last run and its report have it, which is the same.
fn told(repository: &Repository) -> Value {
    let records = repository.read(RECORDS);
    let suite: Value = serde_json::from_str(records.lines().next().expect("a first line")).expect("JSON");
    let report: Value = serde_json::from_str(&repository.read(REPORT)).expect("JSON");
    assert_eq!(suite["edition"], report["suite"]["edition"]);
    suite["edition"].clone()
}

#[test]
fn an_edition_is_run_as_it_was_frozen() {
    let repository = frozen();
    check(repository.call(&["run"]), 0, "wrote ");
    assert_eq!(told(&repository), serde_json::json!({ "name": "2026.12" }));
    let page = repository.read("target/streamspec/report/compatibility.md");
    assert!(page.contains(" The suite is edition 2026.12."), "{page}");

    repository.copy(&format!("cases/{SLOW}.yaml"));
    check(repository.call(&["check"]), 0, "0 errors");
    let list = said(&check(repository.call(&["list", "--edition", "2026.12"]), 0, CUT));
    assert!(!list.contains(SLOW) && list.contains(HEALTHY), "{list}");
    check(
        repository.call(&["list", "--edition", "2026.12", "--case", SLOW]),
        2,
        "no case that was selected is in edition",
    );
    check(repository.call(&["run", "--edition", "2026.12", "--case", HEALTHY]), 0, "wrote ");
    assert_eq!(told(&repository), serde_json::json!({ "name": "2026.12" }));
    check(repository.call(&["run"]), 0, "wrote ");
    assert_eq!(told(&repository), serde_json::json!({ "name": "2026.12", "added": 1 }));
    check(repository.call(&["run", "--case", HEALTHY]), 0, "wrote ");
    assert_eq!(told(&repository), Value::Null, "a selection is no edition");
}

#[test]
fn a_case_that_changes_leaves_a_frozen_edition_and_that_is_said() {
    let repository = frozen();
    check(repository.call(&["run"]), 0, "wrote ");
    let report = repository.read(REPORT);
    repository.write("before.json", &report);
    let file = format!("cases/{CUT}.yaml");
    let case = repository.read(&file);
    repository.write(&file, &case.replacen("title: ", "title: In other words, ", 1));
    check(repository.call(&["list", "--edition", "2026.12"]), 0, CUT);

    repository.write(&file, &format!("max-retries: 1\n{case}"));
    let differs = format!("these case files differ from those in edition 2026.12: {CUT}; use the checkout");
    for command in [&["run", "--edition", "2026.12"][..], &["list", "--edition", "2026.12", "--case", HEALTHY]] {
        check(repository.call(command), 2, &differs);
    }
    check(
        repository.call(&["check"]),
        0,
        &format!("warning: {FILE}: these case files differ from this edition: {CUT};"),
    );
    check(
        repository.call(&["generate", "--edition", "2026.12"]),
        2,
        "edition 2026.12 is frozen and is never written again",
    );

    std::fs::remove_file(repository.root.join(&file)).expect("it is there");
    check(repository.call(&["list", "--edition", "2026.12"]), 2, &format!("{CUT} (gone)"));
    check(repository.call(&["run"]), 0, "wrote ");
    assert_eq!(told(&repository), serde_json::json!({ "name": "2026.12", "gone": [CUT] }));
    let compared = check(repository.call(&["compare", "before.json", REPORT]), 0, "of different editions of the suite");
    assert!(
        said(&compared).contains("| edition | `2026.12` | `2026.12, but for case files: 1 gone` |"),
        "{}",
        said(&compared)
    );
    check(repository.call(&["compare", REPORT, REPORT]), 0, "| edition | ");
}

#[test]
fn a_draft_may_change_and_what_is_no_edition_is_refused() {
    let repository = Repository::with_cases(&[HEALTHY]);
    check(repository.call(&["list", "--edition", "2026.12"]), 2, "there is no edition 2026.12 in cases/editions");
    check(repository.call(&["list", "--edition", "december"]), 2, "`december` is not the name of an edition");
    check(repository.call(&["generate", "--freeze"]), 2, "--edition");
    check(repository.call(&["generate", "--edition", "2026.12"]), 0, "case files: 1, cases: 1; a draft");
    check(repository.call(&["generate", "--edition", "2026.12"]), 0, "2026.12.toml is up to date");
    let file = format!("cases/{HEALTHY}.yaml");
    repository.write(&file, &format!("max-retries: 1\n{}", repository.read(&file)));
    let came = check(repository.call(&["check"]), 0, "0 errors");
    assert!(!said(&came).contains("cases/editions"), "{}", said(&came));
    let draft = "it is a draft: `streamspec generate --edition 2026.12` writes it again";
    check(repository.call(&["list", "--edition", "2026.12"]), 2, draft);
    check(repository.call(&["generate", "--edition", "2026.12"]), 0, "wrote ");
    check(repository.call(&["run", "--edition", "2026.12"]), 0, "wrote ");
    assert_eq!(told(&repository), serde_json::json!({ "name": "2026.12", "draft": true }));

    repository.write(FILE, &repository.read(FILE).replace("rules = ", "rulez = "));
    check(repository.call(&["check"]), 2, "cases/editions/2026.12.toml: TOML parse error at line 5");
    repository.write("cases/editions/notes.txt", "");
    check(repository.call(&["run"]), 2, "`notes.txt` is not the name of an edition");
}
