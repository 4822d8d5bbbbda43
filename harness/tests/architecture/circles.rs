//! No circle between the files and folders that lie side by side.
//!
//! A file may import its siblings, and what the `mod.rs` of its folder defines for all of them; a `mod.rs` may import
//! its children. Whatever siblings import of each other, also by way of that `mod.rs`, must lead in one direction.

use std::collections::{BTreeMap, BTreeSet};

use super::CRATES;
use super::imports::{self, Module};

/// Finds the circles below a folder's children: sets of siblings of which each imports every other, directly or not.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>, folder: &[String]) -> Vec<Vec<String>> {
    let child = |module: &Module| module.strip_prefix(folder)?.first().cloned();
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, targets) in imports {
        let Some(from) = child(module) else { continue };
        reached.entry(from.clone()).or_default().extend(targets.iter().filter_map(child).filter(|to| *to != from));
    }
    for _ in 0..reached.len() {
        for name in reached.keys().cloned().collect::<Vec<_>>() {
            let further: BTreeSet<String> =
                reached[&name].iter().filter_map(|next| reached.get(next)).flatten().cloned().collect();
            reached.entry(name).or_default().extend(further);
        }
    }
    let mut circles: Vec<Vec<String>> = Vec::new();
    for (name, others) in &reached {
        if others.contains(name) && !circles.iter().any(|circle| circle.contains(name)) {
            circles.push(
                reached
                    .keys()
                    .filter(|other| others.contains(*other) && reached[*other].contains(name))
                    .cloned()
                    .collect(),
            );
        }
    }
    circles
}

#[test]
fn files_side_by_side_import_each_other_in_no_circle() {
    let mut found = Vec::new();
    for (_, source) in CRATES {
        let imports = imports::of_crate(source);
        let folders: BTreeSet<&[String]> = imports.keys().filter_map(|module| Some(module.split_last()?.1)).collect();
        assert!(imports.len() > 30 && folders.len() > 3, "the files of {source} were found");
        for folder in folders {
            let place = std::iter::once(source).chain(folder.iter().map(String::as_str)).collect::<Vec<_>>().join("/");
            for circle in circles(&imports, folder) {
                found.push(format!("in {place}: {}", circle.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "these files import each other in a circle:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let module = |path: &str| path.split('/').map(str::to_owned).collect::<Module>();
    let of = |pairs: &[(&str, &[&str])]| -> BTreeMap<Module, BTreeSet<Module>> {
        pairs.iter().map(|(from, to)| (module(from), to.iter().map(|path| module(path)).collect())).collect()
    };
    let folder = [String::from("f")];
    let line = of(&[("f/a", &["f/b"]), ("f/b", &["f/c", "f"]), ("f/c", &[]), ("f", &["f/a"])]);
    assert_eq!(circles(&line, &folder), Vec::<Vec<String>>::new());
    let circle = of(&[("f/a/x", &["f/b"]), ("f/b", &["f/c"]), ("f/c", &["f/a/y"]), ("f/a/y", &[]), ("f/d", &["f/a"])]);
    assert_eq!(circles(&circle, &folder), [["a", "b", "c"]]);
}
