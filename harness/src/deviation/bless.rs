//! Rewrites a list so that it says what is seen today, keeping every reason that still stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use globset::GlobSet;

use super::{Entry, Known, Replays};
use crate::case::{Axis, Level, matcher};
use crate::id::{CaseId, Variant};
use crate::judge::Check;
use crate::record::TrialRecord;

/// The reason that `bless` writes and a person replaces.
pub const UNEXPLAINED: &str = "unexplained";

/// What a list that nobody has written yet begins with.
const HEAD: &str = "# What this SDK does today that a case does not expect. An entry is one statement about one axis;\n\
                    # `streamspec bless` rewrites this file from a whole run and keeps the reasons of what still stands.\n";

/// A case on a surface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point<'a> {
    case: &'a str,
    surface: &'a str,
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blessed {
    /// The text of its file.
    pub text: String,
    /// How many entries stand as they were, those among them whose trials were not run.
    pub kept: usize,
    /// How many hold in fewer places than they said.
    pub narrowed: usize,
    /// How many are new.
    pub added: usize,
    /// How many no longer hold anywhere.
    pub removed: usize,
}

impl Blessed {
    /// Whether the list says something else now.
    pub const fn is_changed(&self) -> bool {
        self.narrowed + self.added + self.removed > 0
    }
}

/// The list that makes a whole run as listed, and what was changed to that end: nothing where the run is.
///
/// An entry is kept with its globs, its reason and its comments unless it holds somewhere no longer; then it is narrowed to
/// where it does and to where its replays were not made, or removed if that is nowhere. What is new is grouped by axis and
/// by what is seen, and marked [`UNEXPLAINED`]. `text` is the list's own.
pub fn bless(known: &Known, text: &str, trials: &[&TrialRecord], version: &str) -> Blessed {
    let seen = Seen::of(known, trials, version);
    let replays = Replays::of(trials.iter().copied());
    let unused = known.unused(trials.iter().copied(), version);
    let pieces = Pieces::of(known, text);
    let mut blessed = Blessed::default();
    let (mut texts, mut entries) = (vec![pieces.head.to_owned()], Vec::new());
    for (number, old) in known.entries.iter().enumerate() {
        let dead = unused.iter().any(|unused| std::ptr::eq(*unused, old));
        if !dead && !seen.gone.contains(&number) {
            blessed.kept += 1;
            texts.push(pieces.of[number].1.to_owned());
            entries.push(old.entry.clone());
            continue;
        }
        let mut points = seen.holds.get(&number).cloned().unwrap_or_default();
        points.extend(replays.open(old).map(|(surface, case)| Point { case, surface }));
        if points.is_empty() {
            blessed.removed += 1;
            continue;
        }
        blessed.narrowed += 1;
        texts.push(pieces.of[number].0.to_owned());
        for narrower in grouped(old.entry.axis, "", &points, &seen.graded) {
            let Entry { why, link, versions, seen, .. } = old.entry.clone();
            let narrower = Entry { seen, why, link, versions, ..narrower };
            texts.push(written(&narrower));
            entries.push(narrower);
        }
    }
    for ((axis, seen_as), points) in &seen.new {
        for entry in grouped(*axis, seen_as, points, &seen.graded) {
            blessed.added += 1;
            texts.push(written(&entry));
            entries.push(entry);
        }
    }
    if !blessed.is_changed() {
        text.clone_into(&mut blessed.text);
        return blessed;
    }
    blessed.text = texts.iter().map(|text| text.trim_matches('\n')).filter(|text| !text.is_empty()).fold(
        String::new(),
        |mut all, text| {
            let gap = if all.is_empty() { "" } else { "\n" };
            let _ = writeln!(all, "{gap}{text}");
            all
        },
    );
    // A list that is laid out in an unusual way cannot be taken apart by its lines.
    let says = Known::parse(known.file.clone(), &blessed.text);
    if !says.is_ok_and(|says| says.entries.iter().map(|known| &known.entry).eq(&entries)) {
        blessed.text = entries.iter().fold(HEAD.to_owned(), |all, entry| all + "\n" + &written(entry));
    }
    blessed
}

