//! The committed schemas: up to date, and no stricter than the loader.

use super::{fixtures, repository};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use streamspec::load;
use streamspec_adapters::contract::Api;

fn committed(file: &str) -> String {
    std::fs::read_to_string(repository().join(file)).unwrap_or_default()
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let schemas = [
        ("cases/schema.json", load::schema()),
        ("cases/fragments.schema.json", load::fragments_schema()),
        ("cases/rules.schema.json", load::rules_schema()),
    ];
    for (file, schema) in schemas {
        assert_eq!(
            committed(file),
            format!("{schema:#}\n"),
            "{file} has drifted: `cargo run -- generate` makes it anew"
        );
    }
}

/// Checks that the schema takes each YAML file of some folders that `takes` names.
fn check(schema: &Value, root: &Utf8Path, folders: &[&str], takes: &dyn Fn(&str) -> bool) {
    let validator = jsonschema::draft202012::new(schema).expect("a schema");
    let mut seen = 0;
    for folder in folders {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name() {
            let path = Utf8PathBuf::from_path_buf(entry.expect("an entry").into_path()).expect("UTF-8");
            if path.extension() != Some("yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            let Ok(value) = serde_saphyr::from_str::<Value>(&text) else { continue };
            let name = path.file_stem().expect("a name");
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors.is_empty(), takes(name), "{path}: {errors:#?}");
            seen += 1;
        }
    }
    assert!(seen > 0, "nothing in {folders:?}");
}

#[test]
fn good_files_are_taken() {
    check(&load::schema(), &fixtures(), &["cases/anthropic", "cases/gemini"], &|_| true);
    check(&load::fragments_schema(), &fixtures(), &["cases/fragments"], &|_| true);
    check(&load::rules_schema(), &fixtures(), &["cases/rules"], &|_| true);
}

#[test]
fn the_files_of_the_repository_are_taken() {
    let cases = Api::ALL.map(|api| format!("cases/{}", api.folder()));
    check(&load::schema(), &repository(), &cases.each_ref().map(String::as_str), &|_| true);
    check(&load::fragments_schema(), &repository(), &["cases/fragments"], &|_| true);
    check(&load::rules_schema(), &repository(), &["cases/rules"], &|_| true);
}

#[test]
fn broken_files_are_refused_where_their_shape_is_wrong() {
    // The shape says nothing about what names stand for, or about what steps mean together. It asks for a mapping where `ends`
    // has the name of one.
    let shape = [
        "not-a-mapping",
        "empty",
        "fields",
        "source-fields",
        "steps",
        "expectations",
        "taken",
        "ends",
        "at-once",
        "conditions",
    ];
    check(&load::schema(), &fixtures(), &["broken"], &|name| !shape.contains(&name) && !name.starts_with("yaml-"));
}
