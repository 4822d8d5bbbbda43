//! `compatibility.md`: a matrix of SDK surfaces by case groups, then what deviates in each SDK and why.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::file::alike;
use super::{Count, Report, ReportSdk, TrialResult};
use crate::id::{self, Variant};
use crate::judge::{Mode, Word};

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    let suite = &report.suite;
    let _ = writeln!(
        out,
        "# Compatibility\n\nstreamspec {}: {} cases, {} trials as written, {} replays with the bytes split or framed otherwise.\n",
        suite.version, suite.cases, suite.trials, suite.replays
    );
    out.push_str(
        "A cell counts trials. *Pass*: every MUST and SHOULD that the surface can show holds. *Disputed*: it differs \
         only where maintainers have ruled otherwise. *Deviates*: every MUST holds, a SHOULD does not.\n*Fails*: a MUST does not hold; behind it the worst kind: `fabricated` and `silent` mean that a \
         failure looked like a success.\nFaults of adapters or of streamspec itself are in square brackets and in no other \
         number.\n",
    );
    findings(&mut out, report);
    sdks(&mut out, report);
    for api in report.cases.iter().map(|case| case.api).collect::<BTreeSet<_>>() {
        matrix(&mut out, report, api.folder(), api.name());
    }
    for sdk in &report.sdks {
        about(&mut out, report, sdk);
    }
    out
}

/// What matters most, first: failures that look like success, then what never ends, then the rest.
fn findings(out: &mut String, report: &Report) {
    let mut by_mode: BTreeMap<Reverse<Mode>, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for result in report.results.iter().filter(|result| result.variant == Variant::AsWritten) {
        if let Some(mode) = result.mode {
            by_mode.entry(Reverse(mode)).or_default().entry(&result.sdk).or_default().insert(&result.case);
        }
    }
    if by_mode.is_empty() {
        return;
    }
    out.push_str("\n## Findings\n\nHow many cases each SDK fails in this way on at least one surface.\n\n");
    for (Reverse(mode), sdks) in by_mode {
        let mut sdks: Vec<(&str, BTreeSet<&str>)> = sdks.into_iter().collect();
        sdks.sort_by_key(|(sdk, cases)| (Reverse(cases.len()), *sdk));
        let example = sdks.first().and_then(|(_, cases)| cases.first().copied()).unwrap_or_default();
        let told: Vec<String> = sdks.iter().map(|(sdk, cases)| format!("{} {}", code(sdk), cases.len())).collect();
        let _ = writeln!(out, "- **{}**: {}; for example {}", mode.name(), told.join(", "), code(example));
    }
}

/// One line for each SDK: what it is, and its trials as written, each number beside what it is a part of.
fn sdks(out: &mut String, report: &Report) {
    out.push_str("\n## SDKs\n\n| SDK | package | language | pass | disputed | deviates | fails |\n|---|---|---|---:|---:|---:|---:|\n");
    for sdk in &report.sdks {
        let own = report.counts.iter().filter(|count| sdk.owns(count));
        let [judged, pass, disputed, deviates, fails] = own.fold([0; 5], |sum, one| {
            let numbers = [one.judged(), one.pass, one.disputed, one.deviates, one.fails];
            std::array::from_fn(|place| sum[place] + numbers[place])
        });
        let about =
            format!("[{}](#{}) | {} {}", code(&sdk.id), anchor(&sdk.id), text(&sdk.package), text(&sdk.version));
        let came = match sdk.not_run {
            Some(_) => "not run | | |".to_owned(),
            None => format!("{pass} of {judged} | {disputed} | {deviates} | {fails}"),
        };
        let _ = writeln!(out, "| {about} | {} | {came} |", text(&sdk.language));
    }
}

/// The anchor that a heading gets: letters, digits and hyphens of it, in lower case.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().chars().filter(|one| one.is_alphanumeric() || *one == '-' || *one == '_').collect()
}

/// One api: surfaces by groups. Surfaces of one SDK that came out alike share a row.
fn matrix(out: &mut String, report: &Report, folder: &str, name: &str) {
    let mut rows: BTreeMap<(&str, &str), BTreeMap<&str, String>> = BTreeMap::new();
    for count in report.counts.iter().filter(|count| id::api_folder(&count.group) == folder) {
        rows.entry((&count.sdk, &count.surface)).or_default().insert(&count.group, cell(count));
    }
    let groups: BTreeSet<&str> = rows.values().flat_map(|cells| cells.keys().copied()).collect();
    let short = |group: &str| text(id::about(group));
    let _ = writeln!(out, "\n## {name}\n");
    let _ = writeln!(out, "| surface | {} |", groups.iter().map(|group| short(group)).collect::<Vec<_>>().join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(groups.len()));
    for ((sdk, cells), surfaces) in alike(rows.iter().map(|((sdk, surface), cells)| ((sdk, cells), *surface))) {
        let cells = groups.iter().map(|group| cells.get(group).map_or("–", String::as_str));
        let _ = writeln!(out, "| {}<br>{} | {} |", code(sdk), listed(&surfaces), cells.collect::<Vec<_>>().join(" | "));
    }
}

