//! Rewrites a list so that it says what is observed today, keeping every reason that still stands.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::JudgedVariants;
use super::globs::grouped;
use super::list::KnownDeviations;
use super::list::UNEXPLAINED;
use super::point::Point;
use super::text::{self, HEAD, Piece, Pieces};
use crate::case::{Axis, Level};
use crate::id::Variant;
use crate::judge::Check;
use crate::record::{Entry, Scope, TrialRecord};

/// A list that was rewritten, and its changes; all but the last two counts are of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blessed {
    /// The text of its file.
    pub text: String,
    /// The number that stand as they were, those among them whose trials were not run.
    pub kept: usize,
    /// The number that hold in fewer places than they said.
    pub narrowed: usize,
    /// The number that are new.
    pub added: usize,
    /// The number that no longer hold anywhere.
    pub removed: usize,
    /// The number of entries that had the reason and the link of an earlier one, and are part of that now.
    pub joined: usize,
    /// The number of entries that have no reason yet.
    pub unexplained: usize,
}

impl Blessed {
    /// Says if the list is another one now.
    pub const fn is_changed(&self) -> bool {
        self.narrowed + self.added + self.removed + self.joined > 0
    }
}

/// Makes the list for which a whole run is as listed, and counts what was changed to that end: nothing where the run is.
///
/// A scope is kept with its globs and comments unless it holds somewhere no longer; then it is narrowed to where it does and
/// to where its variant runs were not made, or removed if that is nowhere. An entry without scopes is removed; one with the reason
/// and the link of an earlier entry joins that. What is new is grouped by axis and by what is observed, one entry for each,
/// and marked [`UNEXPLAINED`]. `text` is the list's own.
pub fn bless(known: &KnownDeviations, text: &str, trials: &[&TrialRecord], version: &str) -> Blessed {
    let seen = ListEvidence::of(known, trials, version);
    let (variant_runs, unused) =
        (JudgedVariants::of(trials.iter().copied()), known.unused(trials.iter().copied(), version));
    let pieces = Pieces::of(known, text);
    let mut blessed = Blessed::default();
    let mut list = List::default();
    for (place, entry) in known.entries.iter().enumerate() {
        let mut scopes = Vec::new();
        for (number, old) in known.scopes.iter().enumerate().filter(|(_, scope)| scope.entry == place) {
            let Piece { comments, whole } = pieces.scopes[number];
            if !unused.contains(&number) && !seen.gone.contains(&number) {
                blessed.kept += 1;
                scopes.push((whole.to_owned(), old.scope.clone()));
                continue;
            }
            let mut points = seen.holds.get(&number).cloned().unwrap_or_default();
            points.extend(variant_runs.open(old));
            if points.is_empty() {
                blessed.removed += 1;
                continue;
            }
            blessed.narrowed += 1;
            let narrower = grouped(old.scope.axis, &old.scope.observed, &points, &seen.graded);
            scopes.extend(narrower.into_iter().enumerate().map(|(place, narrower)| {
                let narrower = narrower.within(&old.scope);
                (format!("{}{}", if place == 0 { comments } else { "" }, text::scope(&narrower)), narrower)
            }));
        }
        blessed.joined += usize::from(list.take(entry, pieces.entries[place], scopes));
    }
    for ((axis, observed), points) in &seen.new {
        let scopes = grouped(*axis, std::slice::from_ref(observed), points, &seen.graded);
        blessed.added += scopes.len();
        list.add(scopes);
    }
    blessed.unexplained = list.0.iter().filter(|listed| listed.entry.reason == UNEXPLAINED).count();
    blessed.text = if blessed.is_changed() { list.text(known, pieces.head) } else { text.to_owned() };
    blessed
}

/// A list in the making.
#[derive(Default)]
struct List(Vec<ListedEntry>);

/// An entry with its text, and the text of each scope.
struct ListedEntry {
    entry: Entry,
    text: String,
    scopes: Vec<String>,
}

impl List {
    /// Takes over what is left of an entry; true where it joins an earlier one.
    fn take(&mut self, entry: &Entry, piece: Piece<'_>, mut scopes: Vec<(String, Scope)>) -> bool {
        let Some((first, _)) = scopes.first_mut() else { return false };
        let is_same = |listed: &&mut ListedEntry| {
            (&listed.entry.reason, &listed.entry.link) == (&entry.reason, &entry.link) && entry.reason != UNEXPLAINED
        };
        let earlier = self.0.iter_mut().find(is_same);
        let joins = earlier.is_some();
        if joins {
            first.insert_str(0, piece.comments);
        }
        let (texts, scopes): (Vec<_>, Vec<_>) = scopes.into_iter().unzip();
        if let Some(earlier) = earlier {
            earlier.entry.scopes.extend(scopes);
            earlier.scopes.extend(texts);
        } else {
            let entry = Entry { scopes, ..entry.clone() };
            self.0.push(ListedEntry { entry, text: piece.whole.to_owned(), scopes: texts });
        }
        joins
    }

