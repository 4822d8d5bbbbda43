//! A history for a terminal.

use std::fmt::Write as _;

use super::step::is_of_behaviour;
use super::{History, Step};
use crate::message::{BAD, BOLD, DIM, GOOD, styled};
use crate::report::compare::{AxisChange, ChangeKind, ChangeText, CompareError, Group};
use crate::report::view::Count;
use crate::text::shown;

/// The most ways of one kind that are told of one release.
const WAYS: usize = 6;
/// The most characters of a value, and of the list of surfaces.
const LONGEST: usize = 80;

impl History {
    /// Tells of each release how its trials came out, and of each that changed something what that is.
    pub fn text(&self) -> Result<String, CompareError> {
        let steps = self.steps()?;
        let mut out = String::new();
        let (first, last) = (self.releases.first(), self.releases.last());
        if let (Some(first), Some(last)) = (first, last) {
            let suite = &last.report.suite;
            let rules = suite.rules.map_or_else(String::new, |rules| format!(", judged by the rules {rules}"));
            let number = self.releases.len();
            let _ = writeln!(
                out,
                "{}: {number} releases, {} to {}; {} cases{rules}\n",
                self.sdk, first.version, last.version, suite.cases
            );
        }
        let longest = self.releases.iter().map(|release| release.version.len()).max().unwrap_or_default();
        let width = longest.max("release".len());
        let head = format!("{:width$}  {:>6} {:>9} {:>9} {:>6}", "release", "pass", "disputed", "deviates", "fails");
        let _ = writeln!(out, "{}", styled(BOLD, &head));
        for release in &self.releases {
            let version = &release.version;
            if let Some(why) = release.not_run() {
                let why = shown(why, 200);
                let _ = writeln!(out, "{version:width$}  {}", styled(DIM, &format!("not run: {why}")));
                continue;
            }
            let Count { pass, disputed, deviates, fails, .. } = Count::sum(&release.report.counts);
            let step = steps.iter().find(|step| step.release.version == *version);
            let numbers = step.map(Step::in_numbers).unwrap_or_default();
            let line = format!("{version:width$}  {pass:>6} {disputed:>9} {deviates:>9} {fails:>6}  {numbers}");
            let _ = writeln!(out, "{}", line.trim_end());
        }
        for step in steps.iter().filter(|step| step.has_changes()) {
            out.push('\n');
            out.push_str(&step.text());
        }
        if !steps.iter().any(Step::has_changes) {
            out.push_str("\nNo release changed what a trial comes to.\n");
        }
        Ok(out)
    }
}

impl Step<'_> {
    /// Tells the numbers of its changes, as far as there are some.
    fn in_numbers(&self) -> String {
        let kinds = ChangeKind::ALL.into_iter().filter(|kind| self.comparison.count(*kind) > 0);
        kinds.map(|kind| in_colour(kind, self.comparison.count(kind))).collect::<Vec<_>>().join(", ")
    }

    /// Tells what it changed: the trials together that changed alike.
    pub fn text(&self) -> String {
        let title = format!("{} after {}", self.release.version, self.before.version);
        let numbers = Some(self.in_numbers()).filter(|numbers| !numbers.is_empty());
        let numbers = numbers.unwrap_or_else(|| format!("nothing changed in {} trials", self.comparison.unchanged));
        let mut out = format!("{}: {numbers}\n", styled(BOLD, &title));
        if self.by_the_clock > 0 {
            let _ = writeln!(
                out,
                "  {} more differ only in how long the call took, as a busy machine may have it",
                self.by_the_clock
            );
        }
        for kind in ChangeKind::ALL.into_iter().filter(|kind| is_of_behaviour(*kind)) {
            let (groups, _) = self.comparison.groups(kind);
            for group in groups.iter().take(WAYS) {
                out.push_str(&way(kind, group));
            }
            if groups.len() > WAYS {
                let rest: usize = groups[WAYS..].iter().map(|group| group.changes.len()).sum();
                let _ = writeln!(out, "  … and {rest} trials {} in {} more ways", kind.name(), groups.len() - WAYS);
            }
        }
        out
    }
}

/// Tells of trials that changed alike, in two lines.
fn way(kind: ChangeKind, group: &Group<'_>) -> String {
    let example = group.changes.first().map(|change| change.id.case.to_string()).unwrap_or_default();
    let surfaces = shown(&group.surfaces().join(", "), LONGEST);
    let words = change_in_words(&group.text);
    let kind = in_colour(kind, group.changes.len());
    format!("  {kind}: {words}\n      {}\n", styled(DIM, &format!("{surfaces}; for example {example}")))
}

/// Says in one line how a verdict changed, and what is seen otherwise.
pub(super) fn change_in_words(text: &ChangeText) -> String {
    let verdict = |parts: &[String]| shown(&parts.join(": "), LONGEST);
    let (was, now) = (verdict(&text.was), verdict(&text.now));
    let in_words = |AxisChange { axis, was, now, .. }: &AxisChange| {
        format!("{axis} {} → {}", shown(was, LONGEST), shown(now, LONGEST))
    };
    let verdicts = if was == now { was } else { format!("{was} → {now}") };
    let axes: Vec<String> = text.axes.iter().map(in_words).collect();
    if axes.is_empty() { verdicts } else { format!("{verdicts}; {}", axes.join("; ")) }
}

fn in_colour(kind: ChangeKind, number: usize) -> String {
    let words = format!("{number} {}", kind.name());
    match kind {
        ChangeKind::Broken | ChangeKind::Worsened => styled(BAD, &words),
        ChangeKind::Fixed | ChangeKind::Improved => styled(GOOD, &words),
        ChangeKind::Changed | ChangeKind::New | ChangeKind::Gone => words,
    }
}
