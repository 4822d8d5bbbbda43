//! Names of builds, surfaces, cases and trials are put together and taken apart in two places, and the scripts of the page know
//! nothing of how they are written.

use super::{CRATES, files, is_test, root, without_tests};

/// The places that know how names are written.
const OWNERS: [&str; 2] = ["harness/src/id/", "adapters/src/spec.rs"];

/// The signs between the parts of names.
const SIGNS: [&str; 4] = ["::", "@", "#", "+"];

/// Files in which one of these signs stands between the parts of something else, and what that is.
const OTHERS: [(&str, &str); 4] = [
    ("harness/src/report/format/github.rs", "a command of GitHub's runner"),
    ("adapters/src/native/rig/mod.rs", "what a test saw of an SDK"),
    ("adapters/src/setup/go.rs", "a module of Go with its version"),
    ("adapters/src/setup/python.rs", "a comment in a list of requirements"),
];

/// Finds the pieces of Rust that put something together with a sign of names, or take it apart there.
fn in_rust(text: &str) -> Vec<String> {
    let pieces = SIGNS.iter().flat_map(|sign| {
        let split = ["split(", "split_once(", "rsplit(", "rsplit_once(", "splitn(2, "].map(|call| format!(".{call}"));
        let taken_apart =
            split.into_iter().flat_map(move |call| ['"', '\''].map(|quote| format!("{call}{quote}{sign}{quote}")));
        taken_apart.chain([format!("}}{sign}{{"), format!("join(\"{sign}\")")])
    });
    pieces.filter(|piece| text.contains(piece)).collect()
}

/// Finds the same in a script. One that names a page or a part of it in an address writes `#/` and `=`.
fn in_script(text: &str) -> Vec<String> {
    let signs = SIGNS.iter().chain(&["/"]);
    let pieces = signs.flat_map(|sign| {
        [format!("split(\"{sign}\")"), format!("join(\"{sign}\")"), format!("}}{sign}$"), format!("\"{sign}\" +")]
    });
    pieces.filter(|piece| text.contains(piece)).collect()
}

#[test]
fn names_are_written_in_their_own_places_alone() {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for (_, source) in CRATES {
        for file in files(&root().join(source)) {
            let name = file.strip_prefix(root()).expect("it lies there");
            if is_test(name) || OWNERS.iter().any(|owner| name.as_str().starts_with(owner)) {
                continue;
            }
            let pieces = in_rust(&without_tests(&fs_err::read_to_string(&file).expect("a file")));
            let other = OTHERS.iter().find(|(other, _)| name == *other);
            match other {
                Some((other, _)) if !pieces.is_empty() => others.push(*other),
                _ => found.extend(pieces.into_iter().map(|piece| format!("{name}: {piece}"))),
            }
        }
    }
    for entry in root().join("reports/scripts").read_dir_utf8().expect("a folder") {
        let file = entry.expect("an entry").into_path();
        if file.extension() == Some("js") {
            let pieces = in_script(&fs_err::read_to_string(&file).expect("a file"));
            found.extend(pieces.into_iter().map(|piece| format!("{file}: {piece}")));
        }
    }
    assert!(found.is_empty(), "these put names together or take them apart; `id` and `spec` do:\n{}", found.join("\n"));
    assert_eq!(others.len(), OTHERS.len(), "of the files with something else only these have it: {others:?}");
}

#[test]
fn a_name_that_is_written_elsewhere_is_found() {
    let check = |text: &str, expected: usize| assert_eq!(in_rust(text).len(), expected, "{text}");
    check("let (sdk, case) = name.split_once(\"::\")?;", 1);
    check("id.split('@').next()", 1);
    check("format!(\"{sdk}/{surface}::{case}\")", 1);
    check("nonces.join(\"+\")", 1);
    check("std::iter::once(a).chain(b)", 0);
    let check = |text: &str, expected: usize| assert_eq!(in_script(text).len(), expected, "{text}");
    check("const name = `${sdk}/${surface}::${id}`;", 2);
    check("const [kind] = name.split(\"/\");", 1);
    check("`#/case/${escapedPart(id)}`", 0);
}