fn cell(count: &Count) -> String {
    let mut parts = Vec::new();
    if count.pass > 0 {
        parts.push(format!("{} pass", count.pass));
    }
    if count.disputed > 0 {
        parts.push(format!("{} disputed", count.disputed));
    }
    if count.deviates > 0 {
        parts.push(format!("{} deviates", count.deviates));
    }
    if count.fails > 0 {
        let worst = count.modes.iter().next_back();
        let worst = worst.map(|(mode, number)| format!(" ({number} {})", mode.name())).unwrap_or_default();
        parts.push(format!("**{} fails**{worst}", count.fails));
    }
    if count.cut_dependent > 0 {
        parts.push(format!("**{} depend on cuts**", count.cut_dependent));
    }
    parts.extend(count.apart.iter().map(|(word, number)| format!("[{number} {}]", word.name())));
    parts.join("<br>")
}

/// One SDK: versions, and what deviates and why, most trials first.
fn about(out: &mut String, report: &Report, sdk: &ReportSdk) {
    let about = [&sdk.package, &sdk.version, &sdk.language, &sdk.runtime].map(|one| text(one));
    let [package, version, language, runtime] = about;
    let _ = writeln!(out, "\n## {}\n\n{package} {version}, {language}, {runtime}", code(&sdk.id));
    if let Some(reason) = &sdk.not_run {
        let _ = writeln!(out, "\nNot run: {}", text(reason));
        return;
    }
    let own: Vec<&TrialResult> =
        report.results.iter().filter(|result| result.sdk == sdk.id && result.verdict <= Word::Fails).collect();
    if own.is_empty() {
        out.push_str("\nEvery trial passes.\n");
        return;
    }
    let mut lines: Vec<(usize, String)> = Vec::new();
    for known in &sdk.known {
        let trials = own.iter().filter(|result| result.known.contains(&known.id)).count();
        let link = known.link.as_deref().map(source).unwrap_or_default();
        let seen = known.seen.iter().map(|seen| code(seen)).collect::<Vec<_>>().join(" or ");
        lines.push((trials, format!("| {} | {seen} | {trials} | {}{link} |", known.axis, text(&known.why))));
    }
    lines.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    if !lines.is_empty() {
        out.push_str("\n| axis | seen instead | trials | why |\n|---|---|---:|---|\n");
        for (_, line) in &lines {
            let _ = writeln!(out, "{line}");
        }
    }
    let unlisted: Vec<&&TrialResult> = own.iter().filter(|result| result.known.is_empty()).collect();
    if !unlisted.is_empty() {
        let _ = writeln!(out, "\n{} trials deviate in ways that are not listed:\n", unlisted.len());
        for result in unlisted.iter().take(50) {
            let axes: Vec<&str> = result.checks.iter().map(|check| check.axis.name()).collect();
            let trial = text(&format!("{}/{}", result.surface, result.case));
            let _ = writeln!(out, "- {trial}: {} ({})", result.verdict.name(), axes.join(", "));
        }
        if unlisted.len() > 50 {
            let _ = writeln!(out, "- … and {} more, in compatibility.json", unlisted.len() - 50);
        }
    }
}

/// Names from outside with commas between.
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| text(name)).collect::<Vec<_>>().join(", ")
}

/// Where something is documented, after what it is about: a link to a page, or else the text.
fn source(link: &str) -> String {
    let is_page = link.starts_with("https://") || link.starts_with("http://");
    if !is_page || link.chars().any(|one| one.is_whitespace() || one.is_control() || "()<>[]\\`|\"".contains(one)) {
        return format!(" ({})", code(link));
    }
    format!(" ([source]({link}))")
}

/// A text from outside in a table cell: never markup, never more than one line.
pub(super) fn text(text: &str) -> String {
    let line = crate::text::shown(&text.split_whitespace().collect::<Vec<_>>().join(" "), usize::MAX);
    let is_letter = |at: Option<usize>| at.and_then(|at| line.chars().nth(at)).is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(line.len());
    for (at, character) in line.chars().enumerate() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // Inside a word it has no meaning.
            '_' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// A value from outside as code in a table cell.
pub(super) fn code(text: &str) -> String {
    span(&crate::text::shown(text, 80))
}

/// The same for a trial's name, which is never cut: one wants to run it.
pub(super) fn name(text: &str) -> String {
    span(&crate::text::shown(text, usize::MAX))
}

fn span(shown: &str) -> String {
    format!("`{}`", shown.replace('|', "\\|").replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn hostile_text_is_no_markup() {
        let report = Report::from_records(&samples::hostile()).expect("the samples are well formed");
        for page in [markdown(&report), crate::report::overview(&report, |_| true)] {
            let bare = samples::outside_code(&page.replace("\\`", "")).replace("<br>", "");
            let bare = ["\\[", "\\]", "\\*"].iter().fold(bare, |bare, escaped| bare.replace(escaped, ""));
            assert!(
                !bare.contains('<') && !bare.contains("](javascript:") && !bare.contains("](https://evil"),
                "{page}"
            );
            assert!(!bare.contains("[click") && !bare.contains("*x"), "{page}");
            assert!(!page.chars().any(|one| one.is_control() && one != '\n'), "{page:?}");
        }
    }

    #[test]
    fn only_pages_are_linked() {
        let check = |link: &str, expected: &str| assert_eq!(source(link), expected);
        check("https://example.com/a?b=c#d", " ([source](https://example.com/a?b=c#d))");
        check("javascript:alert(1)", " (`javascript:alert(1)`)");
        check("https://example.com/) [x](javascript:y", " (`https://example.com/) [x](javascript:y`)");
        check(" https://example.com", " (` https://example.com`)");
        assert_eq!(
            text("a_b _c_ *d* <e> [f](g) h|i `j` k&amp; \\"),
            "a_b \\_c\\_ \\*d\\* &lt;e> \\[f\\](g) h\\|i \\`j\\` k&amp;amp; \\\\"
        );
    }
}
