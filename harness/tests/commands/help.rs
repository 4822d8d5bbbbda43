//! The help of every command, and mistakes on the command line.

use crate::repository::{Repository, check};

/// Every command, as `--help` lists them.
const COMMANDS: [&str; 30] = [
    "run",
    "check",
    "list",
    "show",
    "diff-sdk",
    "repro",
    "explain",
    "setup",
    "sdks",
    "doctor",
    "probe",
    "report",
    "merge",
    "compare",
    "history",
    "bisect",
    "update",
    "bless",
    "serve",
    "new",
    "fmt",
    "shrink",
    "fuzz",
    "import",
    "record",
    "adequacy",
    "generate",
    "clean",
    "completions",
    "man",
];

#[test]
fn every_command_has_its_help() {
    let repository = Repository::with_cases(&[]);
    let help = repository.told(&check(repository.call(&["--help"]), 0, "Usage: "));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let listed: Vec<&str> =
        listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert_eq!(listed, COMMANDS);
    insta::assert_snapshot!("help", help);
    for command in COMMANDS {
        let came = check(repository.call(&[command, "--help"]), 0, "Usage: ");
        insta::assert_snapshot!(format!("help-{command}"), repository.told(&came));
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    let came = check(Repository::with_cases(&[]).call(&["--version"]), 0, "streamspec ");
    came.stdout(format!("streamspec {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mistakes_on_the_command_line_are_explained() {
    let repository = Repository::with_cases(&[]);
    for (arguments, said) in [
        (&[][..], "Usage: "),
        (&["rum"], "a similar subcommand exists: 'run'"),
        (&["run", "--verbos"], "a similar argument exists: '--verbose'"),
        (&["run", "--jobs", "0"], "0 is not in 1..=1024"),
        (&["run", "--cuts", "words"], "[possible values: events, bytes]"),
        (&["run", "--shard", "3/2"], "invalid value '3/2' for '--shard <I/N|auto>'"),
        (&["run", "--shard", "auto"], "no variable says which of several machines this is"),
        (&["run", "--transport", "h9"], "[possible values: http1"),
        (&["list", "--transport", "http1,h9"], "invalid value 'h9' for '--transport <NAME>'"),
        (&["report", "--format", "pdf"], "[possible values: "),
        (&["report", "--via", "a/b"], "`a/b`"),
        (&["probe"], "the following required arguments were not provided"),
        (&["merge", "--out", "x"], "the following required arguments were not provided"),
        (&["compare", "x"], "the following required arguments were not provided"),
        (&["--root", "cases", "list"], "cases: no `cases` and `adapters` folders here"),
    ] {
        check(repository.call(arguments), 2, said);
    }
}
