//! The SDKs that are checked in: found by their manifests, set up, opened, and held to what their manifests say.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::contract::{Adapter, Identity};
use crate::manifest::{Language, Manifest};
use crate::process::{Launch, ProcessAdapter, StartError};
use crate::setup::{Environment, Progress, SetupError};

/// Where adapters live, and what each place means.
const PLACES: [(&str, Language); 3] =
    [("python", Language::Python), ("typescript", Language::Typescript), ("rust", Language::Rust)];

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

/// Why an SDK's adapter could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its environment is not complete.
    #[error("{0}: not installed yet; its environment is incomplete")]
    NotInstalled(String),
    /// Its environment cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Its process does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No native adapter has this id.
    #[error("{0}: no native adapter of that id is linked into this program")]
    NotLinked(String),
    /// It says something else about itself than its manifest.
    #[error("{id}: {what} is {manifest} in adapter.toml, but {adapter} in the running adapter")]
    Mismatch {
        /// The SDK.
        id: String,
        /// What differs.
        what: &'static str,
        /// The manifest's value.
        manifest: String,
        /// The adapter's value.
        adapter: String,
    },
}

/// Every SDK that is checked in, in the order of their folders.
#[derive(Clone, Debug)]
pub struct Fleet {
    sdks: Vec<Sdk>,
}

impl Fleet {
    /// Reads the manifest of every folder under `adapters/{python,typescript,rust}` that has one.
    pub fn discover(root: &Utf8Path) -> Result<Self, FleetError> {
        // Adapters get absolute paths: some run in another directory.
        let root = camino::absolute_utf8(root)?;
        let adapters = root.join("adapters");
        let mut sdks: Vec<Sdk> = Vec::new();
        for (place, language) in PLACES {
            for dir in folders(&adapters.join(place))? {
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
                sdks.push(Sdk { manifest, dir, root: root.clone() });
            }
        }
        if sdks.is_empty() { Err(FleetError::Empty(adapters)) } else { Ok(Self { sdks }) }
    }

    /// Every SDK.
    pub fn sdks(&self) -> &[Sdk] {
        &self.sdks
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

/// One SDK and its adapter.
#[derive(Clone, Debug)]
pub struct Sdk {
    /// What is checked in about it.
    pub manifest: Manifest,
    /// Its folder.
    pub dir: Utf8PathBuf,
    root: Utf8PathBuf,
}

impl Sdk {
    /// The environment it is installed into, which need not be there yet; `None` for native adapters.
    pub fn environment(&self) -> Result<Option<Environment>, SetupError> {
        Environment::of(&self.root, &self.manifest, &self.dir)
    }

    /// The same SDK with a native adapter that has one fault, `reference+ignores-error-event`.
    #[must_use]
    pub fn mutant(&self, name: &str) -> Self {
        let mut mutant = self.clone();
        mutant.manifest.id = format!("{}+{name}", self.manifest.id);
        mutant
    }

    /// Installs what the adapter needs; a few looks at files when that is done already. Blocks.
    pub fn ensure(&self, progress: &dyn Fn(Progress)) -> Result<(), SetupError> {
        match self.environment()? {
            Some(environment) => environment.ensure(progress),
            None => Ok(()),
        }
    }

    /// Starts the adapter and holds what it says about itself against the manifest.
    pub async fn open(&self) -> Result<Arc<dyn Adapter>, OpenError> {
        let id = &self.manifest.id;
        let adapter: Arc<dyn Adapter> = match self.environment()? {
            Some(environment) if environment.is_complete() => {
                Arc::new(ProcessAdapter::start(environment.launch()?).await?)
            }
            Some(_) => return Err(OpenError::NotInstalled(id.clone())),
            None => crate::native::open(id).ok_or_else(|| OpenError::NotLinked(id.clone()))?,
        };
        if let Err(mismatch) = matches(&self.manifest, adapter.identity()) {
            adapter.close().await;
            return Err(mismatch);
        }
        Ok(adapter)
    }
}

/// Starts an adapter that is not checked in, by its command. `home` becomes its private directory.
pub async fn open_command(program: &str, args: &[String], home: &Utf8Path) -> Result<Arc<ProcessAdapter>, StartError> {
    let absolute = camino::absolute_utf8(home);
    let mut launch = Launch::new(program, program, absolute.unwrap_or_else(|_| home.to_owned()));
    launch.args = args.to_vec();
    ProcessAdapter::start(launch).await.map(Arc::new)
}

/// Whether an adapter is what its manifest says; lists are compared as sets.
fn matches(manifest: &Manifest, identity: &Identity) -> Result<(), OpenError> {
    fn set<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
        let names: BTreeSet<String> = items.into_iter().map(|item| item.to_string()).collect();
        format!("[{}]", names.into_iter().collect::<Vec<_>>().join(", "))
    }
    let pairs = [
        ("the package", manifest.package.clone(), identity.sdk.name.clone()),
        ("the version", manifest.version.clone(), identity.sdk.version.clone()),
        ("the language", manifest.language.name().to_owned(), identity.sdk.language.clone()),
        ("the list of surfaces", set(manifest.surfaces.keys()), set(&identity.surfaces)),
        ("the list of apis", set(manifest.surfaces.values().flat_map(|surface| &surface.apis)), set(&identity.apis)),
        ("the list of error bases", set(&manifest.error_bases), set(&identity.error_bases)),
    ];
    for (what, manifest_says, adapter_says) in pairs {
        if manifest_says != adapter_says {
            let (manifest, id) = (manifest_says, manifest.id.clone());
            return Err(OpenError::Mismatch { id, what, manifest, adapter: adapter_says.escape_debug().to_string() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
