//! `streamspec generate`: the committed files that are made from types and cases.

use camino::Utf8Path;
use fs_err as fs;
use serde_json::Value;

use super::Exit;
use super::arguments::GenerateOptions;
use crate::coverage::{self, Coverage};
use crate::load::{self, Problems, Selection};
use crate::report;

/// Every generated file as it should be, by its place in the repository.
pub fn generated(root: &Utf8Path) -> Result<Vec<(&'static str, String)>, Problems> {
    let suite = load::suite(root, &Selection::All)?;
    let readme = fs::read_to_string(root.join(coverage::FILE)).unwrap_or_default();
    Ok(vec![
        ("cases/schema.json", text(&load::schema())),
        ("cases/fragments.schema.json", text(&load::fragments_schema())),
        ("cases/rules.schema.json", text(&load::rules_schema())),
        ("adapters/protocol.schema.json", text(&streamspec_adapters::protocol::schema())),
        ("reports/compatibility.schema.json", text(&report::schema())),
        (coverage::FILE, Coverage::of(&suite).spliced_into(&readme)),
    ])
}

pub(super) fn generate(root: &Utf8Path, options: &GenerateOptions) -> anyhow::Result<Exit> {
    let generated = match generated(root) {
        Ok(generated) => generated,
        Err(problems) => {
            anstream::eprintln!("{problems}");
            return Ok(Exit::Usage);
        }
    };
    let mut exit = Exit::Conformant;
    for (file, text) in generated {
        let path = root.join(file);
        let current = fs::read_to_string(&path).is_ok_and(|committed| committed == text);
        if current {
            anstream::println!("{file} is up to date");
        } else if options.check {
            anstream::eprintln!("{file} is not what would be generated; run `cargo run -- generate`");
            exit = Exit::NotConformant;
        } else {
            fs::write(&path, text)?;
            anstream::println!("wrote {file}");
        }
    }
    Ok(exit)
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
