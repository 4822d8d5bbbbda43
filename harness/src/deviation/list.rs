//! Reads a list, and says what is wrong with it and where.

use std::collections::BTreeMap;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use globset::GlobSet;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::point::{Point, Way};
use super::ways::{Limit, allows};
use crate::case::{GlobError, matcher, matchers};
use crate::id::Route;
use crate::record::{Entry, Scope};

/// The name of the list beside each adapter's manifest.
pub const FILE: &str = "known-deviations.toml";

/// The reason that `bless` writes and a person replaces.
pub const UNEXPLAINED: &str = "unexplained";

/// Names that stood in an entry when each scope had one of its own.
const OLD_NAMES: [&str; 6] = ["axis", "cases", "seen", "surfaces", "versions", "why"];

/// The list of one SDK.
#[derive(Clone, Debug, Default)]
pub struct KnownDeviations {
    /// The file it was read from.
    pub file: Utf8PathBuf,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The scopes of all entries, in order; the index here is the number of a scope.
    pub scopes: Vec<KnownScope>,
    /// The line that each entry begins at, from 1.
    pub(super) lines: Vec<usize>,
}

/// One scope, ready to match.
#[derive(Clone, Debug)]
pub struct KnownScope {
    /// As it is written.
    pub scope: Scope,
    /// The file it stands in.
    pub file: Utf8PathBuf,
    /// The line it begins at, from 1.
    pub line: usize,
    /// The index of its entry.
    pub(super) entry: usize,
    cases: GlobSet,
    surfaces: GlobSet,
    limit: Limit,
}

/// A list as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    deviation: Vec<Spanned<Entry<Spanned<Scope>>>>,
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
        /// A description with the line.
        error: Box<toml::de::Error>,
    },
    /// The list has the form in which each scope repeated its reason.
    #[error(
        "{file}:{line}: `{name}` is from the old form of this list: an entry is now a `reason` and an optional `link`, and \
         below it a table `[[deviation.where]]` with `axis`, `observed`, `surfaces` and `cases` for each thing that \
         deviates for this reason; `why` is now `reason`, and `seen` is `observed`"
    )]
    Old {
        /// The file.
        file: Utf8PathBuf,
        /// The line of the name.
        line: usize,
        /// The name.
        name: String,
    },
    /// An entry has no scope.
    #[error("{file}:{line}: this entry has no `[[deviation.where]]`, so it is about nothing")]
    Nowhere {
        /// The file.
        file: Utf8PathBuf,
        /// The line the entry begins at.
        line: usize,
    },
    /// A glob that cannot be read.
    #[error("{file}:{line}: `{glob}` is not a glob: {error}")]
    Glob {
        /// The file.
        file: Utf8PathBuf,
        /// The line the scope begins at.
        line: usize,
        /// The glob.
        glob: String,
        /// A description of the mistake.
        error: GlobError,
    },
}

impl KnownDeviations {
    /// Reads the list of the adapter in `folder`; an absent file is an empty list.
    pub fn read(folder: &Utf8Path) -> Result<Self, KnownError> {
        let file = folder.join(FILE);
        match fs::read_to_string(&file) {
            Ok(text) => Self::parse(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self { file, ..Self::default() }),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a list from its text.
    pub fn parse(file: Utf8PathBuf, text: &str) -> Result<Self, KnownError> {
        let parsed: File = toml::from_str(text).map_err(|error| not_a_list(&file, text, error))?;
        let mut known = Self { file, ..Self::default() };
        for entry in parsed.deviation {
            let line = line_of(text, &entry.span());
            let Entry { reason, link, scopes } = entry.into_inner();
            if scopes.is_empty() {
                return Err(KnownError::Nowhere { file: known.file, line });
            }
            let lines: Vec<usize> = scopes.iter().map(|scope| line_of(text, &scope.span())).collect();
            let scopes = scopes.into_iter().map(Spanned::into_inner).collect();
            known.push(Entry { reason, link, scopes }, line, &lines)?;
        }
        Ok(known)
    }

    /// Makes the list of these entries, which records keep.
    pub fn of(entries: Vec<Entry>) -> Result<Self, KnownError> {
        let mut known = Self { file: Utf8PathBuf::from(FILE), ..Self::default() };
        for entry in entries {
            known.push(entry, 0, &[])?;
        }
        Ok(known)
    }

    /// Returns the list as one that speaks of a single route: the list of a gateway is about what comes through that alone.
    #[must_use]
    pub fn on(mut self, route: Route) -> Self {
        for scope in self.entries.iter_mut().flat_map(|entry| &mut entry.scopes) {
            scope.routes = Some(vec![route]);
        }
        for known in &mut self.scopes {
            known.scope.routes = Some(vec![route]);
            known.limit.0 = Some(vec![route]);
        }
        self
    }

    /// Adds another list, whose scopes are numbered after these.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let before = self.entries.len();
        self.scopes.extend(other.scopes.into_iter().map(|known| KnownScope { entry: known.entry + before, ..known }));
        self.entries.extend(other.entries);
        self.lines.extend(other.lines);
        self
    }

    /// Finds entries that repeat the reason and the link of an earlier one: the lines of both, the later one first.
    pub fn repeated(&self) -> Vec<(usize, usize)> {
        let mut first = BTreeMap::new();
        let mut repeated = Vec::new();
        for (entry, line) in self.entries.iter().zip(&self.lines) {
            let earlier = *first.entry((&entry.reason, &entry.link)).or_insert(*line);
            if earlier != *line && entry.reason != UNEXPLAINED {
                repeated.push((*line, earlier));
            }
        }
        repeated
    }

    fn push(&mut self, entry: Entry, line: usize, lines: &[usize]) -> Result<(), KnownError> {
        for (place, scope) in entry.scopes.iter().enumerate() {
            let line = lines.get(place).copied().unwrap_or(line);
            let cases = globs(&scope.cases, &self.file, line)?;
            let surfaces = globs(&scope.surfaces, &self.file, line)?;
            let limit = (scope.routes.clone(), scope.transports.clone());
            self.scopes.push(KnownScope {
                scope: scope.clone(),
                file: self.file.clone(),
                line,
                entry: self.entries.len(),
                cases,
                surfaces,
                limit,
            });
        }
        self.entries.push(entry);
        self.lines.push(line);
        Ok(())
    }
}

impl KnownScope {
    /// Says if it is about a route and a transport.
    pub fn may_be_on(&self, way: Way) -> bool {
        allows(&self.limit, way)
    }

    /// Says if the globs and the limits cover a trial.
    pub(crate) fn covers(&self, point: &Point<'_>) -> bool {
        self.cases.is_match(point.case) && self.surfaces.is_match(point.surface) && allows(&self.limit, point.way)
    }
}

/// Explains a text that is not a list, and names that lists had once.
fn not_a_list(file: &Utf8Path, text: &str, error: toml::de::Error) -> KnownError {
    let file = file.to_owned();
    let named = error.span().and_then(|span| Some((text.get(span.clone())?, line_of(text, &span))));
    match named {
        Some((name, line)) if OLD_NAMES.contains(&name) && error.message().starts_with("unknown field") => {
            KnownError::Old { file, line, name: name.to_owned() }
        }
        _ => KnownError::Toml { file, error: Box::new(error) },
    }
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
