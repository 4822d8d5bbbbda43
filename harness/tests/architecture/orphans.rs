//! Every source file of both crates is a module: `mod` leads to it from the root of its crate.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{CRATES, files, is_of_name, root};

/// Collects the files that `mod` leads to from this one, itself among them.
fn reached(file: &Utf8Path, is_root: bool, found: &mut BTreeSet<Utf8PathBuf>) {
    if !found.insert(file.to_owned()) {
        return;
    }
    let folder = file.parent().expect("it lies in a folder");
    let stem = file.file_stem().expect("it has a name");
    let below = if is_root || stem == "mod" { folder.to_owned() } else { folder.join(stem) };
    for child in children(&fs_err::read_to_string(file).expect("a file")) {
        let places = [below.join(&child).with_extension("rs"), below.join(&child).join("mod.rs")];
        if let Some(place) = places.iter().find(|place| place.is_file()) {
            reached(place, false, found);
        }
    }
}

/// Finds the modules that a file declares and that stand in files of their own.
fn children(text: &str) -> Vec<String> {
    let declared = text.lines().filter_map(|line| line.trim().strip_suffix(';'));
    let named = declared.filter_map(|line| {
        let (before, name) = line.rsplit_once("mod ")?;
        let is_declaration = before.is_empty() || (before.starts_with("pub") && before.ends_with(' '));
        (is_declaration && name.chars().all(is_of_name)).then(|| name.to_owned())
    });
    named.collect()
}

/// Lists the files of a crate that are no module of it; its programs are roots beside the library.
fn orphans(source: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    for name in ["lib.rs", "main.rs"] {
        let file = source.join(name);
        if file.is_file() {
            reached(&file, true, &mut found);
        }
    }
    files(source).into_iter().filter(|file| !found.contains(file)).collect()
}

#[test]
fn every_source_file_is_a_module_of_its_crate() {
    for (_, source) in CRATES {
        let source = root().join(source);
        let (all, lost) = (files(&source), orphans(&source));
        assert!(all.len() > 30, "the files of {source} were found");
        assert!(lost.is_empty(), "no `mod` leads to these files, so that nothing compiles them: {lost:#?}");
    }
}

#[test]
fn an_orphan_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = Utf8Path::from_path(folder.path()).expect("its name is UTF-8");
    for (name, text) in [
        ("lib.rs", "//! mod one_in_a_comment;\nmod a;\npub mod b;\n#[cfg(test)]\nmod tests {\n    mod c;\n}\n"),
        ("main.rs", "fn main() {}"),
        ("a.rs", "pub(crate) mod d;"),
        ("a/d.rs", ""),
        ("b/mod.rs", "mod e;\nmod f { const MOD: u8 = 0; }"),
        ("b/e.rs", ""),
        ("b/f.rs", ""),
        ("one_in_a_comment.rs", ""),
    ] {
        let file = source.join(name);
        fs_err::create_dir_all(file.parent().expect("a folder")).expect("there is room");
        fs_err::write(file, text).expect("there is room");
    }
    let mut lost = orphans(source);
    lost.sort();
    assert_eq!(lost, ["b/f.rs", "one_in_a_comment.rs"].map(|name| source.join(name)));
}
