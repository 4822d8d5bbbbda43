//! `compatibility.md`: a matrix of SDK surfaces by case groups, then what deviates in each SDK and why.

mod gateways;
mod negotiated;
mod transports;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Format, RenderError, Sink, write};
use crate::id;
use crate::judge::Status;
use crate::record::ReadError;
use crate::report::alike::alike;
use crate::report::markup::{code, listed, source, text};
use crate::report::view::{Count, FindingKind, Folded, Row, Sdk, Transports, View, without_patch};

/// The most trials that are listed one by one of what no list of known deviations covers, and of what has no result.
const LISTED: usize = 50;

/// `compatibility.md`: the matrix as text.
#[derive(Debug)]
pub(super) struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn writes(&self) -> &'static str {
        "`compatibility.md`"
    }

    fn purpose(&self) -> &'static str {
        "people: the matrix, and what deviates in each SDK and why"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        write(out, "compatibility.md", &markdown(view)?)
    }
}

/// Renders the report as Markdown.
fn markdown(view: &View<'_>) -> Result<String, ReadError> {
    let mut out = String::new();
    let suite = &view.suite;
    let _ = writeln!(
        out,
        "# Compatibility\n\nstreamspec {}: {} cases, {} trials as written, {} variant runs with the bytes split or framed otherwise.{}\n",
        suite.version,
        suite.cases,
        suite.trials,
        suite.variant_runs,
        suite.of_edition()
    );
    out.push_str(
        "A cell counts trials. *Pass*: every MUST and SHOULD that the surface can show holds. *Disputed*: it differs \
         only where maintainers have ruled otherwise. *Deviates*: every MUST holds, a SHOULD does not.\n*Fails*: a MUST does not hold; behind it the worst kind: `fabricated` and `silent` mean that a \
         failure looked like a success.\nFaults of adapters or of streamspec itself are in square brackets and in no other \
         number.\n",
    );
    findings(&mut out, view);
    transports::transports(&mut out, view);
    gateways::gateways(&mut out, view);
    sdks(&mut out, view);
    negotiated::negotiated(&mut out, view);
    for api in view.cases.values().map(|case| case.api).collect::<BTreeSet<_>>() {
        matrix(&mut out, view, api.folder(), api.name());
    }
    for sdk in &view.sdks {
        about(&mut out, view, sdk)?;
    }
    Ok(out)
}

/// Writes what matters most: failures that look like success, then what never ends, then the rest.
fn findings(out: &mut String, view: &View<'_>) {
    let failed = view.findings.iter().filter_map(|finding| match finding.kind {
        FindingKind::Failed(mode) => Some((mode, &finding.sdks)),
        FindingKind::Contradicts | FindingKind::CutDependent | FindingKind::TransportDependent => None,
    });
    let mut lines = failed.map(|(mode, sdks)| {
        let mut sdks: Vec<(usize, &str, &str)> =
            sdks.iter().map(|found| (found.cases, found.sdk.id.as_str(), found.first_case.as_str())).collect();
        sdks.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        let example = sdks.first().map_or("", |(_, _, example)| *example);
        let counts: Vec<String> = sdks.iter().map(|(cases, sdk, _)| format!("{} {cases}", code(sdk))).collect();
        format!("- **{}**: {}; for example {}", mode.name(), counts.join(", "), code(example))
    });
    let Some(first) = lines.next() else { return };
    out.push_str("\n## Findings\n\nHow many cases each SDK fails in this way on at least one surface.\n\n");
    for line in std::iter::once(first).chain(lines) {
        let _ = writeln!(out, "{line}");
    }
}

/// Writes one line for each SDK: what it is, and its trials as written, each number beside what it is a part of.
fn sdks(out: &mut String, view: &View<'_>) {
    out.push_str("\n## SDKs\n\n| SDK | package | language | pass | disputed | deviates | fails |\n|---|---|---|---:|---:|---:|---:|\n");
    for sdk in &view.sdks {
        let total = sdk.total();
        let Count { pass, disputed, deviates, fails, .. } = &total;
        let record = sdk.record;
        let (package, version) = (text(&record.package), text(&record.version));
        let counts = match record.not_run {
            Some(_) => "not run | | |".to_owned(),
            None => format!("{pass} of {} | {disputed} | {deviates} | {fails}", total.judged()),
        };
        let name = format!("[{}](#{})", code(&record.id), anchor(&record.id));
        let _ = writeln!(out, "| {name} | {package} {version} | {} | {counts} |", text(&record.language));
    }
}

