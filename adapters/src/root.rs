//! The folder of the suite, and the places beside it that set-ups and runs write to.

use std::ops::Deref;

use camino::{Utf8Path, Utf8PathBuf};

/// The file that tells a suite that was unpacked into a cache from a checkout.
const UNPACKED: &str = "streamspec-unpacked";

/// The folder of a cache that holds the suites which were unpacked there, one for each version of the program.
const SUITES: &str = "suites";

/// The words by which Cargo starts this program in a checkout.
pub const BY_CARGO: &str = "cargo run --release --";

/// The folder with the cases and the adapters: a checkout, or what an installed program has unpacked of itself.
///
/// In a checkout all that is written goes below its `target/streamspec`. An unpacked suite lies in a cache, as `suites/NAME`: what is
/// installed goes into that cache, which all versions share, and what a run comes to into the current folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    folder: Utf8PathBuf,
    /// The cache; none for a checkout.
    cache: Option<Utf8PathBuf>,
}

impl Root {
    /// Takes a folder for the one of the suite, and finds out which kind it is.
    pub fn at(folder: impl Into<Utf8PathBuf>) -> Self {
        let folder = folder.into();
        let is_unpacked = folder.join(UNPACKED).is_file();
        let absolute = is_unpacked.then(|| camino::absolute_utf8(&folder).ok()).flatten();
        let cache = absolute.and_then(|folder| Some(folder.parent()?.parent()?.to_owned()));
        Self { folder, cache }
    }

    /// Returns the folder of a cache that suites are unpacked into.
    pub fn suites(cache: &Utf8Path) -> Utf8PathBuf {
        cache.join(SUITES)
    }

    /// Marks a folder as one that was unpacked into a cache.
    pub fn mark_unpacked(folder: &Utf8Path) -> std::io::Result<()> {
        fs_err::write(
            folder.join(UNPACKED),
            "Unpacked by streamspec, which takes this folder as it is; nothing here is to be edited.\n",
        )
    }

    /// Tells whether a folder holds a suite.
    pub fn is_suite(folder: &Utf8Path) -> bool {
        folder.join("cases").is_dir() && folder.join("adapters").is_dir()
    }

    /// Tells whether this is a checkout, whose files are people's to change.
    pub const fn is_checkout(&self) -> bool {
        self.cache.is_none()
    }

    /// Returns the words that start this program, which stand before the commands that it tells people of: Cargo's where Cargo has built
    /// it in place and this is a checkout, and otherwise its name.
    pub fn invocation(&self) -> &'static str {
        if self.is_checkout() && is_in_place() { BY_CARGO } else { "streamspec" }
    }

    /// Returns the folder that set-ups write into: environments, private tools, and what is remembered of the machine.
    pub fn work(&self) -> Utf8PathBuf {
        self.cache.clone().unwrap_or_else(|| self.folder.join("target").join("streamspec"))
    }

    /// Returns the folder of the environments of SDKs.
    pub fn environments(&self) -> Utf8PathBuf {
        self.work().join("env")
    }

    /// Returns the folder below which a gateway has one for each start.
    pub fn gateways(&self) -> Utf8PathBuf {
        self.work().join("gateways")
    }

    /// Returns the folder of the locks that say which process writes where.
    pub fn locks(&self) -> Utf8PathBuf {
        self.work().join("locks")
    }

    /// Returns the home folder of a program that is not checked in.
    pub fn home(&self) -> Utf8PathBuf {
        self.work().join("home")
    }

    /// Returns the folder for what a run comes to, where the command line names no other, as the command line would name it.
    pub fn results(&self) -> &'static Utf8Path {
        Utf8Path::new(if self.is_checkout() { "target/streamspec" } else { "streamspec-results" })
    }

    /// Returns the place of a path that the command line names: below a checkout, from wherever in it the command is called, and
    /// otherwise below the current folder.
    pub fn place(&self, path: impl AsRef<Utf8Path>) -> Utf8PathBuf {
        if self.is_checkout() { self.folder.join(path.as_ref()) } else { path.as_ref().to_owned() }
    }
}

/// Tells whether the program lies where Cargo has built it, or in the folder of tests and examples there, and not where it was installed:
/// Cargo leaves a lock file in the folder of what it builds.
fn is_in_place() -> bool {
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().skip(1).take(2).any(|folder| folder.join(".cargo-lock").is_file())
}

impl Deref for Root {
    type Target = Utf8Path;

    /// Gives the folder itself.
    fn deref(&self) -> &Utf8Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_holds_all_that_is_written() {
        let root = Root::at("/no/such");
        assert!(root.is_checkout());
        assert_eq!(root.environments(), "/no/such/target/streamspec/env");
        assert_eq!(root.place(root.results()), "/no/such/target/streamspec");
        assert_eq!(root.place("/mine"), "/mine");
        // Cargo has built this test.
        assert_eq!(root.invocation(), BY_CARGO);
    }

    #[test]
    fn an_unpacked_suite_shares_its_cache_and_leaves_results_where_one_is() {
        let held = tempfile::tempdir().expect("a temporary directory");
        let cache = Utf8Path::from_path(held.path()).expect("a UTF-8 path");
        let folder = Root::suites(cache).join("1");
        fs_err::create_dir_all(&folder).expect("a folder");
        Root::mark_unpacked(&folder).expect("a file");
        let root = Root::at(&folder);
        assert!(!root.is_checkout());
        assert_eq!((root.environments(), root.locks()), (cache.join("env"), cache.join("locks")));
        assert_eq!(root.place(root.results()), "streamspec-results");
        assert_eq!(root.join("cases"), folder.join("cases"));
        assert_eq!(root.invocation(), "streamspec");
    }
}
