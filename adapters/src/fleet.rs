//! The SDKs that are checked in: found by their manifests, set up, opened, and held to what their manifests say.

mod sdk;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::sdk::{OpenError, Sdk, open_command};
use crate::manifest::{Language, Manifest};
use crate::spec::{Build, Spec, SpecError};

/// Why the fleet is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// A folder or file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A manifest is not TOML, or not a manifest.
    #[error("{path}: {source}")]
    Manifest {
        /// The manifest.
        path: Utf8PathBuf,
        /// What is wrong, with the line.
        source: Box<toml::de::Error>,
    },
    /// A manifest says something that cannot be.
    #[error("{path}: {what}")]
    Invalid {
        /// The manifest.
        path: Utf8PathBuf,
        /// What is wrong.
        what: String,
    },
    /// What was asked for is not well formed.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// There is no manifest at all.
    #[error("no adapter.toml below `{0}`")]
    Empty(Utf8PathBuf),
    /// No SDK has this id.
    #[error("there is no SDK `{id}`; {}", suggest(*.nearest, known))]
    Unknown {
        /// What was asked for.
        id: String,
        /// Whether `known` is one id that is close to it.
        nearest: bool,
        /// The ids to choose from.
        known: Vec<String>,
    },
}

fn suggest(nearest: bool, known: &[String]) -> String {
    if nearest { format!("did you mean `{}`?", known.join("`, `")) } else { format!("there are: {}", known.join(", ")) }
}

/// Every SDK that is checked in, in the order of their folders.
#[derive(Clone, Debug)]
pub struct Fleet {
    sdks: Vec<Sdk>,
}

impl Fleet {
    /// Reads the manifest of every folder under `adapters/<language>` that has one.
    pub fn discover(root: &Utf8Path) -> Result<Self, FleetError> {
        // Adapters get absolute paths: some run in another directory.
        let root = camino::absolute_utf8(root)?;
        let adapters = root.join("adapters");
        let mut sdks: Vec<Sdk> = Vec::new();
        for language in Language::ALL {
            for dir in folders(&adapters.join(language.name()))? {
                let path = dir.join("adapter.toml");
                if !path.is_file() {
                    continue;
                }
                let text = fs_err::read_to_string(&path)?;
                let manifest: Manifest = toml::from_str(&text)
                    .map_err(|source| FleetError::Manifest { path: path.clone(), source: Box::new(source) })?;
                let twin = sdks.iter().find(|sdk| sdk.manifest.id == manifest.id);
                let twin = twin.map(|sdk| format!("the id `{}` is taken by {}", manifest.id, sdk.dir));
                if let Some(what) = twin.or_else(|| wrong(&manifest, language, &dir)) {
                    return Err(FleetError::Invalid { path, what });
                }
                sdks.push(Sdk { manifest, dir, root: root.clone(), build: Build::Locked });
            }
        }
        if sdks.is_empty() { Err(FleetError::Empty(adapters)) } else { Ok(Self { sdks }) }
    }

    /// Every SDK.
    pub fn sdks(&self) -> &[Sdk] {
        &self.sdks
    }

    /// The SDKs that are asked for, each once: by id, at a version or from a path (see [`Spec`]), `core` or `all`; the core
    /// ones when nothing is.
    pub fn choose<T: AsRef<str>>(&self, words: &[T]) -> Result<Vec<Sdk>, FleetError> {
        let mut specs = Spec::parse_list(words)?;
        if specs.is_empty() {
            specs.push(Spec { id: "core".to_owned(), build: Build::Locked });
        }
        let mut chosen: Vec<Sdk> = Vec::new();
        for spec in specs {
            let asked: Vec<Sdk> = match spec.id.as_str() {
                "all" => self.sdks.clone(),
                "core" => self.sdks.iter().filter(|sdk| sdk.manifest.core).cloned().collect(),
                id => vec![self.get(id)?.at(spec.build)],
            };
            for sdk in asked {
                if !chosen.iter().any(|one| one.manifest.id == sdk.manifest.id) {
                    chosen.push(sdk);
                }
            }
        }
        Ok(chosen)
    }

    /// The SDK of that id; an error names the nearest.
    pub fn get(&self, id: &str) -> Result<&Sdk, FleetError> {
        if let Some(sdk) = self.sdks.iter().find(|sdk| sdk.manifest.id == id) {
            return Ok(sdk);
        }
        let ids = self.sdks.iter().map(|sdk| &sdk.manifest.id);
        let nearest = ids.clone().min_by_key(|known| distance(id, known)).filter(|known| distance(id, known) <= 3);
        let known = nearest.map_or_else(|| ids.cloned().collect(), |known| vec![known.clone()]);
        Err(FleetError::Unknown { id: id.to_owned(), nearest: nearest.is_some(), known })
    }
}

/// The folders in a folder, by name; none if it is missing.
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

/// What is wrong with a manifest that parses.
fn wrong(manifest: &Manifest, place: Language, dir: &Utf8Path) -> Option<String> {
    let named = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    if !named(&manifest.id) {
        return Some(format!("`id` must be of letters, digits and hyphens, not `{}`", manifest.id));
    }
    if manifest.package.is_empty() {
        return Some("`package` is empty".to_owned());
    }
    if !named(&manifest.version.replace('+', "")) {
        return Some(format!("`version` must be one exact version, not `{}`", manifest.version));
    }
    if manifest.language != place {
        return Some("`language` is not that of the folder it is in".to_owned());
    }
    if manifest.surfaces.is_empty() {
        return Some("`surfaces` is empty".to_owned());
    }
    if let Some((name, _)) = manifest.surfaces.iter().find(|(_, surface)| surface.apis.is_empty()) {
        return Some(format!("the surface `{name}` has no `apis`"));
    }
    let mut handlers = manifest.surfaces.values().filter_map(|surface| surface.handler.as_ref());
    if let Some(file) = handlers.find(|file| !dir.join(file).is_file()) {
        return Some(format!("`handler` names no file: `{file}`"));
    }
    match (&manifest.entry, place) {
        (None, Language::Rust) => None,
        (Some(_), Language::Rust) => Some("a native adapter has no `entry`".to_owned()),
        (None, _) => Some("`entry` is missing: the adapter's source file".to_owned()),
        (Some(entry), _) => (!dir.join(entry).is_file()).then(|| format!("`entry` names no file: `{entry}`")),
    }
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests;
