//! Names of case files, from the names of the files that recordings lie in.

use std::collections::BTreeSet;

use super::recording::Recording;

/// The most characters of a name without its number.
const LONGEST: usize = 60;

/// Endings that say what a file is and not what is in it.
const ENDINGS: [&str; 12] =
    [".chunks.txt", ".yaml", ".yml", ".har", ".sse", ".txt", ".flow", ".mitm", ".http", ".json", ".jsonl", ".log"];

/// The names that are given already.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Gives a recording a name that no other one has.
    pub(super) fn give(&mut self, recording: &Recording) -> String {
        let base = of(&recording.file);
        let mut number = recording.place.unwrap_or(1);
        loop {
            let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
            if self.0.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }
}

/// Returns the name for a file.
pub(super) fn of(file: &str) -> String {
    kebab(ENDINGS.iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file))
}

/// Makes a name of lower-case letters, digits and `-`, as ids have.
fn kebab(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "recording".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::recording::{Content, RecordedAnswer};
    use super::*;

    #[test]
    fn names_are_those_of_files_and_no_two_are_the_same() {
        let mut names = Names::default();
        let mut check = |file: &str, place, expected: &str| {
            let answer = RecordedAnswer::of(Content::Events(Vec::new()));
            assert_eq!(names.give(&Recording { file: file.to_owned(), place, answer }), expected, "{file} {place:?}");
        };
        check("azure-web_search.1.chunks.txt", None, "azure-web-search-1");
        check("test_a[b].yaml", Some(1), "test-a-b");
        check("test_a[b].yaml", Some(3), "test-a-b-3");
        check("test_a[b].yaml", Some(1), "test-a-b-2");
        check("test_a[b].yaml", Some(3), "test-a-b-4");
        check("Ä.har", None, "recording");
        check("--x--", None, "x");
    }
}
