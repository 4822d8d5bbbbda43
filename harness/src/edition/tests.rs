//! Editions in folders of their own, and cases that change after one was frozen.

use camino::Utf8PathBuf;
use serde_json::json;
use streamspec_adapters::contract::Api;

use super::*;

const DECEMBER: &str = "2026.12";

fn id(text: &str) -> EditionId {
    text.parse().expect("a name")
}

fn root() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a name in UTF-8");
    (folder, root)
}

fn case(id: &str, digest: &str) -> Case {
    let expect = json!({ "must": { "outcome": "completed" } });
    Case { digest: digest.into(), ..Case::sample(id, Api::AnthropicMessages, Vec::new(), expect) }
}

fn cases() -> Vec<Case> {
    vec![case("anthropic/cut/eof#chunked", "aa"), case("anthropic/cut/eof#close", "aa"), case("gemini/cut/eof", "bb")]
}

#[test]
fn an_edition_is_read_as_it_was_written() {
    let (_folder, root) = root();
    let edition = Edition::of(id(DECEMBER), true, &cases());
    assert!(edition.write(&root).expect("written") && !edition.write(&root).expect("there"));
    assert_eq!(Edition::read(&root, id(DECEMBER)).expect("an edition"), edition);
    assert_eq!(edition.cases.len(), 2, "a case file has one digest: {:?}", edition.cases);
    assert!(Edition::latest(&root).expect("a folder").is_none(), "a draft is no edition yet");
}

#[test]
fn a_draft_is_written_again_and_a_frozen_edition_is_not() {
    let (_folder, root) = root();
    Edition::of(id(DECEMBER), true, &cases()).write(&root).expect("a first draft");
    Edition::of(id(DECEMBER), true, &cases()[..1]).write(&root).expect("a second draft");
    let frozen = Edition::of(id(DECEMBER), false, &cases());
    frozen.write(&root).expect("frozen");
    assert!(!frozen.write(&root).expect("the same"));
    for other in [Edition::of(id(DECEMBER), false, &cases()[..1]), Edition::of(id(DECEMBER), true, &cases())] {
        assert!(matches!(other.write(&root), Err(EditionError::Frozen(_))), "{other:?}");
    }
    assert_eq!(Edition::read(&root, id(DECEMBER)).expect("an edition"), frozen);
    Edition::of(id("2026.11"), false, &cases()).write(&root).expect("an earlier one");
    Edition::of(id("2027.01"), true, &cases()).write(&root).expect("a later draft");
    assert_eq!(Edition::latest(&root).expect("a folder"), Some(frozen));
}

#[test]
fn every_case_that_is_not_what_it_was_is_named() {
    let edition = Edition::of(id(DECEMBER), false, &cases());
    let kept = edition.kept(&cases()).expect("nothing has changed");
    assert_eq!((kept.to_string().as_str(), kept.is_kept()), (DECEMBER, true));

    let more = [cases(), vec![case("gemini/cut/reset", "cc")]].concat();
    assert_eq!(edition.kept(&more).expect("a new case is in no edition"), kept);
    assert_eq!(edition.compared(&more).to_string(), "2026.12, but for case files: 1 added");
    assert_eq!(more.iter().filter(|case| edition.takes(case)).count(), 3);

    let changed = [case("anthropic/cut/eof#chunked", "dd"), case("gemini/cut/reset", "cc")];
    let differs = edition.compared(&changed);
    assert_eq!(
        (differs.changed.as_slice(), differs.gone.as_slice()),
        (&["anthropic/cut/eof".to_owned()][..], &["gemini/cut/eof".to_owned()][..])
    );
    assert_eq!(differs.to_string(), "2026.12, but for case files: 1 changed, 1 gone, 1 added");
    let said = edition.kept(&changed).expect_err("a case has changed").to_string();
    assert!(said.contains("anthropic/cut/eof, gemini/cut/eof (gone); use the checkout"), "{said}");
    let draft = Edition { draft: true, ..edition.clone() };
    let said = draft.kept(&changed).expect_err("a case has changed").to_string();
    assert!(said.ends_with("it is a draft: `streamspec generate --edition 2026.12` writes it again"), "{said}");
    let other = Edition { rules: RULES + 1, ..edition };
    assert!(matches!(other.kept(&cases()), Err(EditionError::Rules { .. })));
}

#[test]
fn what_is_wrong_with_an_edition_is_said_with_its_file() {
    let (_folder, root) = root();
    let said = |id: EditionId| Edition::read(&root, id).map_err(|error| error.to_string());
    let none = "there is no edition 2026.12 in cases/editions; there are none";
    assert_eq!(said(id(DECEMBER)), Err(none.to_owned()));
    Edition::of(id("2027.01"), false, &cases()).write(&root).expect("written");
    assert!(said(id(DECEMBER)).is_err_and(|error| error.ends_with("there is 2027.01")));
    let write = |file: &str, text: &str| fs::write(root.join(FOLDER).join(file), text).expect("a file");
    write("2026.12.toml", "rules = 1\n\n[cases]\na = 1\n");
    let error = said(id(DECEMBER)).expect_err("a number is no digest");
    assert!(error.starts_with("cases/editions/2026.12.toml: TOML parse error at line 4"), "{error}");
    write("2026.12.toml", "rules = 1\ndaft = true\n[cases]\n");
    assert!(said(id(DECEMBER)).is_err_and(|error| error.contains("unknown field `daft`")));
    write("newest.toml", "");
    let error = Edition::ids(&root).expect_err("no name").to_string();
    assert_eq!(
        error,
        "cases/editions/newest.toml: `newest` is not the name of an edition; write the year and the month, `2026.12`"
    );
}

#[test]
fn a_message_names_so_many_cases_and_counts_the_others() {
    let many: Vec<Case> = (0..50).map(|number| case(&format!("gemini/cut/{number}"), "aa")).collect();
    let said = names(&Edition::of(id(DECEMBER), false, &many).compared(&[]));
    assert!(said.ends_with("gemini/cut/26 (gone), and 30 more"), "{said}");
}
