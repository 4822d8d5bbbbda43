//! The commands of the documents: each is run as far as it goes without the environment of an SDK.

use std::collections::BTreeSet;

use crate::repository::{HEALTHY, REPORT, Repository, check, own};

/// The pages that show commands.
const PAGES: [&str; 14] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "SUPPLY-CHAIN.md",
    "adapters/README.md",
    "adapters/MANIFEST.md",
    "cases/README.md",
    "clients/README.md",
    "packages/README.md",
    "reports/README.md",
    "reports/RECORDS.md",
    ".github/pull_request_template.md",
    "justfile",
];

/// Cases that the commands name, by id or by a glob that one of them matches.
const NAMED: [&str; 5] = [
    HEALTHY,
    "anthropic/in-band/after-text",
    "gemini/benign/whole-answer",
    "gemini/benign/whole-tool-answer",
    "openai-chat/benign/whole-answer",
];

/// Names in the pages that stand for the reader's own, and what is there in this test.
const STAND_INS: [(&str, &str); 11] = [
    ("cases/anthropic/cut/mine.yaml", "cases/anthropic/benign/text.yaml"),
    ("cases/anthropic/in-band/mine.yaml", "cases/anthropic/benign/text.yaml"),
    ("FILE…", "cases/anthropic/benign/text.yaml"),
    ("anthropic/cut/mine", HEALTHY),
    ("anthropic/in-band/mine", HEALTHY),
    ("--case \"$1\"", "--case anthropic/benign/text"),
    ("--case ID", "--case anthropic/benign/text"),
    ("acme-python", "reference"),
    ("\"$@\"", ""),
    ("OLD.json NEW.json", "REPORT REPORT"),
    ("\"$1\" \"$2\"", "REPORT REPORT"),
];

/// Options of `run` that `list` has, too.
const SELECTING: [&str; 9] =
    ["--via", "--sdk", "--surface", "--case", "--edition", "--variants", "--cuts", "--errors", "--shard"];

#[test]
fn the_commands_of_the_pages_can_be_run() {
    let repository = Repository::with_cases(&NAMED);
    for file in manifests() {
        repository.copy(&file);
    }
    repository.copy("harness/examples/own_client.py");
    check(repository.call(&["run", "--sdk", "reference", "--case", HEALTHY]), 0, "wrote ");
    check(repository.call(&["generate", "--edition", "2027.02"]), 0, "wrote ");
    for checkout in ["checkout", "anthropic-sdk-python"] {
        std::fs::create_dir(repository.root.join(checkout)).expect("a folder");
    }
    let commands: BTreeSet<String> = PAGES.into_iter().flat_map(commands).collect();
    assert!(commands.len() > 30, "{commands:#?}");
    for command in commands {
        let mut filled = command.clone();
        for (name, own) in STAND_INS {
            filled = filled.replace(name, own);
        }
        let filled = filled.replace("REPORT", REPORT).replace("=../", "=").replace('\'', "");
        let words: Vec<&str> = filled.split_whitespace().collect();
        let runs = match words[0] {
            // The trials that would be run, as no SDK is set up.
            "run" => listed(&words),
            // These are shown with the arguments of an SDK or with a recording of the reader's, take minutes, do not end, or rewrite what
            // is committed.
            "setup" | "serve" | "probe" | "adequacy" | "generate" | "bless" | "report" | "import" | "record"
            | "repro" | "history" | "bisect" | "update" => [&words[..1], &["--help"]].concat(),
            _ => words.clone(),
        };
        let output = repository.command(&runs).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        let is_fine = output.status.success() || (words[0] == "doctor" && output.status.code() == Some(1));
        assert!(is_fine, "`{command}`, here {runs:?}, came to {}: {said}", output.status);
    }
}

/// The table of CONTRIBUTING.md names a constant and its file for each number but that of the tool.
#[test]
fn the_table_of_versions_says_what_the_code_says() {
    let read = |file: &str| std::fs::read_to_string(own().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let page = read("CONTRIBUTING.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (constant, rest) = cells.get(2)?.strip_prefix('`')?.split_once("` in `")?;
        let is_constant = constant.chars().all(|one| one.is_ascii_uppercase());
        is_constant.then(|| (constant, rest.split('`').next().unwrap_or_default(), cells[1].trim_matches('`')))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() >= 8, "{rows:?}");
    for (constant, file, says) in rows {
        let source = read(file);
        let declared = source.lines().find(|line| line.contains(&format!("const {constant}: ")));
        let value = declared.and_then(|line| line.split_once(" = ")).map(|(_, value)| value.trim_end_matches(';'));
        assert_eq!(value.map(|value| value.trim_matches('"')), Some(says), "`{constant}` in {file}");
    }
}

/// Turns `run` with a selection into `list` with it; an option that neither has is an error there.
fn listed<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut listed = vec!["list"];
    let mut words = words[1..].iter();
    while let Some(word) = words.next() {
        match *word {
            "--verbose" | "--strict" | "--open" => {}
            // What follows is a program of the reader's own, which `list` does not start.
            "--" => break,
            "--report" | "--records" | "--nonce" | "--jobs" => _ = words.next(),
            option => {
                listed.push(option);
                if SELECTING.contains(&option) {
                    listed.extend(words.next());
                }
            }
        }
    }
    listed
}

/// Lists the manifests of the fleet and of the gateways, and the files that they name.
fn manifests() -> Vec<String> {
    let files =
        walkdir::WalkDir::new(own().join("adapters")).min_depth(3).max_depth(3).into_iter().filter_map(Result::ok);
    let named = files.filter(|file| {
        let stem = file.path().file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_of_gateway =
            file.path().parent().and_then(|dir| dir.parent()).is_some_and(|dir| dir.ends_with("gateways"));
        file.file_type().is_file() && is_of_gateway || ["adapter", "handler", "main"].contains(&stem.as_str())
    });
    named.map(|file| file.path().strip_prefix(own()).expect("below it").display().to_string()).collect()
}

/// Returns the arguments behind `cargo run … --` in a page, in blocks and in lines of text.
fn commands(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(own().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let arguments = |at: usize| {
        let (before, rest) = text.split_at(at);
        // In a block a command ends with its line, in a paragraph at its backtick, which may stand on the next line.
        let is_block = before.ends_with("    ") || before.ends_with("|| ");
        let end = rest.find(|one| one == '`' || (is_block && one == '\n')).unwrap_or(rest.len());
        let command = rest[..end].split_once(" -- ")?.1.split("||").next()?.split(" #").next()?;
        Some(command.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    text.match_indices("cargo run ").filter_map(|(at, _)| arguments(at)).collect()
}
