//! Tests of what is found in caught mutants and in the records of a run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Acceptance, Accepted, Adequacy, CaughtAlone, CaughtMutant, Results, Twins, Witnesses};
use crate::id::{TrialId, Variant};
use crate::judge::{RULES, Status, Verdict};
use crate::record::{FORMAT, Record, Records, TrialRecord};

/// Makes mutants with the case files that catch them; `idle` ones catch none.
fn adequacy(mutants: &[(&str, &[&str])], idle: &[&str]) -> Adequacy {
    let mut cases: BTreeMap<String, usize> = idle.iter().map(|case| ((*case).to_owned(), 0)).collect();
    for case in mutants.iter().flat_map(|(_, by)| *by) {
        *cases.entry((*case).to_owned()).or_default() += 1;
    }
    let mutants = mutants.iter().map(|(mutant, by)| CaughtMutant {
        mutant: (*mutant).to_owned(),
        about: "A fault.".to_owned(),
        by: by.iter().map(|case| (*case).to_owned()).collect(),
    });
    Adequacy { mutants: mutants.collect(), cases, reference: Vec::new() }
}

fn accepted(kept: &[&str]) -> Accepted {
    let entry = |glob: &&str| Acceptance { cases: vec![(*glob).to_owned()], reason: format!("for {glob}") };
    Accepted { accepted: Vec::new(), kept: kept.iter().map(entry).collect() }
}

/// Makes results of trials: a surface, a case, a variant, a status and the grade of its outcome.
fn results(trials: &[(&str, &str, &str, &str, &str)]) -> Results {
    let line = |value: Value| serde_json::from_value::<Record>(value).expect("a record");
    let mut records = vec![line(json!({
        "record": "suite", "format": FORMAT, "version": "0", "nonce": "0", "whole": false,
    }))];
    records.push(line(json!({
        "record": "sdk", "id": "sdk", "package": "sdk", "version": "1", "language": "python", "runtime": "",
        "apis": [], "surfaces": [],
    })));
    for (_, case, ..) in trials {
        records.push(line(json!({
            "record": "case", "id": case, "digest": "", "api": "anthropic-messages", "title": "One", "sources": [],
        })));
    }
    for (surface, case, variant, status, grade) in trials {
        let axis = if *variant == "as-written" { "outcome" } else { "variants" };
        let check = json!({ "axis": axis, "level": "must", "expected": "error", "observed": case, "grade": grade });
        records.push(line(json!({
            "record": "trial", "sdk": "sdk", "surface": surface, "case": case, "variant": variant, "nonce": "0",
            "verdict": { "status": status, "checks": [check] }, "wire": [], "took_ms": 1,
        })));
    }
    Results::read(&Records::of(&[("r", &records)]).expect("records")).expect("trials")
}

