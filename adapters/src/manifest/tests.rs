//! The page `adapters/MANIFEST.md` has every key of the types, and no other one.

use std::collections::{BTreeMap, BTreeSet};

use schemars::schema_for;
use serde_json::Value;

use super::*;
use crate::contract::SdkVersion;
use crate::fleet::check_hello;
use crate::protocol::{Hello, Reply};

const PAGE: &str = include_str!("../../MANIFEST.md");

/// Returns what stands below a heading, up to the next one.
fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading `{heading}`"));
    rest.split("\n## ").next().unwrap_or(rest)
}

/// Returns the text of the code block in a section.
fn block(heading: &str) -> &'static str {
    let (_, rest) = section(heading).split_once("\n```").expect("a block");
    let (_, text) = rest.split_once('\n').expect("its first line");
    text.split("\n```").next().expect("its end")
}

/// Returns the keys in the table of a section, and whether each is required.
fn told(heading: &str) -> BTreeMap<String, bool> {
    let rows = section(heading).lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 7, "five cells: {row}");
        (cells[1].trim_matches('`').to_owned(), cells[3] == "required")
    });
    rows.collect()
}

/// Returns the keys of a type, and whether each is required.
fn keys(schema: &schemars::Schema) -> BTreeMap<String, bool> {
    let schema = schema.as_value();
    let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let required: BTreeSet<&str> = names.collect();
    let properties = schema["properties"].as_object().expect("an object");
    properties.keys().map(|key| (key.clone(), required.contains(key.as_str()))).collect()
}

/// Returns the ways in which an SDK is made to trust a certificate as the keys of one object.
fn ways_of_trust() -> schemars::Schema {
    let schema = schema_for!(Support);
    let ways = schema.as_value()["oneOf"].as_array().expect("members");
    let properties = ways.iter().flat_map(|way| way["properties"].as_object().expect("an object").clone());
    schemars::json_schema!({ "properties": properties.collect::<serde_json::Map<_, _>>() })
}

#[test]
fn the_page_has_every_key_and_no_other() {
    for (heading, schema) in [
        ("`adapter.toml`", schema_for!(Manifest)),
        ("A surface", schema_for!(Surface)),
        ("`unsupported`", schema_for!(Unsupported)),
        ("Transports", ways_of_trust()),
        ("`hello`", schema_for!(Hello)),
        ("`sdk` in `hello`", schema_for!(SdkVersion)),
    ] {
        assert_eq!(told(heading), keys(&schema), "{heading}");
    }
}

/// A word that a key takes stands in the row of that key.
#[test]
fn the_page_has_every_word() {
    let row = |key: &str| {
        let mut rows = section("A surface").lines();
        rows.find(|line| line.starts_with(&format!("| `{key}` |"))).expect("a row")
    };
    let words = |schema: schemars::Schema| -> Vec<String> {
        let members = schema.as_value()["oneOf"].as_array().expect("members").clone();
        members.iter().map(|member| member["const"].as_str().expect("a word").to_owned()).collect()
    };
    let fields = format!("{}{}", row("delivers"), row("lacks")) + row("also-shows");
    for (text, schema) in [
        (row("delivers"), schema_for!(Delivers)),
        (row("caller"), schema_for!(crate::contract::Ability)),
        (row("apis"), schema_for!(Api)),
        (fields.as_str(), schema_for!(AnswerField)),
    ] {
        for word in words(schema) {
            assert!(text.contains(&format!("`{word}`")), "`{word}` is not in {text}");
        }
    }
}

#[test]
fn the_examples_of_the_page_can_be_used() {
    let manifest: Manifest = toml::from_str(block("Example")).expect("a manifest");
    assert_eq!((manifest.surfaces.len(), manifest.unsupported.len()), (2, 1));
    let reply = serde_json::from_str(block("`hello`")).expect("a message of the protocol");
    let Reply::Hello(hello) = reply else { panic!("it is no hello: {reply:?}") };
    let identity = Identity::from(hello);
    assert!(identity.described.contains_key("read") && !identity.described.contains_key("whole"));
    check_hello(&identity, &Manifest::of(&identity).id).expect("it can be run without a manifest");
}
