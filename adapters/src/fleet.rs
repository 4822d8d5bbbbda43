//! The SDKs that are checked in: found by their manifests, set up, opened, and held to what their manifests say.

mod hello;
mod sdk;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::hello::HelloError;
#[cfg(test)]
pub(crate) use self::hello::check_hello;
pub use self::sdk::{OpenError, Sdk, open_command};
use crate::manifest::Manifest;
use crate::setup::{TOOLCHAINS, Toolchain, languages, named};
use crate::spec::{Build, Spec, SpecError};
use crate::suggest;

/// An error that keeps the fleet, or one SDK of it, from being found.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// A folder or file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A word that asks for an SDK is not well formed.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// There is no manifest at all.
    #[error("no adapter.toml below `{0}`")]
    Empty(Utf8PathBuf),
    /// No SDK has this id.
    #[error("there is no SDK `{id}`; {help}")]
    Unknown {
        /// The id that was asked for.
        id: String,
        /// A sentence that names the likeliest ids, or all of them.
        help: String,
    },
}

/// Every SDK that is checked in, in the order of their folders.
#[derive(Clone, Debug)]
pub struct Fleet {
    sdks: Vec<Sdk>,
    broken: Vec<Broken>,
}

/// An SDK whose manifest cannot be used, which concerns no other one.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Its id, as far as that can be read; the folder, `python/acme`, otherwise.
    pub id: String,
    /// The reason why its manifest cannot be used, with the file.
    pub reason: String,
}

/// The SDKs that were asked for.
#[derive(Clone, Debug, Default)]
pub struct SelectedSdks {
    /// The SDKs, each once.
    pub sdks: Vec<Sdk>,
    /// Those of them whose manifests cannot be used.
    pub broken: Vec<Broken>,
}

impl Fleet {
    /// Reads the manifest of every folder under `adapters/<language>` that has one. One that is wrong is put aside.
    pub fn discover(root: &Utf8Path) -> Result<Self, FleetError> {
        // Adapters get absolute paths: some run in another directory.
        let root = camino::absolute_utf8(root)?;
        let adapters = root.join("adapters");
        let mut fleet = Self { sdks: Vec::new(), broken: Vec::new() };
        // In the order of reports; what is in no language's folder comes last.
        let known = TOOLCHAINS.map(|toolchain| adapters.join(toolchain.language()));
        let others = folders(&adapters)?.into_iter().filter(|folder| !known.contains(folder));
        for place in known.iter().cloned().chain(others) {
            for dir in folders(&place)? {
                fleet.add(&root, place.file_name().unwrap_or_default(), dir);
            }
        }
        if fleet.sdks.is_empty() && fleet.broken.is_empty() { Err(FleetError::Empty(adapters)) } else { Ok(fleet) }
    }

    /// Adds the SDK of a folder, if it has a manifest.
    fn add(&mut self, root: &Utf8Path, language: &str, dir: Utf8PathBuf) {
        let path = dir.join("adapter.toml");
        if !path.is_file() {
            return;
        }
        let text = fs_err::read_to_string(&path);
        let read = text.as_deref().map_err(ToString::to_string);
        match read.and_then(|text| self.read(text, language, &dir, &path)) {
            Ok(manifest) => {
                let root = root.to_owned();
                self.sdks.push(Sdk { manifest, dir, root, build: Build::Locked, own: None });
            }
            Err(why) => self.broken.push(Broken::new(text.as_deref().unwrap_or_default(), &dir, why)),
        }
    }

