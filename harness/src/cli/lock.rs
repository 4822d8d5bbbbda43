//! The places that a command writes to: looked at before anything is run, and its own until the command ends.

use std::fs::TryLockError;
use std::io::{Seek as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::root::Root;

use super::exit::CannotWrite;

/// Files and folders that no other command writes to as long as this is held.
pub(super) struct OutputLock {
    locks: Vec<std::fs::File>,
}

impl OutputLock {
    /// Locks a file of records.
    pub(super) fn file(root: &Utf8Path, path: &Utf8Path) -> Result<Self, CannotWrite> {
        let cannot = |why: std::io::Error| CannotWrite::new(path, why);
        match path.metadata() {
            // Opening a pipe would wait for its reader.
            Ok(about) if !about.is_file() && !about.is_dir() => {}
            Ok(_) => _ = std::fs::OpenOptions::new().append(true).open(path).map_err(cannot)?,
            Err(_) => {
                let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
                std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).map_err(cannot)?;
            }
        }
        Ok(Self { locks: vec![lock(root, path)?] })
    }

    /// Locks a folder of reports.
    pub(super) fn folder(root: &Utf8Path, path: &Utf8Path) -> Result<Self, CannotWrite> {
        let cannot = |path: &Utf8Path, why: std::io::Error| CannotWrite::new(path, why);
        std::fs::create_dir_all(path).and_then(|()| tempfile::tempfile_in(path)).map_err(|why| cannot(path, why))?;
        for name in ["compatibility.json", "compatibility.md", "compatibility.html"] {
            let file = path.join(name);
            if file.exists() {
                std::fs::OpenOptions::new().append(true).open(&file).map_err(|why| cannot(&file, why))?;
            }
        }
        Ok(Self { locks: vec![lock(root, path)?] })
    }

    /// Joins two locks.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.locks.extend(other.locks);
        self
    }
}

/// Locks a place by a file that names the process; the system drops the lock when the process ends, however it does.
fn lock(root: &Utf8Path, path: &Utf8Path) -> Result<std::fs::File, CannotWrite> {
    let real = real(path);
    let name = hex::encode(&Sha256::digest(real.as_str())[..16]);
    let folder = Root::at(root).locks();
    let cannot = |why: std::io::Error| CannotWrite::new(&folder, why);
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    let file = folder.join(format!("{name}.lock"));
    let mut lock =
        std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&file).map_err(cannot)?;
    match lock.try_lock() {
        Ok(()) => {
            let write =
                lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| write!(lock, "{}", std::process::id()));
            write.map_err(cannot)?;
            Ok(lock)
        }
        Err(TryLockError::WouldBlock) => {
            let process = fs::read_to_string(&file).unwrap_or_default();
            let why = format!("process {process} is writing there; wait for it, or name another place");
            Err(CannotWrite::new(path, why))
        }
        Err(TryLockError::Error(why)) => Err(cannot(why)),
    }
}

/// Returns a path as the system knows it, as far as it exists.
pub(super) fn real(path: &Utf8Path) -> Utf8PathBuf {
    let parent = || Some(path.parent()?.canonicalize_utf8().ok()?.join(path.file_name()?));
    path.canonicalize_utf8().ok().or_else(parent).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> (tempfile::TempDir, Utf8PathBuf) {
        let held = tempfile::tempdir().expect("a temporary directory");
        let root = Utf8PathBuf::from_path_buf(held.path().to_owned()).expect("a UTF-8 path");
        (held, root)
    }

    #[test]
    fn two_commands_do_not_share_a_place() {
        let (_held, root) = root();
        let records = root.join("a/records.jsonl");
        let first = OutputLock::file(&root, &records).expect("it is free");
        let refused =
            OutputLock::file(&root, &root.join("a/../a/records.jsonl")).err().expect("it is taken").to_string();
        let own = format!("process {} is writing there", std::process::id());
        assert!(refused.contains(&own) && refused.contains("records.jsonl"), "{refused}");
        OutputLock::folder(&root, &root.join("a")).expect("another place is free");
        drop(first);
        OutputLock::file(&root, &records).expect("it is free again");
        assert!(!records.exists(), "nothing is written before there is something to write");
    }

    #[test]
    fn what_cannot_be_written_is_found_beforehand() {
        let (_held, root) = root();
        std::fs::write(root.join("file"), "mine").expect("a file");
        std::fs::create_dir_all(root.join("folder/compatibility.md")).expect("a folder");
        for refused in [
            OutputLock::file(&root, &root.join("file/records.jsonl")),
            OutputLock::file(&root, &root.join("folder")),
            OutputLock::folder(&root, &root.join("file")),
            OutputLock::folder(&root, &root.join("folder")),
        ] {
            let error = refused.err().expect("it cannot be written").to_string();
            assert!(error.contains("cannot be written: "), "{error}");
        }
        assert_eq!(std::fs::read_to_string(root.join("file")).expect("it is there"), "mine");
    }
}
