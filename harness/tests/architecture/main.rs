//! The rooms of both crates import what `ARCHITECTURE.md` says, and only rooms that stand above them there; the files
//! of a folder import each other in no circle, and each is a module of its crate. Names are written in two places alone.

mod circles;
mod imports;
mod names;
mod orphans;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

/// The crate of the adapters, as the page and the code call it.
const ADAPTERS: (&str, &str) = ("adapters", "streamspec_adapters");

fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The crates: the title of its section on the page, and where its rooms lie.
const CRATES: [(&str, &str); 2] =
    [("## The rooms of the harness", "harness/src"), ("## The rooms of the adapters' crate", "adapters/src")];

/// Reads the rows of the page's table, in their order: a room and what it imports.
fn page(title: &str) -> Vec<(String, BTreeSet<String>)> {
    let text = fs_err::read_to_string(root().join("ARCHITECTURE.md")).expect("the page");
    let (_, section) = text.split_once(&format!("{title}\n")).expect("the rooms have a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, room, _, imports, _] = cells.as_slice() else { return None };
        let room = room.strip_prefix('`')?.strip_suffix('`')?;
        let names = imports.split(',').map(|name| name.trim().to_owned());
        Some((room.to_owned(), names.filter(|name| name != "–").collect()))
    });
    rows.collect()
}

/// Reads the imports of each room's code, without its tests.
fn code(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let source = root().join(source);
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files(&source) {
        let below = file.strip_prefix(&source).expect("it lies there");
        let room = below.components().next().expect("it has a name").as_str().trim_end_matches(".rs").to_owned();
        if ["lib", "main"].contains(&room.as_str()) || is_test(below) {
            continue;
        }
        let text = fs_err::read_to_string(&file).expect("a file");
        let own = without_tests(&text);
        let lines = own.lines();
        let imports = rooms.entry(room.clone()).or_default();
        for line in lines {
            let after = line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !is_of_name(c)).next());
            imports.extend(after.flatten().filter(|name| !name.is_empty() && *name != room).map(str::to_owned));
            if line.contains(ADAPTERS.1) {
                imports.insert(ADAPTERS.0.to_owned());
            }
        }
    }
    rooms
}

/// Drops the comments of a file, and the module of tests at its end.
fn without_tests(text: &str) -> String {
    let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = own.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

const fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_test(file: &Utf8Path) -> bool {
    let name = file.file_stem().unwrap_or_default();
    ["tests", "samples", "laws"].contains(&name) || file.components().any(|part| part.as_str() == "tests")
}

fn files(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = folder.read_dir_utf8().expect("a folder").map(|entry| entry.expect("an entry").into_path());
    let all = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    all.filter(|path| path.extension() == Some("rs")).collect()
}

#[test]
fn rooms_import_what_the_page_says() {
    for (title, source) in CRATES {
        let (page, code) = (page(title), code(source));
        let names: BTreeSet<&String> = page.iter().map(|(room, _)| room).collect();
        assert_eq!(names, code.keys().collect(), "the rooms of the page and of {source}");
        for (room, imports) in page.iter().filter(|(room, _)| room != "cli") {
            assert_eq!(imports, &code[room], "what `{room}` imports: left the page, right {source}");
        }
    }
}

#[test]
fn no_room_imports_a_later_one() {
    for (title, source) in CRATES {
        let (page, code) = (page(title), code(source));
        let place = |name: &str| page.iter().position(|(room, _)| room == name);
        for (room, imports) in &code {
            for import in imports.iter().filter(|import| *import != ADAPTERS.0) {
                assert!(place(import) < place(room), "`{room}` imports `{import}`, which does not stand above it");
            }
        }
        assert!(code.len() > 10, "the rooms were found");
    }
}

/// The formats: a file or a folder each.
const FORMATS: &str = "harness/src/report/format";

#[test]
fn no_format_of_the_report_imports_another_one() {
    let folder = root().join(FORMATS);
    let name = |file: &Utf8Path| {
        let below = file.strip_prefix(&folder).expect("it lies there");
        below.components().next().expect("it has a name").as_str().trim_end_matches(".rs").to_owned()
    };
    let own: Vec<(String, Utf8PathBuf)> =
        files(&folder).into_iter().map(|file| (name(&file), file)).filter(|(name, _)| name != "mod").collect();
    let formats: BTreeSet<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
    assert!(formats.len() > 5, "the formats were found");
    for (format, file) in &own {
        let text = fs_err::read_to_string(file).expect("a file");
        for other in formats.iter().filter(|other| *other != format) {
            let is_named = [format!("format::{other}"), format!("super::{other}")].iter().any(|path| {
                text.match_indices(path.as_str()).any(|(at, _)| {
                    let after = text[at + path.len()..].chars().next();
                    !after.is_some_and(is_of_name)
                })
            });
            assert!(!is_named, "the format `{format}` imports `{other}` in {file}");
        }
    }
}
