//! The document that an expectation may rest on: the one that the most cases of the same folder rest on.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;
use tokio::sync::OnceCell;

use crate::case::{Case, Source};
use crate::load::{self, Selection};

/// The documents of the suite, read when the first case of a dialect asks.
#[derive(Debug)]
pub(super) struct Documents {
    root: Utf8PathBuf,
    cases: BTreeMap<Api, OnceCell<Vec<Case>>>,
}

impl Documents {
    pub(super) fn new(root: &Utf8Path) -> Self {
        let cases = Api::ALL.into_iter().map(|api| (api, OnceCell::new())).collect();
        Self { root: root.to_owned(), cases }
    }

    /// Finds the document for a case in this folder of a dialect; of all folders where none there names one. None where the
    /// dialect has no cases.
    pub(super) async fn of(&self, api: Api, folder: &str) -> Option<&Source> {
        let read = async || {
            let all = Selection::Only(vec![api.folder().to_owned()]);
            load::suite(&self.root, &all).map(|suite| suite.cases).unwrap_or_default()
        };
        let cases = self.cases.get(&api)?.get_or_init(read).await;
        most(cases.iter().filter(|case| case.group() == folder)).or_else(|| most(cases.iter()))
    }
}

/// Finds the document that the most files name, each counted once.
fn most<'c>(cases: impl Iterator<Item = &'c Case>) -> Option<&'c Source> {
    let mut files: BTreeMap<&str, BTreeMap<&str, &Source>> = BTreeMap::new();
    for case in cases {
        let named = case.sources.iter().filter(|source| source.carries_a_must() && source.gone.is_none());
        files.entry(case.id.file()).or_default().extend(named.map(|source| (source.url.as_str(), source)));
    }
    let mut counts: BTreeMap<&str, (usize, &Source)> = BTreeMap::new();
    for (url, source) in files.into_values().flatten() {
        counts.entry(url).or_insert((0, source)).0 += 1;
    }
    counts.into_values().max_by_key(|(count, _)| *count).map(|(_, source)| source)
}
