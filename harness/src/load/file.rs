//! One case file: from its text to its cases.

use std::cell::Cell;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::contract::Api;

use super::about::StreamFate;
use super::expand::Expander;
use super::fragments::Fragments;
use super::limits::{MAX_COMBINATIONS, MAX_EXPANSION};
use super::lint::{self, Sites};
use super::loaded::Loaded;
use super::problem::{Collector, Problem, Source};
use super::shape::Shapes;
use super::template::Scope;
use super::tree::{Key, Node, Origin, Span, ValueKind};
use super::typed::{self, Files};
use super::written::{CaseFile, Exchange};
use super::{unroll, yaml};
use crate::case::Case;
use crate::id::{self, CaseId};

/// The number of combinations that may fail before the rest of them is taken to fail as well.
const MAX_FAILED_COMBINATIONS: usize = 8;

/// A case file before its fragments are known.
pub(super) struct Parsed {
    pub(super) source: Source,
    pub(super) tree: Node,
    /// The id of its cases without the names of matrix values.
    pub(super) id: String,
    /// The dialect; none if the file does not say it rightly.
    pub(super) api: Option<Api>,
}

/// Reads a case file as YAML.
pub(super) fn parse(path: &Utf8Path, file: &Utf8Path, problems: &mut Collector) -> Option<Parsed> {
    match super::read::source(path, file).and_then(|source| parsed(source, file)) {
        Ok(parsed) => Some(parsed),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Reads the text of a case file as YAML.
pub(super) fn parsed(source: Source, file: &Utf8Path) -> Result<Parsed, Box<Problem>> {
    let tree = yaml::parse(&source, Origin::Itself)?;
    let name = tree.get("api").and_then(Node::text).map(str::to_owned);
    let api = name.and_then(|name| serde_json::from_value(Value::String(name)).ok());
    Ok(Parsed { source, tree, id: id::id_of(file), api })
}

/// Fills in everything, judges it, and makes the cases.
pub(super) fn cases(
    parsed: Parsed,
    fragments: &Fragments,
    shapes: Option<&Shapes>,
    problems: &mut Collector,
) -> Loaded {
    let Parsed { source, tree, id, .. } = parsed;
    let files = Files { itself: &source, fragments: &fragments.source };
    let mut cases = Vec::new();
    if let Some(axes) = axes(&tree, fragments, files, problems) {
        let used: Vec<_> = axes.iter().map(|_| Cell::new(false)).collect();
        let (mut spent, mut failed) = (0, 0);
        let mut says_more = false;
        let mut digest = Sha256::new();
        for combination in combinations(&axes) {
            let names: Vec<(Key, Node)> =
                combination.iter().map(|(axis, _, value)| ((*axis).clone(), (*value).clone())).collect();
            let mut expander = Expander::new(fragments, files, problems).having_spent(spent);
            let (node, sites) = expand(&tree, &mut expander, &Scope::noting(&names, &used));
            spent = expander.spent();
            let (mut removed, spent_out) = expander.finish();
            if spent_out {
                break;
            }
            let chosen: Vec<_> = combination.iter().map(|(_, name, _)| name.text.as_str()).collect();
            let combination = (!chosen.is_empty()).then(|| chosen.join(","));
            // Where two combinations change their names with each other, each case is another one.
            digest.update(combination.as_deref().unwrap_or_default());
            digest.update(judged(&node));
            let Some(file) = typed::read::<CaseFile>(node, &mut removed, files, problems) else {
                failed += 1;
                if failed == MAX_FAILED_COMBINATIONS {
                    break;
                }
                continue;
            };
            lint::case(&file, &tree, &sites, files, problems);
            if problems.has_errors_in(&source.file) {
                continue;
            }
            let id = CaseId::of(&id, combination.as_deref());
            let stated = file.about;
            let Some(mut case) = case(id, source.file.clone(), file, shapes, &mut spent) else {
                let key = ["matrix", "exchanges", "stream"].into_iter().find(|key| tree.get(key).is_some());
                let message = format!(
                    "with every `repeat` multiplied out, the file takes more than {} MiB of memory",
                    MAX_EXPANSION / 1024 / 1024
                );
                let help = "use fewer combinations, answers or rounds; a `raw` text takes far less than a mapping";
                problems.push(files.error(tree.place(key.as_slice()), message).help(help));
                break;
            };
            let found = case.about;
            case.about = stated.unwrap_or(found);
            says_more |= case.about != found;
            cases.push(case);
        }
        let digest = hex::encode(digest.finalize());
        for case in &mut cases {
            case.digest.clone_from(&digest);
        }
        if tree.get("about").is_some() && !says_more && !cases.is_empty() {
            let message = "`about` says what is found from the steps and the expectation without it, too";
            // No error: another member of the matrix, or a longer stream, may have needed it before a case was made of one.
            problems.push(files.error(tree.place(&["about"]), message).help("remove `about`").warning());
        }
        for ((axis, _), used) in axes.iter().zip(&used) {
            // Where nothing could be filled in, use says nothing.
            if !used.get() && failed < MAX_FAILED_COMBINATIONS {
                let message = format!("the axis `{}` is not used", axis.text);
                let help =
                    format!("all of its values make the same case: use `${{{}}}`, or remove the axis", axis.text);
                problems.push(files.error(axis.span, message).help(help));
            }
        }
    }
    if problems.has_errors_in(&source.file) {
        cases.clear();
    }
    Loaded { source, tree, cases }
}

/// An axis and its values.
pub(super) type Axis = (Key, Vec<(Key, Node)>);

/// Returns the axes of the matrix in the order of the file; none if they are wrong.
pub(super) fn axes(
    tree: &Node,
    fragments: &Fragments,
    files: Files<'_>,
    problems: &mut Collector,
) -> Option<Vec<Axis>> {
    let Some((key, matrix)) = tree.entry("matrix") else { return Some(Vec::new()) };
    let before = problems.count();
    let mut refuse = |span: Span, message: &str, help: &str| problems.push(files.error(span, message).help(help));
    let shape = "write `matrix: { AXIS: { NAME: VALUE, … } }`";
    if matrix.entries().is_empty() {
        refuse(key.span, "`matrix` needs at least one axis", shape);
    }
    let mut axes = Vec::new();
    for (axis, values) in matrix.entries() {
        if values.entries().is_empty() {
            refuse(axis.span, "an axis needs at least one named value, or the case has no trial at all", shape);
        }
        if !is_name(&axis.text) || ["nonce", "n"].contains(&axis.text.as_str()) {
            refuse(axis.span, "this cannot be the name of an axis", NAME);
        }
        for (name, _) in values.entries() {
            if !is_name(&name.text) {
                refuse(name.span, "this cannot be the name of a value, as it becomes part of the case's id", NAME);
            }
        }
    }
    let total =
        matrix.entries().iter().fold(1_usize, |total, (_, values)| total.saturating_mul(values.entries().len()));
    if total > MAX_COMBINATIONS {
        let message = format!("the matrix has {total} combinations, more than {MAX_COMBINATIONS}");
        refuse(key.span, &message, "split the case into several files");
    }
    let sound = problems.count() == before;
    for (axis, values) in matrix.entries() {
        // A value that cannot be filled in was told; it stays, so that its names are not told as well.
        let filled = values.entries().iter().map(|(name, value)| {
            let mut expander = Expander::new(fragments, files, problems);
            let filled = expander.fill(value, &Scope::of(&[]));
            let whole = expander.finish().0.is_empty();
            (name.clone(), filled.filter(|_| whole).unwrap_or_else(|| value.clone()))
        });
        axes.push((axis.clone(), filled.collect()));
    }
    sound.then_some(axes)
}

/// The help about the characters in names of axes and of their values.
const NAME: &str = "a name is letters, digits, `_`, `-` and, for a value, `.`";

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
}

/// Combines one value of each axis, the last axis changing fastest.
pub(super) fn combinations(axes: &[Axis]) -> Vec<Vec<(&Key, &Key, &Node)>> {
    axes.iter().fold(vec![Vec::new()], |before, (axis, values)| {
        let with = |chosen: &Vec<(_, _, _)>| {
            let chosen = chosen.clone();
            values.iter().map(move |(name, value)| {
                let mut longer = chosen.clone();
                longer.push((axis, name, value));
                longer
            })
        };
        before.iter().flat_map(with).collect()
    })
}

/// Returns the file with everything filled in, and where its steps stand.
pub(super) fn expand(tree: &Node, expander: &mut Expander<'_>, scope: &Scope<'_>) -> (Node, Sites) {
    let mut sites = Sites::default();
    let mut fields = Vec::new();
    for (key, value) in tree.entries() {
        let filled = match key.text.as_str() {
            "matrix" => continue,
            "stream" | "control" => expander.steps(value, scope, &mut Vec::new()).map(|(steps, places)| {
                match key.text.as_str() {
                    "control" => sites.control = places,
                    _ => sites.exchanges = vec![places],
                }
                steps
            }),
            "exchanges" => exchanges(value, expander, scope, &mut sites),
            _ => expander.fill(value, scope),
        };
        match filled {
            Some(mut value) => {
                expander.unescape(&mut value, false);
                fields.push((key.clone(), value));
            }
            None => expander.note(tree.span, &key.text),
        }
    }
    // Anything but a mapping is for the types to refuse.
    let kind = if matches!(tree.kind, ValueKind::Map(_)) { ValueKind::Map(fields) } else { tree.kind.clone() };
    (Node::new(kind, tree.span), sites)
}

fn exchanges(node: &Node, expander: &mut Expander<'_>, scope: &Scope<'_>, sites: &mut Sites) -> Option<Node> {
    let ValueKind::List(answers) = &node.kind else { return expander.fill(node, scope) };
    let mut filled = Vec::new();
    for answer in answers {
        match exchange(answer, expander, scope) {
            Some((steps, places)) => {
                filled.push(steps);
                sites.exchanges.push(places);
            }
            None => expander.note(node.span, ""),
        }
    }
    Some(Node::new(ValueKind::List(filled), node.span))
}

/// Returns one answer with everything filled in: a list of steps, or a mapping that has one.
fn exchange(node: &Node, expander: &mut Expander<'_>, scope: &Scope<'_>) -> Option<(Node, Vec<Span>)> {
    let ValueKind::Map(entries) = &node.kind else { return expander.steps(node, scope, &mut Vec::new()) };
    let (mut filled, mut places) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        let value = if key.text == "steps" {
            expander.steps(value, scope, &mut Vec::new()).map(|(steps, spans)| {
                places = spans;
                steps
            })
        } else {
            expander.fill(value, scope)
        };
        match value {
            Some(value) => filled.push((key.clone(), value)),
            None => expander.note(node.span, &key.text),
        }
    }
    Some((Node::new(ValueKind::Map(filled), node.span), places))
}

