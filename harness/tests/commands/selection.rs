//! Selections of SDKs, surfaces and cases: what is not there, and what did not run although it was named.

use crate::repository::{CUT, GONE, LIST, RECORDS, Repository, check};

#[test]
fn what_was_named_and_did_not_run_is_an_error() {
    if cfg!(feature = "genai") {
        return;
    }
    let repository = Repository::new().with_unlinked();
    check(repository.call(&["run", "--sdk", "all"]), 0, "genai is not run: built without the feature `genai`");
    for sdks in ["genai", "reference,genai", "all,genai"] {
        check(repository.call(&["run", "--sdk", sdks]), 3, "genai was named and no trial of it was run");
        check(repository.call(&["run", "--sdk", sdks, "--strict"]), 3, "genai was named and no trial of it was run");
    }
    check(
        repository.call(&["run", "--sdk", "all", "--surface", "stream"]),
        3,
        "the surface `stream` was named and no trial",
    );
    check(repository.call(&["setup", "genai"]), 3, "built without the feature");
    check(repository.call(&["probe", "genai"]), 3, "built without the feature");
}

#[test]
fn a_slip_in_one_manifest_or_list_stops_no_other_sdk() {
    let repository = Repository::new();
    repository.write("adapters/python/acme/adapter.toml", "id = \"acme-python\"\npackage = [\n");
    check(repository.call(&["run"]), 3, "acme-python is not run: ");
    assert!(repository.read(RECORDS).contains("\"status\":\"pass\""), "the others were run");
    check(repository.call(&["run", "--sdk", "reference"]), 0, "wrote ");
    check(
        repository.call(&["run", "--sdk", "acme-python,reference"]),
        3,
        "acme/adapter.toml: TOML parse error at line 2",
    );
    check(repository.call(&["list", "--sdk", "acme-python"]), 3, "acme/adapter.toml: ");
    check(repository.call(&["sdks"]), 3, "acme-python: ");
    check(repository.call(&["generate"]), 2, "acme/adapter.toml: ");
    std::fs::remove_dir_all(repository.root.join("adapters/python")).expect("it is there");
    repository.write(LIST, &GONE.replace("anthropic/cut/*", "{{{"));
    check(repository.call(&["run", "--sdk", "all"]), 3, "known-deviations.toml:5: `{{{` is not a glob");
}

#[test]
fn what_was_not_as_listed_is_run_again_and_nothing_else() {
    let repository = Repository::new();
    let (rerun, trials) =
        (["run", "--rerun", RECORDS], || repository.read(RECORDS).matches("\"record\":\"trial\"").count());
    repository.write(LIST, GONE);
    check(repository.call(&["run"]), 1, "this known deviation is gone");
    let all = trials();
    check(repository.call(&rerun), 1, "this known deviation is gone");
    let again = trials();
    assert!((1..all).contains(&again), "{again} of {all}");
    repository.write(LIST, "");
    check(repository.call(&rerun), 0, "wrote ");
    assert_eq!(trials(), again);
    check(repository.call(&rerun), 5, "every trial in target/streamspec/records.jsonl is as listed");
    check(repository.call(&["run", "--rerun", "none.jsonl"]), 2, "none.jsonl");
    check(repository.call(&["bless"]), 2, "");
}

#[test]
fn a_wrong_selection_names_the_culprit_and_what_is_near() {
    let repository = Repository::new();
    for (arguments, code, said) in [
        (["--case", "no-terminl"], 2, "no case `no-terminl`"),
        (["--case", "no-terminl"], 2, "did you mean `anthropic/cut/no-terminal`?"),
        (["--case", "terminal"], 2, "did you mean `anthropic/cut/no-terminal`?"),
        (["--case", "antropic/*"], 2, "no case `antropic/*`"),
        (["--sdk", "refrence"], 2, "there is no SDK `refrence`; did you mean `reference`?"),
        (["--surface", "evnts"], 2, "no chosen SDK has a surface `evnts`; did you mean `events`?"),
        (["--surface", "x*"], 2, "there are: events, final"),
        (["--variants", "crfl"], 2, "unknown variant `crfl`"),
        (["--shard", "9999/10000"], 5, "no trial was run"),
    ] {
        check(repository.call(&["run", arguments[0], arguments[1]]), code, said);
    }
    let braces = "{".repeat(250) + &"}".repeat(250);
    check(repository.call(&["list", "--case", &braces]), 2, "its braces are nested deeper than 8");
    check(repository.call(&["list", "--surface", &braces]), 2, "its braces are nested deeper than 8");
    check(repository.call(&["list", "--case", &"[".repeat(2000)]), 2, "it is longer than 1000 bytes");
    check(repository.call(&["list", "--case", "anthropic/*"]), 0, CUT);
    let by = |way: &[&str]| check(repository.call(&[&["list"][..], way].concat()), 0, CUT).get_output().stdout.clone();
    for (option, name) in [("--transport", "http1"), ("--via", "direct")] {
        assert_eq!((by(&[]), by(&[])), (by(&[option, name]), by(&[option, &format!("{name},{name}")])));
    }
    check(repository.call(&["list", "--nonsense"]), 2, "unexpected argument");
}