#[test]
fn what_is_kept_of_trials_is_which_case_files_catch_which_mutants() {
    let mut adequacy = Adequacy::of(&[("m", "One fault."), ("n", "Another.")]);
    let mut take = |sdk: &str, case: &str, status| {
        let id = TrialId::new(sdk, "events", case, Variant::AsWritten);
        adequacy.take(&TrialRecord::new(id, Verdict { status, ..Verdict::not_run(String::new()) }));
    };
    take("reference", "a/x#one", Status::Pass);
    take("reference", "a/y", Status::Deviates);
    take("reference+m", "a/x#one", Status::Fails);
    take("reference+m", "a/x#other", Status::Fails);
    take("reference+n", "a/x#one", Status::Pass);
    take("reference+n", "a/z", Status::Deviates);
    // A fault of the suite's own catches nothing, nor does a client that is no mutant here.
    take("reference+n", "a/y", Status::HarnessFault);
    take("reference+unknown", "a/y", Status::Fails);
    assert_eq!(adequacy.reference, ["reference/events::a/y"]);
    let cases: Vec<_> = adequacy.cases.iter().map(|(case, caught)| (case.as_str(), *caught)).collect();
    assert_eq!(cases, [("a/x", 1), ("a/y", 0), ("a/z", 1)]);
    let by = adequacy.mutants.iter().map(|caught| caught.by.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(by.collect::<Vec<_>>(), [["a/x"], ["a/z"]]);
    let clients = ["reference", "reference+m", "reference+n", "reference+unknown"];
    assert_eq!(clients.map(|client| adequacy.caught_by(client)), [0, 1, 1, 0]);
}

#[test]
fn a_mutant_that_one_case_file_catches_is_that_ones_own() {
    let adequacy = adequacy(&[("m", &["a/x", "a/y"]), ("n", &["a/x"]), ("o", &["a/z"])], &["a/idle"]);
    assert_eq!(adequacy.alone(), BTreeMap::from([("a/x", vec!["n"]), ("a/z", vec!["o"])]));
    assert_eq!(adequacy.covered(), [("a/y", "a/x")], "a file that catches nothing is listed elsewhere");
}

#[test]
fn twins_catch_the_same_mutants_and_came_to_the_same_verdicts() {
    let check = |mutants: &[(&str, &[&str])], trials: &[(&str, &str, &str, &str, &str)], groups: &[&[&str]]| {
        let found = Twins::find(&adequacy(mutants, &[]), &results(trials));
        assert_eq!(found.groups, groups, "{mutants:?} {trials:?}");
    };
    let same: &[(&str, &[&str])] = &[("m", &["a/x", "a/y"])];
    let (passes, fails) = (("s", "a/x", "as-written", "pass", "exact"), ("s", "a/y", "as-written", "fails", "wrong"));
    let also = |surface, status, grade| (surface, "a/y", "as-written", status, grade);
    check(same, &[passes, also("s", "pass", "exact")], &[&["a/x", "a/y"]]);
    check(same, &[passes, fails], &[]);
    check(same, &[passes, also("s", "pass", "not-observable")], &[]);
    check(&[("m", &["a/x", "a/y"]), ("n", &["a/y"])], &[passes, also("s", "pass", "exact")], &[]);
    check(&[("m", &["a/x", "b/y"])], &[passes, ("s", "b/y", "as-written", "pass", "exact")], &[]);
    // A shard has not every trial: what only one of them was run on says nothing, and what neither shares says no more.
    check(same, &[passes, also("s", "pass", "exact"), also("t", "fails", "wrong")], &[&["a/x", "a/y"]]);
    check(same, &[passes, also("t", "pass", "exact")], &[]);
    // A trial that was lost says nothing, and neither does one that was not run.
    check(
        same,
        &[passes, also("s", "pass", "exact"), ("s", "a/y#b", "as-written", "flaky", "wrong")],
        &[&["a/x", "a/y"]],
    );
    check(same, &[passes, also("s", "not-run", "exact")], &[]);
    // Any combination of a matrix and any variant may tell SDKs apart.
    check(same, &[passes, also("s", "pass", "exact"), ("s", "a/y#b", "as-written", "fails", "wrong")], &[]);
    check(same, &[passes, also("s", "pass", "exact"), ("s", "a/y", "crlf", "pass", "exact")], &[&["a/x", "a/y"]]);
    check(same, &[passes, also("s", "pass", "exact"), ("s", "a/y", "crlf", "fails", "wrong")], &[]);
}

#[test]
fn twins_without_a_reason_are_named() {
    let trial = |case| ("s", case, "as-written", "pass", "exact");
    let twins = Twins::find(
        &adequacy(&[("m", &["a/x", "a/y", "a/z"])], &[]),
        &results(&[trial("a/x"), trial("a/y"), trial("a/z")]),
    );
    assert_eq!(twins.count(), 3);
    let list = accepted(&["a/[xy]"]);
    assert_eq!(twins.without_reason(&list).collect::<Vec<_>>(), ["a/z"]);
    assert_eq!(list.reason_to_keep("a/y"), Some("for a/[xy]"));
}

#[test]
fn a_glob_that_matches_no_case_file_is_a_mistake() {
    let list = accepted(&["a/*", "b/*"]);
    assert_eq!(list.unmatched(&["a/x"]), ["cases/adequacy.toml: `b/*` matches no case file"]);
}

#[test]
fn each_case_file_and_each_mutant_has_a_witness_and_those_that_hold_stay() {
    let found = adequacy(&[("common", &["a", "b", "c"]), ("rare", &["b"]), ("unseen", &[])], &["d"]);
    let first = Witnesses::default().after(&found);
    let pairs = |witnesses: &Witnesses| {
        let all =
            ["a", "b", "c", "d"].into_iter().flat_map(|case| ["common", "rare", "unseen"].map(|mutant| (case, mutant)));
        all.filter(|(case, mutant)| witnesses.holds(case, mutant)).collect::<Vec<_>>()
    };
    assert_eq!(pairs(&first), [("a", "common"), ("b", "rare"), ("c", "common")]);
    let other = adequacy(&[("common", &["a", "b"]), ("rare", &["a", "b", "c"])], &[]);
    assert_eq!(pairs(&first.after(&other)), [("a", "common"), ("b", "rare"), ("c", "rare")]);
}

#[test]
fn witnesses_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = camino::Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
    assert_eq!(Witnesses::read(root).expect("there are none"), Witnesses::default());
    std::fs::create_dir(root.join("cases")).expect("a folder");
    let witnesses = Witnesses::default().after(&adequacy(&[("m", &["a/b", "a/c"])], &[]));
    witnesses.write(root).expect("written");
    assert_eq!(Witnesses::read(root).expect("read"), witnesses);
    std::fs::write(root.join(super::WITNESSES), "[]").expect("written");
    assert!(Witnesses::read(root).expect_err("no map").to_string().contains("cases/witnesses.json: invalid type"));
}

