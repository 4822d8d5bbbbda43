//! The store of a history: a folder for each SDK, and in it a file of results for each release.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use super::compare::read;
use super::exit::CannotWrite;
use crate::report::{Basis, History, Number, Release, Report, Unfit};

/// The ending of the files; a file is named after the version.
const ENDING: &str = "json";

/// The results of the releases of one SDK.
pub(super) struct Store {
    folder: Utf8PathBuf,
}

impl Store {
    /// Names the store of an SDK, which need not be there yet.
    pub(super) fn of(folder: &Utf8Path, sdk: &str) -> Self {
        Self { folder: folder.join(sdk) }
    }

    /// Returns the file of a release.
    pub(super) fn file(&self, version: &str) -> Utf8PathBuf {
        self.folder.join(format!("{version}.{ENDING}"))
    }

    /// Lists the versions that are there.
    pub(super) fn versions(&self) -> Vec<String> {
        let entries = self.folder.read_dir_utf8().into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.path().extension() == Some(ENDING));
        let mut versions: Vec<String> = files.filter_map(|entry| Some(entry.path().file_stem()?.to_owned())).collect();
        versions.sort_by_key(|version| Number::parse(version));
        versions
    }

    /// Reads the results of a release.
    pub(super) fn read(&self, version: &str) -> anyhow::Result<Release> {
        let file = self.file(version);
        let report = read(&file)?;
        anyhow::ensure!(report.sdks.len() == 1, "{file}: the results of {} SDKs and not of one", report.sdks.len());
        Ok(Release { version: version.to_owned(), report })
    }

    /// Reads the results of a release, and refuses those that cannot stand beside others.
    pub(super) fn read_on(
        &self,
        version: &str,
        fits: impl FnOnce(&Basis) -> Result<(), Unfit>,
    ) -> anyhow::Result<Release> {
        let release = self.read(version)?;
        fits(&release.basis()).with_context(|| {
            format!("{}: name another store, or run it again with `history --again`", self.file(version))
        })?;
        Ok(release)
    }

    /// Reads all results that are there.
    pub(super) fn history(&self, sdk: &str, fits: impl Fn(&Basis) -> Result<(), Unfit>) -> anyhow::Result<History> {
        let releases = self.versions().into_iter().map(|version| self.read_on(&version, &fits));
        Ok(History::of(sdk.to_owned(), releases.collect::<Result<_, _>>()?))
    }

    /// Writes the results of a release, which are there at once and as a whole.
    pub(super) fn write(&self, version: &str, report: &Report) -> Result<(), CannotWrite> {
        let file = self.file(version);
        let cannot = |why: std::io::Error| CannotWrite::new(&file, why);
        fs::create_dir_all(&self.folder).map_err(cannot)?;
        let new = file.with_extension("new");
        fs::write(&new, report.json()).and_then(|()| fs::rename(&new, &file)).map_err(cannot)
    }
}
