//! The state of files: of the sources that an adapter is compiled from, and of a working copy that is installed.

use std::io;
use std::time::UNIX_EPOCH;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The names that tools leave in a working copy; what they hold changes without the sources changing.
const LEFT_BY_TOOLS: [&str; 9] = [
    ".git",
    ".venv",
    "__pycache__",
    "node_modules",
    "target",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".ruff_cache",
];

/// Lists every file below these folders, sorted, without what tools leave there.
pub(super) fn files(roots: &[Utf8PathBuf]) -> io::Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    for root in roots {
        let walk = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_str().is_some_and(|name| LEFT_BY_TOOLS.contains(&name))
        }) {
            let entry = entry?;
            if entry.file_type().is_file() {
                found.extend(Utf8PathBuf::from_path_buf(entry.into_path()));
            }
        }
    }
    Ok(found)
}

/// Counts the bytes of all files below a folder; what cannot be read counts nothing.
pub fn size(dir: &Utf8Path) -> u64 {
    let files = WalkDir::new(dir).into_iter().flatten();
    files.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// Computes a digest over the names, lengths and times of the files of a working copy, or of a package file.
pub(super) fn fingerprint(path: &Utf8Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files(&[path.to_owned()])? {
        let metadata = fs_err::metadata(&file)?;
        let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        hash.update(format!("{file}\n{modified} {}\n", metadata.len()));
    }
    Ok(hex::encode(hash.finalize()))
}
