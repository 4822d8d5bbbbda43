//! The rules and public bugs, each with the cases that test it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case::Rule;
use crate::load::Suite;

/// The file that holds the table.
pub const FILE: &str = "cases/README.md";

/// The number of cases that a row names before it only counts them.
const NAMED: usize = 4;

/// The rules with the case files that name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    rows: Vec<(Rule, Vec<String>)>,
}

impl Coverage {
    /// Makes the table of a whole suite, in the order of the rules' tables.
    pub fn of(suite: &Suite) -> Self {
        let mut by_rule: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for case in &suite.cases {
            let file = case.id.file().to_owned();
            for rule in &case.rules {
                let files = by_rule.entry(rule).or_default();
                if files.last() != Some(&file) {
                    files.push(file.clone());
                }
            }
        }
        let files = |rule: &Rule| by_rule.get(rule.id.as_str()).cloned().unwrap_or_default();
        Self { rows: suite.rules.iter().map(|rule| (rule.clone(), files(rule))).collect() }
    }

    /// Lists every rule with the case files that name it.
    pub fn rules(&self) -> impl Iterator<Item = (&Rule, &[String])> {
        self.rows.iter().map(|(rule, files)| (rule, files.as_slice()))
    }

    /// Lists the rules that neither have a case nor say why not.
    pub fn open(&self) -> impl Iterator<Item = &Rule> {
        let open = |(rule, files): &&(Rule, Vec<String>)| files.is_empty() && rule.not_tested.is_none();
        self.rows.iter().filter(open).map(|(rule, _)| rule)
    }

    /// Renders the table as Markdown, with its totals.
    pub fn markdown(&self) -> String {
        let tested = self.rows.iter().filter(|(_, files)| !files.is_empty()).count();
        let open = self.open().count();
        let mut out = format!(
            "{} rules and public bugs: {tested} tested, {} with a reason why not, {open} open.\n\n",
            self.rows.len(),
            self.rows.len() - tested - open
        );
        out.push_str("| id | rule or bug | cases |\n|---|---|---|\n");
        for (rule, files) in &self.rows {
            let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("`{file}`")).collect();
            let more = files.len().saturating_sub(NAMED);
            let cases = match (&rule.not_tested, named.is_empty()) {
                (Some(reason), true) => format!("not tested: {}", escaped(reason)),
                (None, true) => "**open**".to_owned(),
                (_, false) if more > 0 => format!("{} and {more} more", named.join(", ")),
                (_, false) => named.join(", "),
            };
            let _ = writeln!(out, "| {} | [{}]({}) | {cases} |", rule.id, escaped(&rule.rule), rule.source);
        }
        out
    }
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('[', "\\[").replace(']', "\\]").replace('<', "&lt;")
}
