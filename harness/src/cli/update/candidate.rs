//! A copy of a suite with one SDK in it, whose lock is at another version.
//!
//! An environment is named after the lock, not after the place where it lies. So what is set up for the copy is what the checkout
//! needs once it has the same files.

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::root::Root;
use streamspec_adapters::setup::{self, SetupError};
use walkdir::WalkDir;

use super::{CannotWrite, Exit};

/// The manifest beside an adapter.
const MANIFEST: &str = "adapter.toml";

/// A copy of a suite with one SDK at another version.
pub(super) struct Candidate {
    held: tempfile::TempDir,
    root: Utf8PathBuf,
    /// The SDK's folder in the copy.
    folder: Utf8PathBuf,
    /// The names of the files that differ.
    files: Vec<&'static str>,
}

impl Candidate {
    /// Copies what an SDK needs, and moves the lock there. The reason why that cannot be done comes with the exit code for it.
    pub(super) fn make(root: &Root, sdk: &Sdk, version: &str) -> anyhow::Result<Result<Self, (Exit, String)>> {
        let work = root.work();
        let cannot = |why: std::io::Error| CannotWrite::new(&work, why);
        fs::create_dir_all(&work).map_err(cannot)?;
        let held = tempfile::Builder::new().prefix("update-").tempdir_in(&work).map_err(cannot)?;
        let copy = Utf8PathBuf::try_from(held.path().to_owned())?;
        let language = sdk.dir.parent().unwrap_or(&sdk.dir);
        let is_left_out = |path: &Utf8Path| path != sdk.dir && path.join(MANIFEST).is_file();
        copy_tree(&root.join("cases"), &copy.join("cases"), &|_| false).map_err(cannot)?;
        copy_tree(language, &copy.join("adapters").join(&sdk.manifest.language), &is_left_out).map_err(cannot)?;
        for file in root.join("adapters").read_dir_utf8()?.filter_map(Result::ok) {
            if file.path().is_file() {
                fs::copy(file.path(), copy.join("adapters").join(file.file_name())).map_err(cannot)?;
            }
        }
        let folder = copy.join("adapters").join(&sdk.manifest.language).join(sdk.dir.file_name().unwrap_or_default());
        let locked = match setup::relock(root, &sdk.manifest, &folder, version) {
            Ok(Some(locked)) => locked,
            Ok(None) => {
                let language = &sdk.manifest.language;
                let why = format!(
                    "locks of {language} are not moved by this command; adapters/README.md says how they are made"
                );
                return Ok(Err((Exit::Usage, why)));
            }
            Err(error @ SetupError::Io { .. }) => return Err(error.into()),
            Err(error) => return Ok(Err((Exit::Fault, error.to_string()))),
        };
        let manifest = folder.join(MANIFEST);
        let text = with_version(&fs::read_to_string(&manifest)?, version);
        fs::write(&manifest, text).map_err(cannot)?;
        link_work(&work, &copy).map_err(cannot)?;
        let files =
            locked.into_iter().chain([MANIFEST]).filter(|file| is_changed(&folder.join(file), &sdk.dir.join(file)));
        let files = files.collect();
        Ok(Ok(Self { held, root: copy, folder, files }))
    }

    /// Returns the folder of the copied suite.
    pub(super) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Lists the files that differ.
    pub(super) fn files(&self) -> &[&'static str] {
        &self.files
    }

    /// Puts the files that differ in the place of the SDK's own, each at once and as a whole.
    pub(super) fn take(self, sdk: &Sdk) -> anyhow::Result<()> {
        for file in &self.files {
            let to = sdk.dir.join(file);
            let new = Utf8PathBuf::from(format!("{to}.new"));
            let written = fs::copy(self.folder.join(file), &new).and_then(|_| fs::rename(&new, &to));
            written.map_err(|why| CannotWrite::new(&to, why))?;
        }
        Ok(self.held.close()?)
    }
}

/// Lets set-ups of the copy write where those of the checkout do.
fn link_work(work: &Utf8Path, copy: &Utf8Path) -> std::io::Result<()> {
    let target = copy.join("target");
    fs::create_dir_all(&target)?;
    let work = camino::absolute_utf8(work)?;
    #[cfg(unix)]
    return std::os::unix::fs::symlink(work, target.join("streamspec"));
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(work, target.join("streamspec"));
}

/// Copies files and folders, without folders that are left out and without what tools leave there.
fn copy_tree(from: &Utf8Path, to: &Utf8Path, is_left_out: &dyn Fn(&Utf8Path) -> bool) -> std::io::Result<()> {
    let walk = WalkDir::new(from).into_iter().filter_entry(|entry| {
        let is_of_tools = ["node_modules", "__pycache__", "target"].iter().any(|name| entry.file_name() == *name);
        !is_of_tools && Utf8Path::from_path(entry.path()).is_some_and(|path| !is_left_out(path))
    });
    for entry in walk {
        let entry = entry?;
        let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
        let copy = to.join(path.strip_prefix(from).unwrap_or(path));
        if entry.file_type().is_dir() {
            fs::create_dir_all(copy)?;
        } else {
            fs::copy(path, copy)?;
        }
    }
    Ok(())
}

/// Writes a manifest with another version; all else stays as it is written.
fn with_version(text: &str, version: &str) -> String {
    let mut is_written = false;
    let line = |line: &str| {
        let is_it = !is_written && line.split('=').next().is_some_and(|key| key.trim() == "version");
        is_written |= is_it;
        if is_it { format!("version = \"{version}\"\n") } else { line.to_owned() }
    };
    text.split_inclusive('\n').map(line).collect()
}

fn is_changed(one: &Utf8Path, other: &Utf8Path) -> bool {
    fs::read(one).ok() != fs::read(other).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_a_manifest_changes() {
        let text = "# version = 1\nid = \"a\"\nversion = \"1.0\" # pinned\n\n[surfaces.x]\nversion = \"2\"\n";
        let expected = "# version = 1\nid = \"a\"\nversion = \"1.1\"\n\n[surfaces.x]\nversion = \"2\"\n";
        assert_eq!(with_version(text, "1.1"), expected);
    }
}