/// Renders the part of a filled in file that decides an SDK's verdict: its fields in their order, without those that
/// explain.
fn judged(file: &Node) -> String {
    const EXPLAIN: [&str; 6] = ["title", "sources", "rules", "why-must", "beyond-schema", "disputed"];
    let fields = file.entries().iter().filter(|(key, _)| !EXPLAIN.contains(&key.text.as_str()));
    // Which axes are disputed is told apart in a verdict, the words of the ruling are not.
    let disputed = file.get("disputed").and_then(|disputed| disputed.get("axes")).map(Node::to_json);
    let fields: Vec<String> = fields
        .map(|(key, value)| format!("{}: {}\n", key.text, value.to_json()))
        .chain(disputed.map(|axes| format!("disputed: {axes}\n")))
        .collect();
    fields.concat()
}

/// Returns the case of one combination; none if all of them together are too large.
fn case(id: CaseId, file: Utf8PathBuf, written: CaseFile, shapes: Option<&Shapes>, spent: &mut usize) -> Option<Case> {
    let CaseFile { title, api, sources, rules, disputed, ask, caller, timeout, max_retries, .. } = written;
    let CaseFile { stream, exchanges, control, beyond_schema, variants, expect, .. } = written;
    let stream = stream.map(|steps| vec![Exchange { when: None, steps }]);
    let answers = exchanges.or(stream).unwrap_or_default();
    let exchanges: Vec<_> = answers.iter().map(|answer| unroll::steps(&answer.steps, spent)).collect::<Option<_>>()?;
    let conditions = answers.into_iter().enumerate().filter_map(|(place, answer)| Some((place, answer.when?)));
    let control = match control {
        Some(steps) => Some(unroll::steps(&steps, spent)?),
        None => None,
    };
    let shapes = shapes.filter(|_| beyond_schema.is_none());
    let subject = StreamFate { api, exchanges: &exchanges, expect: &expect, timeout, shapes };
    Some(Case {
        about: subject.about(),
        id,
        file,
        // Known when all combinations are.
        digest: String::new(),
        title,
        api,
        sources,
        rules,
        disputed,
        ask,
        caller,
        timeout,
        max_retries,
        exchanges,
        conditions: conditions.collect(),
        control,
        beyond_schema,
        variants,
        expect,
    })
}
