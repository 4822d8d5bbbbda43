//! The terms of cases and reports: what a rule, an axis, a level, a status, a kind of failure or a grade means, with the cases
//! that test a rule and the SDKs that break it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde_json::Value;
use streamspec_adapters::suggest::help;
use thiserror::Error;

use crate::case::{Axis, Checks, Expect, Level, Rule};
use crate::coverage::Coverage;
use crate::id::Variant;
use crate::judge::{Grade, Mode, Status};
use crate::load::Suite;
use crate::report::{Report, ResultCheck, TrialResult};

/// The kind of the terms that are rules.
const RULE: &str = "rule";

/// A word that is no term.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no rule, axis, level, verdict or grade `{word}`; {help}")]
pub struct UnknownTerm {
    word: String,
    help: String,
}

/// A term: the kind of thing that it is, its name, and what it means.
struct Term {
    kind: &'static str,
    name: String,
    meaning: String,
    /// The lines that follow the meaning.
    more: Vec<String>,
    /// Says if a trial that is not a plain pass counts as one that breaks it; none of a term that nothing breaks.
    breaks: Option<Breaks>,
}

/// A condition that a trial which is not a plain pass meets or not.
type Breaks = Box<dyn Fn(&TrialResult) -> bool>;

/// Explains a word in every sense that it has, with the numbers of the report if there is one.
pub fn explain(word: &str, suite: &Suite, report: Option<&Report>) -> Result<String, UnknownTerm> {
    let terms = terms(suite);
    let meant: Vec<&Term> = terms.iter().filter(|term| term.name.eq_ignore_ascii_case(word)).collect();
    if meant.is_empty() {
        let mut names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        return Err(UnknownTerm { word: word.to_owned(), help: help(word, &names) });
    }
    let mut out = String::new();
    for Term { kind, name, meaning, more, breaks } in meant {
        let _ = writeln!(out, "{name} ({kind})\n  {meaning}");
        for line in more {
            let _ = writeln!(out, "  {line}");
        }
        if let (Some(report), Some(breaks)) = (report, breaks) {
            let what = if *kind == RULE { "trials of these cases that fail or deviate" } else { "trials" };
            let _ = writeln!(out, "  {what}, by SDK: {}", broken_by(report, breaks));
        }
    }
    Ok(out)
}

/// Lists the numbers of trials that break a term, by SDK, the most first.
fn broken_by(report: &Report, breaks: &dyn Fn(&TrialResult) -> bool) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for result in report.results.iter().filter(|result| result.id.variant == Variant::AsWritten && breaks(result)) {
        *counts.entry(&result.id.sdk).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(sdk, count)| (std::cmp::Reverse(count), sdk));
    let listed: Vec<String> = counts.iter().map(|(sdk, count)| format!("{sdk} {count}")).collect();
    if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
}

/// Lists every term.
fn terms(suite: &Suite) -> Vec<Term> {
    let mut terms = rules(suite);
    let of_checks = properties::<Checks>();
    for axis in members::<Axis>().into_iter().filter_map(|(name, _)| serde_json::from_value::<Axis>(name.into()).ok()) {
        let compared = of_checks.get(axis.name()).map(|what| format!("compared: {what}"));
        let breaks = move |result: &TrialResult| result.checks.iter().any(|check| counts(check) && check.axis == axis);
        terms.push(Term {
            kind: "axis",
            name: axis.name().to_owned(),
            meaning: axis.about().to_owned(),
            more: compared.into_iter().collect(),
            breaks: Some(Box::new(breaks)),
        });
    }
    for (name, meaning) in properties::<Expect>() {
        terms.push(Term { kind: "level", name, meaning, more: Vec::new(), breaks: None });
    }
    for (name, meaning) in members::<Status>() {
        let status = Status::ALL.into_iter().find(|status| status.name() == name);
        let is = move |result: &TrialResult| Some(result.verdict) == status;
        let breaks = (status != Some(Status::Pass)).then(|| Box::new(is) as Breaks);
        terms.push(Term { kind: "verdict", name, meaning, more: Vec::new(), breaks });
    }
    for (name, meaning) in members::<Mode>() {
        let mode = Mode::ALL.into_iter().find(|mode| mode.name() == name);
        let is = move |result: &TrialResult| result.mode == mode;
        terms.push(Term { kind: "kind of failure", name, meaning, more: Vec::new(), breaks: Some(Box::new(is)) });
    }
    for (name, meaning) in members::<Grade>() {
        let grade = name.clone();
        let has =
            move |result: &TrialResult| result.checks.iter().any(|check| counts(check) && check.grade.name() == grade);
        terms.push(Term { kind: "grade of a check", name, meaning, more: Vec::new(), breaks: Some(Box::new(has)) });
    }
    terms
}

