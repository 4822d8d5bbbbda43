//! Selections of cases, and the least that must be read for them.

use camino::{Utf8Path, Utf8PathBuf};
use globset::GlobSet;

use super::problem::{Collector, Problem};
use super::{CasePath, read, suggest};
use crate::case::{Case, matcher};
use crate::id;

/// The cases that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every case.
    #[default]
    All,
    /// The cases that are named by ids (`anthropic/in-band/after-text#overloaded`; without `#…` all combinations of the
    /// file), folders (`anthropic/in-band`), globs (`anthropic/**`) or files (`my/case.yaml`).
    ///
    /// In globs `*` and `?` do not match `/`, `**` does; one that matches a folder takes all that lies in it.
    Only(Vec<String>),
}

impl Selection {
    /// Selects the cases that are named; every case if nothing is.
    pub fn named(names: &[String]) -> Self {
        if names.is_empty() { Self::All } else { Self::Only(names.to_vec()) }
    }
}

/// One way of naming cases.
#[derive(Clone, Debug)]
pub(super) enum CaseSelector {
    /// A case, all combinations of a file, or all cases of a folder.
    Id(String),
    /// The cases whose id, with or without the names of matrix values, a glob matches.
    Glob(String, GlobSet),
    /// The cases of a file, which may lie outside `cases/`: as it is named, and its name below the root.
    File(CasePath),
}

/// A filter of cases by a name, as a selection has it.
#[derive(Clone, Debug)]
pub struct CaseFilter(CaseSelector);

impl CaseFilter {
    /// Understands a name: an id, a folder or a glob.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with the name.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut problems = Collector::default();
        let selector = understand(Utf8Path::new(""), name, &mut problems);
        let wrong = || problems.finish().iter().map(|problem| problem.message.clone()).collect();
        selector.map(Self).ok_or_else(wrong)
    }

    /// Says whether it takes a case.
    pub fn takes(&self, case: &Case) -> bool {
        self.0.takes(case)
    }
}

/// Reads the names of a selection, in the same order; none for every case.
pub(super) fn wanted(
    root: &Utf8Path,
    selection: &Selection,
    problems: &mut Collector,
) -> Option<Vec<(String, CaseSelector)>> {
    let Selection::Only(names) = selection else { return None };
    let mut wanted = Vec::new();
    for name in names {
        if let Some(one) = understand(root, name, problems) {
            wanted.push((name.clone(), one));
        }
    }
    Some(wanted)
}

fn understand(root: &Utf8Path, name: &str, problems: &mut Collector) -> Option<CaseSelector> {
    if name.contains(['*', '?', '[', '{']) {
        return match matcher(name) {
            Ok(glob) => Some(CaseSelector::Glob(name.to_owned(), glob)),
            Err(error) => {
                let shown: String = name.chars().take(80).collect();
                let cut = if shown.len() < name.len() { "…" } else { "" };
                let message = format!("`{shown}{cut}` is not a pattern: {error}");
                problems.push(Problem::whole_file(Utf8Path::new("cases"), message));
                None
            }
        };
    }
    if Utf8Path::new(name).extension().is_some_and(read::is_yaml) {
        return Some(CaseSelector::File(named(root, Utf8Path::new(name))));
    }
    let id = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    let id = id.strip_prefix("cases/").unwrap_or(id);
    if stays_below(Utf8Path::new(id)) && !id.is_empty() {
        return Some(CaseSelector::Id(id.to_owned()));
    }
    problems.push(Problem::whole_file(Utf8Path::new("cases"), format!("`{name}` is not the id of a case")));
    None
}

impl CaseSelector {
    fn takes(&self, case: &Case) -> bool {
        self.names(&case.id, &case.file)
    }

    fn names(&self, case: &str, place: &Utf8Path) -> bool {
        let file = id::file_of(case);
        match self {
            Self::Id(id) => case == id || file == id || id::is_below(file, id),
            // A glob that matches a folder takes what lies in it, as the folder's own name does.
            Self::Glob(_, glob) => {
                let mut folders = Utf8Path::new(file).ancestors().filter(|folder| !folder.as_str().is_empty());
                glob.is_match(case) || folders.any(|folder| glob.is_match(folder))
            }
            Self::File(file) => place == file.name,
        }
    }
}

