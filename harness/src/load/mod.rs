//! From YAML to cases. The only place that knows YAML.
//!
//! ```text
//! file --read--> text --tree--> nodes with places --expand--> nodes, filled in --typed--> CaseFile --lint, unroll--> Case
//! ```
//!
//! A node keeps its place in the file through all of it, so that a mistake is reported with file, line and caret,
//! whether it is YAML's, a type's or one of meaning; all mistakes of all files are reported at once.
//!
//! Editors check cases while they are written: `cases/schema.json`, `cases/fragments.schema.json` and
//! `cases/rules.schema.json` are the schemas of the three kinds of files, [`schema()`] and its siblings make them, and
//! `.vscode/settings.json` maps them. For another editor with the YAML language server, or for a case elsewhere, begin
//! the file with `# yaml-language-server: $schema=PATH/schema.json`.
//!
//! Input may be hostile: sizes, depths and multiplications are bounded by [`limits`].

mod about;
mod candidate;
mod check;
mod document;
mod emit;
mod expand;
mod file;
mod format;
mod fragment_file;
mod fragments;
pub mod limits;
mod lint;
mod loaded;
mod locate;
mod node;
mod problem;
mod read;
mod rules;
mod schema;
mod select;
mod shape;
mod size;
mod suggest;
mod template;
mod tree;
mod typed;
mod unroll;
mod written;
mod yaml;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;

pub use candidate::{Candidate, Candidates};
pub use check::{Report, check};
pub use document::Document;
pub use format::Formatter;
pub use locate::{Location, locate};
pub use problem::{Problem, Problems, Severity};
pub use schema::{fragments_schema, rules_schema, schema};
pub use select::{CaseFilter, Selection};

use crate::case::{Case, Rule, Step};
use fragments::Fragments;
use loaded::Loaded;
use problem::Collector;
use rules::Rules;
use shape::Shapes;

/// The cases that were asked for, and the rules they test.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// The cases, sorted by id.
    pub cases: Vec<Case>,
    /// Every rule of `cases/rules`, sorted by id; none where only some cases were asked for.
    pub rules: Vec<Rule>,
}

/// Loads the cases below `root`, the folder that holds `cases/`.
///
/// A selection of ids loads their files and the fragments of their apis and nothing else: a test runner that starts a
/// process for each trial does it each time.
///
/// # Errors
///
/// Everything that is wrong with the files that were looked at; also if nothing was selected.
pub fn suite(root: &Utf8Path, selection: &Selection) -> Result<Suite, Problems> {
    let mut problems = Collector::default();
    let wanted = select::wanted(root, selection, &mut problems);
    let found = select::files(root, wanted.as_deref(), &mut problems);
    let Everything { files, .. } = load(root, found, &mut problems);
    let mut cases: Vec<Case> = files.into_iter().flat_map(|file| file.cases).collect();
    select::retain(&mut cases, root, wanted.as_deref(), &mut problems);
    let rules = match selection {
        Selection::All => Rules::load(root, &mut problems).into_rules(),
        Selection::Only(_) => Vec::new(),
    };
    let problems = problems.finish();
    if problems.has_errors() {
        return Err(problems);
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Suite { cases, rules })
}

/// Loads one case by its id, `anthropic/in-band/after-text#overloaded`.
///
/// # Errors
///
/// Everything that is wrong with the case's file and the fragments of its dialect; also if the id is that of no case, or of
/// several because it names a file with a matrix or a folder.
pub fn case(root: &Utf8Path, id: &str) -> Result<Case, Problems> {
    let mut cases = suite(root, &Selection::Only(vec![id.to_owned()]))?.cases;
    if cases.len() > 1 {
        let message = format!("`{id}` names {} cases, of which the first is `{}`; name one", cases.len(), cases[0].id);
        let mut problems = Collector::default();
        problems.push(Problem::whole_file(Utf8Path::new("cases"), message));
        return Err(problems.finish());
    }
    Ok(cases.remove(0))
}

/// Finds the case files of these paths, each with its name below the root; all below `cases/` where no path is named.
///
/// # Errors
///
/// Folders that cannot be read; also where there is no case file.
pub fn files(root: &Utf8Path, paths: &[Utf8PathBuf]) -> Result<Vec<(Utf8PathBuf, Utf8PathBuf)>, Problems> {
    let mut problems = Collector::default();
    let found = check::found(root, paths, &mut problems);
    let problems = problems.finish();
    if problems.has_errors() {
        return Err(problems);
    }
    let cases = found.into_iter().filter(|file| !select::is_supporting(&file.name));
    Ok(cases.map(|CasePath { path, name }| (path, name)).collect())
}

/// Reads the text of a case file.
///
/// # Errors
///
/// A file that cannot be read, that is too large, or that is no text.
pub fn text(path: &Utf8Path, name: &Utf8Path) -> Result<String, Problems> {
    read::source(path, name).map(|source| source.text.to_string()).map_err(|problem| {
        let mut problems = Collector::default();
        problems.push(*problem);
        problems.finish()
    })
}

/// Loads the rules of `cases/rules`, sorted by id.
///
/// # Errors
///
/// Everything that is wrong with their files.
pub fn rules(root: &Utf8Path) -> Result<Vec<Rule>, Problems> {
    let mut problems = Collector::default();
    let rules = Rules::load(root, &mut problems).into_rules();
    let problems = problems.finish();
    if problems.has_errors() { Err(problems) } else { Ok(rules) }
}

/// Returns the steps of a fragment with its defaults, for what is not a case.
///
/// # Errors
///
/// Everything that is wrong with the fragments of the api; also if there is none of that name.
pub fn fragment(root: &Utf8Path, api: Api, name: &str) -> Result<Vec<Step>, Problems> {
    let mut problems = Collector::default();
    let fragments = fragment_file::load(root, api, &mut problems);
    let steps = fragment_file::steps(&fragments, name, &mut problems);
    match steps {
        Some(steps) => Ok(steps),
        None => Err(problems.finish()),
    }
}

/// A case file: where it is, and what people know it by.
#[derive(Clone, Debug)]
struct CasePath {
    path: Utf8PathBuf,
    name: Utf8PathBuf,
}

/// Case files, and what was read for them, by dialect.
struct Everything {
    files: Vec<Loaded>,
    fragments: BTreeMap<Api, Fragments>,
    shapes: BTreeMap<Api, Option<Shapes>>,
}

/// Reads case files with the fragments and the shapes they need.
fn load(root: &Utf8Path, found: Vec<CasePath>, problems: &mut Collector) -> Everything {
    let (mut fragments, mut shapes) = (BTreeMap::new(), BTreeMap::new());
    let none = Fragments::unknown();
    let mut files = Vec::new();
    for CasePath { path, name } in found {
        let Some(parsed) = file::parse(&path, &name, problems) else { continue };
        check::place(&parsed, problems);
        let (fragments, shapes) = match parsed.api {
            Some(api) => (
                &*fragments.entry(api).or_insert_with(|| fragment_file::load(root, api, problems)),
                shapes.entry(api).or_insert_with(|| Shapes::load(root, api, problems)).as_ref(),
            ),
            None => (&none, None),
        };
        files.push(file::cases(parsed, fragments, shapes, problems));
    }
    Everything { files, fragments, shapes }
}
