//! Known deviations: the checked-in list of what each SDK does today that a case does not expect.
//!
//! A run is as listed when reality equals expectation plus list: nothing new fails, nothing that is listed passes,
//! nothing fails differently than listed, and no entry matches nothing.

mod bless;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use globset::GlobSet;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use bless::{Blessed, UNEXPLAINED, bless};

use crate::case::{Axis, GlobError, Level, matcher, matchers};
use crate::id::Variant;
use crate::judge::{Check, Word};
use crate::record::{Entry, TrialRecord};

/// The name of the list beside each adapter's manifest.
pub const FILE: &str = "known-deviations.toml";

/// The list of one SDK.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Where it was read from.
    pub file: Utf8PathBuf,
    /// The entries, in order.
    pub entries: Vec<KnownEntry>,
}

/// One entry, ready to match.
#[derive(Clone, Debug)]
pub struct KnownEntry {
    /// As it is written.
    pub entry: Entry,
    /// The line it begins at, from 1.
    pub line: usize,
    cases: GlobSet,
    surfaces: GlobSet,
}

/// A list as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    deviation: Vec<toml::Spanned<Entry>>,
}

/// A list that cannot be used.
#[derive(Debug, Error)]
pub enum KnownError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not a list of deviations.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: Utf8PathBuf,
        /// What is wrong, with its line.
        error: Box<toml::de::Error>,
    },
    /// A glob that cannot be read.
    #[error("{file}:{line}: `{glob}` is not a glob: {error}")]
    Glob {
        /// The file.
        file: Utf8PathBuf,
        /// The line the entry begins at.
        line: usize,
        /// The glob.
        glob: String,
        /// What is wrong with it.
        error: GlobError,
    },
}

/// How one trial compares with the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Broken checks that no entry lists, by their place in the verdict.
    pub new: Vec<usize>,
    /// Broken checks that an entry lists with something else seen: the check's place and the entry's.
    pub different: Vec<(usize, usize)>,
    /// Entries whose check holds here.
    pub stale: Vec<usize>,
    /// Entries that list a broken check of this trial: what makes it as listed.
    pub used: Vec<usize>,
}

impl Comparison {
    /// Whether reality equals expectation plus list.
    pub fn is_as_listed(&self) -> bool {
        self.new.is_empty() && self.different.is_empty() && self.stale.is_empty()
    }
}

