//! The places of checks in their case files.

use std::collections::BTreeMap;

use camino::{Utf8Component, Utf8Path};

use super::View;
use crate::case::{Axis, Level};
use crate::id::{CaseId, path_of};
use crate::load::Location;
use crate::record::ReadError;

/// The places of checks in their case files; found before anything is rendered, since formats read no case files.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<(String, Level, Axis), Place>);

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

impl Place {
    /// The beginning of a file: for what stands nowhere in it.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl Places {
    /// Says where a check of a case stands; the beginning of the file where that is not known.
    pub fn of(&self, case: &CaseId, level: Level, axis: Axis) -> Place {
        self.0.get(&(file(case), level, axis)).copied().unwrap_or(Place::START)
    }
}

impl View<'_> {
    /// Asks for every place that a format may point at.
    pub fn find_places(&mut self, locate: impl Fn(&str, Level, Axis) -> Option<Location>) -> Result<(), ReadError> {
        let mut places = BTreeMap::new();
        for row in self.rows() {
            let row = row?;
            let stale = row.unlisted().into_iter().map(|unlisted| (Level::Must, unlisted.axis));
            for (level, axis) in row.own_checks().map(|check| (check.level, check.axis)).chain(stale) {
                let key = (row.file(), level, axis);
                if axis.is_of_variants() || places.contains_key(&key) {
                    continue;
                }
                let found = locate(&key.0, level, axis).map(|found| Place { line: found.line, column: found.column });
                places.insert(key, found.unwrap_or(Place::START));
            }
        }
        self.places = Places(places);
        Ok(())
    }
}

/// Names the file of a case; one whose name leads elsewhere has none.
pub(in crate::report) fn file(case: &CaseId) -> String {
    let file = case.file();
    let stays = Utf8Path::new(file).components().all(|part| matches!(part, Utf8Component::Normal(_)));
    if stays { path_of(file).into_string() } else { "cases".to_owned() }
}
