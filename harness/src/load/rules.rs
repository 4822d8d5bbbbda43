//! The rules that cases test: one line for each sentence of a document that says what must be.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::problem::{Collector, Problem, Source};
use super::tree::{Node, Origin, ValueKind};
use super::typed::{self, Files, Removed};
use super::{read, yaml};
use crate::case::{Rule, RuleFile};

/// The rules of every table, by id.
#[derive(Default)]
pub(super) struct Rules {
    by_id: BTreeMap<Order, TableEntry>,
}

/// The order of ids: by letters, then by number, so that `C10` comes after `C9`.
type Order = (String, usize, String);

fn order(id: &str) -> Order {
    let letters = family(id);
    // A number that is too long to be one sorts by its text.
    (letters.to_owned(), id[letters.len()..].parse().unwrap_or(usize::MAX), id.to_owned())
}

/// Finds the letters before a rule's number, which name its table.
pub(super) fn family(id: &str) -> &str {
    id.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

/// A rule, and its position in its file.
struct TableEntry {
    rule: Rule,
    source: Source,
    range: std::ops::Range<usize>,
}

impl Rules {
    /// Reads `cases/rules/*.yaml`.
    pub(super) fn load(root: &Utf8Path, problems: &mut Collector) -> Self {
        let mut rules = Self::default();
        let name = Utf8PathBuf::from("cases/rules");
        let folder = root.join(&name);
        if folder.as_std_path().is_dir() {
            for file in read::below(&folder, &name, problems) {
                rules.add(&folder.join(&file), &name.join(&file), problems);
            }
        }
        rules
    }

    fn add(&mut self, path: &Utf8Path, name: &Utf8Path, problems: &mut Collector) {
        let read = read::source(path, name).and_then(|source| Ok((yaml::parse(&source, Origin::Itself)?, source)));
        let (tree, source) = match read {
            Ok(read) => read,
            Err(problem) => return problems.push(*problem),
        };
        let files = Files { itself: &source, fragments: &source };
        let Some(table) = typed::read::<RuleFile>(tree.clone(), &mut Removed::default(), files, problems) else {
            return;
        };
        let Some(Node { kind: ValueKind::List(nodes), .. }) = tree.get("rules") else { return };
        for (rule, node) in table.rules.into_iter().zip(nodes) {
            let range = node.place(&["id"]).range();
            if let Some(first) = self.by_id.get(&order(&rule.id)) {
                let message = format!("the rule `{}` is already in {}", rule.id, first.source.file);
                problems.push(Problem::error(&source, range, message));
            } else {
                self.by_id.insert(order(&rule.id), TableEntry { rule, source: source.clone(), range });
            }
        }
    }

    /// Returns true where there are none at all.
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Returns true where a table has the rule.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(&order(id))
    }

    /// Lists every id.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(|(_, _, id)| id.as_str())
    }

    /// Warns of rules that no case tests without saying why, and of reasons that no longer hold.
    pub(super) fn check_tested(&self, tested: &BTreeSet<&str>, problems: &mut Collector) {
        for ((_, _, id), entry) in &self.by_id {
            let message = match (tested.contains(id.as_str()), &entry.rule.not_tested) {
                (false, None) => format!("no case tests the rule `{id}`"),
                (true, Some(_)) => format!("the rule `{id}` is tested, though `not-tested` says why not"),
                _ => continue,
            };
            let problem = Problem::error(&entry.source, entry.range.clone(), message);
            problems.push(
                problem.help("name it in the `rules` of a case, or say why not with `not-tested: REASON`").warning(),
            );
        }
    }

    /// Returns the rules, by id.
    pub(super) fn into_rules(self) -> Vec<Rule> {
        self.by_id.into_values().map(|entry| entry.rule).collect()
    }
}