impl Known {
    /// Reads the list of the adapter in `folder`; an absent file is an empty list.
    pub fn read(folder: &Utf8Path) -> Result<Self, KnownError> {
        let file = folder.join(FILE);
        match fs::read_to_string(&file) {
            Ok(text) => Self::parse(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self { file, entries: Vec::new() }),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a list from its text.
    pub fn parse(file: Utf8PathBuf, text: &str) -> Result<Self, KnownError> {
        let parsed: File =
            toml::from_str(text).map_err(|error| KnownError::Toml { file: file.clone(), error: Box::new(error) })?;
        let entries = parsed
            .deviation
            .into_iter()
            .map(|spanned| {
                let line = line_of(text, &spanned.span());
                KnownEntry::new(spanned.into_inner(), &file, line)
            })
            .collect::<Result<_, KnownError>>()?;
        Ok(Self { file, entries })
    }

    /// The list of these entries, as records keep it.
    pub fn of(entries: Vec<Entry>) -> Result<Self, KnownError> {
        let file = Utf8PathBuf::from(FILE);
        let entries = entries.into_iter().map(|entry| KnownEntry::new(entry, &file, 0)).collect::<Result<_, _>>()?;
        Ok(Self { file, entries })
    }

    /// Compares one trial at one version of the SDK with the list. Of a variant only its difference from the trial as
    /// written is compared: the rest was, there.
    pub fn compare(&self, trial: &TrialRecord, version: &str) -> Comparison {
        let mut comparison = Comparison::default();
        let entries: Vec<_> = self.applying(&trial.surface, &trial.case, version).collect();
        // One axis may be checked at two levels, `must: [error, incomplete]` and `should: error`; one that is broken at
        // either is what the list speaks of.
        let broken_axes: Vec<Axis> = trial.verdict.broken_checks().map(|check| check.axis).collect();
        for (place, check) in trial.verdict.checks.iter().enumerate() {
            let compared = check.axis.is_of_replays() == (trial.variant != Variant::AsWritten);
            if check.level == Level::May || !compared {
                continue;
            }
            let on_axis = entries.iter().filter(|(_, entry)| speaks_of(entry, check));
            match check.held() {
                None => {}
                Some(true) if broken_axes.contains(&check.axis) => {}
                Some(true) => comparison.stale.extend(on_axis.map(|(number, _)| *number)),
                Some(false) => comparison.add(place, check, on_axis.copied()),
            }
        }
        comparison
    }

    /// Entries that matched no trial of a whole run. What is said of replays that were not made cannot have matched.
    pub fn unused<'a>(&'a self, trials: impl Iterator<Item = &'a TrialRecord>, version: &str) -> Vec<&'a KnownEntry> {
        let trials: Vec<&TrialRecord> = trials.collect();
        let mut used = vec![false; self.entries.len()];
        for trial in &trials {
            let comparison = self.compare(trial, version);
            let touched = comparison.used.into_iter().chain(comparison.different.iter().map(|(_, entry)| *entry));
            for number in touched.chain(comparison.stale) {
                used[number] = true;
            }
        }
        let replays = Replays::of(trials);
        let applies = |known: &&KnownEntry| holds_for(&known.entry, version) && replays.open(known).next().is_none();
        self.entries.iter().zip(used).filter(|(_, used)| !used).map(|(known, _)| known).filter(applies).collect()
    }

    /// The entries whose globs and versions cover a trial, with their places.
    fn applying(&self, surface: &str, case: &str, version: &str) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().filter_map(move |(number, known)| {
            let covered = known.covers(surface, case) && holds_for(&known.entry, version);
            covered.then_some((number, &known.entry))
        })
    }
}

/// The trials that were judged, by surface and case, with the variants that were made of each.
struct Replays<'a>(BTreeMap<(&'a str, &'a str), BTreeSet<Variant>>);

impl<'a> Replays<'a> {
    fn of(trials: impl IntoIterator<Item = &'a TrialRecord>) -> Self {
        let mut made: BTreeMap<_, BTreeSet<Variant>> = BTreeMap::new();
        for trial in trials.into_iter().filter(|trial| trial.verdict.word <= Word::Fails) {
            made.entry((trial.surface.as_str(), trial.case.as_str())).or_default().insert(trial.variant);
        }
        Self(made)
    }

    /// The surfaces and cases that an entry covers and about which nothing can be said: it is about replays of them that were
    /// not made.
    fn open(&self, known: &KnownEntry) -> impl Iterator<Item = (&'a str, &'a str)> {
        let entry = &known.entry;
        let is_open = move |made: &BTreeSet<Variant>| match entry.axis {
            Axis::Variants => entry.seen.iter().any(|seen| made.iter().all(|made| made.name() != about(seen))),
            Axis::Cuts => !made.iter().any(|made| made.is_sweep()),
            _ => false,
        };
        let covered = self.0.iter().filter(move |((surface, case), _)| known.covers(surface, case));
        covered.filter(move |(_, made)| is_open(made)).map(|(point, _)| *point)
    }
}

impl KnownEntry {
    fn covers(&self, surface: &str, case: &str) -> bool {
        self.cases.is_match(case) && self.surfaces.is_match(surface)
    }

    fn new(entry: Entry, file: &Utf8Path, line: usize) -> Result<Self, KnownError> {
        let cases = globs(&entry.cases, file, line)?;
        let surfaces = globs(&entry.surfaces, file, line)?;
        Ok(Self { entry, line, cases, surfaces })
    }
}

impl Comparison {
    /// Files one broken check under what the entries on its axis say.
    fn add<'a>(&mut self, place: usize, check: &Check, on_axis: impl Iterator<Item = (usize, &'a Entry)>) {
        let seen = check.seen();
        let (as_listed, otherwise): (Vec<_>, Vec<_>) = on_axis.partition(|(_, entry)| entry.seen.contains(&seen));
        match (as_listed.is_empty(), otherwise.first()) {
            (false, _) => self.used.extend(as_listed.iter().map(|(number, _)| number)),
            (true, Some((number, _))) => self.different.push((place, *number)),
            (true, None) => self.new.push(place),
        }
    }
}

