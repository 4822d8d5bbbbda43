//! The linter behind `streamspec check`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use streamspec_adapters::contract::Api;

use super::file::Parsed;
use super::fragments::Fragments;
use super::loaded::Loaded;
use super::problem::{Collector, Problem, Problems, Severity};
use super::rules::Rules;
use super::shape::Shapes;
use super::{CasePath, Everything, fragment_file, lint, load, read, select};
use crate::case::groups;

/// The files that were looked at, and their problems.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The number of case files that were looked at.
    pub files: usize,
    /// The number of cases that they make; a file with an error makes none.
    pub cases: usize,
    /// The problems, by file and line.
    pub problems: Problems,
}

impl Report {
    /// Says whether anything keeps a case from running.
    pub fn has_errors(&self) -> bool {
        self.problems.has_errors()
    }

    /// Writes every problem with its line, and a last line that counts them. Coloured: to be printed through
    /// `anstream`.
    pub fn render(&self) -> String {
        let count = |severity| self.problems.iter().filter(|problem| problem.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let gap = if self.problems.is_empty() { "" } else { "\n\n" };
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        format!(
            "{}{gap}{}, {}: {}, {}\n",
            self.problems.render(true),
            plural(self.files, "file"),
            plural(self.cases, "case"),
            plural(errors, "error"),
            plural(warnings, "warning")
        )
    }
}

/// Judges case files and folders of them; everything below `cases/` if none is named.
///
/// A file may lie outside `cases/`; the fragments and rules are always those below `root`.
pub fn check(root: &Utf8Path, paths: &[Utf8PathBuf]) -> Report {
    let mut problems = Collector::default();
    let everything = select::below(root, Utf8Path::new(""), &mut Collector::default());
    let mut found = found(root, paths, &mut problems);
    let supporting: Vec<_> =
        found.extract_if(.., |file| select::is_supporting(&file.name)).map(|file| file.name).collect();

    let names: BTreeSet<_> = found.iter().map(|case| case.name.clone()).collect();
    let has_all =
        |folder: &str| everything.iter().all(|case| !case.name.starts_with(folder) || names.contains(&case.name));
    let whole = has_all("cases");
    let Everything { files, mut fragments, shapes } = load(root, found, &mut problems);
    // The tables of rules are looked at in any case.
    for api in Api::ALL.into_iter().filter(|api| whole || supporting.contains(&Fragments::file(*api))) {
        fragments.entry(api).or_insert_with(|| fragment_file::load(root, api, &mut problems));
    }
    // A file with an error uses and tests nothing; what else is unused or untested shows once it is right.
    let sound = files.len() == names.len() && files.iter().all(|file| !file.cases.is_empty());
    for (api, fragments) in &fragments {
        if sound && has_all(&format!("cases/{}", api.folder())) {
            fragments.check_unused(&mut problems);
        }
        fragment_file::check(fragments, &mut problems);
    }
    for name in &names {
        group(name, &mut problems);
    }
    stray(root, whole, &mut problems);
    let rules = Rules::load(root, &mut problems);
    lint::across(&files, &rules, whole && sound, &mut problems);
    for (api, shapes) in &shapes {
        let cases = files.iter().filter(|file| file.cases.iter().any(|case| case.api == *api));
        cases.for_each(|file| healthy(file, shapes.as_ref(), &mut problems));
    }
    let cases = files.iter().map(|file| file.cases.len()).sum();
    Report { files: names.len(), cases, problems: problems.finish() }
}

/// Finds the files of paths that were named, those of fragments and rules among them; all cases where none is named.
pub(super) fn found(root: &Utf8Path, paths: &[Utf8PathBuf], problems: &mut Collector) -> Vec<CasePath> {
    let mut found: Vec<CasePath> = if paths.is_empty() {
        select::below(root, Utf8Path::new(""), problems)
    } else {
        paths.iter().flat_map(|path| under(root, path, problems)).collect()
    };
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    if found.is_empty() && problems.count() == 0 {
        let place = paths.first().map_or(Utf8Path::new("cases"), |path| path.as_path());
        problems.push(Problem::whole_file(place, "there are no cases"));
    }
    found
}

/// Compares a healthy stream with the vendor's schema.
fn healthy(file: &Loaded, shapes: Option<&Shapes>, problems: &mut Collector) {
    let Some(shapes) = shapes else { return };
    let Some((broken, source)) = file.cases.iter().find_map(|case| shapes.broken_by(case)) else { return };
    let key = if file.tree.get("stream").is_some() { "stream" } else { "exchanges" };
    let message = format!("the stream of a healthy case does not follow its dialect: {broken}");
    let help = format!("see {source}; if the case is about this, say why with `beyond-schema: REASON`");
    let problem = Problem::error(&file.source, file.tree.place(&[key]).range(), message);
    problems.push(problem.help(help));
}

/// Returns the files of a path that was named.
fn under(root: &Utf8Path, path: &Utf8Path, problems: &mut Collector) -> Vec<CasePath> {
    let named = select::named(root, path);
    if !named.path.as_std_path().is_dir() {
        return vec![named];
    }
    let files = read::below(&named.path, &named.name, problems).into_iter();
    files.map(|file| CasePath { path: named.path.join(&file), name: named.name.join(&file) }).collect()
}

/// Warns of a case in an unknown group, which would be a column of its own in every report.
fn group(file: &Utf8Path, problems: &mut Collector) {
    let parts: Vec<&str> = file.components().map(|part| part.as_str()).collect();
    let ["cases", folder, group, _] = parts.as_slice() else { return };
    let Some(api) = Api::ALL.into_iter().find(|api| api.folder() == *folder) else { return };
    if !groups(api).any(|known| known == *group) && !problems.has_errors_in(file) {
        let problem = Problem::whole_file(file, format!("`{group}` is not a group of {folder}"));
        problems.push(problem.help(super::suggest::help(group, groups(api))).warning());
    }
}

/// Reports fragment files that no api reads.
fn stray(root: &Utf8Path, whole: bool, problems: &mut Collector) {
    let name = Utf8Path::new("cases/fragments");
    if !whole || !root.join(name).as_std_path().is_dir() {
        return;
    }
    for file in read::below(&root.join(name), name, problems) {
        let file = name.join(file);
        if Api::ALL.iter().all(|api| Fragments::file(*api) != file) {
            let apis: Vec<_> = Api::ALL.iter().map(|api| api.name()).collect();
            let problem = Problem::whole_file(&file, "this file belongs to no api");
            problems.push(problem.help(format!("its name is one of {}", super::suggest::list(&apis))));
        }
    }
}

/// Judges where a case file lies: the id is the path, so the path must be right.
pub(super) fn place(parsed: &Parsed, problems: &mut Collector) {
    let file = &parsed.source.file;
    if file.extension() != Some("yaml") {
        let message =
            format!("the name of a case's file ends in `.yaml`, not in `.{}`", file.extension().unwrap_or_default());
        problems.push(Problem::whole_file(file, message).help("rename it so that it ends in `.yaml`"));
    }
    let Ok(below) = file.strip_prefix("cases") else { return };
    let parts: Vec<&str> = Utf8Path::new(&parsed.id).components().map(|part| part.as_str()).collect();
    if parts.len() != 3 {
        let problem = Problem::whole_file(file, "a case belongs in cases/<api>/<group>/<name>.yaml");
        problems.push(problem.help(format!("{below} has {} parts", parts.len())));
    }
    for part in &parts {
        if !is_kebab(part) {
            let problem = Problem::whole_file(file, format!("`{part}` cannot be part of an id"));
            problems.push(problem.help("names are lower-case letters, digits and `-`"));
        }
    }
    let folder = parts.first().copied().unwrap_or_default();
    if let Some(api) = parsed.api
        && api.folder() != folder
    {
        let span = parsed.tree.place(&["api"]).range();
        let problem =
            Problem::error(&parsed.source, span, format!("a case of {api} belongs in cases/{}", api.folder()));
        problems.push(problem.help(match Api::ALL.into_iter().find(|api| api.folder() == folder) {
            Some(other) => format!("move the file, or write `api: {other}`"),
            None => "move the file".to_owned(),
        }));
    }
}

fn is_kebab(part: &str) -> bool {
    let letters = part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    letters && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
}
