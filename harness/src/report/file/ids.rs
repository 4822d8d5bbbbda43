//! Names for what is said once: made from what it says, so that nothing is named by its place.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::record::{Entry, statements};
use crate::report::Known;

/// Ids made from what things say: what each is about, and six digits of its digest, or more where two would be the same.
pub(super) fn ids<T: Serialize>(things: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Vec<String> {
    let digest = |thing: &T| hex::encode(Sha256::digest(json!(thing).to_string()));
    let own: Vec<String> =
        things.into_iter().map(|(about, thing)| format!("{}-{}", about.as_ref(), digest(&thing))).collect();
    let mut sorted: Vec<&str> = own.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    // What is alike in its beginning stands side by side.
    let id = |whole: &String| {
        let place = sorted.binary_search(&whole.as_str()).unwrap_or_default();
        let neighbours = [place.checked_sub(1), place.checked_add(1)].into_iter().flatten();
        let common = neighbours.filter_map(|place| sorted.get(place)).map(|other| common(whole, other)).max();
        let shortest = whole.rfind('-').map_or(whole.len(), |dash| dash + 1 + 6);
        whole[..shortest.max(common.unwrap_or_default() + 1).min(whole.len())].to_owned()
    };
    own.iter().map(id).collect()
}

/// How many bytes two texts have in common at their beginnings; both are ASCII here.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// Things that are said once, each under its id.
pub(super) struct Table<T> {
    pub(super) by_id: BTreeMap<String, T>,
    ids: HashMap<String, String>,
}

impl<T: Clone + Serialize> Table<T> {
    pub(super) fn of<'a>(things: impl Iterator<Item = &'a T>, about: impl Fn(&T) -> String) -> Self
    where
        T: 'a,
    {
        let mut distinct: BTreeMap<String, &T> = BTreeMap::new();
        things.for_each(|thing| _ = distinct.entry(json!(thing).to_string()).or_insert(thing));
        let ids = ids(distinct.values().map(|thing| (about(thing), *thing)));
        let by_id = ids.iter().cloned().zip(distinct.values().map(|thing| (*thing).clone())).collect();
        Self { by_id, ids: distinct.into_keys().zip(ids).collect() }
    }

    /// The id of one of them.
    pub(super) fn id(&self, thing: &T) -> Option<String> {
        self.ids.get(&json!(thing).to_string()).cloned()
    }
}

/// Collects what came out alike: equal things become one, with the names of all of them, in the order of the first.
pub(in crate::report) fn alike<K: Serialize, N>(things: impl IntoIterator<Item = (K, N)>) -> Vec<(K, Vec<N>)> {
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

/// The known deviations of a list, each statement once, and which of them each scope makes, by its number.
pub(in crate::report) fn known_of(entries: &[Entry]) -> (Vec<Known>, Vec<String>) {
    let said: Vec<Known> = statements(entries).map(Known::from).collect();
    let ids = ids(said.iter().map(|known| (known.axis.name(), known)));
    let mut once: Vec<Known> = Vec::new();
    for (id, known) in ids.iter().zip(said) {
        if !once.iter().any(|other| other.id == *id) {
            once.push(Known { id: id.clone(), ..known });
        }
    }
    (once, ids)
}