/// Whether an entry is about a check: on its axis and, of variants, about the same one.
fn speaks_of(entry: &Entry, check: &Check) -> bool {
    let variant = check.observed.as_str().map(about);
    entry.axis == check.axis
        && (check.axis != Axis::Variants || entry.seen.iter().any(|seen| Some(about(seen)) == variant))
}

/// The replay that a text is about: `crlf: passes instead of deviates`.
fn about(text: &str) -> &str {
    text.split(':').next().unwrap_or_default()
}

/// Whether an entry speaks about a version; a version that is not semantic is covered by every entry.
fn holds_for(entry: &Entry, version: &str) -> bool {
    let within = |range: &VersionReq| Version::parse(version).map_or(true, |version| range.matches(&version));
    entry.versions.as_ref().is_none_or(within)
}

fn globs(patterns: &[String], file: &Utf8Path, line: usize) -> Result<GlobSet, KnownError> {
    for glob in patterns {
        matcher(glob).map_err(|error| KnownError::Glob { file: file.to_owned(), line, glob: glob.clone(), error })?;
    }
    let together = |error| KnownError::Glob { file: file.to_owned(), line, glob: patterns.join(", "), error };
    matchers(patterns).map_err(together)
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    text[..span.start.min(text.len())].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::TrialId;
    use crate::judge::{Grade, Verdict, Word};

    const LIST: &str = r#"
[[deviation]]
cases = ["anthropic/in-band/*"]
surfaces = ["create-*"]
axis = "error.status"
seen = ["transport"]
why = "the status is the transport's own"
versions = ">=0.50"
"#;

    fn trial(surface: &str, case: &str, grade: Grade) -> TrialRecord {
        let check = Check {
            axis: Axis::ErrorStatus,
            level: Level::Should,
            expected: json!(529),
            observed: json!(200),
            grade,
            disputed: false,
        };
        let verdict = Verdict { word: Word::Deviates, mode: None, reason: None, checks: vec![check] };
        TrialRecord::new(TrialId::new("sdk", surface, case, Variant::AsWritten), verdict)
    }

    #[test]
    fn reality_is_compared_with_the_list() {
        let known = Known::parse("list.toml".into(), LIST).expect("the list is well formed");
        let compare = |surface, case, version, grade| known.compare(&trial(surface, case, grade), version);
        let listed = compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Transport);
        assert!(listed.is_as_listed() && listed.used == [0]);
        assert_eq!(compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Exact).stale, [0]);
        assert_eq!(compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Absent).different, [(0, 0)]);
        assert_eq!(compare("final-sync", "anthropic/in-band/x", "2.0.0", Grade::Transport).new, [0]);
        assert_eq!(compare("create-sync", "anthropic/cut/x", "2.0.0", Grade::Transport).new, [0]);
        assert_eq!(compare("create-sync", "anthropic/in-band/x", "0.49.0", Grade::Transport).new, [0]);
    }

    #[test]
    fn a_broken_list_names_its_line() {
        let text = "[[deviation]]\ncases = [\"[\"]\naxis = \"text\"\nseen = []\nwhy = \"\"\n";
        let error = Known::parse("list.toml".into(), text).expect_err("the glob is broken");
        assert!(error.to_string().starts_with("list.toml:1: `[`"), "{error}");
    }

    #[test]
    fn blessing_makes_a_run_as_listed_and_keeps_reasons() {
        let known = Known::parse("list.toml".into(), LIST).expect("the list is well formed");
        let trials = [
            trial("create-sync", "anthropic/in-band/a", Grade::Transport),
            trial("create-sync", "anthropic/in-band/b", Grade::Exact),
            trial("create-sync", "anthropic/cut/c", Grade::Absent),
            trial("final-sync", "anthropic/cut/c", Grade::Absent),
        ];
        let list = bless(&known, LIST, &trials.iter().collect::<Vec<_>>(), "2.0.0");
        assert_eq!((list.kept, list.narrowed, list.added, list.removed), (0, 1, 1, 0));
        let text = list.text;
        let blessed = Known::parse("list.toml".into(), &text).expect("a blessed list is well formed");
        for trial in &trials {
            assert!(blessed.compare(trial, "2.0.0").is_as_listed(), "{} in\n{text}", trial.name());
        }
        assert!(blessed.unused(trials.iter(), "2.0.0").is_empty());
        assert_eq!(text.matches("the status is the transport's own").count(), 1);
        assert_eq!(text.matches(UNEXPLAINED).count(), 1);
    }

    /// Where a run is as listed there is nothing to bless: not a letter of the list changes, whatever people wrote there.
    #[test]
    fn blessing_leaves_alone_what_stands() {
        let list = format!(
            "# Our own words.\n{LIST}\n# The same once more, of another person.\n{}",
            LIST.trim_start().replace("the status is", "still")
        );
        let known = Known::parse("list.toml".into(), &list).expect("the list is well formed");
        let trials = [trial("create-sync", "anthropic/in-band/a", Grade::Transport)];
        let trials: Vec<&TrialRecord> = trials.iter().collect();
        let blessed = bless(&known, &list, &trials, "2.0.0");
        assert!(!blessed.is_changed(), "{blessed:?}");
        assert_eq!((blessed.kept, blessed.text.as_str()), (2, list.as_str()));
        let blessed = bless(&known, &list, &trials, "0.49.0");
        assert_eq!((blessed.kept, blessed.added), (2, 1), "they are about another version");
        let holds = [trial("create-sync", "anthropic/in-band/a", Grade::Exact)];
        let blessed = bless(&known, &list, &holds.iter().collect::<Vec<_>>(), "2.0.0");
        assert_eq!((blessed.removed, blessed.text.as_str()), (2, "# Our own words.\n"));
    }

    /// Replays are made of some cases only, or of none: what is said about the others must not be lost.
    #[test]
    fn blessing_keeps_what_was_not_run() {
        let list = LIST.replace("error.status", "variants").replace("\"transport\"", "\"crlf: passes\"");
        let known = Known::parse("list.toml".into(), &list).expect("the list is well formed");
        let written = |case: &str| trial("create-sync", case, Grade::Exact);
        let holds = |case: &str| {
            let mut replay = written(case);
            replay.variant = Variant::Crlf;
            let check = &mut replay.verdict.checks[0];
            (check.axis, check.observed) = (Axis::Variants, json!("crlf: as written"));
            replay
        };
        let came = |trials: &[TrialRecord]| {
            let trials: Vec<&TrialRecord> = trials.iter().collect();
            let unused = known.unused(trials.iter().copied(), "2.0.0").len();
            let list = bless(&known, &list, &trials, "2.0.0");
            (unused, list.kept, list.narrowed, list.removed)
        };
        let (a, b) = ("anthropic/in-band/a", "anthropic/in-band/b");
        assert_eq!(came(&[written(a), written(b)]), (0, 1, 0, 0), "no replay was made");
        assert_eq!(came(&[written("anthropic/cut/c")]), (1, 0, 0, 1), "there is no such case");
        assert_eq!(came(&[written(a), holds(a)]), (0, 0, 0, 1), "it is gone");
        let trials = [written(a), holds(a), written(b)];
        assert_eq!(came(&trials), (0, 0, 1, 0), "it is gone from one case, and of the other nothing is known");
        let text = bless(&known, &list, &trials.iter().collect::<Vec<_>>(), "2.0.0").text;
        assert!(text.contains("cases = [\"anthropic/in-band/b\"]"), "{text}");
    }
}