    fn read(&self, text: &str, language: &str, dir: &Utf8Path, path: &Utf8Path) -> Result<Manifest, String> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| format!("{path}: {error}"))?;
        let twin = self.sdks.iter().find(|sdk| sdk.manifest.id == manifest.id);
        let twin = twin.map(|sdk| format!("the id `{}` is already used by {}", manifest.id, sdk.dir));
        let what = twin.or_else(|| match named(language) {
            Some(toolchain) => wrong(&manifest, toolchain, dir),
            None => Some(format!("`{language}` is not a known language; the languages are {}", languages())),
        });
        what.map_or(Ok(manifest), |what| Err(format!("{path}: {what}")))
    }

    /// Lists every SDK whose manifest can be used.
    pub fn sdks(&self) -> &[Sdk] {
        &self.sdks
    }

    /// Lists every SDK whose manifest cannot be used.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Returns the SDKs that are asked for, each once: by id, at a version or from a path (see [`Spec`]), `core` or
    /// `all`; the core ones when nothing is.
    pub fn choose<T: AsRef<str>>(&self, words: &[T]) -> Result<SelectedSdks, FleetError> {
        let mut specs = Spec::parse_list(words)?;
        if specs.is_empty() {
            specs.push(Spec { id: "core".to_owned(), build: Build::Locked });
        }
        let mut chosen = SelectedSdks::default();
        for spec in specs {
            let of = |is: &dyn Fn(&Sdk) -> bool| self.sdks.iter().filter(|sdk| is(sdk)).cloned().collect::<Vec<_>>();
            let broken = |is: &dyn Fn(&Broken) -> bool| self.broken.iter().filter(|one| is(one)).cloned().collect();
            let (sdks, broken): (Vec<Sdk>, Vec<Broken>) = match spec.id.as_str() {
                "all" => (of(&|_| true), broken(&|_| true)),
                // Whether it is one of the core is what such a manifest does not say for certain.
                "core" => (of(&|sdk| sdk.manifest.core), broken(&|_| true)),
                id => {
                    let broken: Vec<Broken> = broken(&|one| one.id == id);
                    match self.get(id) {
                        Ok(sdk) => (vec![sdk.at(spec.build)], broken),
                        Err(_) if !broken.is_empty() => (Vec::new(), broken),
                        Err(error) => return Err(error),
                    }
                }
            };
            for sdk in sdks {
                if !chosen.sdks.iter().any(|one| one.manifest.id == sdk.manifest.id) {
                    chosen.sdks.push(sdk);
                }
            }
            for one in broken {
                if !chosen.broken.iter().any(|known| known.reason == one.reason) {
                    chosen.broken.push(one);
                }
            }
        }
        Ok(chosen)
    }

    /// Finds the SDK of that id; an error names the nearest.
    pub fn get(&self, id: &str) -> Result<&Sdk, FleetError> {
        if let Some(sdk) = self.sdks.iter().find(|sdk| sdk.manifest.id == id) {
            return Ok(sdk);
        }
        let ids: Vec<&str> = self.sdks.iter().map(|sdk| sdk.manifest.id.as_str()).collect();
        Err(FleetError::Unknown { id: id.to_owned(), help: suggest::help(id, &ids) })
    }
}

impl Broken {
    fn new(text: &str, dir: &Utf8Path, reason: String) -> Self {
        // A manifest with a slip in it still says most of what it is.
        let line = text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "id");
        let id = line.map(|(_, id)| id.trim().trim_matches('"')).filter(|id| is_plain(id)).map(str::to_owned);
        let folder = || dir.components().rev().take(2).map(|part| part.as_str()).collect::<Vec<_>>();
        let id = id.unwrap_or_else(|| folder().into_iter().rev().collect::<Vec<_>>().join("/"));
        Self { id, reason }
    }
}

/// Lists the folders in a folder, by name; none if it is missing.
fn folders(dir: &Utf8Path) -> Result<Vec<Utf8PathBuf>, FleetError> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs_err::read_dir(dir.as_std_path())? {
        found.extend(Utf8PathBuf::from_path_buf(entry?.path()).ok().filter(|path| path.is_dir()));
    }
    found.sort();
    Ok(found)
}

/// Says what is wrong with a manifest that parses.
fn wrong(manifest: &Manifest, toolchain: &dyn Toolchain, dir: &Utf8Path) -> Option<String> {
    if !is_plain(&manifest.id) {
        return Some(format!("`id` must be of letters, digits and hyphens, not `{}`", manifest.id));
    }
    if manifest.package.is_empty() {
        return Some("`package` is empty".to_owned());
    }
    if !is_plain(&manifest.version.replace('+', "")) {
        return Some(format!("`version` must be one exact version, not `{}`", manifest.version));
    }
    if manifest.language != toolchain.language() {
        let (language, folder) = (&manifest.language, toolchain.language());
        return Some(format!("`language` is `{language}`, but the folder is `{folder}`"));
    }
    if manifest.surfaces.is_empty() {
        return Some("`surfaces` is empty".to_owned());
    }
    if let Some((name, _)) = manifest.surfaces.iter().find(|(_, surface)| surface.apis.is_empty()) {
        return Some(format!("the surface `{name}` has no `apis`"));
    }
    if let Some((name, _)) = manifest.surfaces.iter().find(|(_, surface)| surface.asks.is_empty()) {
        return Some(format!("`asks` of the surface `{name}` is empty"));
    }
    if let Some((name, _)) = manifest.surfaces.iter().find(|(_, surface)| !surface.is_described()) {
        return Some(format!("`call` of the surface `{name}` is empty"));
    }
    if let Some(what) = manifest.transports.wrong() {
        return Some(what);
    }
    let mut handlers = manifest.surfaces.values().filter_map(|surface| surface.handler.as_ref());
    if let Some(file) = handlers.find(|file| !dir.join(file).is_file()) {
        return Some(format!("`handler`: there is no file `{file}`"));
    }
    match (&manifest.entry, toolchain.is_linked()) {
        (None, true) => None,
        (Some(_), true) => Some("a native adapter has no `entry`".to_owned()),
        (None, false) => Some("`entry` is missing: the adapter's source file".to_owned()),
        (Some(entry), false) => (!dir.join(entry).is_file()).then(|| format!("`entry`: there is no file `{entry}`")),
    }
}

/// Tells whether a text can be an id or, but for a plus sign, a version.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

#[cfg(test)]
mod tests;