/// What the trials say about a list.
#[derive(Default)]
struct Seen<'a> {
    /// Where each axis was checked.
    graded: BTreeMap<Axis, BTreeSet<Point<'a>>>,
    /// Where an entry holds, by its place.
    holds: BTreeMap<usize, BTreeSet<Point<'a>>>,
    /// The entries that do not hold somewhere.
    gone: BTreeSet<usize>,
    /// What no entry says.
    new: BTreeMap<(Axis, String), BTreeSet<Point<'a>>>,
}

impl<'a> Seen<'a> {
    fn of(known: &Known, trials: &[&'a TrialRecord], version: &str) -> Self {
        let mut seen = Self::default();
        for trial in trials {
            let point = Point { case: &trial.case, surface: &trial.surface };
            let counted = |check: &&Check| {
                check.level != Level::May && check.axis.is_of_replays() == (trial.variant != Variant::AsWritten)
            };
            for check in trial.verdict.checks.iter().filter(counted).filter(|check| check.held().is_some()) {
                seen.graded.entry(check.axis).or_default().insert(point.clone());
            }
            let comparison = known.compare(trial, version);
            for number in comparison.used {
                seen.holds.entry(number).or_default().insert(point.clone());
            }
            seen.gone.extend(comparison.stale);
            seen.gone.extend(comparison.different.iter().map(|(_, number)| number));
            let different = comparison.different.iter().map(|(place, _)| *place);
            for check in comparison.new.iter().copied().chain(different).map(|place| &trial.verdict.checks[place]) {
                seen.new.entry((check.axis, check.seen())).or_default().insert(point.clone());
            }
        }
        seen
    }
}

/// A list's text, taken apart: what stands before the first entry, and of each entry the comments above it and the whole.
struct Pieces<'a> {
    head: &'a str,
    of: Vec<(&'a str, &'a str)>,
}

impl<'a> Pieces<'a> {
    fn of(known: &Known, text: &'a str) -> Self {
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).chain([text.len()]).collect();
        let at = |line: usize| starts[line.min(starts.len() - 1)];
        // The comments right above an entry are about it.
        let first = |line: usize| {
            let is_comment = |line: &usize| text[at(*line)..at(line + 1)].starts_with('#');
            (0..line).rev().take_while(is_comment).last().unwrap_or(line)
        };
        let own: Vec<usize> = known.entries.iter().map(|known| known.line.saturating_sub(1)).collect();
        let begins: Vec<usize> = own.iter().map(|line| first(*line)).collect();
        let ends = begins.iter().skip(1).copied().chain([starts.len() - 1]);
        let piece = |((begin, own), end): ((&usize, &usize), usize)| {
            let (begin, end) = (at(*begin), at(end));
            (text.get(begin..at(*own)).unwrap_or_default(), text.get(begin..end).unwrap_or_default())
        };
        let of = begins.iter().zip(&own).zip(ends).map(piece).collect();
        let head = begins.first().map_or(if text.is_empty() { HEAD } else { text }, |line| &text[..at(*line)]);
        Self { head, of }
    }
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
            let surfaces = if everywhere {
                crate::record::every_surface()
            } else {
                surfaces.into_iter().map(str::to_owned).collect()
            };
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
        let case = CaseId::from(*case);
        let (api, folder, file) = (case.api_folder(), case.folder(), case.file());
        let candidates = [format!("{api}/**"), format!("{folder}/*"), format!("{file}#*")];
        // A glob that covers a single case says less than its name.
        let wide = |glob: &&String| {
            let glob = made(glob);
            cases.iter().filter(|case| glob.is_match(case)).count() > 1
        };
        let chosen =
            candidates.iter().filter(wide).find(|glob| holds(glob)).map_or(case.as_str(), String::as_str).to_owned();
        matchers.push(made(&chosen));
        globs.push(chosen);
    }
    globs
}

/// A glob made of case ids, which hold nothing that a glob would not take literally.
fn made(pattern: &str) -> GlobSet {
    matcher(pattern).unwrap_or_default()
}

fn written(entry: &Entry) -> String {
    // An entry is plain strings and lists, which TOML can always hold.
    format!("[[deviation]]\n{}", toml::to_string(entry).unwrap_or_default())
}
