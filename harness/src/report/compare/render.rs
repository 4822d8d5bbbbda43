//! A comparison as JSON for programs, and as Markdown and a page for people.

use std::fmt::Write as _;

use askama::Template;

use super::groups::{AxisChange, ChangeText, Group};
use super::{Change, ChangeKind, Comparison};
use crate::report::markup::{code, name};
use crate::report::page::{STYLE, hash};
use crate::text::shown;

/// The most groups of a kind that Markdown tells, and the most bytes of it: a comment on GitHub holds 65,536 characters.
const MOST_GROUPS: usize = 20;
const MOST_BYTES: usize = 60_000;

/// The most trials of a group that the page lists, and the longest text.
const MOST_TRIALS: usize = 1000;
const LONGEST: usize = 300;

impl Comparison {
    /// Renders the comparison as JSON.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Renders the comparison as Markdown that a comment on a pull request can hold.
    pub fn markdown(&self) -> String {
        let mut out = String::from("# Comparison\n\n| | old | new |\n|---|---|---|\n");
        for (about, old, new) in self.sides() {
            let about = if ["suite", "edition", "SDK"].contains(&&*about) { about } else { code(&about) };
            let _ = writeln!(out, "| {about} | {} | {} |", code(&old), code(&new));
        }
        let _ = writeln!(out, "\n{}", self.summary());
        for kind in ChangeKind::ALL {
            self.list(&mut out, kind);
        }
        out
    }

    fn list(&self, out: &mut String, kind: ChangeKind) {
        let (groups, passes) = self.groups(kind);
        if groups.is_empty() && passes == 0 {
            return;
        }
        let _ = writeln!(out, "\n## {}\n", heading(kind));
        if !groups.is_empty() {
            out.push_str("| trials | on | expected | was | now | for example |\n|---:|---|---|---|---|---|\n");
        }
        let (mut written, mut trials) = (0, 0);
        for group in groups.iter().take(MOST_GROUPS) {
            let line = line(group);
            if out.len() + line.len() > MOST_BYTES {
                break;
            }
            out.push_str(&line);
            (written, trials) = (written + 1, trials + group.changes.len());
        }
        let mut rest = Vec::new();
        if written < groups.len() {
            let more = self.count(kind) - passes - trials;
            rest.push(format!("{more} in {} more ways, which `--format html` and `json` list", groups.len() - written));
        }
        if passes > 0 {
            rest.push(format!("{passes} that pass"));
        }
        if !rest.is_empty() {
            let (space, and) = if written == 0 { ("", "") } else { ("\n", "… and ") };
            let _ = writeln!(out, "{space}{and}{}.", rest.join(", "));
        }
    }

    /// Renders the comparison as a page of its own: everything in one file, nothing to run, nothing to load.
    pub fn html(&self) -> Result<String, askama::Error> {
        let kinds = ChangeKind::ALL.into_iter().filter_map(|kind| {
            let (groups, passes) = self.groups(kind);
            let groups: Vec<GroupText> = groups.iter().map(group_text).collect();
            let (heading, word) = (heading(kind), kind.name());
            (!groups.is_empty() || passes > 0).then_some(KindText {
                heading,
                word,
                count: self.count(kind),
                groups,
                passes,
            })
        });
        let visible = |text: String| shown(&text, LONGEST);
        Page {
            sides: self
                .sides()
                .into_iter()
                .map(|(about, old, new)| [visible(about), visible(old), visible(new)])
                .collect(),
            summary: self.summary(),
            kinds: kinds.collect(),
            style: STYLE,
            style_hash: hash(STYLE),
        }
        .render()
    }
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    sides: Vec<[String; 3]>,
    summary: String,
    kinds: Vec<KindText>,
    style: &'static str,
    style_hash: String,
}

struct KindText {
    heading: String,
    word: &'static str,
    count: usize,
    groups: Vec<GroupText>,
    passes: usize,
}

/// A group, with every text made visible.
struct GroupText {
    count: usize,
    sdk: String,
    surfaces: String,
    was: Vec<String>,
    now: Vec<String>,
    /// An axis, what was expected, what was and what is seen.
    axes: Vec<[String; 4]>,
    trials: Vec<String>,
    more: usize,
}

fn group_text(group: &Group<'_>) -> GroupText {
    let visible = |parts: &[String]| parts.iter().map(|part| shown(part, LONGEST)).collect();
    let axis = |one: &AxisChange| [one.axis, &one.expected, &one.was, &one.now].map(|text| shown(text, LONGEST));
    GroupText {
        count: group.changes.len(),
        sdk: shown(group.sdk, LONGEST),
        surfaces: shown(&group.surfaces().join(", "), LONGEST),
        was: visible(&group.text.was),
        now: visible(&group.text.now),
        axes: group.text.axes.iter().map(axis).collect(),
        trials: group.changes.iter().take(MOST_TRIALS).map(|change| shown(&trial(change), usize::MAX)).collect(),
        more: group.changes.len().saturating_sub(MOST_TRIALS),
    }
}

fn heading(kind: ChangeKind) -> String {
    let word = kind.name();
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

fn trial(change: &Change) -> String {
    change.id.to_string()
}

fn line(group: &Group<'_>) -> String {
    let ChangeText { was, now, axes } = &group.text;
    let cell = |parts: &[String], seen: &dyn Fn(&AxisChange) -> String| {
        let (verdict, rest) = parts.split_first().map_or(("–", parts), |(verdict, rest)| (verdict.as_str(), rest));
        let mut lines = vec![verdict.to_owned()];
        lines.extend(axes.iter().map(|one| format!("{}: {}", one.axis, code(&seen(one)))));
        lines.extend(rest.iter().map(|part| code(part)));
        lines.join("<br>")
    };
    let expected = axes.iter().map(|one| format!("{}: {}", one.axis, code(&one.expected)));
    let expected = std::iter::once("pass".to_owned()).chain(expected).collect::<Vec<_>>().join("<br>");
    let surfaces = shown(&group.surfaces().join(", "), 120);
    let example = group.changes.first().map(|change| name(&trial(change))).unwrap_or_default();
    let on = format!("{}<br>{}", code(group.sdk), code(&surfaces));
    let (was, now) = (cell(was, &|one| one.was.clone()), cell(now, &|one| one.now.clone()));
    format!("| {} | {on} | {expected} | {was} | {now} | {example} |\n", group.changes.len())
}