/// Finds the files that must be read.
pub(super) fn files(
    root: &Utf8Path,
    wanted: Option<&[(String, CaseSelector)]>,
    problems: &mut Collector,
) -> Vec<CasePath> {
    let Some(wanted) = wanted else { return below(root, Utf8Path::new(""), problems) };
    let mut found: Vec<CasePath> = Vec::new();
    for (_, wanted) in wanted {
        match wanted {
            CaseSelector::Id(id) => {
                let file = id::file_of(id);
                let name = id::path_of(file);
                if root.join(&name).as_std_path().exists() {
                    found.push(CasePath { path: root.join(&name), name });
                } else {
                    found.extend(below(root, Utf8Path::new(file), problems));
                }
            }
            CaseSelector::Glob(name, _) => found.extend(below(root, fixed_folder(name), problems)),
            CaseSelector::File(file) => found.push(file.clone()),
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    found
}

/// Keeps the cases that are wanted; a name that stands for none is an error, as is a suite without any.
pub(super) fn retain(
    cases: &mut Vec<Case>,
    root: &Utf8Path,
    wanted: Option<&[(String, CaseSelector)]>,
    problems: &mut Collector,
) {
    // What is wrong with a file that was named says more than that it has no case.
    let silent = problems.count() > 0;
    if let Some(wanted) = wanted {
        for (name, one) in wanted.iter().filter(|(_, one)| !cases.iter().any(|case| one.takes(case))) {
            if !silent {
                let known = known(root, one, cases);
                let problem = Problem::whole_file(Utf8Path::new("cases"), format!("no case `{name}`"));
                problems.push(problem.help(suggest::help(name, known.iter().map(String::as_str))));
            }
        }
        cases.retain(|case| wanted.iter().any(|(_, one)| one.takes(case)));
    }
    if cases.is_empty() && problems.count() == 0 {
        problems.push(Problem::whole_file(Utf8Path::new("cases"), "there are no cases"));
    }
}

/// Finds the ids that could have been meant: the combinations of the file, or else the files of the folder.
fn known(root: &Utf8Path, wanted: &CaseSelector, cases: &[Case]) -> Vec<String> {
    let folder = match wanted {
        CaseSelector::File(_) => return Vec::new(),
        CaseSelector::Glob(name, _) => fixed_folder(name),
        CaseSelector::Id(id) => {
            // Of a file that is there it is the combination that is not.
            let of_file = cases.iter().filter(|case| case.id.file() == id::file_of(id));
            let combinations: Vec<String> = of_file.map(|case| case.id.to_string()).collect();
            if !combinations.is_empty() {
                return combinations;
            }
            Utf8Path::new(id).parent().unwrap_or(Utf8Path::new(""))
        }
    };
    let in_folder = |folder: &Utf8Path| below(root, folder, &mut Collector::default());
    let found = folder.ancestors().map(in_folder).find(|found| !found.is_empty());
    found.unwrap_or_default().iter().map(|path| id::id_of(&path.name)).collect()
}

/// Finds the case files of a folder below `cases/`; a folder that is not there has none.
pub(super) fn below(root: &Utf8Path, folder: &Utf8Path, problems: &mut Collector) -> Vec<CasePath> {
    let cases = root.join("cases");
    let start = cases.join(folder);
    if !start.as_std_path().is_dir() {
        return Vec::new();
    }
    let name = Utf8Path::new("cases").join(folder);
    let name = Utf8PathBuf::from(name.as_str().trim_end_matches('/'));
    let relative = read::below(&start, &name, problems);
    let paths = relative.into_iter().map(|file| CasePath { path: start.join(&file), name: name.join(&file) });
    paths.filter(|found| !is_supporting(&found.name)).collect()
}

/// Says if a file is not a case but something that cases use.
pub(super) fn is_supporting(name: &Utf8Path) -> bool {
    name.starts_with("cases/fragments") || name.starts_with("cases/rules")
}

/// Finds a file that was named: under its name below the root where it lies there.
pub(super) fn named(root: &Utf8Path, path: &Utf8Path) -> CasePath {
    let path = if path.as_std_path().exists() { path.to_owned() } else { root.join(path) };
    let real = path.canonicalize_utf8().unwrap_or_else(|_| path.clone());
    let real_root = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
    let name = real.strip_prefix(&real_root).map_or_else(|_| path.clone(), Utf8Path::to_owned);
    CasePath { path, name }
}

/// Says if a relative path leads nowhere else.
fn stays_below(path: &Utf8Path) -> bool {
    path.components().all(|part| matches!(part, camino::Utf8Component::Normal(_)))
}

/// Finds the folder that everything a glob can match lies in.
fn fixed_folder(glob: &str) -> &Utf8Path {
    let fixed = glob.find(['*', '?', '[', '{', '\\', '#']).map_or(glob, |at| &glob[..at]);
    let folder = Utf8Path::new(id::folder_of(fixed).unwrap_or_default());
    if stays_below(folder) { folder } else { Utf8Path::new("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_that_matches_a_folder_takes_what_lies_in_it() {
        let check = |glob: &str, id: &str, takes: bool| {
            let mut problems = Collector::default();
            let wanted = understand(Utf8Path::new("."), glob, &mut problems).expect("it is a pattern");
            assert_eq!(wanted.names(id, Utf8Path::new("")), takes, "{glob} and {id}");
        };
        check("gemini/*", "gemini/cut/eof#chunked", true);
        check("*/cut", "gemini/cut/eof", true);
        check("*", "gemini/cut/eof", true);
        check("gemini/*/e*", "gemini/cut/eof", true);
        check("gemini/*/e*", "gemini/cut/oef", false);
        check("gemini/*", "anthropic/cut/eof", false);
        check("gem*i", "gemini/cut/eof", true);
    }

    #[test]
    fn braces_without_end_are_a_message() {
        for (name, said) in [
            ("{".repeat(250) + &"}".repeat(250), "nested deeper than 8"),
            ("{".repeat(100_000), "longer than 1000 bytes"),
            ("{a".to_owned(), "unclosed alternate group"),
        ] {
            let mut problems = Collector::default();
            assert!(understand(Utf8Path::new("."), &name, &mut problems).is_none());
            let text = problems.finish().render(false);
            assert!(text.contains(said) && text.len() < 300, "{text}");
        }
    }

    #[test]
    fn a_glob_is_looked_for_where_it_can_match() {
        let check = |glob: &str, folder: &str| assert_eq!(fixed_folder(glob), folder, "{glob}");
        check("*", "");
        check("anthropic/**", "anthropic");
        check("anthropic/in-band/after-*#overloaded", "anthropic/in-band");
        check("{anthropic,gemini}/in-band/*", "");
        check("../../etc/*", "");
        check("/etc/*", "");
    }
}
