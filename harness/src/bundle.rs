//! The files of the suite inside of the program, which are unpacked where there is no checkout.

use std::io::{self, Read as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;
use flate2::read::GzDecoder;
use fs_err as fs;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::root::Root;
use thiserror::Error;

/// The variable that names another folder for the cache.
pub const VARIABLE: &str = "STREAMSPEC_CACHE";

/// The file by which a folder is known as a cache of this program, so that nothing is ever removed from another one.
const MARK: &str = "streamspec-cache";

/// The file that keeps a folder out of backups, and its content, as <https://bford.info/cachedir/> has them.
const TAG: (&str, &str) = ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");

/// The files of the suite, as an archive in the format of tar that is compressed by gzip.
#[derive(Clone, Copy, Debug)]
pub struct Bundle(&'static [u8]);

/// An error that keeps the suite from being unpacked.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The system says of no folder that it is for caches.
    #[error("there is no folder for caches: set HOME, or name one in {VARIABLE}")]
    NoCache,
    /// The folder of the cache belongs to something else.
    #[error("{0} cannot be the cache: it holds other files; name an empty or a new folder in {VARIABLE}")]
    Taken(Utf8PathBuf),
    /// Something cannot be written.
    #[error("{0} cannot be made: {1}")]
    Io(Utf8PathBuf, io::Error),
}

impl Bundle {
    /// Takes the archive of the files.
    pub const fn new(archive: &'static [u8]) -> Self {
        Self(archive)
    }

    /// Unpacks the files into the cache, unless this version has done so, and returns the suite there.
    ///
    /// The folder appears with all of its files or not at all. Where two processes do it at once, one of them takes what the other made.
    pub fn unpacked(self, cache: &Utf8Path) -> Result<Root, BundleError> {
        let suites = Root::suites(cache);
        let folder = suites.join(self.name());
        let io = |error| BundleError::Io(folder.clone(), error);
        if folder.is_dir() {
            return Ok(Root::at(folder));
        }
        claim(cache)?;
        fs::create_dir_all(&suites).map_err(io)?;
        let beside = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(&suites).map_err(io)?;
        let fresh = Utf8Path::from_path(beside.path()).ok_or_else(|| io(io::ErrorKind::InvalidFilename.into()))?;
        #[cfg(unix)]
        fs::set_permissions(fresh, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(io)?;
        self.unpack(fresh).and_then(|()| Root::mark_unpacked(fresh)).map_err(io)?;
        match fs::rename(fresh, &folder) {
            Ok(()) => drop(beside.keep()),
            // Another process was faster.
            Err(_) if folder.is_dir() => {}
            Err(error) => return Err(io(error)),
        }
        Ok(Root::at(folder))
    }

    /// Names the folder of these files: the version, and the beginning of their digest.
    pub fn name(self) -> String {
        format!("{}-{}", env!("CARGO_PKG_VERSION"), hex::encode(&Sha256::digest(self.0)[..6]))
    }

    fn unpack(self, folder: &Utf8Path) -> io::Result<()> {
        let mut archive = tar::Archive::new(GzDecoder::new(self.0));
        archive.set_preserve_mtime(false);
        archive.unpack(folder)?;
        // What comes behind the last file is read, too: the checksum of all.
        io::copy(&mut archive.into_inner().by_ref(), &mut io::sink()).map(|_| ())
    }
}

/// The beginning of the name of a folder that is being unpacked.
pub const UNFINISHED: &str = ".unfinished-";

/// Finds the folder of the cache, which need not be there: the one that the user names, or else the user's own for caches.
pub fn cache() -> Result<Utf8PathBuf, BundleError> {
    let named = std::env::var(VARIABLE).ok().filter(|named| !named.is_empty());
    if let Some(named) = named {
        return camino::absolute_utf8(&named).map_err(|error| BundleError::Io(named.into(), error));
    }
    let own = etcetera::choose_base_strategy().ok().map(|places| places.cache_dir().join("streamspec"));
    own.and_then(|own| Utf8PathBuf::from_path_buf(own).ok()).ok_or(BundleError::NoCache)
}

/// Tells whether a folder is a cache of this program.
pub fn is_cache(folder: &Utf8Path) -> bool {
    folder.join(MARK).is_file()
}

/// Removes a cache that holds nothing any more.
pub fn abandon(cache: &Utf8Path) -> io::Result<()> {
    if !is_cache(cache) || cache.read_dir_utf8()?.flatten().any(|entry| ![MARK, TAG.0].contains(&entry.file_name())) {
        return Ok(());
    }
    for name in [TAG.0, MARK] {
        fs::remove_file(cache.join(name))
            .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    }
    fs::remove_dir(cache)
}

/// Makes a folder a cache of this program; one that holds anything else is refused.
fn claim(cache: &Utf8Path) -> Result<(), BundleError> {
    let io = |error| BundleError::Io(cache.to_owned(), error);
    fs::create_dir_all(cache).map_err(io)?;
    if is_cache(cache) {
        return Ok(());
    }
    // Another process may have made it one since.
    if cache.read_dir_utf8().map_err(io)?.next().is_some() && !is_cache(cache) {
        return Err(BundleError::Taken(cache.to_owned()));
    }
    fs::OpenOptions::new().create(true).truncate(false).write(true).open(cache.join(MARK)).map_err(io)?;
    let mut tag = fs::File::create(cache.join(TAG.0)).map_err(io)?;
    tag.write_all(TAG.1.as_bytes()).map_err(io)
}

#[cfg(test)]
mod tests;
