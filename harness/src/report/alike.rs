//! Things that are alike, as one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

/// Collects what came out alike: equal things become one, with the names of all of them, in the order of the first.
pub(super) fn alike<K: Serialize, N>(things: impl IntoIterator<Item = (K, N)>) -> Vec<(K, Vec<N>)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<(K, Vec<N>)> = Vec::new();
    for (thing, name) in things {
        let place = *places.entry(json!(thing).to_string()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, names)) => names.push(name),
            None => groups.push((thing, vec![name])),
        }
    }
    groups
}