    /// Adds what is new on one axis with one observation, to an entry about the same that waits for its reason, if there is one.
    fn add(&mut self, scopes: Vec<Scope>) {
        let texts: Vec<String> = scopes.iter().map(text::scope).collect();
        let is_same =
            |one: &Scope| scopes.first().is_some_and(|new| (one.axis, &one.observed) == (new.axis, &new.observed));
        let waiting = self
            .0
            .iter_mut()
            .find(|listed| listed.entry.reason == UNEXPLAINED && listed.entry.scopes.iter().any(is_same));
        if let Some(waiting) = waiting {
            waiting.entry.scopes.extend(scopes);
            waiting.scopes.extend(texts);
        } else {
            let entry = Entry { reason: UNEXPLAINED.to_owned(), link: None, scopes };
            self.0.push(ListedEntry { text: text::entry(&entry), entry, scopes: texts });
        }
    }

    /// Writes the text of the file.
    fn text(&self, known: &KnownDeviations, head: &str) -> String {
        let own = |listed: &'_ ListedEntry| -> Vec<String> {
            std::iter::once(&listed.text).chain(&listed.scopes).cloned().collect()
        };
        let pieces: Vec<String> = std::iter::once(head.to_owned()).chain(self.0.iter().flat_map(own)).collect();
        let kept = text::joined(pieces.iter().map(String::as_str));
        let entries = || self.0.iter().map(|listed| &listed.entry);
        // A list that is laid out in an unusual way cannot be taken apart by its lines.
        if KnownDeviations::parse(known.file.clone(), &kept).is_ok_and(|says| says.entries.iter().eq(entries())) {
            return kept;
        }
        let anew = entries().flat_map(|entry| {
            std::iter::once(text::entry(entry)).chain(entry.scopes.iter().map(text::scope)).collect::<Vec<_>>()
        });
        let pieces: Vec<String> = std::iter::once(HEAD.to_owned()).chain(anew).collect();
        text::joined(pieces.iter().map(String::as_str))
    }
}

impl Scope {
    /// Limits a scope that was made of points within an earlier one to what that was limited to.
    fn within(self, earlier: &Self) -> Self {
        Self {
            routes: self.routes.or_else(|| earlier.routes.clone()),
            transports: self.transports.or_else(|| earlier.transports.clone()),
            sometimes: earlier.sometimes,
            versions: earlier.versions.clone(),
            ..self
        }
    }
}

/// The evidence of the trials about a list.
#[derive(Default)]
struct ListEvidence<'a> {
    /// The trials in which each axis was checked.
    graded: BTreeMap<Axis, BTreeSet<Point<'a>>>,
    /// The trials in which a scope holds, by its number.
    holds: BTreeMap<usize, BTreeSet<Point<'a>>>,
    /// The scopes that do not hold somewhere.
    gone: BTreeSet<usize>,
    /// The deviations that no scope lists.
    new: BTreeMap<(Axis, String), BTreeSet<Point<'a>>>,
}

impl<'a> ListEvidence<'a> {
    fn of(known: &KnownDeviations, trials: &[&'a TrialRecord], version: &str) -> Self {
        let mut seen = Self::default();
        for trial in trials {
            let point = Point::from(*trial);
            let counted = |check: &&Check| {
                check.level != Level::May && check.axis.is_of_variants() == (trial.variant != Variant::AsWritten)
            };
            for check in trial.verdict.checks.iter().filter(counted).filter(|check| check.held().is_some()) {
                seen.graded.entry(check.axis).or_default().insert(point);
            }
            let comparison = known.compare(trial, version);
            for number in comparison.used {
                seen.holds.entry(number).or_default().insert(point);
            }
            seen.gone.extend(comparison.stale);
            seen.gone.extend(comparison.different.iter().map(|(_, number)| number));
            let different = comparison.different.iter().map(|(place, _)| *place);
            for check in comparison.new.iter().copied().chain(different).map(|place| &trial.verdict.checks[place]) {
                seen.new.entry((check.axis, check.seen())).or_default().insert(point);
            }
        }
        seen
    }
}
