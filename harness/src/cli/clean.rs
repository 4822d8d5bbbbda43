//! `streamspec clean`: removes what set-ups have made, and nothing else.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::gateway::Gateway;
use streamspec_adapters::root::Root;
use streamspec_adapters::setup::{self, Found, is_held};
use streamspec_adapters::spec;

use super::arguments::CleanOptions;
use super::exit::CannotWrite;
use super::{Exit, output, places};
use crate::bundle::{self, Bundle};

/// The folders beside the environments that set-ups make, and would make again.
const MADE: [&str; 4] = ["tools", "rust", "latest", "runtimes"];

/// The folders that programs left which were run.
const LEFT: [&str; 3] = ["gateways", "home", "locks"];

pub(super) fn clean(given: Option<Utf8PathBuf>, bundle: Bundle, options: &CleanOptions) -> anyhow::Result<Exit> {
    let root = if let Some(root) = places::named_or_around(given)? {
        root
    } else {
        let cache = bundle::cache()?;
        if !cache.exists() {
            output::say(format_args!("{cache} is not there, so there is nothing to remove"));
            return Ok(Exit::Conformant);
        }
        anyhow::ensure!(bundle::is_cache(&cache), "{cache} is no cache of streamspec, so nothing in it is removed");
        // The files of this version say what is of use to it.
        bundle.unpacked(&cache)?
    };
    let work = root.work();
    if let Some(lock) = locks(&root).find(|lock| is_held(lock)) {
        let process = fs::read_to_string(lock).unwrap_or_default();
        return Err(CannotWrite::new(work, format!("process {process} is running the suite; wait for it")).into());
    }
    let mut cleaning = Cleaning::default();
    let all = options.all || options.environments;
    let used = if all { Used::default() } else { Used::by(&root)? };
    for found in setup::found(&root) {
        if !used.holds(&found) {
            cleaning.environment(&root, &found);
        }
    }
    if all {
        cleaning.folders(MADE.map(|name| work.join(name)));
    }
    if !root.is_checkout() {
        let suites = Root::suites(&work).read_dir_utf8().into_iter().flatten().flatten();
        let own = bundle.name();
        let others = suites.filter(|suite| options.all || suite.file_name() != own);
        cleaning.folders(others.map(camino::Utf8DirEntry::into_path));
    }
    if options.all {
        cleaning.folders(LEFT.map(|name| work.join(name)));
        // What could not be removed keeps its folder.
        for emptied in [root.environments(), Root::suites(&work)] {
            let _ = fs::remove_dir(emptied);
        }
        bundle::abandon(&work)?;
    }
    output::say(format_args!("removed {} bytes", cleaning.bytes));
    cleaning.failed.map_or(Ok(Exit::Conformant), |failed| Err(failed.into()))
}

/// Lists the locks of places that runs write to.
fn locks(root: &Root) -> impl Iterator<Item = Utf8PathBuf> {
    let entries = root.locks().read_dir_utf8().into_iter().flatten().flatten();
    entries.map(camino::Utf8DirEntry::into_path)
}

/// The environments that are of use to this version.
#[derive(Default)]
struct Used {
    dirs: BTreeSet<Utf8PathBuf>,
    /// The ids of SDKs and gateways of which it cannot be said, as this machine lacks what their names depend on.
    unknown: BTreeSet<String>,
}

impl Used {
    fn by(root: &Root) -> anyhow::Result<Self> {
        let mut used = Self::default();
        for sdk in Fleet::discover(root)?.sdks() {
            let environment = sdk.environment().map(|environment| environment.map(|one| one.dir().to_owned()));
            used.add(&sdk.manifest.id, environment);
        }
        for gateway in Gateway::discover(root)? {
            used.add(&gateway.manifest.id, gateway.environment());
        }
        Ok(used)
    }

    fn add(&mut self, id: &str, dir: Result<Option<Utf8PathBuf>, setup::SetupError>) {
        match dir {
            Ok(dir) => self.dirs.extend(dir),
            Err(_) => _ = self.unknown.insert(id.to_owned()),
        }
    }

    fn holds(&self, found: &Found) -> bool {
        let is_used = self.dirs.iter().any(|dir| dir.file_name() == found.dir.file_name());
        is_used || spec::is_locked(&found.id) && self.unknown.contains(&found.id)
    }
}

/// The removal of folders: the bytes that it came to, and the first that could not be removed.
#[derive(Default)]
struct Cleaning {
    bytes: u64,
    failed: Option<CannotWrite>,
}

impl Cleaning {
    /// Removes an environment, unless it is being installed or lies behind a link.
    fn environment(&mut self, root: &Root, found: &Found) {
        let (folder, lock) = (root.environments(), found.lock());
        if folder.is_symlink() {
            self.fail(&folder, "it is a link to another place, which is left alone");
        } else if is_held(&lock) {
            self.fail(&found.dir, "another process is installing it");
        } else {
            self.folder(&found.dir);
            let _ = fs::remove_file(lock);
        }
    }

    fn folders(&mut self, dirs: impl IntoIterator<Item = Utf8PathBuf>) {
        for dir in dirs {
            self.folder(&dir);
        }
    }

    /// Removes a folder with all that is in it. Of a link, only the link itself is removed.
    fn folder(&mut self, dir: &Utf8Path) {
        if !dir.is_symlink() && !dir.exists() {
            return;
        }
        let bytes = if dir.is_symlink() { 0 } else { setup::size(dir) };
        let removed = if dir.is_symlink() { fs::remove_file(dir) } else { fs::remove_dir_all(dir) };
        match removed {
            Ok(()) => {
                self.bytes += bytes;
                output::say(format_args!("removed {dir}: {bytes} bytes"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.fail(dir, &error.to_string()),
        }
    }

    fn fail(&mut self, dir: &Utf8Path, why: &str) {
        let failed = CannotWrite::new(dir, why);
        output::warn(format_args!("error: {failed}"));
        self.failed.get_or_insert(failed);
    }
}
