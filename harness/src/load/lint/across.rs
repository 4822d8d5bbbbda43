//! Mistakes that only show when cases are compared with each other.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash as _, Hasher as _};

use camino::Utf8Path;
use serde_json::json;

use crate::case::Case;
use crate::load::limits::MAX_TRIAL;
use crate::load::loaded::Loaded;
use crate::load::problem::{Collector, Problem};
use crate::load::rules::{self, Rules};
use crate::load::suggest;
use crate::load::tree::{Node, ValueKind};

/// Judges cases together. `whole` says that these are all cases there are.
pub(crate) fn across(files: &[Loaded], rules: &Rules, whole: bool, problems: &mut Collector) {
    titles(files, problems);
    durations(files, problems);
    duplicates(files, problems);
    rule_ids(files, rules, problems);
    if whole {
        let tested: BTreeSet<&str> =
            files.iter().flat_map(|file| &file.cases).flat_map(|case| &case.rules).map(String::as_str).collect();
        rules.check_tested(&tested, problems);
    }
}

/// Warns of two files of a folder with the same title, which look the same in a report.
fn titles(files: &[Loaded], problems: &mut Collector) {
    let mut seen: HashMap<(Option<&Utf8Path>, &str), &Utf8Path> = HashMap::new();
    for loaded in files {
        let Some(title) = loaded.tree.get("title") else { continue };
        let Some(text) = title.text() else { continue };
        let file = loaded.source.file.as_path();
        if let Some(first) = seen.get(&(file.parent(), text)) {
            let message = format!("the title is the same as that of {first}");
            let problem = Problem::error(&loaded.source, title.span.range(), message);
            problems.push(problem.help("say in the title what is different").warning());
        } else {
            seen.insert((file.parent(), text), file);
        }
    }
}

/// Refuses a case whose trial lasts longer than anyone waits: it cannot be distinguished from one that hangs.
fn durations(files: &[Loaded], problems: &mut Collector) {
    for loaded in files {
        let longest = loaded.cases.iter().map(|case| (case.hang_after(), case)).max_by_key(|(longest, _)| *longest);
        let Some((longest, case)) = longest.filter(|(longest, _)| *longest > MAX_TRIAL) else { continue };
        let message = format!(
            "{} may take a correct client {} ms, more than the {} ms that a trial may take",
            case.id,
            longest.as_millis(),
            MAX_TRIAL.as_millis()
        );
        let help = "this counts its pauses, its `timeout` for each answer that stops, the delays that are asked for and the \
                    bound of `elapsed`; where a client may wait for longer, say `outcome: [error, waiting]`";
        let span = loaded.tree.place(&["timeout"]);
        problems.push(Problem::error(&loaded.source, span.range(), message).help(help));
    }
}

/// Refuses two cases that send and expect the same: they would be counted twice.
fn duplicates(files: &[Loaded], problems: &mut Collector) {
    let mut seen: HashMap<u64, Vec<&Case>> = HashMap::new();
    for loaded in files {
        for case in &loaded.cases {
            let others = seen.entry(digest(case)).or_default();
            if let Some(first) = others.iter().find(|other| same(other, case)) {
                let message = if first.file == case.file {
                    format!("two combinations send and expect the same: {} and {}", first.id, case.id)
                } else {
                    format!("{} sends and expects the same as {}", case.id, first.id)
                };
                let span = loaded.tree.place(&[if first.file == case.file { "matrix" } else { "title" }]);
                problems.push(Problem::error(&loaded.source, span.range(), message).help("keep one of them"));
            }
            others.push(case);
        }
    }
}

fn same(a: &Case, b: &Case) -> bool {
    (a.api, a.ask, a.caller, a.timeout, a.max_retries) == (b.api, b.ask, b.caller, b.timeout, b.max_retries)
        && (&a.exchanges, &a.conditions, &a.control) == (&b.exchanges, &b.conditions, &b.control)
        && (&a.expect, &a.variants) == (&b.expect, &b.variants)
}

/// Returns a number that cases which send the same have in common, so that few have to be compared.
fn digest(case: &Case) -> u64 {
    let mut hash = DefaultHasher::new();
    json!((case.api, &case.exchanges)).to_string().hash(&mut hash);
    hash.finish()
}

fn rule_ids(files: &[Loaded], rules: &Rules, problems: &mut Collector) {
    if rules.is_empty() {
        return;
    }
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for loaded in files {
        let Some(Node { kind: ValueKind::List(items), .. }) = loaded.tree.get("rules") else { continue };
        for item in items {
            let Some(id) = item.text() else { continue };
            if rules.knows(id) || id.contains("${") {
                continue;
            }
            let family = rules::family(id);
            let known: Vec<&str> = rules.ids().filter(|known| rules::family(known) == family).collect();
            let (message, help) = if known.is_empty() {
                if !reported.insert(family) {
                    continue;
                }
                (
                    format!("no file in cases/rules has rules that begin with `{family}`"),
                    format!("this case names `{id}`"),
                )
            } else {
                (format!("there is no rule `{id}` in cases/rules"), format!("known: {}", suggest::list(&known)))
            };
            problems.push(Problem::error(&loaded.source, item.span.range(), message).help(help));
        }
    }
}
