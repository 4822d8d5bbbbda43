//! The short Markdown: what a comment on a pull request can hold, however much there is to say.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::{Format, RenderError, Sink, write};
use crate::record::{ReadError, Statement};
use crate::report::markup::{code, name, text};
use crate::report::view::{Conclusion, Count, FindingKind, Row, Sdk, SdkFinding, View};

/// The most SDKs, findings and unlisted trials that are told one by one; together with the rest under 60 lines.
const SDKS: usize = 18;
const FINDINGS: usize = 8;
const UNLISTED: usize = 12;

/// `short.md`: under 60 lines.
#[derive(Debug)]
pub(super) struct Short;

impl Format for Short {
    fn name(&self) -> &'static str {
        "short"
    }

    fn writes(&self) -> &'static str {
        "`short.md`"
    }

    fn purpose(&self) -> &'static str {
        "a comment on a pull request: under 60 lines, however much there is to say"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        write(out, "short.md", &short(view)?)
    }
}

/// Renders the trials in under 60 lines: what is not as listed first, then the SDKs, then the most harmful failures.
fn short(view: &View<'_>) -> Result<String, ReadError> {
    let mut out = format!("### streamspec {}\n\n{}\n", text(&view.suite.version), view.conclusions());
    if view.suite.edition.is_some() {
        let _ = writeln!(out, "\n{}", view.suite.of_edition().trim_start());
    }
    unlisted(&mut out, view)?;
    sdks(&mut out, view);
    findings(&mut out, view);
    Ok(out)
}

fn unlisted(out: &mut String, view: &View<'_>) -> Result<(), ReadError> {
    let mut worst = Vec::new();
    let mut trials = 0;
    for row in view.rows() {
        let row = row?;
        if row.conclusion().is_red() {
            trials += 1;
            worst.push((Reverse((row.trial.verdict.status, row.trial.verdict.mode)), first_unlisted(&row)));
            // The sort keeps the order of equals, so that the first of them stay.
            if worst.len() > 10 * UNLISTED {
                worst.sort_by_key(|(harm, _)| *harm);
                worst.truncate(UNLISTED);
            }
        }
    }
    worst.sort_by_key(|(harm, _)| *harm);
    let line = |sdk: &Sdk<'_>, Statement { scope, .. }: &Statement<'_>| {
        let cases = code(&scope.cases.join(", "));
        format!("- {}: the entry on {} in {cases} matches nothing", code(&sdk.record.id), scope.axis)
    };
    let unused: Vec<String> =
        view.sdks.iter().flat_map(|sdk| sdk.unused.iter().map(move |entry| line(sdk, entry))).collect();
    let all = trials + unused.len();
    if all > 0 {
        out.push_str("\n**Not as listed:**\n\n");
        let lines = worst.into_iter().map(|(_, line)| line).chain(unused);
        capped(out, (lines, all), UNLISTED, |more| format!("- … and {more} more"));
    }
    Ok(())
}

fn first_unlisted(row: &Row<'_>) -> String {
    let about = match row.unlisted().into_iter().next() {
        Some(unlisted) => unlisted.text,
        None => row.reason(),
    };
    format!("- {} {}: {}", name(&row.trial.name()), row.verdict(), name(&about))
}

fn sdks(out: &mut String, view: &View<'_>) {
    out.push_str("\n| SDK | pass | disputed | deviates | fails | not as listed | not counted |\n|---|---:|---:|---:|---:|---:|---:|\n");
    // What is not as listed comes first, so that it is not what is left out.
    let mut sdks: Vec<(usize, &Sdk<'_>)> =
        view.sdks.iter().map(|sdk| (sdk.conclusion(Conclusion::NotAsListed), sdk)).collect();
    sdks.sort_by_key(|(number, sdk)| (Reverse(*number), sdk.record.id.as_str()));
    let all = sdks.len();
    let lines = sdks.into_iter().map(|(number, sdk)| sdk_line(sdk, number));
    capped(out, (lines, all), SDKS, |more| format!("| … and {more} more | | | | | | |"));
}

fn sdk_line(sdk: &Sdk<'_>, not_as_listed: usize) -> String {
    let about = format!("{} {}", code(&sdk.record.id), code(&sdk.record.version));
    if let Some(reason) = &sdk.record.not_run {
        return format!("| {about} | not run: {} | | | | | |", code(reason));
    }
    let total = sdk.total();
    let Count { pass, disputed, deviates, fails, .. } = &total;
    let unlisted = if not_as_listed > 0 { format!("**{not_as_listed}**") } else { "0".to_owned() };
    let (judged, not_judged) = (total.judged(), total.not_judged());
    format!("| {about} | {pass} of {judged} | {disputed} | {deviates} | {fails} | {unlisted} | {not_judged} |")
}

fn findings(out: &mut String, view: &View<'_>) {
    let lines = view.findings.iter().flat_map(|finding| {
        let FindingKind::Failed(mode) = finding.kind else { return Vec::new() };
        let mut sdks: Vec<_> = finding.sdks.iter().collect();
        sdks.sort_by_key(|found| &found.sdk.id);
        let line = |found: &SdkFinding<'_>| {
            let (sdk, cases, example) = (code(&found.sdk.id), found.cases, code(found.first_case));
            format!("- {sdk}: {}, cases: {cases}, such as {example}", mode.name())
        };
        sdks.into_iter().map(line).collect()
    });
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        out.push_str("\n**Most harmful:**\n\n");
        let all = lines.len();
        capped(out, (lines.into_iter(), all), FINDINGS, |more| format!("- … and {more} more kinds"));
    }
}

/// Writes the first lines, and one that counts the others: there are so many in all.
fn capped(
    out: &mut String,
    (lines, all): (impl Iterator<Item = String>, usize),
    most: usize,
    more: impl Fn(usize) -> String,
) {
    for line in lines.take(most) {
        let _ = writeln!(out, "{line}");
    }
    if all > most {
        let _ = writeln!(out, "{}", more(all - most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn it_says_the_most_important_first() {
        let records = samples::records();
        insta::assert_snapshot!(samples::rendered(&Short, &samples::view(&records)));
    }

    #[test]
    fn it_stays_short_and_tame() {
        for records in [samples::hostile(), samples::many()] {
            let text = samples::rendered(&Short, &samples::view(&records));
            assert!(text.lines().count() < 60, "{} lines:\n{text}", text.lines().count());
            assert!(text.len() < 65_536, "{} bytes", text.len());
            assert!(!samples::outside_code(&text).contains(['<', '[', '@']), "markup: {text}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}
