//! A comparison as JSON for programs and as Markdown for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Change, Comparison, Kind, Side, State};
use crate::judge::Word;
use crate::report::ResultCheck;
use crate::report::markdown::{code, name};
use crate::wire::Variant;

/// The most changes of a kind that Markdown lists.
const MOST: usize = 100;

impl Comparison {
    /// The comparison as JSON.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The comparison as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from("# Comparison\n\n");
        self.sides(&mut out);
        let counts: Vec<String> =
            Kind::ALL.into_iter().map(|kind| format!("{} {}", self.count(kind), kind.name())).collect();
        let _ = writeln!(out, "\n{}; {} as before.", counts.join(", "), self.unchanged);
        let lost = self.lost().count();
        if lost > 0 {
            let _ = writeln!(out, "Lost to faults of an adapter or of streamspec itself: {lost}.");
        }
        for kind in Kind::ALL {
            self.list(&mut out, kind);
        }
        out
    }

    fn sides(&self, out: &mut String) {
        out.push_str("| | old | new |\n|---|---|---|\n");
        let suite = |side: &Side| format!("{}, {} cases", code(&side.suite), side.cases);
        let _ = writeln!(out, "| suite | {} | {} |", suite(&self.old), suite(&self.new));
        let version = |side: &Side, id: &str| match (side.not_run.get(id), side.sdks.get(id)) {
            (Some(_), _) => "not run".to_owned(),
            (None, Some(version)) => code(version),
            (None, None) => "–".to_owned(),
        };
        let ids: BTreeSet<&String> = self.old.sdks.keys().chain(self.new.sdks.keys()).collect();
        for id in ids {
            let (old, new) = (version(&self.old, id), version(&self.new, id));
            // Where many SDKs are compared only those are told that are not the same.
            if old != new || self.new.sdks.len() == 1 {
                let _ = writeln!(out, "| {} | {old} | {new} |", code(id));
            }
        }
    }

    fn list(&self, out: &mut String, kind: Kind) {
        let all = self.changes.iter().filter(|change| change.kind == kind);
        // What is new and passes, or is gone and passed, is only counted.
        let (plain, told): (Vec<&Change>, Vec<&Change>) = all.partition(|change| {
            let passes = |state: Option<&State>| state.is_none_or(|state| state.verdict == Word::Pass);
            matches!(kind, Kind::New | Kind::Gone) && passes(change.was.as_ref()) && passes(change.now.as_ref())
        });
        if plain.is_empty() && told.is_empty() {
            return;
        }
        let heading = kind.name();
        let _ = writeln!(out, "\n## {}{}\n", heading[..1].to_uppercase(), &heading[1..]);
        if !told.is_empty() {
            out.push_str("| trial | was | now |\n|---|---|---|\n");
        }
        for change in told.iter().take(MOST) {
            let at = if change.variant == Variant::AsWritten {
                String::new()
            } else {
                format!("@{}", change.variant.name())
            };
            let trial = format!("{}/{}::{}{at}", change.sdk, change.surface, change.case);
            let (was, now) = (cell(change.was.as_ref(), change), cell(change.now.as_ref(), change));
            let _ = writeln!(out, "| {} | {was} | {now} |", name(&trial));
        }
        let mut rest = Vec::new();
        if told.len() > MOST {
            rest.push(format!("{} more, which `--format json` lists", told.len() - MOST));
        }
        if !plain.is_empty() {
            rest.push(format!("{} that pass", plain.len()));
        }
        if !rest.is_empty() {
            let space = if told.is_empty() { "" } else { "\n" };
            let and = if told.is_empty() { "" } else { "… and " };
            let _ = writeln!(out, "{space}{and}{}.", rest.join(", "));
        }
    }
}

/// A state with the checks that are not the same on both sides.
fn cell(state: Option<&State>, change: &Change) -> String {
    let Some(state) = state else { return "–".to_owned() };
    let mode = state.mode.map(|mode| format!(" ({})", mode.name())).unwrap_or_default();
    let mut parts = vec![format!("{}{mode}", state.verdict.name())];
    let both = |check: &ResultCheck| {
        [&change.was, &change.now].into_iter().all(|side| side.as_ref().is_some_and(|side| side.checks.contains(check)))
    };
    for check in state.checks.iter().filter(|check| !both(check)) {
        let seen = match &check.observed {
            serde_json::Value::Null => check.grade.name().to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        parts.push(code(&format!("{}: {seen}", check.axis)));
    }
    if let Some(reason) = &state.reason {
        parts.push(code(reason));
    }
    parts.join("<br>")
}
