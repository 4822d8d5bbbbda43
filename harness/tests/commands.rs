//! The commands as people and scripts call them: exit codes, what they write and what they leave alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A small repository: the reference client, an SDK that is not linked in, and a few cases.
struct Repository {
    _held: tempfile::TempDir,
    root: PathBuf,
}

/// What a command came to: its exit code, and everything that it said.
struct Came {
    code: Option<i32>,
    said: String,
}

impl From<Output> for Came {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(!said.contains("panicked at"), "{said}");
        Self { code: output.status.code(), said }
    }
}

const HEALTHY: &str = "anthropic/benign/text";
const CUT: &str = "anthropic/cut/no-terminal";
const SLOW: &str = "anthropic/benign/pauses";

impl Repository {
    fn new() -> Self {
        let held = tempfile::tempdir().expect("a temporary directory");
        let root = held.path().canonicalize().expect("it is there");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        for case in [HEALTHY, CUT, SLOW] {
            copy(here, &root, &format!("cases/{case}.yaml"));
        }
        for folder in ["cases/fragments", "cases/rules"] {
            for entry in here.join(folder).read_dir().expect("a folder") {
                let name = entry.expect("an entry").file_name().into_string().expect("a name");
                copy(here, &root, &format!("{folder}/{name}"));
            }
        }
        for file in ["adapter.toml", "known-deviations.toml"] {
            copy(here, &root, &format!("adapters/rust/reference/{file}"));
        }
        Self { _held: held, root }
    }