/// The mutants that a case alone catches are told with all that they were found with, and for nothing else.
#[test]
fn a_file_of_what_is_caught_alone_is_refused_where_something_is_not_what_it_was() {
    let adequacy =
        adequacy(&[("mends", &["a/b/one"]), ("hides", &["a/b/one", "a/b/two"]), ("waits", &["a/b/two"])], &[]);
    let cases = |two: &'static str| BTreeMap::from([("a/b/one", "11"), ("a/b/two", two)]);
    let owned = cases("22").into_iter().map(|(case, digest)| (case.to_owned(), digest.to_owned())).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = camino::Utf8PathBuf::from_path_buf(folder.path().join("adequacy.json")).expect("a name in UTF-8");
    let written = CaughtAlone::of(&adequacy, &owned);
    std::fs::write(&file, written.json()).expect("written");

    let mutants = [("mends", "A fault."), ("hides", "A fault."), ("waits", "A fault.")];
    let read = CaughtAlone::read(&file, Some(RULES), &mutants, cases("22")).expect("nothing has changed");
    assert_eq!(read, written);
    assert_eq!(
        (&*read.cases["a/b/one"].alone, &*read.cases["a/b/two"].alone),
        (&["mends".to_owned()][..], &["waits".to_owned()][..])
    );
    CaughtAlone::read(&file, None, &mutants, [("a/b/two", "22")]).expect("fewer cases were run");

    let refused = |rules, mutants: &[(&str, &str)], cases: BTreeMap<&str, &str>, expected: &str| {
        let why = CaughtAlone::read(&file, rules, mutants, cases).expect_err(expected).to_string();
        assert!(why.contains(expected) && why.contains("adequacy.json is out of date"), "{why}");
    };
    refused(Some(RULES), &mutants, cases("33"), "a/b/two does not send and expect what it did");
    refused(Some(RULES), &mutants, BTreeMap::from([("a/b/three", "33")]), "a/b/three is not in it");
    refused(Some(RULES + 1), &mutants, cases("22"), "judged by the rules");
    refused(Some(RULES), &mutants[..2], cases("22"), "the mutant waits is not the same");
    refused(
        Some(RULES),
        &[mutants[0], mutants[1], ("waits", "Another.")],
        cases("22"),
        "the mutant waits is not the same",
    );
    std::fs::write(&file, "{}").expect("written");
    let why = CaughtAlone::read(&file, None, &mutants, cases("22")).expect_err("no such file").to_string();
    assert!(why.contains("is not what `adequacy --json` of this version writes"), "{why}");
}
