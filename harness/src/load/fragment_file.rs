//! Files of fragments: read, filled in and judged by themselves.

use camino::Utf8Path;
use serde::Deserialize;
use serde_json::{Map, Value};
use streamspec_adapters::contract::Api;

use super::expand::Expander;
use super::fragments::{Fragment, Fragments};
use super::problem::{Collector, Problem};
use super::template::Scope;
use super::tree::{Key, Node, Origin, ValueKind};
use super::typed::{self, Files, Removed};
use super::written::FragmentFile;
use super::{read, suggest, unroll, yaml};
use crate::case::Step;

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

/// Reads the fragments of an api; an api without a file has none.
pub(super) fn load(root: &Utf8Path, api: Api, problems: &mut Collector) -> Fragments {
    let file = Fragments::file(api);
    let path = root.join(&file);
    let mut fragments = Fragments::none(&file);
    if !path.as_std_path().exists() {
        return fragments;
    }
    let read = read::source(&path, &file).and_then(|source| {
        fragments.source = source;
        yaml::parse(&fragments.source, Origin::Fragments)
    });
    match read {
        Ok(tree) => add(&mut fragments, &tree, api, problems),
        Err(problem) => {
            problems.push(*problem);
            fragments.broken = true;
        }
    }
    fragments
}

/// Adds the fragments of a file, each with its defaults filled in.
fn add(fragments: &mut Fragments, tree: &Node, api: Api, problems: &mut Collector) {
    let source = fragments.source.clone();
    let files = Files { itself: &source, fragments: &source };
    let shape: Option<Shape> = typed::read(tree.clone(), &mut Removed::default(), files, problems);
    fragments.broken = shape.is_none();
    if let Some(shape) = shape
        && shape.api != api
    {
        let span = tree.place(&["api"]);
        problems
            .push(files.error(span, format!("this file holds the fragments of {api}, but says `api: {}`", shape.api)));
    }
    let Some(Node { kind: ValueKind::Map(all), .. }) = tree.get("fragments").cloned() else { return };
    for (key, node) in all {
        if typed::read::<FragmentShape>(node.clone(), &mut Removed::default(), files, problems).is_none() {
            fragments.broken = true;
        }
        let mut expander = Expander::new(fragments, files, problems);
        let written = node.get("with").map_or(&[][..], Node::entries);
        let filled = written
            .iter()
            .filter_map(|(name, value)| expander.fill(value, &Scope::of(&[])).map(|value| (name.clone(), value)));
        let defaults = filled.collect();
        fragments.all.push(Fragment { key, node, defaults });
    }
}

/// Makes the steps of one fragment with its defaults; none if anything is wrong with it.
pub(super) fn steps(fragments: &Fragments, name: &str, problems: &mut Collector) -> Option<Vec<Step>> {
    let Some(at) = fragments.position(name) else {
        if !fragments.broken {
            let problem = Problem::whole_file(&fragments.source.file, format!("there is no fragment `{name}`"));
            problems.push(problem.help(suggest::help(name, fragments.names())));
        }
        return None;
    };
    let file = filled(fragments, at, problems)?;
    let fragment = file.fragments.into_values().next()?;
    unroll::steps(&fragment.steps, &mut 0)
}

/// Reports what is wrong with the fragments themselves, each filled in with its defaults.
pub(super) fn check(fragments: &Fragments, problems: &mut Collector) {
    let used = fragments.used.borrow().clone();
    for at in 0..fragments.all.len() {
        filled(fragments, at, problems);
    }
    // That fragments use each other does not make them used.
    *fragments.used.borrow_mut() = used;
}

/// Makes a file with this fragment alone, filled in with its defaults; none if anything is wrong with it.
fn filled(fragments: &Fragments, at: usize, problems: &mut Collector) -> Option<FragmentFile> {
    let files = Files { itself: &fragments.source, fragments: &fragments.source };
    let fragment = &fragments.all[at];
    let mut expander = Expander::new(fragments, files, problems);
    let mut open = vec![fragment.key.text.clone()];
    let filled = expander.steps(fragment.node.get("steps")?, &Scope::of(&fragment.defaults), &mut open);
    let mut filled = filled.map(|(steps, _)| steps)?;
    expander.unescape(&mut filled, false);
    let (mut removed, spent_out) = expander.finish();
    if spent_out {
        return None;
    }
    typed::read(file_of(fragment, &filled), &mut removed, files, problems)
}

/// Makes a fragment file that holds one fragment, with its steps filled in.
fn file_of(fragment: &Fragment, steps: &Node) -> Node {
    let Fragment { key, node, .. } = fragment;
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
