//! Each command once, with what it says.

use serde_json::Value;
use streamspec_adapters::dialect::TABLES;

use crate::repository::{CUT, GONE, HEALTHY, LIST, RECORDS, REPORT, Repository, check, own};

#[test]
fn run_and_list_say_which_trials_there_are_and_how_they_came_out() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let came = check(repository.call(&["run", "--nonce", "0123456789abcdef"]), 0, "wrote ");
    insta::assert_snapshot!("run", repository.told(&came));
    insta::assert_snapshot!("list", repository.told(&check(repository.call(&["list"]), 0, CUT)));
    check(repository.call(&["list", "--coverage"]), 0, "| A13 |");
}

#[test]
fn what_each_sdk_makes_of_a_case_stands_side_by_side() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    check(repository.call(&["diff-sdk", CUT]), 2, RECORDS);
    check(repository.call(&["run", "--case", CUT]), 0, "wrote ");
    let one = format!("{CUT}#close");
    insta::assert_snapshot!("diff-sdk", repository.told(&check(repository.call(&["diff-sdk", &one]), 0, "pass")));
    check(
        repository.call(&["diff-sdk", HEALTHY]),
        5,
        "`cargo run --release -- run --sdk all --case 'anthropic/benign/text'` runs them",
    );
    check(repository.call(&["diff-sdk", "anthropic/cut/no-terminl"]), 2, "did you mean");
}

#[test]
fn terms_are_explained() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    insta::assert_snapshot!(
        "explain",
        repository.told(&check(repository.call(&["explain", "A13", "transport"]), 0, ""))
    );
    check(repository.call(&["run"]), 0, "wrote ");
    check(repository.call(&["explain", "silent", "--report", REPORT]), 0, "trials, by SDK: none");
    check(repository.call(&["explain", "silence"]), 2, "there is no rule, axis, level, verdict or grade `silence`");
    check(repository.call(&["explain", "silent", "--report", RECORDS]), 2, RECORDS);
}

#[test]
fn check_points_at_mistakes_in_cases_and_in_lists() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let file = format!("cases/{HEALTHY}.yaml");
    check(repository.call(&["check", &file]), 0, "1 file, 1 case: 0 errors");
    let healthy = repository.read(&file);
    repository.write("cases/anthropic/benign/broken.yaml", &healthy.replace("\nexpect:", "\nexpects:"));
    let came = check(repository.call(&["check", "cases/anthropic/benign/broken.yaml"]), 2, "error");
    insta::assert_snapshot!("check", repository.told(&came));
    std::fs::remove_file(repository.root.join("cases/anthropic/benign/broken.yaml")).expect("it is there");

    check(repository.call(&["check"]), 0, "0 errors");
    repository
        .write(LIST, "[[deviation]]\ncases = [\"**\"]\nseen = [\"completed\"]\naxis = \"outcome\"\nwhy = \"w\"\n");
    let came = check(repository.call(&["check"]), 2, "known-deviations.toml:");
    let said = repository.told(&came);
    insta::assert_snapshot!("check-old-list", said.lines().last().expect("a line"));
    check(repository.call(&["run", "--sdk", "reference"]), 3, "an entry is now a `reason` and an optional `link`");
    repository.write(LIST, &format!("{GONE}\n{GONE}"));
    check(
        repository.call(&["check"]),
        2,
        "known-deviations.toml:11: this entry has the reason and the link of the one at line 2",
    );
    repository.write("adapters/python/acme/adapter.toml", "id = 1\n");
    check(repository.call(&["check"]), 2, "acme/adapter.toml: TOML parse error at line 1");
}

#[test]
fn setup_sdks_and_doctor_say_what_there_is() {
    let repository = Repository::with_cases(&[]).with_unlinked();
    check(repository.call(&["setup", "reference"]), 0, "reference: streamspec-adapters ");
    check(repository.call(&["setup", "refrence"]), 2, "there is no SDK `refrence`; did you mean `reference`?");
    let came = check(repository.call(&["sdks"]), 0, "linked");
    insta::assert_snapshot!(
        "sdks",
        repository.told(&came).lines().find(|line| line.starts_with("reference")).unwrap_or("")
    );
    let doctor = repository.call(&["doctor"]);
    // This machine may lack a runtime.
    let code = doctor.get_output().status.code().filter(|code| *code <= 1).expect("0 or 1");
    check(doctor, code, "the server can listen on the loopback interface");
}

