//! Values that are written once and named by their place.

use std::collections::HashMap;

use serde::Serialize;

/// Values that are written once and named by their place.
#[derive(Debug)]
pub(super) struct Table<T> {
    places: HashMap<String, usize>,
    pub(super) values: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Serialize> Table<T> {
    pub(super) fn place(&mut self, value: T) -> usize {
        let next = self.values.len();
        let key = serde_json::to_string(&value).unwrap_or_default();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }
}
