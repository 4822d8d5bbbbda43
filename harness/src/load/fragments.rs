//! The named pieces of streams that the cases of an api share.

use std::cell::RefCell;
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;

use super::problem::{Collector, Problem, Source};
use super::tree::{Key, Node};

/// The fragments of one api.
pub(super) struct Fragments {
    pub(super) source: Source,
    /// The fragments in the order of the file.
    pub(super) all: Vec<Fragment>,
    /// True where the file could not be read, so that nothing is known about names.
    pub(super) broken: bool,
    /// The numbers of the fragments that a `use` has found.
    pub(super) used: RefCell<BTreeSet<usize>>,
}

/// One fragment as it is written.
pub(super) struct Fragment {
    /// Its name.
    pub(super) key: Key,
    /// Its content, with nothing filled in.
    pub(super) node: Node,
    /// Its parameters, with their defaults filled in.
    pub(super) defaults: Vec<(Key, Node)>,
}

/// A fragment as a `use` finds it.
pub(super) struct FoundFragment<'f> {
    /// Its parameters and their defaults.
    pub(super) defaults: &'f [(Key, Node)],
    /// Its steps, with nothing filled in.
    pub(super) steps: &'f Node,
}

impl Fragments {
    /// Returns the name of an api's file, below the root of the repository.
    pub(super) fn file(api: Api) -> Utf8PathBuf {
        Utf8PathBuf::from(format!("cases/fragments/{api}.yaml"))
    }

    /// Makes the fragments of an api that nobody knows.
    pub(super) fn unknown() -> Self {
        Self { broken: true, ..Self::none(Utf8Path::new("cases/fragments")) }
    }

    /// Makes a table without fragments.
    pub(super) fn none(file: &Utf8Path) -> Self {
        Self { source: Source::unread(file), all: Vec::new(), broken: false, used: RefCell::default() }
    }

    /// Finds the fragment of a name, and notes that it is used.
    pub(super) fn find(&self, name: &str) -> Option<FoundFragment<'_>> {
        let at = self.position(name)?;
        self.used.borrow_mut().insert(at);
        let Fragment { node, defaults, .. } = &self.all[at];
        Some(FoundFragment { defaults, steps: node.get("steps")? })
    }

    /// Finds the number of the fragment of a name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|fragment| fragment.key.text == name)
    }

    /// Iterates over the names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|fragment| fragment.key.text.as_str())
    }

    /// Warns of fragments that no case uses; to be called only where every case of the api was loaded.
    pub(super) fn check_unused(&self, problems: &mut Collector) {
        let used = self.used.borrow();
        for (at, Fragment { key, .. }) in self.all.iter().enumerate() {
            if !used.contains(&at) {
                let message = format!("no case uses the fragment `{}`", key.text);
                problems.push(Problem::error(&self.source, key.span.range(), message).warning());
            }
        }
    }
}
