//! One install at a time: under a lock, from an empty folder, complete with a stamp that is written last.

use std::fs::File;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Progress, SetupError};

/// The last file of an install.
pub(super) const STAMP: &str = "streamspec-complete";

/// Tells whether an install is complete, in the state that is wanted.
pub(super) fn is_stamped(dir: &Utf8Path, stamp: &str) -> bool {
    fs_err::read_to_string(dir.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// Returns the lock of an environment: it lies beside the folder, which is removed.
pub(super) fn lock_of(dir: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{dir}.lock"))
}

/// Tells whether another process holds this lock.
pub fn is_held(lock: &Utf8Path) -> bool {
    File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

/// Runs `install` for an empty `dir` under an exclusive lock, unless the stamp says that it is done.
pub(super) fn install_once(
    id: &str,
    dir: &Utf8Path,
    stamp: &str,
    progress: &(dyn Fn(Progress) + Sync),
    install: impl FnOnce(&File) -> Result<(), SetupError>,
) -> Result<(), SetupError> {
    let io = |source| SetupError::Io { id: id.to_owned(), source };
    if is_stamped(dir, stamp) {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        fs_err::create_dir_all(parent).map_err(io)?;
    }
    // The system drops the lock with the last process that holds it.
    let lock = fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(lock_of(dir));
    let lock = lock.map_err(io)?;
    let lock = lock.into_file();
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            progress(Progress::Waiting { id: id.to_owned() });
            lock.lock().map_err(io)?;
        }
        Err(std::fs::TryLockError::Error(source)) => return Err(io(source)),
    }
    if is_stamped(dir, stamp) {
        return Ok(());
    }
    let started = Instant::now();
    progress(Progress::Installing { id: id.to_owned(), dir: dir.to_owned() });
    if dir.exists() {
        fs_err::remove_dir_all(dir).map_err(io)?;
    }
    install(&lock)?;
    fs_err::write(dir.join(STAMP), stamp).map_err(io)?;
    progress(Progress::Installed { id: id.to_owned(), took: started.elapsed() });
    Ok(())
}
