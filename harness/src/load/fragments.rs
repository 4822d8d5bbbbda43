//! The named pieces of streams that the cases of an api share.

use std::cell::RefCell;
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use serde_json::{Map, Value};
use streamspec_adapters::contract::Api;

use super::expand::Expander;
use super::problem::{Collector, Problem, Source};
use super::read;
use super::template::Scope;
use super::tree::{self, Key, Node, Origin, ValueKind};
use super::typed::{self, Files, Removed};
use super::written::FragmentFile;
use super::{suggest, unroll};
use crate::case::Step;

/// The fragments of one api.
pub(super) struct Fragments {
    pub(super) source: Source,
    /// The fragments by name, in the order of the file.
    all: Vec<(Key, Node)>,
    /// The parameters of each, with their defaults filled in.
    defaults: Vec<Vec<(Key, Node)>>,
    /// Whether the file could not be read, so that nothing is known about names.
    pub(super) broken: bool,
    used: RefCell<BTreeSet<usize>>,
}

/// The part of a fragment file that can be judged before anything is filled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it can be read is of interest")]
struct Shape {
    api: Api,
    fragments: Map<String, Value>,
}

/// The same for one fragment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it can be read is of interest")]
struct FragmentShape {
    about: String,
    #[serde(default)]
    with: Map<String, Value>,
    steps: Vec<Value>,
}

/// A fragment as a `use` finds it.
pub(super) struct FoundFragment<'f> {
    /// Its parameters and their defaults.
    pub(super) defaults: &'f [(Key, Node)],
    /// Its steps, with nothing filled in.
    pub(super) steps: &'f Node,
}

impl Fragments {
    /// The file's name below the root of the repository.
    pub(super) fn file(api: Api) -> Utf8PathBuf {
        Utf8PathBuf::from(format!("cases/fragments/{api}.yaml"))
    }

    /// Reads the fragments of an api; an api without a file has none.
    pub(super) fn load(root: &Utf8Path, api: Api, problems: &mut Collector) -> Self {
        let file = Self::file(api);
        let path = root.join(&file);
        let mut fragments = Self::none(&file);
        if !path.as_std_path().exists() {
            return fragments;
        }
        let read = read::source(&path, &file).and_then(|source| {
            fragments.source = source;
            tree::parse(&fragments.source, Origin::Fragments)
        });
        match read {
            Ok(tree) => fragments.take(&tree, api, problems),
            Err(problem) => {
                problems.push(*problem);
                fragments.broken = true;
            }
        }
        fragments
    }

    /// The fragments of an api that nobody knows.
    pub(super) fn unknown() -> Self {
        Self { broken: true, ..Self::none(Utf8Path::new("cases/fragments")) }
    }

    /// No fragments at all.
    fn none(file: &Utf8Path) -> Self {
        let source = Source::unread(file);
        Self { source, all: Vec::new(), defaults: Vec::new(), broken: false, used: RefCell::default() }
    }

    fn take(&mut self, tree: &Node, api: Api, problems: &mut Collector) {
        let files = Files { itself: &self.source, fragments: &self.source };
        let shape: Option<Shape> = typed::read(tree.clone(), &mut Removed::default(), files, problems);
        self.broken = shape.is_none();
        if let Some(shape) = shape
            && shape.api != api
        {
            let span = tree.place(&["api"]);
            problems.push(files.error(span, format!("the fragments of {api} belong here, not of {}", shape.api)));
        }
        let Some(Node { kind: ValueKind::Map(all), .. }) = tree.get("fragments").cloned() else { return };
        for (key, node) in all {
            if typed::read::<FragmentShape>(node.clone(), &mut Removed::default(), files, problems).is_none() {
                self.broken = true;
            }
            let mut expander = Expander::new(self, files, problems);
            let written = node.get("with").map_or(&[][..], Node::entries);
            let filled = written
                .iter()
                .filter_map(|(name, value)| expander.fill(value, &Scope::of(&[])).map(|value| (name.clone(), value)));
            let defaults = filled.collect();
            self.defaults.push(defaults);
            self.all.push((key, node));
        }
    }

    /// The fragment of a name.
    pub(super) fn find(&self, name: &str) -> Option<FoundFragment<'_>> {
        let at = self.all.iter().position(|(key, _)| key.text == name)?;
        self.used.borrow_mut().insert(at);
        let steps = self.all[at].1.get("steps")?;
        Some(FoundFragment { defaults: &self.defaults[at], steps })
    }

    /// The steps of one fragment with its defaults; none if anything is wrong with it.
    pub(super) fn steps(&self, name: &str, problems: &mut Collector) -> Option<Vec<Step>> {
        let files = Files { itself: &self.source, fragments: &self.source };
        let Some(at) = self.all.iter().position(|(key, _)| key.text == name) else {
            if !self.broken {
                let problem = Problem::whole_file(&self.source.file, format!("no fragment `{name}`"));
                problems.push(problem.help(suggest::help(name, self.names())));
            }
            return None;
        };
        let file = self.filled(at, files, problems)?;
        let fragment = file.fragments.into_values().next()?;
        unroll::steps(&fragment.steps, &mut 0)
    }

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(key, _)| key.text.as_str())
    }

    /// Tells what is wrong with the fragments themselves, each filled in with its defaults.
    pub(super) fn check(&self, problems: &mut Collector) {
        let files = Files { itself: &self.source, fragments: &self.source };
        let used = self.used.borrow().clone();
        for at in 0..self.all.len() {
            self.filled(at, files, problems);
        }
        // That fragments use each other does not make them used.
        *self.used.borrow_mut() = used;
    }

    /// A file with this fragment alone, filled in with its defaults; none if anything is wrong with it.
    fn filled(&self, at: usize, files: Files<'_>, problems: &mut Collector) -> Option<FragmentFile> {
        let (key, node) = &self.all[at];
        let mut expander = Expander::new(self, files, problems);
        let filled = expander.steps(node.get("steps")?, &Scope::of(&self.defaults[at]), &mut vec![key.text.clone()]);
        let mut filled = filled.map(|(steps, _)| steps)?;
        expander.unescape(&mut filled, false);
        let (mut cuts, spent_out) = expander.finish();
        if spent_out {
            return None;
        }
        typed::read(fragment_file(&self.all, at, &filled), &mut cuts, files, problems)
    }

    /// Warns of fragments that no case uses; only of use when every case of the api was looked at.
    pub(super) fn check_unused(&self, problems: &mut Collector) {
        let used = self.used.borrow();
        for (at, (key, _)) in self.all.iter().enumerate() {
            if !used.contains(&at) {
                let message = format!("no case uses the fragment `{}`", key.text);
                problems.push(Problem::error(&self.source, key.span.range(), message).warning());
            }
        }
    }
}

/// A fragment file that holds one fragment, with its steps filled in.
fn fragment_file(all: &[(Key, Node)], at: usize, steps: &Node) -> Node {
    let (key, node) = &all[at];
    let mut fields = node.entries().to_vec();
    for (field, value) in &mut fields {
        if field.text == "steps" {
            *value = steps.clone();
        }
    }
    let fragment = Node::new(ValueKind::Map(fields), node.span);
    let entry =
        |name: &str, kind: ValueKind| (Key { text: name.to_owned(), span: key.span }, Node::new(kind, key.span));
    // The api is judged once for the whole file.
    let api = entry("api", ValueKind::Text(Api::ALL[0].name().to_owned()));
    let fragments = entry("fragments", ValueKind::Map(vec![(key.clone(), fragment)]));
    Node::new(ValueKind::Map(vec![api, fragments]), key.span)
}
