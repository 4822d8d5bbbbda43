//! Rewrites a list so that it says what is seen today, keeping every reason that still stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use globset::GlobSet;

use super::{Entry, Known};
use crate::case::{Axis, Level, matcher};
use crate::judge::Check;
use crate::record::TrialRecord;
use crate::wire::Variant;

/// The reason that `bless` writes and a person replaces.
pub const UNEXPLAINED: &str = "unexplained";

/// What one check of one trial came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point<'a> {
    case: &'a str,
    surface: &'a str,
}

/// The list that makes a whole run as listed, as the text of its file.
///
/// An entry that stands is kept with its globs and its reason. One that no longer holds everywhere is narrowed to where
/// it does. What is new is grouped by axis and by what is seen, and marked [`UNEXPLAINED`].
pub fn bless(known: &Known, trials: &[&TrialRecord], version: &str) -> String {
    let mut broken: BTreeMap<(Axis, String), BTreeSet<Point<'_>>> = BTreeMap::new();
    let mut graded: BTreeMap<Axis, BTreeSet<Point<'_>>> = BTreeMap::new();
    for trial in trials {
        let point = Point { case: &trial.case, surface: &trial.surface };
        let counted = |check: &&Check| {
            check.level != Level::May && check.axis.is_of_replays() == (trial.variant != Variant::AsWritten)
        };
        for check in trial.verdict.checks.iter().filter(counted) {
            if check.held().is_some() {
                graded.entry(check.axis).or_default().insert(point.clone());
            }
            if check.held() == Some(false) {
                broken.entry((check.axis, check.seen())).or_default().insert(point.clone());
            }
        }
    }

    let mut entries = Vec::new();
    for (number, old) in known.entries.iter().enumerate() {
        if !super::holds_for(&old.entry, version) {
            entries.push(old.entry.clone());
            continue;
        }
        let mut kept = BTreeSet::new();
        for ((axis, seen), points) in &mut broken {
            if *axis == old.entry.axis && old.entry.seen.contains(seen) {
                let covered =
                    |point: &Point<'_>| known.applying(point.surface, point.case, version).any(|(at, _)| at == number);
                kept.extend(points.iter().filter(|point| covered(point)).cloned());
                points.retain(|point| !covered(point));
            }
        }
        let reason = |entry: &mut Entry| {
            entry.why.clone_from(&old.entry.why);
            entry.link.clone_from(&old.entry.link);
            entry.versions.clone_from(&old.entry.versions);
            entry.seen.clone_from(&old.entry.seen);
        };
        let all_graded = graded.get(&old.entry.axis).into_iter().flatten();
        let covered =
            all_graded.filter(|point| known.applying(point.surface, point.case, version).any(|(at, _)| at == number));
        if !kept.is_empty() && covered.count() == kept.len() {
            entries.push(old.entry.clone());
            continue;
        }
        for mut entry in grouped(old.entry.axis, "", &kept, &graded) {
            reason(&mut entry);
            entries.push(entry);
        }
    }
    for ((axis, seen), points) in &broken {
        entries.extend(grouped(*axis, seen, points, &graded));
    }
    written(&entries)
}

/// Points as few entries with globs that cover these points and no other graded ones.
fn grouped(
    axis: Axis,
    seen: &str,
    points: &BTreeSet<Point<'_>>,
    graded: &BTreeMap<Axis, BTreeSet<Point<'_>>>,
) -> Vec<Entry> {
    let empty = BTreeSet::new();
    let graded = graded.get(&axis).unwrap_or(&empty);
    let mut by_case: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for point in points {
        by_case.entry(point.case).or_default().insert(point.surface);
    }
    let mut by_surfaces: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (case, surfaces) in by_case {
        by_surfaces.entry(surfaces).or_default().push(case);
    }
    by_surfaces
        .into_iter()
        .map(|(surfaces, cases)| {
            let cases = globs_for(&cases, &surfaces, graded, points);
            let matchers: Vec<GlobSet> = cases.iter().map(|glob| made(glob)).collect();
            let mut covered = graded.iter().filter(|point| matchers.iter().any(|glob| glob.is_match(point.case)));
            let everywhere = covered.all(|point| surfaces.contains(point.surface));
            let surfaces =
                if everywhere { super::every_surface() } else { surfaces.into_iter().map(str::to_owned).collect() };
            Entry {
                cases,
                surfaces,
                axis,
                seen: vec![seen.to_owned()],
                why: UNEXPLAINED.to_owned(),
                link: None,
                versions: None,
            }
        })
        .collect()
}

/// The widest globs, api then folder then file, that cover nothing but what is broken on these surfaces.
fn globs_for(
    cases: &[&str],
    surfaces: &BTreeSet<&str>,
    graded: &BTreeSet<Point<'_>>,
    broken: &BTreeSet<Point<'_>>,
) -> Vec<String> {
    let own: Vec<&Point<'_>> = graded.iter().filter(|point| surfaces.contains(point.surface)).collect();
    let holds = |glob: &str| {
        let glob = made(glob);
        own.iter().filter(|point| glob.is_match(point.case)).all(|point| broken.contains(*point))
    };
    let (mut globs, mut matchers): (Vec<String>, Vec<GlobSet>) = (Vec::new(), Vec::new());
    for case in cases {
        if matchers.iter().any(|glob| glob.is_match(case)) {
            continue;
        }
        let folder = case.rsplit_once('/').map_or(*case, |(folder, _)| folder);
        let api = case.split('/').next().unwrap_or(case);
        let file = case.split('#').next().unwrap_or(case);
        let candidates = [format!("{api}/**"), format!("{folder}/*"), format!("{file}#*")];
        // A glob that covers a single case says less than its name.
        let wide = |glob: &&String| {
            let glob = made(glob);
            cases.iter().filter(|case| glob.is_match(case)).count() > 1
        };
        let chosen = candidates.iter().filter(wide).find(|glob| holds(glob)).map_or(*case, String::as_str).to_owned();
        matchers.push(made(&chosen));
        globs.push(chosen);
    }
    globs
}

/// A glob made of case ids, which hold nothing that a glob would not take literally.
fn made(pattern: &str) -> GlobSet {
    matcher(pattern).unwrap_or_default()
}

fn written(entries: &[Entry]) -> String {
    let mut text = String::from(
        "# What this SDK does today that a case does not expect. An entry is one statement about one axis;\n\
         # `streamspec bless` rewrites this file from a whole run and keeps the reasons of what still stands.\n",
    );
    for entry in entries {
        // An entry is plain strings and lists, which TOML can always hold.
        let body = toml::to_string(entry).unwrap_or_default();
        let _ = write!(text, "\n[[deviation]]\n{body}");
    }
    text
}