/// Returns the anchor that a heading gets: letters, digits and hyphens of it, in lower case.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().chars().filter(|one| one.is_alphanumeric() || *one == '-' || *one == '_').collect()
}

/// Writes the matrix of one api: surfaces by groups. Surfaces of one SDK that came out alike share a row.
fn matrix(out: &mut String, view: &View<'_>, folder: &str, name: &str) {
    let mut rows: BTreeMap<(&str, String), BTreeMap<&str, String>> = BTreeMap::new();
    let mut run: BTreeMap<(&str, String), Vec<&Transports>> = BTreeMap::new();
    let counts = view.surfaces().flat_map(|surface| &surface.folded);
    for Folded { count, transports } in counts.filter(|one| id::api_folder(&one.count.group) == folder) {
        let row = (count.sdk.as_str(), count.row());
        run.entry(row.clone()).or_default().push(transports);
        rows.entry(row).or_default().insert(&count.group, cell(count));
    }
    let groups: BTreeSet<&str> = rows.values().flat_map(|cells| cells.keys().copied()).collect();
    let words = |row: &(&str, String)| Transports::sum(run[row].iter().copied()).in_words().unwrap_or_default();
    let short = |group: &str| text(id::about(group));
    let _ = writeln!(out, "\n## {name}\n");
    let _ = writeln!(out, "| surface | {} |", groups.iter().map(|group| short(group)).collect::<Vec<_>>().join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(groups.len()));
    let lines = rows.iter().map(|(row, cells)| ((row.0, cells, words(row)), row.1.as_str()));
    for ((sdk, cells, words), surfaces) in alike(lines) {
        let cells = groups.iter().map(|group| cells.get(group).map_or("–", String::as_str));
        let words = if words.is_empty() { words } else { format!("<br>*{words}*") };
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "| {}<br>{}{words} | {cells} |", code(sdk), listed(&surfaces));
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
        let worst = count.worst().map(|(mode, number)| format!(" ({number} {})", mode.name())).unwrap_or_default();
        parts.push(format!("**{} fails**{worst}", count.fails));
    }
    if count.cut_dependent > 0 {
        parts.push(format!("**{} depend on cuts**", count.cut_dependent));
    }
    parts.extend(count.not_judged.iter().map(|(status, number)| format!("[{number} {}]", status.name())));
    parts.join("<br>")
}

/// Writes about one SDK: versions, and what deviates and why, most trials first.
fn about(out: &mut String, view: &View<'_>, sdk: &Sdk<'_>) -> Result<(), ReadError> {
    let record = sdk.record;
    let runtime = without_patch(&record.runtime);
    let about = [&record.package, &record.version, &record.language, &runtime].map(|one| text(one));
    let [package, version, language, runtime] = about;
    let _ = writeln!(out, "\n## {}\n\n{package} {version}, {language}, {runtime}", code(&record.id));
    if let Some(reason) = &record.not_run {
        let _ = writeln!(out, "\nNot run: {}", text(reason));
        return Ok(());
    }
    let (mut trials, mut by_known) = (0, BTreeMap::new());
    let (mut unlisted, mut lost) = (Listing::default(), Listing::default());
    let places = sdk.surfaces.iter().flat_map(|surface| surface.trials);
    for place in places.filter(|place| place.has_result) {
        if place.status.is_lost() {
            let row = view.row(sdk, place)?;
            lost.add(&row, &format!(": {}", text(&row.reason())));
        }
        if place.status > Status::Fails {
            continue;
        }
        let row = view.row(sdk, place)?;
        trials += 1;
        let known = row.known();
        for id in &known {
            *by_known.entry((*id).to_owned()).or_default() += 1;
        }
        if known.is_empty() {
            let axes: Vec<&str> = row.own_checks().map(|check| check.axis.name()).collect();
            unlisted.add(&row, &format!(" ({})", axes.join(", ")));
        }
    }
    if trials > 0 {
        known(out, sdk, &by_known);
    } else if lost.trials == 0 {
        out.push_str("\nEvery trial passes.\n");
    }
    unlisted.write(out, "deviates in ways that are not listed", "deviate in ways that are not listed");
    lost.write(out, "has no result", "have no result");
    Ok(())
}

