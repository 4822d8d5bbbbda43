//! The imports of files, as the modules that they lead to.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{files, is_of_name, is_test, root, without_tests};

/// The path of a module below the root of its crate: `["load", "lint", "steps"]`.
pub(super) type Module = Vec<String>;

/// Returns the modules of a crate, each with the modules that its file imports something from, without tests.
///
/// A name that a module passes on with `pub use` counts as an import of the file that defines it.
pub(super) fn of_crate(source: &str) -> BTreeMap<Module, BTreeSet<Module>> {
    let source = root().join(source);
    let below = |file: &Utf8Path| file.strip_prefix(&source).expect("it lies there").to_owned();
    let own = files(&source).into_iter().filter(|file| !is_test(&below(file)));
    let read = |file: &Utf8Path| without_tests(&fs_err::read_to_string(file).expect("a file"));
    let texts: BTreeMap<Module, String> = own.map(|file| (module(&below(&file)), read(&file))).collect();
    let passed_on = passed_on(&texts);
    let imports = texts.iter().map(|(module, text)| {
        let (uses, rest) = uses(text);
        let named = uses.into_iter().flat_map(|(_, tree)| paths(&tree)).chain(inline(&rest));
        let targets = named.filter_map(|path| target(&absolute(module, &path, &texts)?, &texts, &passed_on));
        (module.clone(), targets.filter(|target| target != module).collect())
    });
    imports.collect()
}

fn module(file: &Utf8Path) -> Module {
    let mut parts: Module = file.with_extension("").components().map(|part| part.as_str().to_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") || parts == ["lib"] || parts == ["main"] {
        parts.pop();
    }
    parts
}

/// Finds, for each module, the names that it passes on, with their own paths.
fn passed_on(texts: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeMap<String, Module>> {
    let names = |module: &Module, text: &str| {
        let public = uses(text).0.into_iter().filter(|(is_public, _)| *is_public);
        let paths = public.flat_map(|(_, tree)| paths(&tree));
        paths.filter_map(|path| Some((path.last()?.clone(), absolute(module, &path, texts)?))).collect()
    };
    texts.iter().map(|(module, text)| (module.clone(), names(module, text))).collect()
}

/// Splits a file's text into the trees of its `use` statements, each with true where it is public, and all the rest.
fn uses(text: &str) -> (Vec<(bool, String)>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    for statement in text.split_inclusive(';') {
        let at = statement.match_indices("use ").map(|(at, _)| at).find(|at| {
            let line = statement[..*at].rsplit('\n').next().unwrap_or_default();
            line.is_empty() || (line.starts_with("pub") && line.ends_with(' ') && !line.contains('='))
        });
        let Some(at) = at else {
            rest.push_str(statement);
            continue;
        };
        let line = statement[..at].rfind('\n').map_or(0, |end| end + 1);
        rest.push_str(&statement[..line]);
        let tree = statement[at + "use ".len()..].trim_end_matches(';');
        uses.push((line < at, tree.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    (uses, rest)
}

/// Writes out the braces of a `use`: `a::{b, c::d}` names `a::b` and `a::c::d`. A name after `as` is dropped.
fn paths(tree: &str) -> Vec<Module> {
    let Some((before, inner)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for character in inner.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is one").push(character);
    }
    parts
        .iter()
        .filter(|part| !part.trim().is_empty())
        .flat_map(|part| paths(&format!("{before}{}", part.trim())))
        .collect()
}

/// Finds the paths outside of `use` statements that begin at a module.
fn inline(text: &str) -> Vec<Module> {
    let words = text.split(|c: char| !is_of_name(c) && c != ':').filter(|word| word.contains("::"));
    words.map(|word| word.split("::").map(|part| part.trim_matches(':').to_owned()).collect()).collect()
}

/// Resolves `crate`, `self`, `super` and the names of child modules; none for a path into another crate, or a type's.
fn absolute(module: &Module, path: &[String], texts: &BTreeMap<Module, String>) -> Option<Module> {
    let mut base = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Vec::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        child => {
            let below = [module.as_slice(), &[child.to_owned()]].concat();
            texts.get(&below)?;
        }
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// Finds the module that defines what a path leads to.
fn target(
    path: &Module,
    texts: &BTreeMap<Module, String>,
    passed_on: &BTreeMap<Module, BTreeMap<String, Module>>,
) -> Option<Module> {
    let length = (0..=path.len()).rev().find(|length| texts.contains_key(&path[..*length]))?;
    let found = path[..length].to_vec();
    match path.get(length).and_then(|name| passed_on[&found].get(name)) {
        Some(own) if own != path => target(own, texts, passed_on),
        _ => Some(found),
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use a::{b, c::{d as e, f}};\npub(crate) use self::g::h;\nfn i() { super::j::k(); l::m::<n>(1); }\n";
    let (uses, rest) = uses(text);
    let named: Vec<String> = uses.iter().flat_map(|(_, tree)| paths(tree)).map(|path| path.join("::")).collect();
    assert_eq!(named, ["a::b", "a::c::d", "a::c::f", "self::g::h"]);
    assert_eq!(uses.iter().map(|(is_public, _)| *is_public).collect::<Vec<_>>(), [false, true]);
    assert_eq!(inline(&rest)[0], ["super", "j", "k"]);
}