/// Says if a check that does not hold counts.
fn counts(check: &ResultCheck) -> bool {
    check.level != Level::May && !check.disputed
}

/// Lists the rules with the files of the cases that test them.
fn rules(suite: &Suite) -> Vec<Term> {
    let term = |(rule, files): (&Rule, &[String])| {
        let mut more = vec![format!("source: {}", rule.source)];
        more.extend(rule.not_tested.as_ref().map(|why| format!("not tested: {why}")));
        more.extend(files.iter().map(|file| format!("case: {file}")));
        let files: BTreeSet<String> = files.iter().cloned().collect();
        let is_of = move |result: &TrialResult| {
            matches!(result.verdict, Status::Fails | Status::Deviates) && files.contains(result.id.case.file())
        };
        Term { kind: RULE, name: rule.id.clone(), meaning: rule.rule.clone(), more, breaks: Some(Box::new(is_of)) }
    };
    Coverage::of(suite).rules().map(term).collect()
}

/// Returns what each member of an enumeration means.
fn members<T: JsonSchema>() -> Vec<(String, String)> {
    let schema = schemars::schema_for!(T).to_value();
    let branches = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let member = |branch: &Value| Some((branch["const"].as_str()?.to_owned(), one_line(&branch["description"])?));
    branches.iter().filter_map(member).collect()
}

/// Returns what each property of an object means.
fn properties<T: JsonSchema>() -> BTreeMap<String, String> {
    let schema = schemars::schema_for!(T).to_value();
    let all = schema["properties"].as_object().cloned().unwrap_or_default();
    all.iter().filter_map(|(name, about)| Some((name.clone(), one_line(&about["description"])?))).collect()
}

fn one_line(text: &Value) -> Option<String> {
    Some(text.as_str()?.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::load::{self, Selection};

    fn root() -> &'static Utf8Path {
        Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
    }

    #[test]
    fn every_term_has_a_meaning() {
        let suite = load::suite(root(), &Selection::All).expect("the suite");
        let terms = terms(&suite);
        let count = |kind| terms.iter().filter(|term| term.kind == kind).count();
        assert_eq!(
            (count("level"), count("verdict"), count("kind of failure")),
            (3, Status::ALL.len(), Mode::ALL.len())
        );
        assert!(count("axis") > 25 && count("grade of a check") == 8 && count(RULE) == suite.rules.len());
        for Term { name, meaning, .. } in &terms {
            assert!(meaning.ends_with('.') || meaning.len() > 20, "{name}: {meaning}");
            assert!(!meaning.contains("[`"), "{name} is explained by a link: {meaning}");
        }
    }

    #[test]
    fn a_word_is_explained_in_every_sense_with_the_sdks_that_break_it() {
        let suite = load::suite(root(), &Selection::All).expect("the suite");
        let text = std::fs::read_to_string(root().join("reports/compatibility.json")).expect("the committed report");
        let report = Report::read(&text).expect("a report");
        let wrong = explain("wrong", &suite, Some(&report)).expect("a term");
        assert!(wrong.contains("wrong (kind of failure)\n") && wrong.contains("wrong (grade of a check)\n"), "{wrong}");
        assert_eq!(wrong.matches("trials, by SDK: ").count(), 2, "{wrong}");
        assert!(!wrong.contains("reference "), "the reference client breaks nothing: {wrong}");
        let rule = suite.rules.iter().find(|rule| rule.not_tested.is_none()).expect("a rule");
        let text = explain(&rule.id.to_lowercase(), &suite, None).expect("a term");
        assert!(text.contains(&rule.rule) && text.contains("  case: ") && !text.contains("by SDK"), "{text}");
        let unknown = explain("error.statis", &suite, None).expect_err("it is none").to_string();
        assert_eq!(
            unknown,
            "there is no rule, axis, level, verdict or grade `error.statis`; did you mean `error.status`?"
        );
    }
}
