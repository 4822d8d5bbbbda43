//! The environments that are there, whatever made them.

use camino::{Utf8Path, Utf8PathBuf};

use super::once::{STAMP, lock_of};
use super::size;
use super::toolchain::id_in;
use crate::root::Root;
use crate::spec;

/// An environment that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The id of the build that it is of.
    pub id: String,
    /// Its folder.
    pub dir: Utf8PathBuf,
}

impl Found {
    /// Tells whether it was installed to its end.
    pub fn is_complete(&self) -> bool {
        self.dir.join(STAMP).is_file()
    }

    /// Returns the lock that whoever installs it holds; it may not be there.
    pub fn lock(&self) -> Utf8PathBuf {
        lock_of(&self.dir)
    }
}

/// Lists the environments of a suite, by name.
pub fn found(root: &Utf8Path) -> Vec<Found> {
    let entries = Root::at(root).environments().read_dir_utf8();
    let dirs =
        entries.into_iter().flatten().flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut found: Vec<Found> =
        dirs.map(|entry| Found { id: id_in(entry.file_name()).to_owned(), dir: entry.into_path() }).collect();
    found.sort_by(|one, other| one.dir.cmp(&other.dir));
    found
}

/// Lists the environments of other builds than the locked ones, with the bytes each takes.
pub fn other_builds(root: &Utf8Path) -> Vec<(String, u64)> {
    let others = found(root).into_iter().filter(|found| !spec::is_locked(&found.id) && found.is_complete());
    let mut builds: Vec<(String, u64)> = others.map(|found| (found.id, size(&found.dir))).collect();
    builds.sort();
    builds
}
