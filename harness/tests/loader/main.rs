//! The loader from outside: what it makes of good files, and what it says about bad ones.

mod hostile;
mod schemas;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec::case::{Basis, Case, Checks, Confidence, Rule, Source, Step};
use streamspec::load::{self, Problems, Selection, Severity};
use streamspec_adapters::contract::Api;

/// Returns a root of its own with good cases below `cases/` and bad ones beside them.
fn fixtures() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Returns the repository.
fn repository() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a root with the fixtures' fragments and these files.
fn project(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a name in UTF-8");
    let fragments = "cases/fragments/anthropic-messages.yaml";
    let text = std::fs::read(fixtures().join(fragments)).expect("the fixtures");
    for (file, text) in std::iter::once((fragments, text.as_slice())).chain(files.iter().map(|(f, t)| (*f, *t))) {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    (folder, root)
}

fn only(names: &[&str]) -> Selection {
    Selection::named(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}

fn ids(root: &Utf8Path, selection: &Selection) -> Vec<String> {
    let suite = load::suite(root, selection).unwrap_or_else(|problems| panic!("{problems}"));
    suite.cases.into_iter().map(|case| case.id.to_string()).collect()
}

fn refusal(root: &Utf8Path, selection: &Selection) -> Problems {
    load::suite(root, selection).expect_err("a refusal")
}

fn case(id: &str) -> Case {
    load::case(&fixtures(), id).unwrap_or_else(|problems| panic!("{problems}"))
}

const AFTER_TEXT: [&str; 4] = [
    "anthropic/in-band/after-text#overloaded,start",
    "anthropic/in-band/after-text#overloaded,text",
    "anthropic/in-band/after-text#rate-limit,start",
    "anthropic/in-band/after-text#rate-limit,text",
];

#[test]
fn the_good_fixtures_have_no_problem() {
    let report = load::check(&fixtures(), &[]);
    assert!(report.problems.is_empty(), "{}", report.problems);
    assert_eq!((report.files, report.cases), (3, 6));
}

#[test]
fn the_repository_has_no_error() {
    let report = load::check(&repository(), &[]);
    assert!(!report.has_errors(), "{}", report.problems);
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let folder = fixtures().join("broken");
    let mut files: Vec<_> = folder.read_dir_utf8().expect("the fixtures").map(|entry| entry.expect("a file")).collect();
    files.sort_by(|a, b| a.file_name().cmp(b.file_name()));
    for file in files {
        let report = load::check(&fixtures(), &[file.path().to_owned()]);
        assert!(!report.problems.is_empty(), "nothing is said of {}", file.file_name());
        let name = file.path().file_stem().expect("a name");
        insta::assert_snapshot!(name, report.problems.render(false));
    }
}

#[test]
fn a_selection_takes_what_it_names() {
    let check = |names: &[&str], expected: &[&str]| assert_eq!(ids(&fixtures(), &only(names)), expected, "{names:?}");
    check(&[AFTER_TEXT[1]], &AFTER_TEXT[1..2]);
    check(&["anthropic/in-band/after-text"], &AFTER_TEXT);
    check(&["anthropic/in-band"], &AFTER_TEXT);
    check(&["cases/anthropic/in-band/"], &AFTER_TEXT);
    check(&["anthropic/in-band/*"], &AFTER_TEXT);
    check(&["**/after-text"], &AFTER_TEXT);
    check(&["*/in-band/*#rate-*"], &AFTER_TEXT[2..]);
    check(&["**/*#{overloaded,rate-limit},start"], &[AFTER_TEXT[0], AFTER_TEXT[2]]);
    check(&["gemini/**", "anthropic/benign/plain"], &["anthropic/benign/plain", "gemini/in-band/unavailable"]);
    check(&["cases/gemini/in-band/unavailable.yaml"], &["gemini/in-band/unavailable"]);
    check(&[fixtures().join("cases/gemini/in-band/unavailable.yaml").as_str()], &["gemini/in-band/unavailable"]);
    let all = ids(&fixtures(), &only(&[]));
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted());
}

#[test]
fn one_case_is_asked_for_by_a_name_that_only_it_has() {
    let problems = load::case(&fixtures(), "anthropic/in-band").expect_err("a folder");
    let message = &problems.iter().next().expect("a problem").message;
    assert_eq!(
        message,
        &format!("`anthropic/in-band` names 4 cases, of which the first is `{}`; name one", AFTER_TEXT[0])
    );
}

#[test]
fn a_selection_of_nothing_is_an_error() {
    let check = |name: &str, message: &str, help: Option<&str>| {
        let problems = refusal(&fixtures(), &only(&[name]));
        let problem = problems.iter().next().expect("a problem");
        assert_eq!((problem.message.as_str(), problem.help.as_deref()), (message, help), "{name}");
    };
    let did = Some("did you mean `anthropic/in-band/after-text`?");
    check("anthropic/in-band/after-txt", "no case `anthropic/in-band/after-txt`", did);
    check("anthropic/inband/after-text", "no case `anthropic/inband/after-text`", did);
    check(
        "anthropic/in-band/after-text#overloaded,txt",
        "no case `anthropic/in-band/after-text#overloaded,txt`",
        Some("did you mean `anthropic/in-band/after-text#overloaded,text`?"),
    );
    check(
        "vertex/**",
        "no case `vertex/**`",
        Some("known: `anthropic/benign/plain`, `anthropic/in-band/after-text`, `gemini/in-band/unavailable`"),
    );
    check("a[", "`a[` is not a pattern: unclosed character class; missing ']'", None);
    check("../../etc/passwd", "`../../etc/passwd` is not the id of a case", None);
    check("/etc/passwd", "`/etc/passwd` is not the id of a case", None);
    let (_folder, root) = project(&[]);
    assert_eq!(refusal(&root, &Selection::All).iter().next().expect("a problem").message, "there are no cases");
    let nowhere = root.join("nowhere");
    assert!(refusal(&nowhere, &Selection::All).has_errors());
    assert!(load::check(&nowhere, &[]).has_errors());
}

#[test]
fn an_exact_id_reads_no_other_case() {
    let good = std::fs::read(fixtures().join("cases/anthropic/benign/plain.yaml")).expect("the fixtures");
    let (_folder, root) = project(&[
        ("cases/anthropic/benign/plain.yaml", &good),
        ("cases/anthropic/benign/broken.yaml", b"title: ["),
        ("cases/fragments/gemini-generate.yaml", b"\xff"),
    ]);
    assert_eq!(ids(&root, &only(&["anthropic/benign/plain"])), ["anthropic/benign/plain"]);
    assert!(refusal(&root, &Selection::All).has_errors());
}

#[test]
fn values_and_fragments_are_filled_in() {
    let case = case("anthropic/in-band/after-text#rate-limit,text");
    assert_eq!(case.title, "An error of type rate_limit_error after text");
    assert_eq!(case.file, "cases/anthropic/in-band/after-text.yaml");
    assert_eq!(case.sources[0].quote.as_deref(), Some("a literal ${name}"));
    let steps = serde_json::to_string(&case.exchanges).expect("steps are JSON");
    insta::assert_snapshot!("filled-in-steps", steps.replace(r#"},{""#, "},\n{\""));
    let control = serde_json::to_string(&case.control).expect("steps are JSON");
    assert!(control.contains(r#""status":429"#) && control.contains(r#""type":"rate_limit_error""#), "{control}");
    let Checks { error_status, error_type, .. } = case.expect.should;
    assert_eq!((error_status, error_type), (Some(streamspec::case::StatusCheck::Equals(429)), None));
}

#[test]
fn a_source_says_what_it_is_and_how_surely_it_says_it() {
    let sources = case("gemini/in-band/unavailable").sources;
    let [issue, page, recorded] = sources.as_slice() else { panic!("three: {sources:?}") };
    assert_eq!((issue.confidence, &issue.gone, &issue.recording), (Confidence::High, &None, &None));
    assert_eq!((page.confidence, page.gone.as_deref()), (Confidence::Low, Some("2026-11-29")));
    let recording = recorded.recording.as_ref().expect("a recording");
    assert_eq!((recorded.basis, recording.date.as_str()), (Basis::Recorded, "2026-11-28"));
    assert_eq!(sources.iter().map(Source::carries_a_must).collect::<Vec<_>>(), [false; 3]);
}

#[test]
fn a_digest_is_that_of_what_is_sent_and_expected_and_of_the_names() {
    let file = "cases/anthropic/in-band/after-text.yaml";
    let written = std::fs::read_to_string(fixtures().join(file)).expect("the fixtures");
    let digest = |text: &str| {
        let (_folder, root) = project(&[(file, text.as_bytes())]);
        let suite = load::suite(&root, &Selection::All).unwrap_or_else(|problems| panic!("{problems}"));
        suite.cases[0].digest.clone()
    };
    let changed = |from: &str, to: &str| {
        assert!(written.contains(from), "`{from}` is not in {written}");
        digest(&written.replace(from, to))
    };
    let before = digest(&written);
    assert_eq!(before, changed("title: ", "title: In other words, "));
    assert_eq!(before, changed("basis: ", "confidence: medium, basis: "));
    assert_ne!(before, changed("overloaded:", "too-busy:"), "the name of a combination is part of a case's id");
    assert_ne!(before, changed("529", "503"));
}

#[test]
fn a_round_is_a_number_or_a_part_of_a_text() {
    let case = case("gemini/in-band/unavailable");
    let data: Vec<_> = case.exchanges[0]
        .iter()
        .filter_map(|step| match step {
            Step::Data(data) if data.get("n").is_some() => Some(data.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(data, [r#"{"n":0,"text":"0th","k0":0}"#, r#"{"n":1,"text":"1th","k1":0}"#]);
}

#[test]
fn rules_come_in_the_order_of_their_numbers() {
    let suite = load::suite(&fixtures(), &Selection::All).expect("a suite");
    let ids: Vec<&str> = suite.rules.iter().map(|Rule { id, .. }| id.as_str()).collect();
    assert_eq!(ids, ["C1", "C2", "C10"]);
}

#[test]
fn a_fragment_can_be_had_alone() {
    let steps = load::fragment(&fixtures(), Api::AnthropicMessages, "http-error").expect("steps");
    assert!(matches!(steps.as_slice(), [Step::Respond(_), Step::Json(_), Step::End(_)]), "{steps:?}");
    let problems = load::fragment(&fixtures(), Api::AnthropicMessages, "http-eror").expect_err("no such fragment");
    assert_eq!(problems.iter().next().and_then(|problem| problem.help.as_deref()), Some("did you mean `http-error`?"));
    assert!(load::fragment(&fixtures(), Api::OpenaiChat, "text").is_err());
}

#[test]
fn what_is_expected_is_found_in_its_file() {
    let file = Utf8Path::new("cases/anthropic/in-band/after-text.yaml");
    let check = |path: &[&str], expected: Option<(usize, usize, usize)>| {
        let found = load::locate(&fixtures(), file, path);
        assert_eq!(found.as_ref().map(|found| (found.line, found.column, found.length)), expected, "{path:?}");
        if let Some(found) = found {
            assert!(found.text.chars().count() + 1 >= found.column + found.length, "{found:?}");
        }
    };
    check(&["expect", "should", "error.status"], Some((29, 5, 31)));
    check(&["expect", "must"], Some((23, 3, 5)));
    check(&["stream", "0", "use"], Some((15, 5, 21)));
    check(&["expect", "may"], None);
    check(&["expect", "must", "text", "contains"], None);
    assert_eq!(load::locate(&fixtures(), Utf8Path::new("cases/nowhere.yaml"), &["title"]), None);
}

#[test]
fn a_case_lies_where_its_id_says() {
    let good = std::fs::read(fixtures().join("cases/anthropic/benign/plain.yaml")).expect("the fixtures");
    let check = |file: &str, messages: &[&str]| {
        let (_folder, root) = project(&[(file, &good)]);
        let report = load::check(&root, &[]);
        let reported: Vec<_> = report
            .problems
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .map(|one| one.message.as_str())
            .collect();
        assert_eq!(reported, messages, "{file}");
    };
    check("cases/anthropic/benign/plain.yaml", &[]);
    check("cases/gemini/benign/plain.yaml", &["a case of anthropic-messages belongs in cases/anthropic"]);
    check(
        "cases/plain.yaml",
        &[
            "a case belongs in cases/<api>/<group>/<name>.yaml",
            "a case of anthropic-messages belongs in cases/anthropic",
        ],
    );
    check("cases/anthropic/benign/Plain_1.yaml", &["`Plain_1` cannot be part of an id"]);
    check("cases/anthropic/benign/plain.yml", &["the file is not loaded, because its name ends in `.yml`"]);
}

#[test]
fn cases_are_compared_with_each_other() {
    let good = std::fs::read_to_string(fixtures().join("cases/anthropic/benign/plain.yaml")).expect("the fixtures");
    let other = good.replace("requests: 2", "requests: 1");
    let (_folder, root) = project(&[
        ("cases/anthropic/benign/one.yaml", good.as_bytes()),
        ("cases/anthropic/benign/three.yaml", other.as_bytes()),
        ("cases/anthropic/benign/two.yaml", good.replace("title: A", "title: Again a").as_bytes()),
        ("cases/fragments/openai-chat.yaml", b"api: gemini-generate\nfragments: {}\n"),
        ("cases/fragments/openai.yaml", b"api: openai-chat\nfragments: {}\n"),
        ("cases/rules/one.yaml", b"rules: [{ id: C1, rule: a, source: b }, { id: C1, rule: a, source: b }]"),
        ("cases/rules/two.yaml", b"rules: [{ id: C3, rule: a, source: b, not-tested: c, why: d }]"),
    ]);
    insta::assert_snapshot!("compared", load::check(&root, &[]).problems.render(false));
}

#[test]
fn a_healthy_stream_keeps_its_own_dialect_and_a_trial_ends() {
    let shapes =
        br#"{ "about": "", "source": "https://example.com/", "same": ["id"], "events": { "*": { "id": "string" } } }"#;
    let case = |title: &str, lines: &str, stream: &str| {
        format!(
            "title: {title}\napi: openai-chat\nsources: [{{ basis: spec, url: 'https://example.com' }}]\n{lines}\
             stream: {stream}\nexpect: {{ must: {{ outcome: completed, text: Hello }} }}\n"
        )
    };
    let mixed = "[{ data: { id: one } }, { data: { id: two } }, { end: finish }]";
    let (_folder, root) = project(&[
        ("cases/shapes/openai-chat.json", shapes),
        ("cases/openai-chat/benign/mixed.yaml", case("Mixed", "", mixed).as_bytes()),
        (
            "cases/openai-chat/benign/odd.yaml",
            case("Odd", "beyond-schema: It is about this.\n", &mixed.replace("two", "three")).as_bytes(),
        ),
        ("cases/openai-chat/benign/bare.yaml", case("Bare", "", "[{ data: {} }, { end: finish }]").as_bytes()),
        (
            "cases/openai-chat/stall/long.yaml",
            case("Long", "timeout: 50000\n", "[{ data: { id: one } }, { end: stall }]").as_bytes(),
        ),
    ]);
    insta::assert_snapshot!("healthy", load::check(&root, &[]).problems.render(false));
}

#[test]
fn what_is_named_is_checked() {
    let (_folder, root) = project(&[
        ("cases/anthropic/a/b.yaml", b"["),
        ("cases/gemini/a/b.yaml", b"["),
        ("cases/fragments/gemini-generate.yaml", b"["),
        ("elsewhere/c.yaml", b"["),
        ("nothing/c.txt", b"["),
    ]);
    let check = |paths: &[&str], files: &[&str]| {
        let paths: Vec<Utf8PathBuf> = paths.iter().map(Utf8PathBuf::from).collect();
        let report = load::check(&root, &paths);
        let reported: Vec<_> = report.problems.iter().map(|problem| problem.file.as_str()).collect();
        assert_eq!(reported, files, "{paths:?}");
    };
    check(&["cases/anthropic"], &["cases/anthropic/a/b.yaml"]);
    check(&["cases/gemini/a/b.yaml", "elsewhere"], &["cases/gemini/a/b.yaml", "elsewhere/c.yaml"]);
    check(&["cases/fragments/gemini-generate.yaml"], &["cases/fragments/gemini-generate.yaml"]);
    check(&["cases"], &["cases/anthropic/a/b.yaml", "cases/fragments/gemini-generate.yaml", "cases/gemini/a/b.yaml"]);
    check(&["nothing"], &["nothing"]);
    check(&["nowhere.yaml"], &["nowhere.yaml"]);
}

#[test]
fn fragments_are_judged_themselves() {
    let (_folder, root) = project(&[
        (
            "cases/fragments/anthropic-messages.yaml",
            b"api: anthropic-messages
fragments:
  circle: { about: a, steps: [{ use: ring }] }
  ring: { about: a, steps: [{ use: circle }] }
  wrong: { about: a, with: { a: 1 }, steps: [{ pause: \"${a}\" }, { pause: \"${b}\" }, { pause: often }] }
  text-so-far: { about: a, steps: [] }
  spare: { about: a, stepps: [] }
",
        ),
        (
            "cases/anthropic/benign/one.yaml",
            b"title: One
api: anthropic-messages
sources: [{ basis: spec, url: 'https://example.com' }]
stream: [{ use: text-so-far }, { end: finish }]
expect: { must: { outcome: completed, text: Hello } }
",
        ),
    ]);
    insta::assert_snapshot!("fragments", load::check(&root, &[]).problems.render(false));
}
