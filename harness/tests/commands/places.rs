//! The places that commands write to.

use std::process::{Command, Stdio};

use assert_cmd::assert::{Assert, OutputAssertExt as _};

use crate::repository::{CUT, HEALTHY, RECORDS, REPORT, Repository, SLOW, check, said};

#[test]
fn what_cannot_be_written_is_found_before_the_run() {
    let repository = Repository::new();
    repository.write("file", "mine");
    for arguments in [["--records", "cases"], ["--records", "file/records.jsonl"], ["--report", "file"]] {
        let came = repository.call(&["run", arguments[0], arguments[1]]);
        let came = said(&check(came, 6, "cannot be written: "));
        assert!(!came.contains("surface"), "nothing was run: {came}");
        assert!(!repository.root.join(RECORDS).exists());
    }
    assert_eq!(repository.read("file"), "mine");
    check(repository.call(&["run"]), 0, "wrote ");
    check(repository.call(&["report", "--out", "file"]), 6, "file cannot be written: ");
    check(repository.call(&["merge", RECORDS, "--out", "file/x"]), 6, "cannot be written: ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_and_no_panic() {
    let repository = Repository::new();
    check(repository.call(&["run"]), 0, "wrote ");
    for arguments in [
        &["run"][..],
        &["check"],
        &["list"],
        &["list", "--coverage"],
        &["setup"],
        &["sdks"],
        &["doctor"],
        &["probe", "reference"],
        &["report"],
        &["report", "--format", "github"],
        &["merge", RECORDS, "--out", "target/merged.jsonl"],
        &["compare", REPORT, REPORT],
        &["bless"],
        &["--help"],
        &["run", "--help"],
        &["--version"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let mut command = repository.command(arguments);
        command.stdout(full);
        check(command.assert(), 6, "standard output cannot be written: No space left");
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let status = repository.command(arguments).stdout(Stdio::null()).stderr(full).status().expect("it starts");
        assert!(status.code().is_some_and(|code| code < 100), "{arguments:?}: {status}");
    }
}

#[test]
fn the_committed_report_takes_a_whole_run_of_the_fleet_only() {
    let repository = Repository::new().with_unlinked();
    repository.write("reports/compatibility.json", "committed");
    repository.write("reports/details/mine.js", "of a person");
    let untouched = |came: Assert, said: &str| {
        check(came, 2, said);
        assert_eq!(repository.read("reports/compatibility.json"), "committed");
    };
    untouched(repository.call(&["run", "--report", "reports"]), "missing: genai");
    untouched(repository.call(&["run", "--report", "./reports/", "--sdk", "all", "--case", CUT]), "leave out --case");
    if !cfg!(feature = "genai") {
        untouched(repository.call(&["run", "--report", "reports", "--sdk", "all"]), "not run: genai");
    }
    check(repository.call(&["run", "--sdk", "reference"]), 0, "wrote ");
    untouched(repository.call(&["report", "--out", "reports"]), "missing: genai");
    untouched(repository.call(&["report", "--out", "reports", "--via", "direct"]), "leave out --via and --transport");
    std::fs::remove_dir_all(repository.root.join("adapters/rust/genai")).expect("it is there");
    check(repository.call(&["report", "--out", "reports"]), 0, "wrote ");
    assert!(repository.read("reports/compatibility.json").starts_with('{'));
    assert_eq!(repository.read("reports/details/mine.js"), "of a person");
    let records = repository.read(RECORDS);
    let short: String = records.lines().take(records.lines().count() - 1).flat_map(|line| [line, "\n"]).collect();
    repository.write(RECORDS, &short);
    check(repository.call(&["report", "--out", "reports"]), 2, "the run was cut short");
    check(repository.call(&["report"]), 0, "this is not the report of a whole run");
}

/// What opens pages stands in for itself: it writes down what it was asked to open, and what it knows of the user.
#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_when_it_is_asked_for() {
    use std::os::unix::fs::PermissionsExt as _;

    let repository = Repository::new();
    repository
        .write("bin/xdg-open", "#!/bin/sh\nprintf '%s %s\\n' \"$1\" \"$DISPLAY\" > opened.new\nmv opened.new opened\n");
    let program = repository.root.join("bin/xdg-open");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it is a file");
    let path = format!("{}:/usr/bin:/bin", repository.root.join("bin").display());
    let opened = || {
        let file = repository.root.join("opened");
        let said = (0..200).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            std::fs::read_to_string(&file).ok()
        });
        std::fs::remove_file(&file).expect("the page was opened");
        said.unwrap_or_default()
    };
    let call = |arguments: &[&str]| {
        let mut command = repository.command(arguments);
        command.env("PATH", &path).env("DISPLAY", ":7").assert()
    };
    let page = |folder: &str| format!("{}/compatibility.html :7\n", repository.root.join(folder).display());
    check(call(&["run", "--case", HEALTHY, "--open"]), 0, "opening ");
    assert_eq!(opened(), page("target/streamspec/report"));
    check(call(&["report", "--out", "mine", "--format", "csv", "--open"]), 0, "opening ");
    assert_eq!(opened(), page("mine"));
    assert!(
        repository.root.join("mine/compatibility.html").is_file() && repository.root.join("mine/trials.csv").is_file()
    );
    let nothing = repository.command(&["report", "--open"]).env("PATH", "/nonexistent").assert();
    check(nothing, 0, "no program that opens pages was found");
}

#[cfg(unix)]
#[test]
fn two_runs_do_not_share_a_file_and_an_interrupted_one_says_so() {
    let repository = Repository::new();
    let slow = format!("cases/{SLOW}.yaml");
    repository.write(&slow, &repository.read(&slow).replace("pause: 400", "pause: 2400"));
    let mut first =
        repository.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let begun = || std::fs::metadata(repository.root.join(RECORDS)).is_ok_and(|about| about.len() > 0);
    for _ in 0..200 {
        if begun() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(begun(), "the first run did not begin");
    check(
        repository.call(&["run"]),
        6,
        &format!("records.jsonl cannot be written: process {} is writing there", first.id()),
    );
    let elsewhere = ["run", "--case", HEALTHY, "--records", "other.jsonl", "--report", "other"];
    check(repository.call(&elsewhere), 0, "wrote ");
    Command::new("kill").args(["-INT", &first.id().to_string()]).status().expect("it is sent");
    let code = first.wait().expect("it ends").code();
    assert_eq!(code, Some(130), "it was still running when the signal came");
    check(repository.call(&["bless"]), 2, "the run was cut short");
}
