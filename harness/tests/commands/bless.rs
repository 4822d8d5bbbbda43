//! The lists of known deviations: what is rewritten and what is refused.

use crate::repository::{CUT, GONE, HEALTHY, LIST, RECORDS, Repository, VARIANTS, check};

#[test]
fn a_run_exits_with_1_exactly_when_there_is_something_to_bless() {
    let repository = Repository::new();
    check(repository.call(&["run"]), 0, "wrote ");
    assert!(repository.root.join("target/streamspec/report/compatibility.json").is_file());
    let list = repository.read(LIST);
    check(repository.call(&["bless"]), 0, "reference: kept 0, narrowed 0, added 0, removed 0; unexplained: 0");
    assert_eq!(repository.read(LIST), list);

    repository.write(LIST, &format!("{list}\n{GONE}\n{VARIANTS}"));
    check(repository.call(&["run"]), 1, "this known deviation is gone");
    check(repository.call(&["bless"]), 0, "reference: kept 1, narrowed 0, added 0, removed 1; unexplained: 0");
    assert_eq!(repository.read(LIST), format!("{list}\n{VARIANTS}"), "what the run did not look at is as it was");
    check(repository.call(&["run"]), 0, "wrote ");
}

#[test]
fn bless_refuses_what_is_not_a_whole_run() {
    let repository = Repository::new();
    repository.write(LIST, GONE);
    check(repository.call(&["run", "--variants", "quick"]), 1, "is gone");
    let records = repository.read(RECORDS);
    let refused = |records: &str, code: i32, said: &str| {
        repository.write(RECORDS, records);
        check(repository.call(&["bless"]), code, said);
        assert_eq!(repository.read(LIST), GONE, "the list is as it was");
    };
    let lines: Vec<&str> = records.lines().collect();
    let without = |is: &dyn Fn(&str) -> bool| {
        let place = lines.iter().position(|line| is(line)).expect("there is one");
        let kept = lines.iter().enumerate().filter(|(number, _)| *number != place);
        kept.flat_map(|(_, line)| [*line, "\n"]).collect::<String>()
    };
    let written = without(&|line| line.contains("\"record\":\"trial\"") && line.contains("\"as-written\""));
    refused(&written, 2, "the run was cut short");
    let repeated = without(&|line| line.contains("\"record\":\"trial\"") && line.contains("it was not as listed"));
    refused(&repeated, 2, "the run was cut short");
    let run_in_variants =
        without(&|line| line.contains("\"record\":\"trial\"") && line.contains("\"variant\":\"crlf\""));
    refused(&run_in_variants, 2, "@crlf is not in the records: the run was cut short");
    refused("", 2, "this file holds no run");
    refused(&records.replace("\"pass\"", "\"adapter-fault\""), 3, "came to adapter-fault");
    refused(
        &records.replace("\"version\":\"0.1.0\"", "\"version\":\"0.0.9\""),
        2,
        "version 0.0.9 was run, and 0.1.0 is the locked one",
    );
    let case = format!("cases/{CUT}.yaml");
    let changed = repository.read(&case).replace("outcome: error\n", "outcome: incomplete\n");
    let as_it_was = repository.read(&case);
    repository.write(&case, &changed);
    refused(&records, 2, "the cases or the surfaces are not those of the records");
    repository.write(&case, &as_it_was);

    check(repository.call(&["run", "--case", HEALTHY]), 0, "wrote ");
    refused(&repository.read(RECORDS), 2, "the records of a selection");
    check(repository.call(&["run", "--shard", "1/2"]), 1, "is gone");
    refused(&repository.read(RECORDS), 2, "trials are missing");
}
