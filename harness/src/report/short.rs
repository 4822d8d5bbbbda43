//! The short Markdown: what a comment on a pull request can hold, however much there is to say.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::github::counted;
use super::markdown::{code, name, text};
use super::rows::{Row, Rows, SdkRows, Standing};
use crate::id::Variant;
use crate::judge::{Mode, Word};
use crate::record::Statement;

/// The most SDKs, findings and surprises that are told one by one; together with the rest under 60 lines.
const SDKS: usize = 18;
const FINDINGS: usize = 8;
const SURPRISES: usize = 12;

/// The trials in under 60 lines: what is not as listed first, then the SDKs, then the most harmful failures.
pub fn short(rows: &Rows<'_>) -> String {
    let mut out = format!("### streamspec {}\n\n{}\n", text(rows.version), counted(rows));
    surprises(&mut out, rows);
    sdks(&mut out, rows);
    findings(&mut out, rows);
    out
}

fn surprises(out: &mut String, rows: &Rows<'_>) {
    let mut told: Vec<&Row<'_>> =
        rows.all().filter(|row| matches!(row.standing(), Standing::NotAsListed | Standing::Fault)).collect();
    told.sort_by_key(|row| Reverse((row.trial.verdict.word, row.trial.verdict.mode)));
    let unused: Vec<String> = rows
        .sdks
        .iter()
        .flat_map(|sdk| {
            let line = |Statement { scope, .. }: &Statement<'_>| {
                format!(
                    "- {}: the entry on {} in {} matches nothing",
                    code(&sdk.sdk.id),
                    scope.axis,
                    code(&scope.cases.join(", "))
                )
            };
            sdk.unused.iter().map(line).collect::<Vec<_>>()
        })
        .collect();
    if told.is_empty() && unused.is_empty() {
        return;
    }
    out.push_str("\n**Not as listed:**\n\n");
    let lines = told.into_iter().map(|row| {
        let about = match row.surprises().into_iter().next() {
            Some(surprise) => surprise.text,
            None => row.reason(),
        };
        format!("- {} {}: {}", name(&row.trial.name()), row.verdict(), name(&about))
    });
    capped(out, lines.chain(unused), SURPRISES, |more| format!("- … and {more} more"));
}

fn sdks(out: &mut String, rows: &Rows<'_>) {
    out.push_str("\n| SDK | pass | disputed | deviates | fails | not as listed | not counted |\n|---|---:|---:|---:|---:|---:|---:|\n");
    // What is not as listed comes first, so that it is not what is left out.
    let mut sdks: Vec<&SdkRows<'_>> = rows.sdks.iter().collect();
    sdks.sort_by_key(|sdk| (Reverse(of(sdk, Standing::NotAsListed)), sdk.sdk.id.as_str()));
    capped(out, sdks.into_iter().map(sdk_line), SDKS, |more| format!("| … and {more} more | | | | | | |"));
}

fn of(sdk: &SdkRows<'_>, standing: Standing) -> usize {
    sdk.rows.iter().filter(|row| row.standing() == standing).count()
}

fn sdk_line(sdk: &SdkRows<'_>) -> String {
    let about = format!("{} {}", code(&sdk.sdk.id), code(&sdk.sdk.version));
    if let Some(reason) = &sdk.sdk.not_run {
        return format!("| {about} | not run: {} | | | | | |", code(reason));
    }
    let own = |row: &&Row<'_>| row.trial.variant == Variant::AsWritten && !sdk.sdk.is_handler(&row.trial.surface);
    let written = || sdk.rows.iter().filter(own);
    let words = |word| written().filter(|row| row.trial.verdict.word == word).count();
    let (pass, disputed) = (words(Word::Pass), words(Word::Disputed));
    let (deviates, fails) = (words(Word::Deviates), words(Word::Fails));
    let judged = pass + disputed + deviates + fails;
    let apart = written().count() - judged;
    let surprising = of(sdk, Standing::NotAsListed);
    let surprising = if surprising > 0 { format!("**{surprising}**") } else { "0".to_owned() };
    format!("| {about} | {pass} of {judged} | {disputed} | {deviates} | {fails} | {surprising} | {apart} |")
}

fn findings(out: &mut String, rows: &Rows<'_>) {
    let mut by_mode: BTreeMap<(Reverse<Mode>, &str), BTreeSet<&str>> = BTreeMap::new();
    for row in rows.all().filter(|row| row.trial.variant == Variant::AsWritten) {
        if let Some(mode) = row.trial.verdict.mode {
            by_mode.entry((Reverse(mode), &row.sdk.id)).or_default().insert(&row.trial.case);
        }
    }
    if by_mode.is_empty() {
        return;
    }
    out.push_str("\n**Most harmful:**\n\n");
    let lines = by_mode.into_iter().map(|((Reverse(mode), sdk), cases)| {
        let example = cases.first().copied().unwrap_or_default();
        format!("- {}: {}, cases: {}, such as {}", code(sdk), mode.name(), cases.len(), code(example))
    });
    capped(out, lines, FINDINGS, |more| format!("- … and {more} more kinds"));
}

/// The first lines, and one that counts the others.
fn capped(out: &mut String, lines: impl Iterator<Item = String>, most: usize, more: impl Fn(usize) -> String) {
    let lines: Vec<String> = lines.collect();
    for line in lines.iter().take(most) {
        let _ = writeln!(out, "{line}");
    }
    if lines.len() > most {
        let _ = writeln!(out, "{}", more(lines.len() - most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn it_says_the_most_important_first() {
        let records = samples::records();
        insta::assert_snapshot!(short(&Rows::from_records(&records).expect("the samples are well formed")));
    }

    #[test]
    fn it_stays_short_and_tame() {
        for records in [samples::hostile(), samples::many()] {
            let text = short(&Rows::from_records(&records).expect("the samples are well formed"));
            assert!(text.lines().count() < 60, "{} lines:\n{text}", text.lines().count());
            assert!(text.len() < 65_536, "{} bytes", text.len());
            assert!(!samples::outside_code(&text).contains(['<', '[', '@']), "markup: {text}");
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}