#[test]
fn probe_tests_an_adapter_and_names_what_is_none() {
    let repository = Repository::with_cases(&[]);
    let probed = repository.call(&["probe", "reference"]);
    let told = repository.told(&probed);
    for what in ["events openai-chat: by tls", "final cohere-chat: by h2", "another authority was refused"] {
        assert!(told.contains(what), "{what}: {told}");
    }
    check(probed, 0, "probes, 0 wrong");
    check(repository.call(&["probe", "--", "cat"]), 3, "the adapter's first line must be its hello");
    check(repository.call(&["probe", "--", "there-is-no-such-program"]), 3, "there-is-no-such-program: ");
    check(repository.call(&["probe", "refrence"]), 2, "did you mean `reference`?");
}

#[test]
fn a_run_in_production_says_what_was_negotiated() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let ran = check(repository.call(&["run", "--transport", "production"]), 0, "negotiated h2 in ");
    let told = repository.told(&ran);
    assert!(told.contains(", http/1.1 in 0 trials"), "{told}");
    let report = repository.read("target/streamspec/report/compatibility.md");
    assert!(report.contains("## Negotiated") && report.contains("| `h2` | `http/1.1` |"), "{report}");
    let counts = repository.read("target/streamspec/report/compatibility.json");
    assert!(counts.contains(r#""negotiated":{"h2":"#), "{counts}");
    check(repository.call(&["run"]), 0, "wrote ");
    let report = repository.read("target/streamspec/report/compatibility.md");
    assert!(!report.contains("## Negotiated"), "{report}");
}

#[test]
fn report_merge_and_compare_take_what_a_run_wrote() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    for shard in ["1/2", "2/2"] {
        let records = format!("{}.jsonl", &shard[..1]);
        check(repository.call(&["run", "--shard", shard, "--records", &records]), 0, "wrote ");
    }
    check(repository.call(&["merge", "1.jsonl", "--out", "all.jsonl"]), 2, "trials are missing");
    check(repository.call(&["merge", "1.jsonl", "1.jsonl", "--out", "all.jsonl"]), 2, "error: ");
    check(repository.call(&["merge", "1.jsonl", "2.jsonl", "--out", "all.jsonl"]), 0, "wrote ");

    let formats = "json,markdown,html,short,junit,sarif,csv,badges";
    check(repository.call(&["report", "all.jsonl", "--format", formats]), 0, "wrote ");
    for file in [
        "compatibility.json",
        "compatibility.md",
        "compatibility.html",
        "short.md",
        "junit.xml",
        "streamspec.sarif",
        "trials.csv",
        "badges",
    ] {
        assert!(repository.root.join("target/streamspec/report").join(file).exists(), "{file}");
    }
    check(repository.call(&["report", "all.jsonl", "--format", "github"]), 0, "::notice title=streamspec::");
    check(repository.call(&["report", "absent.jsonl"]), 2, "absent.jsonl");
    check(repository.call(&["report", "all.jsonl", "--via", "direct", "--transport", "http1"]), 0, "wrote ");

    check(repository.call(&["compare", REPORT, REPORT]), 0, "0 broken, 0 worsened");
    check(repository.call(&["compare", REPORT, "absent.json"]), 2, "absent.json");
    check(repository.call(&["compare", REPORT, &format!("{REPORT}:refrence")]), 2, "refrence");
    let report = repository.read(REPORT);
    let changed = |file: &str, records: &str| {
        repository.write("changed.jsonl", records);
        check(repository.call(&["report", "changed.jsonl", "--format", "json", "--out", file]), 0, "wrote ");
        format!("{file}/compatibility.json")
    };
    let records = repository.read("all.jsonl");
    let worse = changed("worse", &records.replacen("\"status\":\"pass\"", "\"status\":\"deviates\"", 1));
    insta::assert_snapshot!(
        "compare",
        repository.told(&check(repository.call(&["compare", REPORT, &worse]), 1, "1 broken"))
    );
    check(repository.call(&["compare", &worse, REPORT]), 0, "1 fixed");
    for format in ["html", "json"] {
        check(repository.call(&["compare", REPORT, &worse, "--format", format]), 1, "broken");
    }
    let lost = changed("lost", &records.replacen("\"status\":\"pass\"", "\"status\":\"harness-fault\"", 1));
    check(repository.call(&["compare", REPORT, &lost]), 3, "");
    assert_eq!(repository.read(REPORT), report, "what is compared is as it was");
}

