//! The gateways: a matrix of them by case groups, what harm they do, and what each passes on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::anchor;
use crate::blame::Word;
use crate::message::reproduce;
use crate::report::markup::{code, name, text};
use crate::report::view::{Beside, BlameCount, CameTo, Gateway, GatewayFinding, SideBySide, View};

/// Writes about the gateways; nothing where every trial was direct.
pub(super) fn gateways(out: &mut String, view: &View<'_>) {
    if view.gateways.is_empty() {
        return;
    }
    out.push_str(
        "\n## Gateways\n\nA cell counts trials as written, of all dialects. *Passed on*: the client was sent what the server sent. *Lost \
         at the SDK*: that, and the SDK did not tell of it as the case expects.\n*Changed*, *lost*, *invented*: what the client was sent is \
         something else, less, or more than what the server sent, as the reference client reads it; then no SDK is judged by it.\n\n",
    );
    matrix(out, &view.gateways);
    findings(out, view);
    for gateway in &view.gateways {
        about(out, gateway);
    }
}

fn matrix(out: &mut String, gateways: &[Gateway]) {
    let groups: BTreeSet<&str> =
        gateways.iter().flat_map(|gateway| gateway.groups.keys().map(String::as_str)).collect();
    let heads: Vec<String> = groups.iter().map(|group| text(group)).collect();
    let _ = writeln!(out, "| gateway | {} |\n|---|{}", heads.join(" | "), "---|".repeat(groups.len()));
    for gateway in gateways {
        let cells = groups.iter().map(|group| gateway.groups.get(*group).map_or_else(|| "–".to_owned(), cell));
        let route = gateway.route.name();
        let product = format!("{} {}", text(&gateway.name), text(&gateway.version));
        let _ = writeln!(
            out,
            "| [{}](#{})<br>{product} | {} |",
            code(route),
            anchor(route),
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
}

fn cell(count: &BlameCount) -> String {
    let words = Word::ALL.into_iter().filter(|word| count.of(*word) > 0).map(|word| {
        let said = format!("{} {}", count.of(word), word.name());
        if word.is_of_the_gateway() { format!("**{said}**") } else { said }
    });
    let others = [(count.retried, "retried"), (count.delayed, "delayed"), (count.left_open, "left open")];
    let others = others.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    let silent = (count.not_blamed > 0).then(|| format!("[{} not judged]", count.not_blamed));
    words.chain(others).chain(silent).collect::<Vec<_>>().join("<br>")
}

fn findings(out: &mut String, view: &View<'_>) {
    let mut found: Vec<(&Gateway, &GatewayFinding)> =
        view.gateways.iter().flat_map(|gateway| gateway.findings.iter().map(move |found| (gateway, found))).collect();
    found.sort_by_key(|(gateway, found)| (found.kind, std::cmp::Reverse(found.trials), gateway.route));
    if found.is_empty() {
        out.push_str("\nNo gateway does harm.\n");
        return;
    }
    out.push_str(
        "\n### What gateways do\n\nThe most harmful first, each with the command that shows it once more.\n\n",
    );
    for (gateway, GatewayFinding { kind, trials, cases, example }) in found {
        let trials = if *trials == 1 { "1 trial".to_owned() } else { format!("{trials} trials") };
        let cases = if *cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        let (route, command) =
            (code(gateway.route.name()), name(&reproduce(view.invocation, example, view.command(&example.sdk), None)));
        let _ = writeln!(out, "- **{}**: {route}, {trials} of {cases}; {command}", kind.name());
    }
}

/// Writes what one gateway passes on.
fn about(out: &mut String, gateway: &Gateway) {
    let _ = writeln!(out, "\n### {}\n", code(gateway.route.name()));
    let (product, version) = (text(&gateway.name), text(&gateway.version));
    let _ = writeln!(out, "{product} {version} passes on {} of {} answers.", gateway.passed_on(), gateway.blamed());
    if let Some(beside) = &gateway.beside {
        let _ = writeln!(
            out,
            "Beside the direct route {} trials come out alike, {} worse and {} better.",
            beside.alike, beside.worse, beside.better
        );
    }
    let heads: Vec<&str> = Word::ALL.iter().map(|word| word.name()).collect();
    let _ = writeln!(
        out,
        "\n| the answer | trials | {} | delayed | left open |\n|---|---:|{}---:|---:|",
        heads.join(" | "),
        "---:|".repeat(heads.len())
    );
    for (about, count) in &gateway.about {
        let words: Vec<String> = Word::ALL.iter().map(|word| count.of(*word).to_string()).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            about.in_words(),
            count.blamed(),
            words.join(" | "),
            count.delayed,
            count.left_open
        );
    }
    if let Some(Beside { results, .. }) = &gateway.beside {
        side_by_side(out, results);
    }
}

/// Writes the results on the direct route beside those through the gateway.
fn side_by_side(out: &mut String, results: &[SideBySide]) {
    out.push_str("\n| direct | through the gateway | blame | trials | for example |\n|---|---|---|---:|---|\n");
    for SideBySide { direct, through, word, trials, example } in results {
        let word = word.map_or("–", Word::name);
        let [direct, through] = [direct, through].map(|came: &CameTo| came.in_words());
        let example = code(&example.to_string());
        let _ = writeln!(out, "| {direct} | {through} | {word} | {trials} | {example} |");
    }
}
