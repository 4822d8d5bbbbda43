//! Tests of what is read and what is refused, with the file and the line.

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

fn suite() -> Value {
    json!({ "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n", "whole": true })
}

fn case() -> Value {
    json!({ "record": "case", "id": "c", "api": "openai-chat", "title": "t", "sources": [] })
}

fn sdk() -> Value {
    json!({
        "record": "sdk", "id": "s", "package": "s", "version": "1.0.0", "language": "python", "runtime": "CPython",
        "apis": [], "surfaces": [],
    })
}

fn trial() -> Value {
    json!({
        "record": "trial", "sdk": "s", "surface": "create", "case": "c", "variant": "as-written", "nonce": "n",
        "verdict": { "status": "pass", "checks": [] }, "wire": [], "took_ms": 1,
    })
}

fn written(content: &[u8]) -> (TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Utf8Path::from_path(folder.path()).expect("UTF-8").join("r.jsonl");
    fs::write(&path, content).expect("room on the disk");
    (folder, path)
}

fn lines(values: &[Value]) -> Vec<u8> {
    values.iter().flat_map(|value| format!("{value}\n").into_bytes()).collect()
}

#[track_caller]
fn refused(content: &[u8], expected: &str) {
    let (_folder, path) = written(content);
    let error = read(&path).expect_err(expected).to_string();
    let error = error.replace(path.as_str(), "r.jsonl");
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn whole_files_are_read_and_an_unfinished_line_is_left_out() {
    let all = [suite(), case(), sdk(), trial()];
    let mut content = lines(&all);
    let (_folder, path) = written(&content);
    assert_eq!(read(&path).expect("whole").len(), 4);
    // Files that were joined by concatenation.
    content.extend(lines(&all));
    content.truncate(content.len() - 5);
    fs::write(&path, &content).expect("room on the disk");
    assert_eq!(read(&path).expect("cut short").len(), 7);
    fs::write(&path, "").expect("room on the disk");
    assert_eq!(read(&path).expect("empty"), []);
}

#[test]
fn a_damaged_line_is_named_with_its_file_and_number() {
    let before = lines(&[suite(), case(), sdk()]);
    let with = |line: &[u8]| [before.as_slice(), line, b"\n"].concat();
    refused(&with(b"{\"record\": \"trial\""), "r.jsonl:4: not a record of this version of streamspec: EOF while");
    refused(&with(b"\xff\xfe"), "r.jsonl:4: not a record of this version of streamspec: expected value");
    refused(&with(b"\0\0\0\0"), "r.jsonl:4: not a record of this version of streamspec: expected value");
    refused(&with(b""), "r.jsonl:4: not a record of this version of streamspec: EOF while");
    refused(&with(b"{\"record\": \"new\"}"), "r.jsonl:4: not a record of this version of streamspec: unknown variant");
    let deep = format!("{{\"record\":\"suite\",\"nonce\":{}{}}}", "[".repeat(500), "]".repeat(500));
    refused(&with(deep.as_bytes()), "r.jsonl:4: not a record of this version of streamspec: recursion limit");
}

#[test]
fn what_should_stand_before_a_line_is_asked_for() {
    let missing = "no line before it says which suite was run";
    refused(&lines(&[trial()]), &format!("r.jsonl:1: {missing}"));
    refused(&lines(&[sdk(), suite()]), &format!("r.jsonl:1: {missing}"));
    refused(&lines(&[suite(), case(), trial()]), "r.jsonl:3: a trial of the SDK `s`, which no line before it tells of");
    refused(&lines(&[suite(), sdk(), trial()]), "r.jsonl:3: a trial of the case `c`, which no line before it tells of");
    // What one run tells says nothing about the next.
    let again = [suite(), case(), sdk(), trial(), suite(), case(), trial()];
    refused(&lines(&again), "r.jsonl:7: a trial of the SDK `s`");
}

/// A run that is killed while a trial waits to be repeated tells what it came to before.
#[test]
fn an_attempt_without_its_trial_is_a_trial_that_was_cut_short() {
    let attempt = |variant: &str, result: &str| {
        json!({
            "record": "attempt", "sdk": "s", "surface": "create", "case": "c", "variant": variant, "of": "trial",
            "result": result, "reason": "it was not as listed", "took_ms": 2,
        })
    };
    let all = [suite(), case(), sdk(), attempt("as-written", "fails"), attempt("crlf", "a hang"), trial()];
    let (_folder, path) = written(&lines(&all));
    let records = read(&path).expect("whole");
    let [.., Record::Trial(ended), Record::Trial(cut)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((ended.verdict.status.name(), ended.attempts.len()), ("pass", 0));
    assert_eq!((cut.name().as_str(), cut.attempts.len()), ("s/create::c@crlf", 1));
    assert_eq!(
        cut.verdict.in_short(),
        "not-run: the run ended before this trial was repeated; its attempt came to `a hang`"
    );
    refused(
        &lines(&[suite(), attempt("crlf", "a hang")]),
        "r.jsonl:2: a trial of the SDK `s`, which no line before it",
    );
}

#[test]
fn another_format_is_refused_by_its_number() {
    let mut other = suite();
    other["format"] = json!(FORMAT + 1);
    refused(
        &lines(&[other]),
        &format!(
            "r.jsonl:1: records of format {}, and this version of streamspec reads format {FORMAT}: run the",
            FORMAT + 1
        ),
    );
    let mut old = suite();
    old.as_object_mut().expect("an object").remove("format");
    refused(
        &lines(&[suite(), old]),
        "r.jsonl:2: records of a format from before formats had numbers, and this version",
    );
}

#[test]
fn what_has_no_end_or_is_no_file_is_refused_at_once() {
    let (_folder, path) = written(b"");
    let folder = path.parent().expect("a folder");
    let expected = read(folder).expect_err("a folder").to_string();
    assert_eq!(expected, format!("{folder}: a folder and not a file"));
    let absent = folder.join("absent");
    assert!(read(&absent).expect_err("absent").to_string().contains("absent"));
    #[cfg(unix)]
    {
        let fifo = folder.join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo is there");
        assert!(made.success());
        for endless in [fifo.as_path(), Utf8Path::new("/dev/zero")] {
            let expected = read(endless).expect_err("no end").to_string();
            assert_eq!(expected, format!("{endless}: a pipe or a device and not a file"));
        }
    }
}

#[test]
fn the_digest_is_of_cases_and_rules_in_any_order() {
    let case = |id: &str, digest: &str| {
        let mut record: CaseRecord = serde_json::from_value(case()).expect("a case");
        (record.id, record.digest) = (id.into(), digest.to_owned());
        record
    };
    let of = |rules, cases: &[CaseRecord]| digest(rules, cases.iter());
    let one = of(1, &[case("a", "1"), case("b", "2")]);
    assert_eq!(one, of(1, &[case("b", "2"), case("a", "1")]));
    for other in
        [of(2, &[case("a", "1"), case("b", "2")]), of(1, &[case("a", "1"), case("b", "3")]), of(1, &[case("a", "1")])]
    {
        assert_ne!(one, other);
    }
}

/// The page of the format shows lines as a run writes them.
#[test]
fn the_lines_of_the_page_are_records() {
    let page = include_str!("../../../reports/RECORDS.md");
    let lines: Vec<&str> = page.lines().filter(|line| line.starts_with("{\"record\":")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = Utf8Path::from_path(folder.path()).expect("UTF-8").join("records.jsonl");
    fs::write(&path, lines.join("\n") + "\n").expect("room on the disk");
    let records = read(&path).expect("they are read");
    let [.., Record::Trial(cut)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((records.len(), cut.verdict.status.name()), (5, "not-run"), "one of each kind");
    for (record, line) in records.iter().zip(&lines).take(4) {
        assert_eq!(serde_json::to_string(record).expect("it is JSON"), *line);
    }
    let writer = Writer::create(&path).expect("room on the disk");
    writer.write_attempt(cut.id(), cut.attempts[0].clone()).expect("room on the disk");
    assert_eq!(fs::read_to_string(&path).expect("it was written"), format!("{}\n", lines[4]));
}

/// The lines of the page come from a run.
#[test]
fn the_committed_schema_is_that_of_the_records_and_takes_them() {
    let committed = include_str!("../../../reports/records.schema.json");
    assert_eq!(committed, format!("{:#}\n", schema()), "it has drifted: `cargo run -- generate` makes it anew");
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let page = include_str!("../../../reports/RECORDS.md");
    for line in page.lines().filter(|line| line.starts_with("{\"record\":")) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", line["record"]);
    }
}
