//! Values that are written once and named by their place.

use std::collections::HashMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Values that are written once and named by their place. Two are the same whose JSON is the same. An `IndexSet` would keep each
/// value, or its whole JSON, a second time as its key.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// The places, by the first half of the SHA-256 of the JSON: long texts are not kept twice.
    places: HashMap<[u8; 16], u32>,
    pub(super) values: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Serialize> Table<T> {
    /// Finds the place of a value, and gives it one if it has none.
    pub(super) fn place(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let digest = Sha256::digest(serde_json::to_vec(&value).unwrap_or_default());
        let place = *self.places.entry(std::array::from_fn(|at| digest[at])).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }
}