/// Writes the known deviations, each with the number of trials that it covers.
fn known(out: &mut String, sdk: &Sdk<'_>, trials: &BTreeMap<String, usize>) {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for known in &sdk.known {
        let trials = trials.get(&known.id).copied().unwrap_or_default();
        let link = known.link.as_deref().map(source).unwrap_or_default();
        let seen = known.observed.iter().map(|seen| code(seen)).collect::<Vec<_>>().join(" or ");
        lines.push((trials, format!("| {} | {seen} | {trials} | {}{link} |", known.axis, text(&known.reason))));
    }
    lines.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    if !lines.is_empty() {
        out.push_str("\n| axis | seen instead | trials | why |\n|---|---|---:|---|\n");
        for (_, line) in &lines {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// Trials that are listed one by one: a line for each of the first, and the number of all.
#[derive(Default)]
struct Listing {
    lines: Vec<String>,
    trials: usize,
}

impl Listing {
    /// Adds a trial with what is to be said of it behind its status.
    fn add(&mut self, row: &Row<'_>, about: &str) {
        self.trials += 1;
        if self.lines.len() < LISTED {
            let trial = text(&row.name_within_sdk());
            self.lines.push(format!("- {trial}: {}{about}", row.trial.verdict.status.name()));
        }
    }

    /// Writes the list below a sentence about one trial or several.
    fn write(&self, out: &mut String, one: &str, several: &str) {
        match self.trials {
            0 => return,
            1 => _ = writeln!(out, "\n1 trial {one}:\n"),
            trials => _ = writeln!(out, "\n{trials} trials {several}:\n"),
        }
        for line in &self.lines {
            let _ = writeln!(out, "{line}");
        }
        if self.trials > LISTED {
            let _ = writeln!(out, "- … and {} more, in compatibility.json", self.trials - LISTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn hostile_text_is_no_markup() {
        let records = samples::hostile();
        let view = samples::view(&records);
        for page in [samples::rendered(&Markdown, &view), crate::report::overview(&samples::report(&records), |_| true)]
        {
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
    fn what_differs_by_transport_is_told_in_short() {
        let page = samples::rendered(&Markdown, &samples::view(&samples::by_transports()));
        let told = page.split("\n## Transports that differ\n").nth(1).and_then(|rest| rest.split("\n## ").next());
        insta::assert_snapshot!(told.expect("there is a section"));
        let rows: Vec<&str> =
            page.lines().filter(|line| line.contains("<br>create") && !line.contains("on http1 |")).collect();
        assert!(rows[0].starts_with("| `alpha-python`<br>create<br>*⇄ 3 trials otherwise on h2* | "), "{rows:?}");
        assert!(rows[1].starts_with("| `beta-typescript`<br>create<br>*the same on http1 and tls* | "), "{rows:?}");
        assert_eq!(rows.len(), 2, "a row for each surface: {rows:?}");
        assert!(!samples::rendered(&Markdown, &samples::view(&samples::records())).contains("Transports"));
    }

    #[test]
    fn gateways_are_told_of_where_there_are_any() {
        let page = samples::rendered(&Markdown, &samples::view(&samples::through_a_gateway()));
        let told = page.split("\n## Gateways\n").nth(1).and_then(|rest| rest.split("\n## ").next());
        insta::assert_snapshot!(told.expect("there is a section"));
        assert!(!samples::rendered(&Markdown, &samples::view(&samples::records())).contains("Gateways"));
    }
}
