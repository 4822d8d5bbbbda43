//! Values that are written once, each under a name of its own.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::json;

use crate::report::ids::ids;

/// Values that are written once, each under its id.
pub(super) struct Named<T> {
    pub(super) by_id: BTreeMap<String, T>,
    ids: HashMap<String, String>,
}

impl<T: Clone + Serialize> Named<T> {
    /// Names values by ids that are made from what they are about and what they say.
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

    /// Finds the id of one of them.
    pub(super) fn id(&self, thing: &T) -> Option<String> {
        self.ids.get(&json!(thing).to_string()).cloned()
    }
}
