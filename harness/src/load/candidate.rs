//! A case that lies nowhere yet: its text is judged as if it lay below `cases/`.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use streamspec_adapters::contract::Api;

use super::document::Document;
use super::fragments::Fragments;
use super::problem::{Collector, Problem, Problems};
use super::rules::Rules;
use super::shape::Shapes;
use super::{check, file, lint, read};
use crate::case::{Case, Step};

/// The vendors' schemas, by which texts are judged that use no fragments and name no rules.
#[derive(Debug)]
pub struct Candidates {
    shapes: BTreeMap<Api, Option<Shapes>>,
}

/// A text that was judged.
#[derive(Debug)]
pub struct Candidate {
    /// The cases of it; none where there are errors.
    pub cases: Vec<Case>,
    /// Everything that `check` has to say of it by itself.
    pub problems: Problems,
    /// The part of a healthy stream of it that the vendor's schema does not have; told as an error among the problems, too.
    pub beyond_schema: Option<String>,
}

impl Candidates {
    /// Reads the schemas below `root`. What is wrong with one is for `check` to say.
    pub fn new(root: &Utf8Path) -> Self {
        let shapes = |api| (api, Shapes::load(root, api, &mut Collector::default()));
        Self { shapes: Api::ALL.into_iter().map(shapes).collect() }
    }

    /// Judges a text as the case file at this path, relative to the root.
    pub fn judge(&self, path: &Utf8Path, text: &str) -> Candidate {
        let mut problems = Collector::default();
        let parsed = read::source_of(text.as_bytes().to_vec(), path).and_then(|source| file::parsed(source, path));
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(problem) => {
                problems.push(*problem);
                return Candidate { cases: Vec::new(), problems: problems.finish(), beyond_schema: None };
            }
        };
        check::place(&parsed, &mut problems);
        let shapes = parsed.api.and_then(|api| self.shapes.get(&api)?.as_ref());
        let loaded = file::cases(parsed, &Fragments::unknown(), shapes, &mut problems);
        let files = [loaded];
        lint::across(&files, &Rules::default(), false, &mut problems);
        let [loaded] = files;
        let broken = loaded.cases.iter().find_map(|case| shapes?.broken_by(case));
        let beyond_schema = broken.map(|(broken, _)| broken);
        if let Some(broken) = &beyond_schema {
            problems.push(Problem::whole_file(path, format!("the stream does not follow its dialect: {broken}")));
        }
        let problems = problems.finish();
        let cases = if problems.has_errors() { Vec::new() } else { loaded.cases };
        Candidate { cases, problems, beyond_schema }
    }

    /// Makes the case of a document, as if its file lay at this path.
    ///
    /// # Errors
    ///
    /// Everything that `check` would say of such a file alone.
    pub fn read(&self, path: &Utf8Path, document: &Document) -> Result<Case, Problems> {
        let Candidate { mut cases, problems, .. } = self.judge(path, &document.to_yaml());
        cases.pop().ok_or(problems)
    }

    /// Counts the events of a case that the vendor's schema does not have in this form.
    pub fn broken_events(&self, case: &Case) -> usize {
        let Some(shapes) = self.shapes.get(&case.api).and_then(Option::as_ref) else { return 0 };
        let data = case.exchanges.iter().flatten().filter_map(|step| match step {
            Step::Event(event) => Some(&event.data),
            Step::Data(data) => Some(data),
            _ => None,
        });
        data.filter(|data| data.is_object() && shapes.broken_event(data).is_some()).count()
    }

    /// Returns the members at the top of a dialect's events that the events of no other dialect have.
    pub fn own_members(&self, api: Api) -> BTreeSet<&str> {
        let of = |api: Api| self.shapes.get(&api).and_then(Option::as_ref).map(Shapes::members).unwrap_or_default();
        let others: BTreeSet<&str> = Api::ALL.into_iter().filter(|other| *other != api).flat_map(of).collect();
        of(api).into_iter().filter(|member| !others.contains(member)).collect()
    }
}