#[test]
fn adequacy_names_the_mutants_that_no_case_catches() {
    let repository = Repository::with_cases(&[HEALTHY]);
    repository.write("cases/adequacy.toml", "");
    check(repository.call(&["adequacy", "--case", "absent"]), 2, "no case `absent`");
    check(repository.call(&["adequacy"]), 1, "no case catches the mutant drops-tools: Tool calls are lost.");
}

#[test]
fn adequacy_names_the_cases_that_prove_what_others_prove() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let healthy = repository.read(&format!("cases/{HEALTHY}.yaml"));
    let twin = healthy.replace("\nexpect:", "\nmax-retries: 1\nexpect:");
    repository.write("cases/anthropic/benign/twin.yaml", &twin);
    check(repository.call(&["adequacy", "--records", RECORDS]), 2, "--unique");
    check(repository.call(&["run"]), 0, "wrote ");
    let unique = ["adequacy", "--unique", "--records", RECORDS];
    let none = "2 case files without a mutant or a verdict of their own, 0 of them kept with a reason, 2 without";
    let came = check(repository.call(&unique), 1, none);
    let said = repository.told(&came);
    assert!(said.contains("anthropic/benign/twin proves what another case file proves"), "{said}");
    assert!(
        said.contains("0 case files catch a mutant that no other one catches; of 2 another one catches all mutants"),
        "{said}"
    );
    repository.write("cases/adequacy.toml", "[[kept]]\ncases = [\"*/benign/*\"]\nreason = \"Another form.\"\n");
    let kept = "2 case files without a mutant or a verdict of their own, 2 of them kept with a reason, 0 without";
    check(repository.call(&unique), 1, kept);
    repository.write("cases/adequacy.toml", "[[kept]]\ncases = [\"*/absent/*\"]\nreason = \"Another form.\"\n");
    check(repository.call(&["check"]), 2, "`*/absent/*` matches no case file");
}

#[test]
fn generate_writes_what_check_asks_for() {
    let repository = Repository::with_cases(&[HEALTHY]);
    for page in ["README.md", "adapters/README.md", "cases/README.md", "reports/README.md"] {
        repository.copy(page);
    }
    for table in TABLES.into_iter().chain(["clients/openapi.json"]) {
        repository.copy(table);
    }
    check(repository.call(&["generate"]), 2, "reports/compatibility.json");
    check(repository.call(&["run"]), 0, "wrote ");
    repository.write("reports/compatibility.json", &repository.read(REPORT));
    check(repository.call(&["generate", "--check"]), 1, "README.md is not what would be generated; run");
    check(repository.call(&["generate"]), 0, "wrote cases/schema.json");
    check(repository.call(&["generate", "--check"]), 0, "README.md is up to date");
    let schema = std::fs::read_to_string(own().join("cases/schema.json")).expect("it is committed");
    assert_eq!(repository.read("cases/schema.json"), schema);
}

#[test]
fn the_records_of_a_run_are_what_their_schema_says() {
    let schema = std::fs::read_to_string(own().join("reports/records.schema.json")).expect("it is committed");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    repository.write(LIST, GONE);
    check(repository.call(&["run", "--variants", "crlf"]), 1, "this known deviation is gone");
    let records = repository.read(RECORDS);
    let mut kinds = std::collections::BTreeSet::new();
    for line in records.lines() {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:#?}");
        kinds.insert(line["record"].as_str().expect("a kind").to_owned());
        line["record"] = Value::from("other");
        assert!(!validator.is_valid(&line), "the schema knows no other kinds: {line}");
    }
    assert!(["suite", "case", "sdk", "trial"].iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
}

#[test]
fn bless_says_what_it_did_to_each_list() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    repository.write(LIST, GONE);
    check(repository.call(&["run"]), 1, "this known deviation is gone");
    let came = check(repository.call(&["bless"]), 0, "reference: ");
    insta::assert_snapshot!("bless", repository.told(&came));
    repository.write(RECORDS, "");
    check(repository.call(&["bless"]), 2, "this file holds no run");
}