    /// With an SDK that this program has not been built with.
    fn with_unlinked(self) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        copy(here, &self.root, "adapters/rust/genai/adapter.toml");
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamspec"));
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null());
        command
    }

    fn call(&self, arguments: &[&str]) -> Came {
        self.command(arguments).output().expect("it starts").into()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

fn copy(from: &Path, to: &Path, file: &str) {
    let target = to.join(file);
    std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
    std::fs::copy(from.join(file), target).unwrap_or_else(|error| panic!("{file}: {error}"));
}

#[track_caller]
fn check(came: &Came, code: i32, said: &str) {
    assert_eq!(came.code, Some(code), "{}", came.said);
    assert!(came.said.contains(said), "`{said}` is not in: {}", came.said);
}

const RECORDS: &str = "target/streamspec/records.jsonl";
const LIST: &str = "adapters/rust/reference/known-deviations.toml";

/// An entry about something that the reference client does not do.
const GONE: &str = "# Of a person.\n[[deviation]]\ncases = [\"anthropic/cut/*\"]\naxis = \"outcome\"\nseen = [\"completed\"]\nwhy = \"w\"\n";

/// An entry about replays.
const REPLAYS: &str = "# Of another one.\n[[deviation]]\ncases = [\"anthropic/**\"]\naxis = \"variants\"\nseen = [\"cr: x\"]\nwhy = \"v\"\n";

#[test]
fn a_run_exits_with_1_exactly_when_there_is_something_to_bless() {
    let repository = Repository::new();
    check(&repository.call(&["run"]), 0, "wrote ");
    assert!(repository.root.join("target/streamspec/report/compatibility.json").is_file());
    let list = repository.read(LIST);
    check(&repository.call(&["bless"]), 0, "reference: kept 0, narrowed 0, added 0, removed 0; unexplained: 0");
    assert_eq!(repository.read(LIST), list);

    repository.write(LIST, &format!("{list}\n{GONE}\n{REPLAYS}"));
    check(&repository.call(&["run"]), 1, "this known deviation is gone");
    check(&repository.call(&["bless"]), 0, "reference: kept 1, narrowed 0, added 0, removed 1; unexplained: 0");
    assert_eq!(repository.read(LIST), format!("{list}\n{REPLAYS}"), "what the run did not look at is as it was");
    check(&repository.call(&["run"]), 0, "wrote ");
}

#[test]
fn bless_refuses_what_is_not_a_whole_run() {
    let repository = Repository::new();
    repository.write(LIST, GONE);
    check(&repository.call(&["run", "--variants", "quick"]), 1, "is gone");
    let records = repository.read(RECORDS);
    let refused = |records: &str, code: i32, said: &str| {
        repository.write(RECORDS, records);
        check(&repository.call(&["bless"]), code, said);
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
    let replayed = without(&|line| line.contains("\"record\":\"trial\"") && line.contains("\"variant\":\"crlf\""));
    refused(&replayed, 2, "@crlf is not in the records: the run was cut short");
    refused("", 2, "no run is in this file");
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

    check(&repository.call(&["run", "--case", HEALTHY]), 0, "wrote ");
    refused(&repository.read(RECORDS), 2, "the records of a selection");
    check(&repository.call(&["run", "--shard", "1/2"]), 1, "is gone");
    refused(&repository.read(RECORDS), 2, "trials are missing");
}

#[test]
fn what_was_named_and_did_not_run_is_an_error() {
    if cfg!(feature = "genai") {
        return;
    }
    let repository = Repository::new().with_unlinked();
    check(&repository.call(&["run", "--sdk", "all"]), 0, "genai is not run: built without the feature `genai`");
    for sdks in ["genai", "reference,genai", "all,genai"] {
        check(&repository.call(&["run", "--sdk", sdks]), 3, "genai was named and no trial of it was run");
        check(&repository.call(&["run", "--sdk", sdks, "--strict"]), 3, "genai was named and no trial of it was run");
    }
    check(
        &repository.call(&["run", "--sdk", "all", "--surface", "stream"]),
        3,
        "the surface `stream` was named and no trial",
    );
    check(&repository.call(&["setup", "genai"]), 3, "built without the feature");
    check(&repository.call(&["probe", "genai"]), 3, "built without the feature");
}

#[test]
fn a_slip_in_one_manifest_or_list_stops_no_other_sdk() {
    let repository = Repository::new();
    repository.write("adapters/python/acme/adapter.toml", "id = \"acme-python\"\npackage = [\n");
    check(&repository.call(&["run"]), 3, "acme-python is not run: ");
    assert!(repository.read(RECORDS).contains("\"word\":\"pass\""), "the others were run");
    check(&repository.call(&["run", "--sdk", "reference"]), 0, "wrote ");
    check(
        &repository.call(&["run", "--sdk", "acme-python,reference"]),
        3,
        "acme/adapter.toml: TOML parse error at line 2",
    );
    check(&repository.call(&["list", "--sdk", "acme-python"]), 3, "acme/adapter.toml: ");
    check(&repository.call(&["sdks"]), 3, "acme-python: ");
    check(&repository.call(&["generate"]), 2, "acme/adapter.toml: ");
    std::fs::remove_dir_all(repository.root.join("adapters/python")).expect("it is there");
    repository.write(LIST, "[[deviation]]\ncases = [\"{{{\"]\naxis = \"text\"\nseen = []\nwhy = \"\"\n");
    check(&repository.call(&["run", "--sdk", "all"]), 3, "known-deviations.toml:1: `{{{` is not a glob");
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
        check(&repository.call(&["run", arguments[0], arguments[1]]), code, said);
    }
    let braces = "{".repeat(250) + &"}".repeat(250);
    check(&repository.call(&["list", "--case", &braces]), 2, "its braces are nested deeper than 8");
    check(&repository.call(&["list", "--surface", &braces]), 2, "its braces are nested deeper than 8");
    check(&repository.call(&["list", "--case", &"[".repeat(2000)]), 2, "it is longer than 1000 bytes");
    check(&repository.call(&["list", "--case", "anthropic/*"]), 0, CUT);
    check(&repository.call(&["list", "--nonsense"]), 2, "unexpected argument");
}

#[test]
fn what_cannot_be_written_is_found_before_the_run() {
    let repository = Repository::new();
    repository.write("file", "mine");
    for arguments in [["--records", "cases"], ["--records", "file/records.jsonl"], ["--report", "file"]] {
        let came = repository.call(&["run", arguments[0], arguments[1]]);
        check(&came, 6, "cannot be written: ");
        assert!(!came.said.contains("surface"), "nothing was run: {}", came.said);
        assert!(!repository.root.join(RECORDS).exists());
    }
    assert_eq!(repository.read("file"), "mine");
    check(&repository.call(&["run"]), 0, "wrote ");
    check(&repository.call(&["report", "--out", "file"]), 6, "file cannot be written: ");
    check(&repository.call(&["merge", RECORDS, "--out", "file/x"]), 6, "cannot be written: ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_and_no_panic() {
    let repository = Repository::new();
    check(&repository.call(&["run"]), 0, "wrote ");
    let report = "target/streamspec/report/compatibility.json";
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
        &["compare", report, report],
        &["bless"],
        &["--help"],
        &["run", "--help"],
        &["--version"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let output = repository.command(arguments).stdout(full).output().expect("it starts");
        let came = Came::from(output);
        assert_eq!(came.code, Some(6), "{arguments:?}: {}", came.said);
        assert!(came.said.contains("standard output cannot be written: No space left"), "{arguments:?}: {}", came.said);
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
    let untouched = |came: &Came, said: &str| {
        check(came, 2, said);
        assert_eq!(repository.read("reports/compatibility.json"), "committed");
    };
    untouched(&repository.call(&["run", "--report", "reports"]), "missing: genai");
    untouched(&repository.call(&["run", "--report", "./reports/", "--sdk", "all", "--case", CUT]), "leave out --case");
    if !cfg!(feature = "genai") {
        untouched(&repository.call(&["run", "--report", "reports", "--sdk", "all"]), "not run: genai");
    }
    check(&repository.call(&["run", "--sdk", "reference"]), 0, "wrote ");
    untouched(&repository.call(&["report", "--out", "reports"]), "missing: genai");
    std::fs::remove_dir_all(repository.root.join("adapters/rust/genai")).expect("it is there");
    check(&repository.call(&["report", "--out", "reports"]), 0, "wrote ");
    assert!(repository.read("reports/compatibility.json").starts_with('{'));
    assert_eq!(repository.read("reports/details/mine.js"), "of a person");
    let records = repository.read(RECORDS);
    let short: String = records.lines().take(records.lines().count() - 1).flat_map(|line| [line, "\n"]).collect();
    repository.write(RECORDS, &short);
    check(&repository.call(&["report", "--out", "reports"]), 2, "the run was cut short");
    check(&repository.call(&["report"]), 0, "this is not the report of a whole run");
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
    let call = |arguments: &[&str]| -> Came {
        let mut command = repository.command(arguments);
        command.env("PATH", &path).env("DISPLAY", ":7").output().expect("it starts").into()
    };
    let page = |folder: &str| format!("{}/compatibility.html :7\n", repository.root.join(folder).display());
    check(&call(&["run", "--case", HEALTHY, "--open"]), 0, "opening ");
    assert_eq!(opened(), page("target/streamspec/report"));
    check(&call(&["report", "--out", "mine", "--format", "csv", "--open"]), 0, "opening ");
    assert_eq!(opened(), page("mine"));
    assert!(
        repository.root.join("mine/compatibility.html").is_file() && repository.root.join("mine/trials.csv").is_file()
    );
    let nothing = repository.command(&["report", "--open"]).env("PATH", "/nonexistent").output().expect("it starts");
    check(&nothing.into(), 0, "there is nothing here that opens pages");
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
        &repository.call(&["run"]),
        6,
        &format!("records.jsonl cannot be written: process {} is writing there", first.id()),
    );
    let elsewhere = ["run", "--case", HEALTHY, "--records", "other.jsonl", "--report", "other"];
    check(&repository.call(&elsewhere), 0, "wrote ");
    Command::new("kill").args(["-INT", &first.id().to_string()]).status().expect("it is sent");
    let code = first.wait().expect("it ends").code();
    assert_eq!(code, Some(130), "it was still running when the signal came");
    check(&repository.call(&["bless"]), 2, "the run was cut short");
}
